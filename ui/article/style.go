package article

import (
	"strconv"
	"strings"

	"charm.land/glamour/v2/ansi"

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
)

// layoutStyle is the style of a cell.
type layoutStyle struct {
	attr attribute
	// color is an index into the terminal's 256 colours plus 1; 0 means the
	// terminal's own text colour.
	color int16
}

// colors returns the colours that the options allow.
func colors(o Options) style.Article {
	if !o.Colors {
		return style.Article{}
	}
	return style.ArticleColors(o.Dark)
}

// glamourStyle returns the style for glamour. Colour, margin and indent of the document
// stay unset, because glamour would pad every line with styled spaces.
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

// colorName returns a colour as glamour names it; nil if index is 0.
func colorName(index int16) *string {
	if index == 0 {
		return nil
	}
	s := strconv.Itoa(int(index - 1))
	return &s
}

// apply returns the style after a sequence with these parameters (ECMA-48, SGR). It
// ignores backgrounds and colours beyond the 256, which glamourStyle does not use.
func (s layoutStyle) apply(params string) layoutStyle {
	codes := strings.Split(params, ";")
	for i := 0; i < len(codes); i++ {
		n, _ := strconv.Atoi(codes[i])
		switch {
		case n == 0:
			s = layoutStyle{}
		case n == 1:
			s.attr |= bold
		case n == 3:
			s.attr |= italic
		case n == 4:
			s.attr |= underline
		case n == 9:
			s.attr |= struck
		case n >= 30 && n <= 37:
			s.color = int16(n - 30 + 1)
		case n >= 90 && n <= 97:
			s.color = int16(n - 90 + 8 + 1)
		case n == 38 && i+2 < len(codes) && codes[i+1] == "5":
			index, _ := strconv.Atoi(codes[i+2])
			s.color = int16(index&0xff + 1)
			i += 2
		}
	}
	return s
}

// sgr returns the shortest sequence that changes one style into another.
func sgr(from, to layoutStyle) string {
	if from == to {
		return ""
	}
	if to == (layoutStyle{}) {
		return "\x1b[m"
	}
	var codes []string
	if from.attr&^to.attr != 0 || from.color != 0 && from.color != to.color {
		codes, from = append(codes, ""), layoutStyle{}
	}
	for _, a := range []struct {
		attr attribute
		code string
	}{{bold, "1"}, {faint, "2"}, {italic, "3"}, {underline, "4"}, {struck, "9"}} {
		if (to.attr&^from.attr)&a.attr != 0 {
			codes = append(codes, a.code)
		}
	}
	if to.color != from.color {
		switch index := int(to.color - 1); {
		case index < 8:
			codes = append(codes, strconv.Itoa(30+index))
		case index < 16:
			codes = append(codes, strconv.Itoa(90+index-8))
		default:
			codes = append(codes, "38;5;"+strconv.Itoa(index))
		}
	}
	return "\x1b[" + strings.Join(codes, ";") + "m"
}

// allowed returns the style as far as the options allow it.
func (s layoutStyle) allowed(o Options) layoutStyle {
	if o.Colors {
		return s
	}
	if s.attr&italic != 0 {
		s.attr |= underline
	}
	return layoutStyle{attr: s.attr & (bold | underline | struck)}
}
