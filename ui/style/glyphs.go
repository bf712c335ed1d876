package style

import "strings"

// Glyphs are the symbols of the screen. Each takes one cell in every terminal,
// except the ASCII ellipsis and Enter.
type Glyphs struct {
	Unread, Star, Bar, Column, Rule, Ellipsis, Failed, Dot string
	Open, Closed, Full, Empty, Left, Right, Above, Enter   string
	Edited, Paragraph, Moved, Paused                       string
}

var unicodeGlyphs = Glyphs{
	Unread: "●", Star: "★", Bar: "▌", Column: "│", Rule: "─", Ellipsis: "…", Failed: "!", Dot: "·",
	Open: "▾", Closed: "▸", Full: "█", Empty: "░", Left: "▕", Right: "▏", Above: "↑", Enter: "⏎", Edited: "±", Paragraph: "¶", Moved: "»", Paused: "‖",
}

var asciiGlyphs = Glyphs{
	Unread: "*", Star: "+", Bar: ">", Column: "|", Rule: "-", Ellipsis: "...", Failed: "!", Dot: "-",
	Open: "v", Closed: ">", Full: "#", Empty: ".", Left: "[", Right: "]", Above: "^", Enter: "Enter", Edited: "~", Paragraph: "/", Moved: ">", Paused: "=",
}

// Known returns the symbols of the screen in one string.
func (g Glyphs) Known() string {
	return strings.Join([]string{
		g.Unread, g.Star, g.Bar, g.Column, g.Rule, g.Ellipsis, g.Failed, g.Dot, g.Open, g.Closed, g.Full, g.Empty,
		g.Left, g.Right, g.Above, g.Enter, g.Edited, g.Paragraph, g.Moved, g.Paused,
	}, "")
}

// ArticleGlyphs are the symbols inside articles.
type ArticleGlyphs struct {
	// Bar stands before the lines of a quote, Wrapped before what is left of a
	// long line of code.
	Bar, Wrapped        string
	Rule, Column, Cross string
	// Bullets are for lists, one for each level.
	Bullets []string
	// Image stands for a picture, Media for a recording. If Media is empty, the
	// name of the HTML element is written.
	Image, Media string
}

// ForArticle returns the symbols inside articles, in ASCII or not.
func ForArticle(ascii bool) ArticleGlyphs {
	if ascii {
		return ArticleGlyphs{Bar: "| ", Wrapped: "> ", Rule: "-", Column: "|", Cross: "+", Bullets: []string{"* ", "- ", "+ "}, Image: "[img]"}
	}
	return ArticleGlyphs{Bar: "│ ", Wrapped: "↪ ", Rule: "─", Column: "│", Cross: "┼", Bullets: []string{"• ", "◦ ", "▪ "}, Image: "▧", Media: "▷"}
}

// Known returns the symbols that every terminal draws in one cell. The symbols
// for a recording, a wrapped line and the deeper lists are not among them:
// terminals differ over their width.
func (g ArticleGlyphs) Known() string {
	return g.Bar + g.Rule + g.Column + g.Cross + g.Bullets[0] + g.Image
}
