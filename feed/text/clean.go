// Package text turns bytes and strings from outside into text that is safe to
// show, store and compare. It handles neither feeds nor HTML documents.
//
// Start at [Clean] for one line and [CleanText] for several lines. Every string
// from a feed, a server or a file passes one of them before it is shown.
// [PlainTitle] does the same for titles that may hold HTML. [Decode] finds the
// character encoding of a document, [SafeURL] checks an address before it is
// opened, [Fold] and [Tokens] make text searchable, and [XMLLexer] reads
// malformed XML.
//
// Never show a string or open an address from outside that has not passed this
// package or package markup.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns s as one line that is safe to print. It removes control
// characters (C0, DEL, C1), bidirectional controls, invisible and tag
// characters, and combining marks beyond [MarkLimiter]'s limit. White space
// becomes single spaces, and none stays at the ends. Joiners and variation
// selectors stay, because emoji and many scripts need them.
func Clean(s string) string {
	if isClean(s) {
		return s
	}
	out := make([]byte, 0, len(s))
	space := false
	var marks MarkLimiter
	for _, r := range s {
		switch {
		case r > ' ' && r < 0x7f:
			marks = 0
		case unicode.IsSpace(r):
			space, marks = len(out) > 0, 0
			continue
		case IsUnsafeRune(r) || marks.Exceeds(r):
			continue
		}
		if space {
			out = append(out, ' ')
			space = false
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

// CleanText is like [Clean] for text of several lines. It keeps line feeds, tabs
// and runs of spaces.
func CleanText(s string) string {
	var marks MarkLimiter
	return marks.CleanText(s)
}

// CleanText cleans s like the function [CleanText], as the continuation of the
// text that m has seen before.
func (m *MarkLimiter) CleanText(s string) string {
	if isCleanText(s) {
		if s != "" {
			*m = 0
		}
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if unicode.IsSpace(r) {
			*m = 0
		}
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			b.WriteByte('\n')
		case r == '\v' || r == '\f':
			b.WriteByte(' ')
		case !IsUnsafeRune(r) && !m.Exceeds(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isClean reports whether [Clean] would return s unchanged.
func isClean(s string) bool {
	if s == "" {
		return true
	}
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == ' ' && (i == 0 || s[i-1] == ' ') {
			return c >= utf8.RuneSelf && isCleanFrom(s, i)
		}
	}
	return s[len(s)-1] != ' '
}

// isCleanFrom is isClean for the rest of s from the offset from, the first byte
// that is not ASCII.
func isCleanFrom(s string, from int) bool {
	var marks MarkLimiter
	for i := from; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == 0x7f || c == ' ' && (i == 0 || s[i-1] == ' ') {
				return false
			}
			marks = 0
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if size == 1 || IsUnsafeRune(r) || unicode.IsSpace(r) || marks.Exceeds(r) {
			return false
		}
		i += size
	}
	return s[len(s)-1] != ' '
}

// isCleanText reports whether [CleanText] would return s unchanged. It reports
// false for any text with combining marks.
func isCleanText(s string) bool {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if size == 1 || IsUnsafeRune(r) || isMark(r) {
			return false
		}
		i += size
	}
	return true
}

// IsUnsafeRune reports whether r must not reach a terminal: it controls the
// terminal, or it is invisible and so hides text or changes its width. These are
// the control characters, and the default ignorable code points of Unicode (UAX
// 44) except the joiners and variation selectors that scripts and emoji need.
func IsUnsafeRune(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r <= 0x9f, r == 0xad:
		return true
	case r < 0x61c:
		return false
	case r < 0x2000:
		return r == 0x61c || r == 0x115f || r == 0x1160 || r == 0x17b4 || r == 0x17b5 || r == 0x180e
	case r < 0x2070:
		return r == 0x200b || r == 0x200e || r == 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060
	case r < 0x3164:
		return false
	case r < 0x10000:
		return r == 0x3164 || r == 0xfeff || r == 0xffa0 || r >= 0xfff0 && r <= 0xfffb || r >= 0xfffe || r >= 0xfdd0 && r <= 0xfdef
	}
	return r >= 0x1bca0 && r <= 0x1bca3 || r >= 0x1d173 && r <= 0x1d17a || r >= 0xe0000 && r <= 0xe0fff || r == 0x10eeee || r&0xfffe == 0xfffe
}

// MarkLimiter counts the combining marks on the current character. The zero
// value is ready to use.
type MarkLimiter int

// maxMarks is how many combining marks a character may have. The longest stack
// in a living script is Tibetan, with eight marks. Stacks of dozens cover the
// lines above and below.
const maxMarks = 8

// Exceeds counts r and reports whether it is a combining mark beyond the limit.
func (m *MarkLimiter) Exceeds(r rune) bool {
	if !isMark(r) {
		*m = 0
		return false
	}
	*m++
	return *m > maxMarks
}

// isMark reports whether r takes no cell of its own because it combines with the
// character before it.
func isMark(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r < 0x370:
		return true
	case r < 0x483, r >= 0x2010 && r < 0x20d0, r >= 0x3100 && r < 0xa66f, r >= 0xac00 && r < 0xd7b0:
		return false // most text that is not Latin
	case r == 0x200c || r == 0x200d, r > 0x1160 && r <= 0x11ff, r >= 0xd7b0 && r <= 0xd7ff:
		return true // joiners, and vowels and finals of decomposed Hangul
	}
	return unicode.Is(unicode.M, r)
}
