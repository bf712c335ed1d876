package ui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// TestLayoutFillsTheScreen checks that at every size and focus the panes, the lines between
// them and the status line cover each cell once.
func TestLayoutFillsTheScreen(t *testing.T) {
	for _, option := range []string{"auto", "columns", "stack", "single"} {
		for w := 40; w <= 240; w += 23 {
			for h := 12; h <= 70; h += 11 {
				for _, focus := range []area{areaSources, areaHeadlines, areaArticle} {
					for _, g := range []geometry{
						{}, {zen: true, splits: splits{Sources: 500, Headlines: 1, Stack: 400, Reading: 400}},
						{reading: true}, {reading: true, splits: splits{Stack: 1, Reading: 1}}, {noPreview: true}, {noPreview: true, reading: true},
						{reading: true, list: listSize{rows: 1}}, {list: listSize{rows: 2}},
					} {
						g.option, g.focus = option, focus
						g.list = listSize{header: 1, row: 2, rows: g.list.rows}
						checkCover(t, arrange(w, h, g), w, h)
					}
				}
			}
		}
	}
}

func checkCover(t *testing.T, l layout, w, h int) {
	t.Helper()
	for y := range h {
		for x := range w {
			n := 0
			for _, r := range append(l.areas[:], l.status) {
				if r.W > 0 && r.Contains(x, y) {
					n++
				}
			}
			if (x == l.column[0] || x == l.column[1]) && n == 0 {
				n++
			} else if y == l.rule && n == 0 {
				n++
			}
			if n != 1 {
				t.Fatalf("%dx%d: cell %d,%d is covered %d times: %+v", w, h, x, y, n, l)
			}
		}
	}
}

// TestShapesBySize protects at which sizes the screen changes its shape.
func TestShapesBySize(t *testing.T) {
	for _, c := range []struct {
		w, h int
		want shape
	}{
		{160, 40, shapeColumns}, {159, 40, shapeSide}, {100, 20, shapeSide}, {99, 40, shapeStack},
		{60, 20, shapeStack}, {59, 40, shapeSingle}, {200, 19, shapeSingle},
	} {
		if got := chooseShape(c.w, c.h, "auto"); got != c.want {
			t.Errorf("%dx%d is shape %d, want %d", c.w, c.h, got, c.want)
		}
	}
}

// TestBackgroundOfSilentTerminal checks which colours a terminal gets that does not tell
// its background, and that its answer and the option theme come first.
func TestBackgroundOfSilentTerminal(t *testing.T) {
	for _, c := range []struct {
		theme, variable string
		dark            bool
	}{
		{"", "", true}, {"auto", "15;0", true}, {"auto", "0;15", false}, {"auto", "0;7", false}, {"auto", "0;8", true},
		{"auto", "0;default;15", false}, {"auto", "15;default;0", true}, {"auto", "0;9", false}, {"auto", "0;6", true},
		{"auto", "0;16", true}, {"auto", "0;default", true}, {"auto", "15;", true}, {"auto", "15", false}, {"auto", "light", true},
		{"dark", "0;15", true}, {"light", "15;0", false},
	} {
		m := newScreen(t, 80, 24, func(d *Deps, _ *fakeSource) { d.Settings.Theme, d.Settings.ColorFGBG = c.theme, c.variable }).m
		if m.theme.Dark != c.dark {
			t.Errorf("theme %q, COLORFGBG %q: dark is %v", c.theme, c.variable, m.theme.Dark)
		}
		m.learnColors(tea.BackgroundColorMsg{Color: ansi.Black})
		if want := c.theme != "light"; m.theme.Dark != want {
			t.Errorf("theme %q, COLORFGBG %q: after the answer dark is %v", c.theme, c.variable, m.theme.Dark)
		}
	}
}
