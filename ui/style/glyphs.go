package style

import (
	"slices"
	"strings"
)

// Glyphs are the symbols of the screen. Each is one cell wide in every terminal, except
// Ellipsis and Enter in ASCII.
type Glyphs struct {
	Unread, Star, Bar, Column, Rule, Ellipsis, Failed, Dot string
	Open, Closed, Full, Empty, Left, Right, Above, Enter   string
	Edited, Paragraph, Moved, Paused, Pending              string
	// The corners of a frame, and where a rule meets its sides.
	TopLeft, TopRight, BottomLeft, BottomRight, TeeLeft, TeeRight string
	// Bars are the bars of [Glyphs.BarLine], the lowest first.
	Bars string
}

var unicodeGlyphs = Glyphs{
	Unread: "●", Star: "★", Bar: "▌", Column: "│", Rule: "─", Ellipsis: "…", Failed: "!", Dot: "·",
	Open: "▾", Closed: "▸", Full: "█", Empty: "░", Left: "▕", Right: "▏", Above: "↑", Enter: "⏎", Edited: "±", Paragraph: "¶", Moved: "»", Paused: "‖", Pending: "↑",
	TopLeft: "╭", TopRight: "╮", BottomLeft: "╰", BottomRight: "╯", TeeLeft: "├", TeeRight: "┤",
	Bars: "▁▂▃▄▅▆▇█",
}

var asciiGlyphs = Glyphs{
	Unread: "*", Star: "+", Bar: ">", Column: "|", Rule: "-", Ellipsis: "...", Failed: "!", Dot: "-",
	Open: "v", Closed: ">", Full: "#", Empty: ".", Left: "[", Right: "]", Above: "^", Enter: "Enter", Edited: "~", Paragraph: "/", Moved: ">", Paused: "=", Pending: "^",
	TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+", TeeLeft: "+", TeeRight: "+",
	Bars: "01234567",
}

// Known returns the symbols of the screen in one string.
func (g Glyphs) Known() string {
	return strings.Join([]string{
		g.Unread, g.Star, g.Bar, g.Column, g.Rule, g.Ellipsis, g.Failed, g.Dot, g.Open, g.Closed, g.Full, g.Empty,
		g.Left, g.Right, g.Above, g.Enter, g.Edited, g.Paragraph, g.Moved, g.Paused, g.Pending,
		g.TopLeft, g.TopRight, g.BottomLeft, g.BottomRight, g.TeeLeft, g.TeeRight, g.Bars,
	}, "")
}

// Key returns a key as the status line shows it.
func (g Glyphs) Key(name string) string {
	switch name {
	case "enter":
		return g.Enter
	case "esc":
		return "Esc"
	}
	return name
}

// BarLine draws each number as a bar. The largest has the full height, and 0 the lowest bar,
// which no other number has.
func (g Glyphs) BarLine(numbers []int) string {
	bars, top := []rune(g.Bars), slices.Max(append([]int{1}, numbers...))
	var b strings.Builder
	for _, n := range numbers {
		height := 0
		if n > 0 {
			height = max((n*(len(bars)-1)+top/2)/top, 1)
		}
		b.WriteRune(bars[height])
	}
	return b.String()
}

// ArticleGlyphs are the symbols inside articles.
type ArticleGlyphs struct {
	// Bar is put before the lines of a quote, Wrapped before the remainder of a long
	// line of code.
	Bar, Wrapped        string
	Rule, Column, Cross string
	// Bullets are the bullets of lists, one for each level.
	Bullets []string
	// Image marks an image, Media a video or audio recording. If Media is empty, the name
	// of the HTML element is used.
	Image, Media string
	// Details is put before the summary of what a browser unfolds on request.
	Details string
}

// ForArticle returns the symbols inside articles, in ASCII if ascii is set.
func ForArticle(ascii bool) ArticleGlyphs {
	if ascii {
		return ArticleGlyphs{Bar: "| ", Wrapped: "> ", Rule: "-", Column: "|", Cross: "+", Bullets: []string{"* ", "- ", "+ "}, Image: "[img]", Details: "v "}
	}
	return ArticleGlyphs{Bar: "▏ ", Wrapped: "↪ ", Rule: "─", Column: "│", Cross: "┼", Bullets: []string{"• ", "◦ ", "▪ "}, Image: "▧", Media: "▷", Details: "▾ "}
}

// Known returns the symbols that every terminal draws in one cell. It leaves out the
// symbols for recordings, wrapped lines and deeper lists, because terminals draw them with
// different widths.
func (g ArticleGlyphs) Known() string {
	return g.Bar + g.Rule + g.Column + g.Cross + g.Bullets[0] + g.Image + g.Details
}
