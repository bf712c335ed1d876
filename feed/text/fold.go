package text

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxToken bounds one token in bytes, so that an embedded blob does not fill
// the index. Text and query are cut alike, so they still meet.
const maxToken = 128

// Fold makes spellings that a reader takes for the same compare equal: case,
// Latin and Greek accents, ligatures and full-width forms (NFKC) disappear,
// punctuation and spaces stay.
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

// IndexText is s as the full-text index stores it: folded as by [Fold], only
// its tokens, one space between two. A token is a run of letters, digits and
// the marks that belong to them; a character of a script written without
// spaces (Chinese, Japanese, Korean, Thai …) is a token by itself, so a run of
// them is found as a phrase.
//
// An index over it needs a tokenizer that does nothing but split at spaces,
// such as FTS5's "ascii"; then a match in the index and [query.Query.Match] agree.
func IndexText(s string) string {
	if !isASCII(s) {
		s = toNFKC(s)
	}
	out := make([]byte, 0, len(s)+len(s)/8)
	start, apart := 0, false // where the current token starts; whether the next one must
	for _, r := range s {
		if isIgnorable(r) {
			continue
		}
		if !isTokenRune(r) {
			apart = true
			continue
		}
		alone := IsUnspaced(r)
		if len(out) > 0 && (apart || alone) {
			out = append(out, ' ')
			start = len(out)
		}
		apart = alone
		if len(out)-start < maxToken {
			out = appendFolded(out, r)
		}
	}
	return string(out)
}

// toNFKC is s in NFKC. What is no UTF-8, as an argument of a command may be,
// is made so before: the letter behind it would be left as it is.
func toNFKC(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, string(utf8.RuneError))
	}
	return norm.NFKC.String(s)
}

// Tokens are the words of [IndexText], in order.
func Tokens(s string) iter.Seq[string] { return strings.FieldsSeq(IndexText(s)) }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func isTokenRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || unicode.Is(unicode.Co, r)
}

// isIgnorable says that r neither counts nor separates: an accent or vowel
// point that a reader may leave out, a soft hyphen, a joiner. The vowel signs
// of Indic scripts and the Japanese voicing marks make another word, so they
// stay.
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

// IsUnspaced says that r belongs to a script written without spaces between
// words, or (Hangul) one where a search is expected to find parts of words.
func IsUnspaced(r rune) bool {
	if r < 0x0E00 {
		return false
	}
	return r == 0x30FC || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Bopomofo, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// appendFolded appends r, which comes out of NFKC, in lower case and without
// its accents. An accent that makes a letter of its own in an alphabet other
// than the Latin one (й, が) stays.
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

// hasFoldableAccent says that r stands in a block whose accents are folded away.
func hasFoldableAccent(r rune) bool {
	switch {
	case r < 0x250, 0x370 <= r && r < 0x400, 0x1E00 <= r && r < 0x2000:
		return true
	}
	return r == 'ё'
}

// ContainsFolded reports whether one of the names equals name once both are folded
// with [Fold].
func ContainsFolded(names []string, name string) bool {
	name = Fold(name)
	return slices.ContainsFunc(names, func(s string) bool { return Fold(s) == name })
}
