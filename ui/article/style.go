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
	faint
	italic
	underline
	struck
	reverse
)

// cellStyle is the style of a cell.
type cellStyle struct {
	attr attribute
	// color is an index into the terminal's first 16 colours plus 1; 0 means the
	// terminal's own text colour.
	color int16
}

// glamourStyle returns the style for glamour's elements. Margins and indents stay unset,
// because blocks.go lays out the blocks.
func glamourStyle(p style.Article, g *style.ArticleGlyphs) ansi.StyleConfig {
	yes := true
	c := ansi.StyleConfig{}
	c.Heading.Bold = &yes
	c.H1.Color, c.H2.Color = colorName(p.Heading), colorName(p.Heading)
	c.Strong.Bold = &yes
	c.Emph.Italic = &yes
	c.Strikethrough.CrossedOut = &yes
	c.LinkText.Underline = &yes
	c.Code.Color = colorName(p.Code)
	c.Table.RowSeparator, c.Table.ColumnSeparator, c.Table.CenterSeparator = &g.Rule, &g.Column, &g.Cross
	return c
}

// codeStyle returns chroma's style for code, which is the same on every background. Text in
// code has no colour there: code.go adds it. The style for errors stays unset, because
// code in articles often is a fragment.
var codeStyle = sync.OnceValue(func() *chroma.Style {
	return chroma.MustNewStyle("dateline", chroma.StyleEntries{
		chroma.Keyword:       "bold",
		chroma.Comment:       "italic",
		chroma.LiteralString: style.CodeString,
	})
})

// colorName returns a colour as glamour names it; nil if index is 0.
func colorName(index int16) *string {
	if index == 0 {
		return nil
	}
	s := strconv.Itoa(int(index - 1))
	return &s
}

// attributes are the attributes that a code of SGR sets, or, above 20, unsets.
var attributes = [...]attribute{1: bold, 2: faint, 3: italic, 4: underline, 7: reverse, 9: struck, 22: bold | faint, 23: italic, 24: underline, 27: reverse, 29: struck}

// apply returns the style after a sequence with these parameters (ECMA-48, SGR). It
// ignores backgrounds and other colours than the 16, which glamourStyle does not use.
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

// appendSGR appends the shortest sequence that changes one style into another.
func appendSGR(b []byte, from, to cellStyle) []byte {
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
	for i, code := range "123497" {
		if (to.attr&^from.attr)&(1<<i) != 0 {
			b = append(b, byte(code), ';')
		}
	}
	if to.color != from.color {
		code := 30 + int64(to.color-1)
		if to.color > 8 {
			code = 90 + int64(to.color-9)
		}
		b = strconv.AppendInt(b, code, 10)
	} else {
		b = b[:len(b)-1]
	}
	return append(b, 'm')
}
