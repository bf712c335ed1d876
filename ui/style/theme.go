// Package style holds every colour, weight and symbol of dateline: for the screen, for
// articles and for the command line. It also measures, cuts and pads text by its width in
// cells of the terminal.
//
// Start with [New] for a [Theme], and with [Paint], [Width] and [Fit]. A colour must never
// be the only difference: weight or symbols show the same on a terminal without colours.
// No other package may define colours or symbols.
package style

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Theme holds the styles of the screen, as SGR sequences for [Paint], and the symbols. The
// painter reduces the colours to those that the terminal can show.
type Theme struct {
	// Dark reports whether the colours are for a dark background.
	Dark bool
	// Accent is for the pane with the focus, Strong for headings, Unread for unread
	// titles, Selected for the selected row, Dim for less important text.
	Accent, Strong, Unread, Selected, Dim string
	// Failed is for errors, Match for the cursor of a filter.
	Failed, Match string
	// Removed and Added are for the words of an edit.
	Removed, Added string
	// Behind is for the page behind an overlay, which is dimmer than anything in it.
	// Paint it over plain text. Hit is for what a search has found, Hint for the letters on
	// links.
	Behind, Hit, Hint string
	Glyphs            Glyphs
}

// New returns the theme for a dark or a light background. If icons is "ascii", the symbols
// are ASCII characters.
func New(dark bool, icons string) Theme {
	choose := lipgloss.LightDark(dark)
	plain := lipgloss.NewStyle()
	accent := plain.Foreground(choose(lipgloss.Color("25"), lipgloss.Color("75")))
	red := choose(lipgloss.Color("160"), lipgloss.Color("203"))
	green := choose(lipgloss.Color("28"), lipgloss.Color("114"))
	t := Theme{
		Dark:     dark,
		Accent:   sequence(accent.Bold(true)),
		Strong:   sequence(plain.Bold(true)),
		Unread:   sequence(plain.Bold(true)),
		Selected: sequence(accent),
		Dim:      sequence(plain.Foreground(choose(lipgloss.Color("242"), lipgloss.Color("246")))),
		Failed:   sequence(plain.Foreground(red)),
		Match:    sequence(plain.Reverse(true)),
		Removed:  sequence(plain.Foreground(red).Strikethrough(true)),
		Added:    sequence(plain.Foreground(green).Underline(true)),
		Behind:   sequence(plain.Foreground(choose(lipgloss.Color("250"), lipgloss.Color("239")))),
		Hit:      sequence(plain.Foreground(choose(lipgloss.Color("16"), lipgloss.Color("231"))).Background(choose(lipgloss.Color("222"), lipgloss.Color("58")))),
		Hint:     sequence(accent.Bold(true).Reverse(true)),
		Glyphs:   unicodeGlyphs,
	}
	if icons == "ascii" {
		t.Glyphs = asciiGlyphs
	}
	return t
}

// CommandLine returns the theme of the command line. It has the colours of the
// terminal's own palette, because a command does not know the background.
func CommandLine() Theme {
	plain := lipgloss.NewStyle()
	red := sequence(plain.Foreground(lipgloss.Color("1")))
	bold := sequence(plain.Bold(true))
	return Theme{Strong: bold, Unread: bold, Dim: sequence(plain.Faint(true)), Failed: red, Removed: red, Added: bold, Glyphs: unicodeGlyphs}
}

// Article holds the colours of an article as indexes into the terminal's first
// 16 colours plus one. Those follow the user's own palette. 0 means the
// terminal's text colour.
type Article struct{ Heading, Code int16 }

// CodeString is the colour of strings in code, as chroma names it: the green of the
// terminal's own 16 colours.
const CodeString = "#ansidarkgreen"

// ArticleColors returns the colours of an article on a dark or light background.
func ArticleColors(dark bool) Article {
	if dark {
		return Article{Heading: 6 + 1, Code: 3 + 1}
	}
	return Article{Heading: 4 + 1, Code: 5 + 1}
}

// sequence returns the SGR sequence of a style. A frame has hundreds of texts, and
// lipgloss takes several times as long to render each.
func sequence(s lipgloss.Style) string {
	before, _, _ := strings.Cut(s.Render("x"), "x")
	return before
}

// Paint adds a style to plain text.
func Paint(style, text string) string {
	if style == "" || text == "" {
		return text
	}
	return style + text + ansi.ResetStyle
}

// JoinDots joins the parts that are not empty with middle dots.
func (t Theme) JoinDots(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(" " + t.Glyphs.Dot + " ")
		}
		b.WriteString(p)
	}
	return b.String()
}
