package article

import (
	"strconv"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/marker"

	"dateline/feed/text"
)

// Text is escaped before it passes through Markdown: every ASCII punctuation character
// is replaced by a private-use character, at privateBase plus its code. A private-use
// character has the same width, but no meaning in Markdown. So the text of an article
// cannot become markup.
//
// Control runes carry what dateline itself adds: links, faint text and line breaks. They
// are tag characters (U+E0020 to U+E007F), which have no width and count as letters in
// Markdown. [text.CleanText] removes tag characters from every text of a feed.
const (
	privateBase = 0xFFF00

	linkStart     = '\U000E004C' // followed by the link's number in tag digits and linkNumberEnd
	linkNumberEnd = '\U000E007F'
	linkEnd       = '\U000E006C'
	dimStart      = '\U000E0044'
	dimEnd        = '\U000E0064'
	emptyLetter   = '\U000E004E' // an invisible letter, so that emphasis has a letter inside
	breakRune     = '\U000E0042'
	tagDigit      = '\U000E0030'

	// converterNewline is the character that html-to-markdown uses for a line break in
	// code.
	converterNewline = marker.MarkerCodeBlockNewline
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

// unescape returns the original text without control runes.
func unescape(s string) string {
	return strings.Map(func(r rune) rune {
		if isControlRune(r) {
			return -1
		}
		return unescapeRune(r)
	}, s)
}

// isControlRune reports whether r is a control rune of this package.
func isControlRune(r rune) bool { return r >= 0xE0000 && r <= 0xE007F }

// linkStartRunes returns the control runes that start the link with number n.
func linkStartRunes(n int) string {
	var b strings.Builder
	b.WriteRune(linkStart)
	for _, d := range strconv.Itoa(n) {
		b.WriteRune(tagDigit + d - '0')
	}
	b.WriteRune(linkNumberEnd)
	return b.String()
}
