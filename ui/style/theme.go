// Package style holds every colour, weight and symbol of dateline: for the screen, for
// articles and for the command line. It also measures, cuts and pads text by its width in
// cells of the terminal.
//
// Start with [Options.Theme] for a [Theme], and with [Paint], [Width] and [Fit]. The
// built-in themes are the table in built_in_themes.go. A colour must never be the only
// difference: weight or symbols show the same on a terminal without colours. No other
// package may define colours or symbols.
package style

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Theme holds the styles of the screen, as SGR sequences for [Paint], and the symbols. A
// style may be empty. Themes can be compared.
type Theme struct {
	// Dark reports whether the colours are for a dark background.
	Dark bool
	// Accent is for the pane with the focus, Strong for headings, Unread for unread
	// titles, Selected for the selected row, Dim for less important text.
	Accent, Strong, Unread, Selected, Dim string
	// Failed is for errors, and nothing else is red. Match is for the cursor of a filter.
	Failed, Match string
	// Removed and Added are for the words of an edit.
	Removed, Added string
	// Behind is for the page behind an overlay, which is dimmer than anything in it.
	// Paint it over plain text. Hit is for what a search has found, Hint for the letters on
	// links.
	Behind, Hit, Hint string
	// Article holds the styles inside articles.
	Article Article
	Glyphs  Glyphs
	// band is the background of the selected row, see [Theme.Band].
	band string
}

// New returns the default theme for a dark or a light background on a terminal with all
// colours. If icons is "ascii", the symbols are ASCII characters.
func New(dark bool, icons string) Theme {
	return Options{Icons: icons}.Theme(Terminal{Dark: dark, Known: true})
}

// CommandLine returns the theme of the command line. It has the colours of the
// terminal's own palette. colorFGBG is the variable COLORFGBG: less important text is faint
// only if that tells a dark background, because on a light one it would be hard to read.
func CommandLine(colorFGBG string) Theme {
	t := Theme{Strong: sgr("1"), Unread: sgr("1"), Failed: sgr("1", "31"), Removed: sgr("9"), Added: sgr("1"), Glyphs: unicodeGlyphs}
	if dark, known := Background(colorFGBG); dark && known {
		t.Dim = sgr("2")
	}
	return t
}

// sgr returns the SGR sequence with some parameters; empty if all of them are. A frame has
// hundreds of texts, and lipgloss takes several times as long to render each.
func sgr(parts ...string) string {
	all := joinParameters(parts...)
	if all == "" {
		return ""
	}
	return "\x1b[" + all + "m"
}

// joinParameters joins parameters of SGR that are not empty.
func joinParameters(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		if p != "" && b.Len() > 0 {
			b.WriteByte(';')
		}
		b.WriteString(p)
	}
	return b.String()
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
