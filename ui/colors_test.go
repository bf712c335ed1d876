package ui

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dateline/ui/style"
)

// inColors gives a screen what a terminal tells about its colours.
func inColors(s *screen, dark bool, depth style.Depth) {
	s.m.terminal = style.Terminal{Dark: dark, Known: true, Depth: depth}
	background := lipgloss.Color("#ffffff")
	if dark {
		background = lipgloss.Color("#1e1e1e")
	}
	s.send(tea.BackgroundColorMsg{Color: background})
}

// TestScreensInColor compares list and article with the golden files, in which the styles are
// words: on a dark and on a light terminal, with 16 colours and with none.
func TestScreensInColor(t *testing.T) {
	for _, c := range []struct {
		name  string
		dark  bool
		depth style.Depth
	}{
		{"dark", true, style.TrueColor}, {"light", false, style.TrueColor}, {"16", true, style.Colors16}, {"16light", false, style.Colors16}, {"none", false, style.NoColors},
	} {
		s := newScreen(t, 80, 24, func(d *Deps, _ *fakeSource) {
			d.Settings.Theme, d.Settings.NoColor = "auto", c.depth == style.NoColors
		})
		s.press("R")
		inColors(s, c.dark, c.depth)
		s.goldenText("colors_list_"+c.name, s.styled())
		s.press("enter")
		s.goldenText("colors_article_"+c.name, s.styled())
	}
}

// TestLateBackgroundMovesNothing checks that the colours change when the terminal tells its
// background late, and that no line of the screen moves or vanishes meanwhile.
func TestLateBackgroundMovesNothing(t *testing.T) {
	s := newScreen(t, 80, 24, func(d *Deps, _ *fakeSource) { d.Settings.Theme = "auto" })
	s.press("R", "j", "enter", "j", "j")
	before, colors := s.text(), s.styled()
	_, cmd := s.m.Update(tea.BackgroundColorMsg{Color: lipgloss.Color("#ffffff")})
	if s.m.theme.Dark || s.text() != before {
		t.Errorf("before the article is rendered again: dark %v, screen\n%s\nwant\n%s", s.m.theme.Dark, s.text(), before)
	}
	s.run(cmd)
	if s.text() != before {
		t.Errorf("screen\n%s\nwant\n%s", s.text(), before)
	}
	if dim := readable("\x1b[" + s.m.theme.Article.Dim + "m"); s.styled() == colors || strings.Contains(s.styled(), readable("\x1b["+style.New(true, "").Article.Dim+"m")) {
		t.Errorf("the article has not got the new dim %s:\n%s", dim, s.styled())
	}
}

// TestNamedThemeIgnoresTheBackground checks that a theme with a name stays, whatever the
// terminal tells, and that single colours replace its own.
func TestNamedThemeIgnoresTheBackground(t *testing.T) {
	s := newScreen(t, 80, 24, func(d *Deps, _ *fakeSource) {
		d.Settings.Theme, d.Settings.Colors, d.Settings.DarkColors = "nord", Colors{Accent: "red", Dim: "240"}, Colors{Accent: "bright blue"}
		d.Settings.LightColors = Colors{Dim: "3"}
	})
	before := s.m.theme
	s.send(tea.BackgroundColorMsg{Color: lipgloss.Color("#ffffff")})
	if s.m.theme != before || before.Accent != "\x1b[1;94m" || before.Dim != "\x1b[38;5;240m" {
		t.Errorf("accent %q, dim %q; changed %v", before.Accent, before.Dim, s.m.theme != before)
	}
}

// styled returns the screen with its styles as words.
func (s *screen) styled() string {
	s.m.dirty = true
	var lines []string
	for l := range strings.SplitSeq(s.m.View().Content, "\n") {
		lines = append(lines, strings.TrimRight(readable(l), " "))
	}
	return strings.Join(lines, "\n") + "\n"
}

var styleSequence = regexp.MustCompile("\x1b\\[([0-9;]*)m|\x1b\\]8;[^\x07\x1b]*(\x07|\x1b\\\\)")

// readable returns a line with words for its styles, and without the sequences of links.
func readable(line string) string {
	return styleSequence.ReplaceAllStringFunc(line, func(seq string) string {
		m := styleSequence.FindStringSubmatch(seq)
		if strings.HasPrefix(seq, "\x1b]") {
			return ""
		}
		return "‹" + strings.TrimSpace(styleWords(strings.Split(m[1], ";"))) + "›"
	})
}

func styleWords(params []string) string {
	words := map[int]string{0: "", 1: " bold", 2: " faint", 3: " italic", 4: " underline", 7: " reverse", 9: " struck"}
	names := strings.Fields("black red green yellow blue magenta cyan white")
	s := ""
	for i := 0; i < len(params); i++ {
		n, _ := strconv.Atoi(params[i])
		switch {
		case (n == 38 || n == 48) && params[i+1] == "2":
			var rgb [3]int
			for k := range rgb {
				rgb[k], _ = strconv.Atoi(params[i+2+k])
			}
			s += map[int]string{38: " ", 48: " on-"}[n] + fmt.Sprintf("#%02x%02x%02x", rgb[0], rgb[1], rgb[2])
			i += 4
		case n >= 90:
			s += " bright-" + names[n-90]
		case n >= 30:
			s += " " + names[n-30]
		default:
			s += words[n]
		}
	}
	return s
}

// TestReadable protects the notation of the golden files.
func TestReadable(t *testing.T) {
	got := readable("\x1b[1;38;2;1;2;255;48;2;0;0;0ma\x1b[m \x1b[;4;96mb" + ansi.ResetHyperlink())
	if want := "‹bold #0102ff on-#000000›a‹› ‹underline bright-cyan›b"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
