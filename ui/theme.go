package ui

import (
	"strings"

	"charm.land/lipgloss/v2"
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
	// removed and added are for the words of an edit.
	removed string
	added   string
	glyphs  glyphs
}

type glyphs struct {
	unread, star, bar, column, rule, ellipsis, failed, dot string
	open, closed, full, empty, left, right, above, enter   string
	edited, paragraph, moved, paused                       string
}

var unicodeGlyphs = glyphs{
	unread: "●", star: "★", bar: "▌", column: "│", rule: "─", ellipsis: "…", failed: "!", dot: "·",
	open: "▾", closed: "▸", full: "█", empty: "░", left: "▕", right: "▏", above: "↑", enter: "⏎", edited: "±", paragraph: "¶", moved: "»", paused: "‖",
}

var asciiGlyphs = glyphs{
	unread: "*", star: "+", bar: ">", column: "|", rule: "-", ellipsis: "...", failed: "!", dot: "-",
	open: "v", closed: ">", full: "#", empty: ".", left: "[", right: "]", above: "^", enter: "Enter", edited: "~", paragraph: "/", moved: ">", paused: "=",
}

// newTheme chooses colours that read on a dark or a light background.
func newTheme(dark bool, icons string) theme {
	choose := lipgloss.LightDark(dark)
	plain := lipgloss.NewStyle()
	accent := plain.Foreground(choose(lipgloss.Color("25"), lipgloss.Color("75")))
	t := theme{
		dark:     dark,
		accent:   sequence(accent.Bold(true)),
		strong:   sequence(plain.Bold(true)),
		unread:   sequence(plain.Bold(true)),
		selected: sequence(accent),
		dim:      sequence(plain.Foreground(choose(lipgloss.Color("242"), lipgloss.Color("246")))),
		failed:   sequence(plain.Foreground(choose(lipgloss.Color("160"), lipgloss.Color("203")))),
		match:    sequence(plain.Reverse(true)),
		removed:  sequence(plain.Foreground(choose(lipgloss.Color("160"), lipgloss.Color("203"))).Strikethrough(true)),
		added:    sequence(plain.Foreground(choose(lipgloss.Color("28"), lipgloss.Color("114"))).Underline(true)),
		glyphs:   unicodeGlyphs,
	}
	if icons == "ascii" {
		t.glyphs = asciiGlyphs
	}
	return t
}

// sequence is what a style puts before a text. Rows are painted with it by the
// hundred for each frame, which Render would make several times dearer.
func sequence(s lipgloss.Style) string {
	before, _, _ := strings.Cut(s.Render("x"), "x")
	return before
}

// paint puts a style round plain text.
func paint(style, text string) string {
	if style == "" || text == "" {
		return text
	}
	return style + text + ansi.ResetStyle
}
