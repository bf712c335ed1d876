package article

import (
	"strconv"
	"strings"
	"sync"

	"charm.land/glamour/v2/ansi"
	"github.com/alecthomas/chroma/v2"

	"dateline/ui/style"
)

// attribute is a set of the text attributes below.
type attribute uint8

const (
	bold attribute = 1 << iota
	// faint is the one dim style of the screen, which is a colour if there are any.
	faint
	italic
	underline
	struck
	reverse
)

// cellStyle is the style of a cell.
type cellStyle struct {
	attr attribute
	// color is the style.Ink of the text.
	color int16
}

// glamourStyle returns the style for glamour's elements. Margins and indents stay unset,
// because blocks.go lays out the blocks.
func glamourStyle(g *style.ArticleGlyphs) ansi.StyleConfig {
	yes := true
	c := ansi.StyleConfig{}
	c.Heading.Bold, c.Heading.Color = &yes, style.InkHeading.Glamour()
	c.H1.Underline = &yes
	c.Strong.Bold = &yes
	c.Emph.Italic = &yes
	c.Strikethrough.CrossedOut = &yes
	c.LinkText.Underline = &yes
	c.Code.Color = style.InkCode.Glamour()
	c.Table.RowSeparator, c.Table.ColumnSeparator, c.Table.CenterSeparator = &g.Rule, &g.Column, &g.Cross
	return c
}

// codeStyle returns chroma's style for code, which has inks for colours. Text in code has
// no colour there: code.go adds it. The style for errors stays unset, because code in
// articles often is a fragment.
var codeStyle = sync.OnceValue(func() *chroma.Style {
	return chroma.MustNewStyle("dateline", chroma.StyleEntries{
		chroma.Keyword:       style.InkKeyword.Chroma(),
		chroma.Comment:       style.InkComment.Chroma(),
		chroma.LiteralString: style.InkString.Chroma(),
		chroma.LiteralNumber: style.InkNumber.Chroma(),
	})
})

// attributes are the attributes that a code of SGR sets, or, above 20, unsets.
var attributes = [...]attribute{1: bold, 2: faint, 3: italic, 4: underline, 7: reverse, 9: struck, 22: bold | faint, 23: italic, 24: underline, 27: reverse, 29: struck}

// apply returns the style after a sequence with these parameters (ECMA-48, SGR). It
// ignores backgrounds and other colours than the first 16, which are inks here.
func (s cellStyle) apply(params string) cellStyle {
	for code := range strings.SplitSeq(params, ";") {
		n, _ := strconv.Atoi(code)
		switch {
		case n == 0:
			s = cellStyle{}
		case n > 0 && n < 20:
			s.attr |= attributes[n]
		case n > 0 && n < len(attributes):
			s.attr &^= attributes[n]
		case n >= 30 && n <= 37:
			s.color = int16(n - 30 + 1)
		case n == 39:
			s.color = 0
		case n >= 90 && n <= 97:
			s.color = int16(n - 90 + 8 + 1)
		}
	}
	return s
}

// appendSGR appends the shortest sequence that changes one style into another. shown says
// how inks and faint text look; if it is nil, the sequence is one that [cellStyle.apply]
// reads.
func appendSGR(b []byte, from, to cellStyle, shown *style.Article) []byte {
	if from == to {
		return b
	}
	b = append(b, "\x1b["...)
	if to == (cellStyle{}) {
		return append(b, 'm')
	}
	if from.attr&^to.attr != 0 || from.color != 0 && from.color != to.color {
		b, from = append(b, ';'), cellStyle{}
	}
	added := to.attr &^ from.attr
	for i, code := range "123497" {
		if added&(1<<i) != 0 && (shown == nil || 1<<i != faint) {
			b = append(b, byte(code), ';')
		}
	}
	if to.color != from.color {
		if shown == nil {
			b = strconv.AppendInt(b, 30+int64(to.color-1), 10)
		} else {
			b = append(b, shown.Of(style.Ink(to.color))...)
		}
		b = append(b, ';')
	}
	if shown != nil && to.attr&faint != 0 && (added&faint != 0 || to.color != from.color) {
		b = append(append(b, shown.Dim...), ';')
	}
	b[len(b)-1] = 'm'
	return b
}
