package style

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// look is how a text appears on the screen.
type look struct {
	text, below color.Color
	faint       bool
}

// shownBy returns how text in a style appears on a terminal with the palette of its first
// 16 colours.
func shownBy(t *testing.T, style string, basic []string, text, background color.Color) look {
	t.Helper()
	l := look{text: text, below: background}
	reversed := false
	params := strings.Split(strings.TrimSuffix(strings.TrimPrefix(style, "\x1b["), "m"), ";")
	for i := 0; i < len(params); i++ {
		n, _ := strconv.Atoi(params[i])
		of := func(n int) color.Color { return mustColor(basic[n]) }
		switch {
		case n == 2:
			l.faint = true
		case n == 7:
			reversed = true
		case n >= 30 && n <= 37:
			l.text = of(n - 30)
		case n >= 90 && n <= 97:
			l.text = of(n - 90 + 8)
		case n >= 40 && n <= 47:
			l.below = of(n - 40)
		case n == 38 || n == 48:
			var c color.Color
			if params[i+1] == "5" {
				number, _ := strconv.Atoi(params[i+2])
				c, i = ansi.IndexedColor(number), i+2
			} else {
				r, _ := strconv.Atoi(params[i+2])
				g, _ := strconv.Atoi(params[i+3])
				b, _ := strconv.Atoi(params[i+4])
				c, i = color.RGBA{uint8(r), uint8(g), uint8(b), 255}, i+4
			}
			if n == 38 {
				l.text = c
			} else {
				l.below = c
			}
		}
	}
	if reversed {
		l.text, l.below = l.below, l.text
	}
	if l.faint {
		l.text = mix(l.text, l.below, 1-faintPart)
	}
	return l
}

func (l look) contrast() float64 { return contrast(l.text, l.below) }

// sgrOf returns the style that parameters of SGR make.
func sgrOf(params string) string { return sgr(params) }

// xterm is the palette of xterm.
var xterm = strings.Fields("#000000 #cd0000 #00cd00 #cdcd00 #0000ee #cd00cd #00cdcd #e5e5e5 #7f7f7f #ff0000 #00ff00 #ffff00 #5c5cff #ff00ff #00ffff #ffffff")

// realTerminals are palettes of terminals with 16 colours: the colours of text and
// background, and the 16.
var realTerminals = []struct {
	name             string
	text, background string
	basic            []string
}{
	{"xterm, dark", "#e5e5e5", "#000000", xterm},
	{"xterm, light", "#000000", "#ffffff", xterm},
	{"console", "#aaaaaa", "#000000", strings.Fields("#000000 #aa0000 #00aa00 #aa5500 #0000aa #aa00aa #00aaaa #aaaaaa #555555 #ff5555 #55ff55 #ffff55 #5555ff #ff55ff #55ffff #ffffff")},
	{"Solarized dark", "#839496", "#002b36", solarized},
	{"Solarized light", "#657b83", "#fdf6e3", solarized},
	{"Terminal.app, dark", "#ffffff", "#1e1e1e", terminalApp},
	{"Terminal.app, light", "#000000", "#ffffff", terminalApp},
}

var (
	solarized   = strings.Fields("#073642 #dc322f #859900 #b58900 #268bd2 #d33682 #2aa198 #eee8d5 #002b36 #cb4b16 #586e75 #657b83 #839496 #6c71c4 #93a1a1 #fdf6e3")
	terminalApp = strings.Fields("#000000 #990000 #00a600 #999900 #0000b2 #b200b2 #00a6b2 #bfbfbf #666666 #e50000 #00d900 #e5e500 #0000ff #e500e5 #00e5e5 #e5e5e5")
)

// TestThemesCanBeRead measures every built-in theme with all colours and with 256: each
// text has the contrast that people with weak eyes need, on the page and on the selection,
// and less important text is weaker than other text.
func TestThemesCanBeRead(t *testing.T) {
	for _, p := range palettes {
		for _, depth := range []Depth{TrueColor, Colors256} {
			name := fmt.Sprintf("%s, depth %d", p.name, depth)
			text, background := mustColor(p.text), mustColor(p.background)
			th := Options{Name: p.name}.Theme(Terminal{Depth: depth})
			band := shownBy(t, th.band, xterm, text, background).below
			texts := map[string]string{
				"accent": th.Accent, "selected": th.Selected, "dim": th.Dim, "failed": th.Failed, "removed": th.Removed, "added": th.Added,
				"hit": th.Hit, "hint": th.Hint, "article's dim": sgrOf(th.Article.Dim), "plain": "",
			}
			for i := InkCode; i < inks; i++ {
				texts[fmt.Sprintf("ink %d", i)] = sgrOf(th.Article.Of(i))
			}
			for what, style := range texts {
				if n := shownBy(t, style, xterm, text, background).contrast(); n < leastContrast {
					t.Errorf("%s: %s has a contrast of %.2f", name, what, n)
				}
				if n, most := shownBy(t, style, xterm, text, band).contrast(), contrast(text, band); n < min(leastContrast, 0.95*most) {
					t.Errorf("%s: %s has a contrast of %.2f on the selection", name, what, n)
				}
			}
			dim, all := shownBy(t, th.Dim, xterm, text, background).contrast(), contrast(text, background)
			if dim > all || dim == all && all > 5 {
				t.Errorf("%s: dim text has a contrast of %.2f, other text of %.2f", name, dim, all)
			}
			behind := shownBy(t, th.Behind, xterm, text, background).contrast()
			if behind >= dim*0.8 || behind < 1.3 {
				t.Errorf("%s: the page behind has a contrast of %.2f, dim text of %.2f", name, behind, dim)
			}
			if n := contrast(band, background); n < 1.04 {
				t.Errorf("%s: the selection has a contrast of %.2f", name, n)
			}
		}
	}
}

// TestSixteenColors measures the themes with the palettes of real terminals. There the
// colours are the user's, and text has the contrast that the user wants. So a hue must have
// most of that, and less important text must not be stronger than other text.
func TestSixteenColors(t *testing.T) {
	for _, term := range realTerminals {
		text, background := mustColor(term.text), mustColor(term.background)
		all := contrast(text, background)
		dark := luminance(background) < 0.5
		for _, told := range []bool{true, false} {
			for _, depth := range []Depth{Colors16, NoColors} {
				name := fmt.Sprintf("%s, depth %d, told %v", term.name, depth, told)
				is := Terminal{Dark: dark, Depth: depth}
				if told {
					is.Known, is.Text, is.Background = true, text, background
				}
				th := Options{}.Theme(is)
				for what, style := range map[string]string{
					"accent": th.Accent, "selected": th.Selected, "failed": th.Failed, "hit": th.Hit, "hint": th.Hint, "band": th.band,
					"code": sgrOf(th.Article.Of(InkCode)), "keyword": sgrOf(th.Article.Of(InkKeyword)), "added": th.Added,
				} {
					if n := shownBy(t, style, term.basic, text, background).contrast(); n < 3 {
						t.Errorf("%s: %s has a contrast of %.2f", name, what, n)
					}
				}
				for what, style := range map[string]string{"dim": th.Dim, "article's dim": sgrOf(th.Article.Dim), "comment": sgrOf(th.Article.Of(InkComment))} {
					l := shownBy(t, style, term.basic, text, background)
					if n := l.contrast(); n > all || n < min(leastContrast, all) {
						t.Errorf("%s: %s has a contrast of %.2f, other text of %.2f", name, what, n, all)
					}
					if l.faint && !dark {
						t.Errorf("%s: %s is faint on a light background", name, what)
					}
				}
				if n := shownBy(t, th.Behind, term.basic, text, background).contrast(); n > all {
					t.Errorf("%s: the page behind has a contrast of %.2f, other text of %.2f", name, n, all)
				}
				if depth == NoColors {
					noHue(t, name, th)
				}
			}
		}
	}
}

// noHue checks that a theme has weights alone.
func noHue(t *testing.T, name string, th Theme) {
	t.Helper()
	for _, style := range []string{th.Accent, th.Strong, th.Unread, th.Selected, th.Dim, th.Failed, th.Removed, th.Added, th.Behind, th.Hit, th.Hint, th.band} {
		for p := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(style, "\x1b["), "m"), ";") {
			if n, _ := strconv.Atoi(p); n >= 30 {
				t.Errorf("%s: %q has a colour", name, style)
			}
		}
	}
}

// TestAutoFitsTheTerminal checks that theme = "auto" keeps the contrast on a background that
// is not the one it was made for, and that less important text stays the weaker one.
func TestAutoFitsTheTerminal(t *testing.T) {
	for _, c := range []struct{ text, background string }{
		{"#ffffff", "#000000"}, {"#eeeeec", "#300a24"}, {"#d8dee9", "#2e3440"}, {"#839496", "#002b36"}, {"#657b83", "#fdf6e3"},
		{"#000000", "#ffffff"}, {"#3c3836", "#fbf1c7"}, {"#ebdbb2", "#32302f"}, {"#c0c0c0", "#3f3f3f"}, {"#abb2bf", "#282c34"}, {"#24292e", "#f6f8fa"},
	} {
		for _, depth := range []Depth{TrueColor, Colors256} {
			text, background := mustColor(c.text), mustColor(c.background)
			th := Options{}.Theme(Terminal{Dark: luminance(background) < 0.18, Known: true, Depth: depth, Text: text, Background: background})
			all := contrast(text, background)
			for what, style := range map[string]string{
				"accent": th.Accent, "dim": th.Dim, "failed": th.Failed, "code": sgrOf(th.Article.Of(InkCode)), "string": sgrOf(th.Article.Of(InkString)), "hit": th.Hit,
			} {
				n := shownBy(t, style, xterm, text, background).contrast()
				if n < min(leastContrast, 0.95*all) {
					t.Errorf("%s on %s, depth %d: %s has a contrast of %.2f, other text of %.2f", c.text, c.background, depth, what, n, all)
				}
				if what == "dim" && n > all {
					t.Errorf("%s on %s, depth %d: dim text has a contrast of %.2f, other text of %.2f", c.text, c.background, depth, n, all)
				}
			}
		}
	}
}

// TestNoColourBelowZero checks that a sign is no part of a colour's number.
func TestNoColourBelowZero(t *testing.T) {
	for _, s := range []string{"-5", "5-", "-", "_"} {
		if CheckColor(s) == nil {
			t.Errorf("%q is a colour", s)
		}
	}
}
