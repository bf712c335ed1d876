package text

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxToken is the limit of a token in bytes. It keeps embedded data out of the
// index. Texts and queries are cut alike, so they still match.
const maxToken = 128

// Fold returns s so that spellings which people regard as the same are equal. It
// removes case, Latin and Greek accents, ligatures and full-width forms (NFKC).
// Punctuation and spaces stay.
func Fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	s = toNFKC(s)
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if !isIgnorable(r) {
			out = appendFolded(out, r)
		}
	}
	return string(out)
}

// IndexText returns s as the search index stores it: folded by [Fold], reduced
// to its tokens, with single spaces between them. A token is a run of letters,
// digits and their marks. Each character of a script without spaces (Chinese,
// Japanese, Korean, Thai …) is a token of its own, so a word of such a script is
// found as a phrase.
//
// The index needs a tokenizer that only splits at spaces, such as "ascii" of
// FTS5. Then the index and [query.Query.Match] find the same items.
func IndexText(s string) string {
	if !isASCII(s) {
		s = toNFKC(s)
	}
	out := make([]byte, 0, len(s)+len(s)/8)
	// start is where the current token begins. separated reports whether the next
	// character begins a new one.
	start, separated := 0, false
	for _, r := range s {
		ascii := foldedASCII(r)
		if ascii == 0 && r >= utf8.RuneSelf && isIgnorable(r) {
			continue
		}
		if ascii == 0 && (r < utf8.RuneSelf || !isTokenRune(r)) {
			separated = true
			continue
		}
		alone := ascii == 0 && IsUnspaced(r)
		if len(out) > 0 && (separated || alone) {
			out = append(out, ' ')
			start = len(out)
		}
		separated = alone
		switch {
		case len(out)-start >= maxToken:
		case ascii != 0:
			out = append(out, ascii)
		default:
			out = appendFolded(out, r)
		}
	}
	return string(out)
}

// foldedASCII returns a letter or digit of ASCII in lower case, and 0 for any other
// character.
func foldedASCII(r rune) byte {
	switch {
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
		return byte(r)
	case 'A' <= r && r <= 'Z':
		return byte(r) + 'a' - 'A'
	}
	return 0
}

// toNFKC returns s in NFKC. Invalid UTF-8 is replaced first, because NFKC would
// not change the letter after it. An argument of a command may be invalid.
func toNFKC(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, string(utf8.RuneError))
	}
	return norm.NFKC.String(s)
}

// Tokens returns the tokens of [IndexText] in order.
func Tokens(s string) iter.Seq[string] { return strings.FieldsSeq(IndexText(s)) }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isTokenRune reports whether r is part of a token. Private-use characters are.
func isTokenRune(r rune) bool {
	if r < utf8.RuneSelf {
		return foldedASCII(r) != 0
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || unicode.Is(unicode.Co, r)
}

// isIgnorable reports whether r is dropped without separating words: an accent
// or vowel point that people may leave out, a soft hyphen, a joiner. The vowel
// signs of Indic scripts and the Japanese voicing marks stay, because they make
// a different word.
func isIgnorable(r rune) bool {
	switch {
	case r == 0xAD, r == 0x200C, r == 0x200D:
		return true
	case r < 0x300, r == 0x3099, r == 0x309A:
		return false
	}
	return unicode.Is(unicode.Mn, r) &&
		unicode.In(r, unicode.Inherited, unicode.Cyrillic, unicode.Hebrew, unicode.Arabic, unicode.Syriac)
}

// IsUnspaced reports whether r belongs to a script without spaces between words,
// or to Hangul, where people expect a search to find parts of words.
func IsUnspaced(r rune) bool {
	if r < 0x0E00 {
		return false
	}
	return r == 0x30FC || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Bopomofo, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// appendFolded appends r, a character of a text in NFKC, in lower case and
// without its accent. An accent that makes another letter in a script other than
// Latin and Greek (й, が) stays.
func appendFolded(out []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(out, byte(r))
	}
	r = unicode.ToLower(r)
	if hasFoldableAccent(r) {
		var buf [utf8.UTFMax]byte
		n := utf8.EncodeRune(buf[:], r)
		if d := norm.NFD.Properties(buf[:n]).Decomposition(); d != nil {
			r, _ = utf8.DecodeRune(d)
		}
	}
	switch r {
	case 'ß':
		return append(out, "ss"...)
	case 'æ':
		return append(out, "ae"...)
	case 'œ':
		return append(out, "oe"...)
	case 'ø':
		return append(out, 'o')
	case 'ł':
		return append(out, 'l')
	case 'đ':
		return append(out, 'd')
	case 'ħ':
		return append(out, 'h')
	case 'ı':
		return append(out, 'i')
	case 'ς':
		r = 'σ'
	}
	return utf8.AppendRune(out, r)
}

// hasFoldableAccent reports whether r is in a block of Unicode whose accents
// Fold removes.
func hasFoldableAccent(r rune) bool {
	switch {
	case r < 0x250, 0x370 <= r && r < 0x400, 0x1E00 <= r && r < 0x2000:
		return true
	}
	return r == 'ё'
}

// ContainsFolded reports whether one of names equals name after [Fold].
func ContainsFolded(names []string, name string) bool {
	name = Fold(name)
	return slices.ContainsFunc(names, func(s string) bool { return Fold(s) == name })
}

// maxFolders is how deep folders can be inside each other: each takes a row and some columns
// on the screen.
const maxFolders = 12

// TagPath returns the folders that a tag names, the outermost first: News/World is the
// folder World in the folder News. Blanks around names and empty names are left out. A
// tag without a name in it is a folder itself. The name of the 12th folder is all the rest
// of the tag.
func TagPath(tag string) []string {
	var path []string
	for name := range strings.SplitSeq(tag, "/") {
		if name = strings.TrimSpace(name); name != "" {
			path = append(path, name)
		}
	}
	if path == nil {
		return []string{tag}
	}
	if len(path) > maxFolders {
		path = append(path[:maxFolders-1:maxFolders-1], strings.Join(path[maxFolders-1:], "/"))
	}
	return path
}

// InFolder reports whether one of tags is the folder or is inside it, after [Fold]: a feed
// with the tag News/World is in the folders news and news/world.
func InFolder(tags []string, folder string) bool {
	within := foldedPath(folder)
	return slices.ContainsFunc(tags, func(tag string) bool {
		rest, ok := strings.CutPrefix(foldedPath(tag), within)
		return ok && (rest == "" || rest[0] == '/')
	})
}

// foldedPath returns a tag in the form in which tags of the same folder are equal.
func foldedPath(tag string) string {
	if strings.Contains(tag, "/") {
		tag = strings.Join(TagPath(tag), "/")
	}
	return Fold(tag)
}
