package text

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Range is a part of a text: its first byte, and the byte after its last one.
type Range struct{ From, To int }

// Folded is a text after [Fold] that knows from where in the text each part came.
type Folded struct {
	text string
	// starts holds, for each byte of text, the offset of its character in the original
	// text, and ends the offset behind the character. Both are nil if the offsets are the
	// same in both texts.
	starts, ends []int32
}

// FoldForFind folds a text for [Folded.Find]. Runs of spaces and line breaks become one
// space.
func FoldForFind(s string) Folded {
	if isASCII(s) && !strings.Contains(s, "  ") && !strings.ContainsAny(s, "\n\t") {
		return Folded{text: strings.ToLower(s)}
	}
	f := Folded{starts: make([]int32, 0, len(s)), ends: make([]int32, 0, len(s))}
	out := make([]byte, 0, len(s))
	add := func(r rune, at Range) {
		if r == ' ' || r == '\n' || r == '\t' {
			if n := len(out); n > 0 && out[n-1] == ' ' {
				return
			}
			r = ' '
		}
		if r >= utf8.RuneSelf && isIgnorable(r) {
			return
		}
		out = appendFolded(out, r)
		for len(f.starts) < len(out) {
			f.starts, f.ends = append(f.starts, int32(at.From)), append(f.ends, int32(at.To))
		}
	}
	eachNFKC(s, add)
	f.text = string(out)
	return f
}

// Find returns where the text has words, also within longer words, whatever their case and
// accents. It returns at most most places, which do not overlap.
func (f Folded) Find(words string, most int) []Range {
	var found []Range
	if words = FoldForFind(words).text; words == "" {
		return nil
	}
	for at := 0; len(found) < most; {
		i := strings.Index(f.text[at:], words)
		if i < 0 {
			break
		}
		from, to := at+i, at+i+len(words)
		at = to
		r := Range{from, to}
		if f.starts != nil {
			r = Range{int(f.starts[from]), int(f.ends[to-1])}
		}
		if n := len(found); n == 0 || r.From >= found[n-1].To {
			found = append(found, r)
		}
	}
	return found
}

// eachNFKC calls yield with each character of a text in NFKC, and where in the text it is.
func eachNFKC(s string, yield func(r rune, at Range)) {
	if isASCII(s) {
		for i := range len(s) {
			yield(rune(s[i]), Range{i, i + 1})
		}
		return
	}
	if !utf8.ValidString(s) {
		// The replacement is as long as what it replaces or longer, and so it would move
		// the offsets. A character of one byte does not.
		s = replaceInvalid(s)
	}
	var it norm.Iter
	it.InitString(norm.NFKC, s)
	for !it.Done() {
		from := it.Pos()
		segment := it.Next()
		at := Range{from, it.Pos()}
		for len(segment) > 0 {
			r, n := utf8.DecodeRune(segment)
			yield(r, at)
			segment = segment[n:]
		}
	}
}

// replaceInvalid replaces each invalid byte by one that separates words.
func replaceInvalid(s string) string {
	b := []byte(s)
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			b[i] = 0
		}
		i += n
	}
	return string(b)
}

// Token is a token of a text, as [IndexText] writes it, and where in the text it is.
type Token struct {
	Text string
	Range
}

// TokenPlaces returns the tokens of a text in order.
func TokenPlaces(s string) []Token {
	var tokens []Token
	var word []byte
	var at Range
	end := func() {
		if len(word) > 0 {
			tokens = append(tokens, Token{string(word), at})
			word = word[:0]
		}
	}
	add := func(r rune, from Range) {
		if r >= utf8.RuneSelf && isIgnorable(r) {
			return
		}
		if !isTokenRune(r) {
			end()
			return
		}
		alone := IsUnspaced(r)
		if alone {
			end()
		}
		if len(word) == 0 {
			at = from
		}
		at.To = from.To
		if len(word) < maxToken {
			word = appendFolded(word, r)
		}
		if alone {
			end()
		}
	}
	eachNFKC(s, add)
	end()
	return tokens
}

// MergeRanges returns ranges in order. Those that overlap or touch become one.
func MergeRanges(ranges []Range) []Range {
	slices.SortFunc(ranges, func(a, b Range) int { return cmp.Compare(a.From, b.From) })
	merged := ranges[:0]
	for _, r := range ranges {
		if n := len(merged); n > 0 && r.From <= merged[n-1].To {
			merged[n-1].To = max(merged[n-1].To, r.To)
			continue
		}
		merged = append(merged, r)
	}
	return merged
}
