package article

import (
	"strconv"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/marker"

	"dateline/feed/text"
)

// Text on its way through Markdown is disguised: every ASCII punctuation mark
// moves to private-use plane 15, where it has the same width but no meaning to
// any Markdown parser, so nothing has to be escaped, and nothing an article
// says can turn into markup. What dateline itself wants to say travels in tag
// characters (U+E0020-E007F): they have no width, count as letters to
// Markdown, and the character filter keeps them out of every text.
const (
	disguiseBase = 0xFFF00

	markLink    = '\U000E004C' // then the link's number in tag digits, then markEnd
	markEnd     = '\U000E007F'
	markUnlink  = '\U000E006C'
	markDim     = '\U000E0044'
	markUndim   = '\U000E0064'
	markNothing = '\U000E004E' // a letter for emphasis to hold on to
	markBreak   = '\U000E0042'
	tagDigit    = '\U000E0030'

	// converterNewline is what html-to-markdown takes for a line break.
	converterNewline = marker.MarkerCodeBlockNewline
)

// disguised gives text that no Markdown parser finds a meaning in. Control
// characters are filtered here once more, after entities have been decoded.
func disguised(s string) string {
	s = text.CleanText(s)
	var b strings.Builder
	b.Grow(len(s) + len(s)/4)
	for _, r := range s {
		switch {
		case isPunct(r):
			b.WriteRune(disguiseBase + r)
		case isPunct(r - disguiseBase), r == converterNewline:
			b.WriteRune('\uFFFD')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// undisguised gives the rune that was meant.
func undisguised(r rune) rune {
	if isPunct(r - disguiseBase) {
		return r - disguiseBase
	}
	return r
}

func isPunct(r rune) bool {
	return r > ' ' && r < 0x7f && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// revealed is the text as a reader sees it, without marks.
func revealed(s string) string {
	return strings.Map(func(r rune) rune {
		if isMark(r) {
			return -1
		}
		return undisguised(r)
	}, s)
}

func isMark(r rune) bool { return r >= 0xE0000 && r <= 0xE007F }

func linkMark(n int) string {
	var b strings.Builder
	b.WriteRune(markLink)
	for _, d := range strconv.Itoa(n) {
		b.WriteRune(tagDigit + d - '0')
	}
	b.WriteRune(markEnd)
	return b.String()
}
