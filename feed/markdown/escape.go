package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/JohannesKaufmann/html-to-markdown/v2/marker"

	"dateline/feed/text"
)

// Before text is converted to Markdown, every ASCII punctuation character is replaced by a
// private-use character, at privateBase plus its code. The converter's own escaping takes
// quadratic time. Afterwards backslashEscape puts the characters back, with a backslash
// where they would have a meaning.
const (
	privateBase = 0xFFF00
	// converterNewline is the character that html-to-markdown uses for a line break in
	// code.
	converterNewline = marker.MarkerCodeBlockNewline
)

// Characters for what is written without a backslash: the boxes of tasks, and the end of a
// line in the cell of a table.
const (
	taskOpen rune = privateBase + 1 + iota
	taskDone
	cellBreak
)

// escapePunct escapes a text so that no Markdown parser finds a meaning in it. It also
// removes control characters once more, because decoding entities may have produced
// some.
func escapePunct(s string) string {
	s = text.CleanText(s)
	var b strings.Builder
	b.Grow(len(s) + len(s)/4)
	for _, r := range s {
		switch {
		case isPunct(r):
			b.WriteRune(privateBase + r)
		case isPunct(r - privateBase), r == converterNewline:
			b.WriteRune('\uFFFD')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// unescapeRune returns the punctuation character of a private-use character, or r itself.
func unescapeRune(r rune) rune {
	if isPunct(r - privateBase) {
		return r - privateBase
	}
	return r
}

// isPunct reports whether r is ASCII punctuation.
func isPunct(r rune) bool {
	return r > ' ' && r < 0x7f && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// backslashEscape turns private-use characters back into punctuation. It puts a
// backslash before punctuation that would have a meaning in Markdown.
func backslashEscape(md string) string {
	md = text.CleanText(md)
	var b strings.Builder
	b.Grow(len(md))
	var before rune
	lineStart := true
	for i, r := range md {
		if s := markOf(r); s != "" {
			b.WriteString(s)
			before, lineStart = ' ', false
			continue
		}
		meant := unescapeRune(r)
		if meant != r {
			if hasMeaning(meant, before, md[i+utf8.RuneLen(r):], lineStart) {
				b.WriteByte('\\')
			}
		}
		b.WriteRune(meant)
		// Only margins and the digits of a number may precede the start of a text.
		lineStart = r == '\n' || lineStart && (r == ' ' || r == '>' || r == '-' || r == '.' || unicode.IsDigit(r))
		before = meant
	}
	return b.String()
}

// markOf returns what one of dateline's own characters is written as; "" for any other.
func markOf(r rune) string {
	switch r {
	case taskOpen:
		return "[ ]"
	case taskDone:
		return "[x]"
	case cellBreak:
		return "<br>"
	}
	return ""
}

// withoutMarks returns HTML without the characters that [markOf] knows.
func withoutMarks(s string) string {
	return strings.NewReplacer(string(taskOpen), "\uFFFD", string(taskDone), "\uFFFD", string(cellBreak), "\uFFFD").Replace(s)
}

// hasMeaning reports whether the punctuation r would have a meaning in Markdown. before
// is the rune before it, rest the escaped text behind it.
func hasMeaning(r, before rune, rest string, lineStart bool) bool {
	after, _ := utf8.DecodeRuneInString(rest)
	after = unescapeRune(after)
	switch r {
	case '\\', '`', '*', '[', ']', '<', '|':
		return true
	case '_':
		// Behind a word it begins no emphasis before a bracket, as in a_(i,j).
		return !text.IsWordRune(before) || !text.IsWordRune(after) && after != '('
	case '~':
		return before == '~' || after == '~'
	case '&':
		return isEntity(rest)
	case '#', '+', '-', '=', '>', '.', ')':
		return lineStart
	}
	return false
}

// isEntity reports whether s, behind an ampersand, would be read as an entity.
func isEntity(s string) bool {
	const longest = 32
	n := 0
	for _, r := range s {
		r = unescapeRune(r)
		if n++; n > longest || r != '#' && !text.IsWordRune(r) {
			return r == ';' && n > 1
		}
	}
	return false
}
