package ui

import (
	"strconv"

	"github.com/charmbracelet/x/ansi"
)

// theme holds the few styles of the screen as ready SGR sequences, and the
// glyphs. Bubble Tea lowers the colours to what the terminal can show; weight
// and glyphs carry the meaning where there are none.
type theme struct {
	dark     bool
	accent   string
	strong   string
	unread   string
	selected string
	dim      string
	failed   string
	match    string
	glyphs   glyphs
}

type glyphs struct {
	unread, star, bar, column, rule, ellipsis, failed, dot string
	open, closed, full, empty, left, right, above, enter   string
}

var unicodeGlyphs = glyphs{
	unread: "●", star: "★", bar: "▌", column: "│", rule: "─", ellipsis: "…", failed: "!", dot: "·",
	open: "▾", closed: "▸", full: "█", empty: "░", left: "▕", right: "▏", above: "↑", enter: "⏎",
}

var asciiGlyphs = glyphs{
	unread: "*", star: "+", bar: ">", column: "|", rule: "-", ellipsis: "...", failed: "!", dot: "-",
	open: "v", closed: ">", full: "#", empty: ".", left: "[", right: "]", above: "^", enter: "Enter",
}

// newTheme chooses colours that read on a dark or a light background.
func newTheme(dark bool, icons string) theme {
	accent, dim, red := 75, 246, 203
	if !dark {
		accent, dim, red = 25, 242, 160
	}
	t := theme{
		dark:     dark,
		accent:   sgr("1", accent),
		strong:   ansi.SGR(ansi.AttrBold),
		unread:   ansi.SGR(ansi.AttrBold),
		selected: sgr("", accent),
		dim:      sgr("", dim),
		failed:   sgr("", red),
		match:    ansi.SGR(ansi.AttrReverse),
		glyphs:   unicodeGlyphs,
	}
	if icons == "ascii" {
		t.glyphs = asciiGlyphs
	}
	return t
}

// sgr is the sequence for an indexed colour, with an attribute before it.
func sgr(attr string, color int) string {
	if attr != "" {
		attr += ";"
	}
	return "\x1b[" + attr + "38;5;" + strconv.Itoa(color) + "m"
}

// paint puts a style round plain text.
func paint(style, text string) string {
	if style == "" || text == "" {
		return text
	}
	return style + text + ansi.ResetStyle
}
