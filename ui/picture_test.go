package ui

import (
	"cmp"
	"fmt"
	"html"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"dateline/ui/pane"
)

// TestPictureIsFresh checks that the picture in README.md is what the program draws. With
// -update it writes the picture.
func TestPictureIsFresh(t *testing.T) {
	const path = "../docs/screen.svg"
	s := newScreen(t, 120, 34, func(d *Deps, f *fakeSource) {
		d.Settings.Queries = []SavedQuery{{Name: "This morning", Query: pane.MustQuery("since:6h")}}
		f.errors[oldURL] = "old.example has nothing at this address (404 Not Found): look for the feed's new address on the site."
	})
	s.clock.t = s.clock.t.Add(26*time.Minute + 41*time.Second)
	s.press("t", "type:nato", "enter", "j", "j", "s", "k", "enter")
	s.m.dirty = true
	want := svg(strings.Split(s.m.View().Content, "\n"), s.m.width)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the screen is (%v); make golden rewrites it", path, err)
	}
}

// The picture's measures, in pixels. A glyph of the usual monospaced fonts is
// 0.6 of its size wide.
const (
	cellWidth  = 8.4
	cellHeight = 18
	fontSize   = 14
	border     = 14
)

const (
	paper = "#16181d"
	ink   = "#d3d6dc"
)

// svg draws lines of styled text on a grid of cells.
func svg(lines []string, columns int) string {
	var b strings.Builder
	w, h := float64(columns)*cellWidth+2*border, len(lines)*cellHeight+2*border
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %d" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="%d">`+"\n",
		pixels(w), h, fontSize)
	b.WriteString("<title>dateline: sources at the left, headlines at the right, an article below them</title>\n")
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", paper)
	for y, line := range lines {
		for _, r := range runs(line) {
			r.draw(&b, y)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// pen is how a cell is drawn.
type pen struct {
	color string
	// below is the background; empty for that of the page.
	below                                  string
	bold, faint, italic, underline, struck bool
}

// run is text in one pen that begins at column x and is w cells wide.
type run struct {
	pen  pen
	text string
	x, w int
}

// draw writes a run in line y. Lines and bars are drawn as shapes, so that
// they meet; the length of a text is set, so that it fits its cells in any
// font.
func (r run) draw(b *strings.Builder, y int) {
	x, top, w := border+float64(r.x)*cellWidth, border+y*cellHeight, float64(r.w)*cellWidth
	shape := func(x float64, y int, w float64, h int) {
		fmt.Fprintf(b, `<rect x="%s" y="%d" width="%s" height="%d" fill="%s"/>`+"\n", pixels(x), y, pixels(w), h, cmp.Or(r.pen.color, ink))
	}
	if r.pen.below != "" {
		fmt.Fprintf(b, `<rect x="%s" y="%d" width="%s" height="%d" fill="%s"/>`+"\n", pixels(x), top, pixels(w), cellHeight, r.pen.below)
	}
	if r.text == "" {
		return
	}
	switch shapeOf(r.text) {
	case '│':
		shape(x+cellWidth/2, top, 1, cellHeight)
	case '─':
		shape(x, top+cellHeight/2, w, 1)
	case '▌':
		shape(x, top, cellWidth/2, cellHeight)
	default:
		fmt.Fprintf(b, `<text x="%s" y="%d" textLength="%s" lengthAdjust="spacingAndGlyphs"%s>%s</text>`+"\n",
			pixels(x), top+cellHeight-5, pixels(w), r.pen.attributes(), html.EscapeString(r.text))
	}
}

// shapeOf is the line or bar that a text begins with; zero for others.
func shapeOf(s string) rune {
	if r, _ := utf8.DecodeRuneInString(s); strings.ContainsRune("│─▌", r) {
		return r
	}
	return 0
}

func (p pen) attributes() string {
	a := ` fill="` + cmp.Or(p.color, ink) + `"`
	for _, x := range []struct {
		on   bool
		text string
	}{
		{p.bold, ` font-weight="bold"`}, {p.faint, ` opacity="0.7"`}, {p.italic, ` font-style="italic"`},
		{p.underline, ` text-decoration="underline"`}, {p.struck, ` text-decoration="line-through"`},
	} {
		if x.on {
			a += x.text
		}
	}
	return a
}

// runs cuts a styled line where its style changes, at two spaces, and around
// shapes and everything that is not exactly one cell wide.
func runs(line string) []run {
	var out []run
	var p pen
	x, blanks, joins := 0, 0, false
	var state byte
	for len(line) > 0 {
		seq, w, n, next := ansi.DecodeSequence(line, state, nil)
		line, state = line[n:], next
		switch {
		case w == 0:
			if sgr, ok := strings.CutPrefix(seq, "\x1b["); ok && strings.HasSuffix(sgr, "m") {
				p.apply(strings.TrimSuffix(sgr, "m"))
				joins = false
			}
		case seq == " " && p.below != "":
			if n := len(out) - 1; n >= 0 && out[n].text == "" && out[n].x+out[n].w == x {
				out[n].w++
			} else {
				out = append(out, run{p, "", x, 1})
			}
			joins, blanks = false, 0
		case seq == " ":
			blanks++
		default:
			if joins && blanks < 2 && w == 1 && shapeOf(seq) == shapeOf(out[len(out)-1].text) {
				out[len(out)-1].text += strings.Repeat(" ", blanks) + seq
				out[len(out)-1].w += blanks + 1
			} else {
				out = append(out, run{p, seq, x, w})
			}
			joins, blanks = w == 1, 0
		}
		x += w
	}
	return out
}

// apply follows a Select Graphic Rendition sequence (ECMA-48 section 8.3.117).
func (p *pen) apply(sgr string) {
	codes := strings.Split(sgr, ";")
	for len(codes) > 0 {
		code, _ := strconv.Atoi(codes[0])
		codes = codes[1:]
		switch {
		case code == 0:
			*p = pen{}
		case code == 1:
			p.bold = true
		case code == 2:
			p.faint = true
		case code == 3:
			p.italic = true
		case code == 4:
			p.underline = true
		case code == 9:
			p.struck = true
		case code == 22:
			p.bold, p.faint = false, false
		case code == 38 && len(codes) > 1 && codes[0] == "5":
			index, _ := strconv.Atoi(codes[1])
			p.color, codes = color(index), codes[2:]
		case code == 38 && len(codes) > 3:
			p.color, codes = hex(codes[1:4]), codes[4:]
		case code == 48 && len(codes) > 3:
			p.below, codes = hex(codes[1:4]), codes[4:]
		case code >= 30 && code < 38:
			p.color = color(code - 30)
		case code >= 90 && code < 98:
			p.color = color(code - 90 + 8)
		case code == 39:
			p.color = ""
		}
	}
}

// hex is a colour of red, green and blue.
func hex(parts []string) string {
	s := "#"
	for _, p := range parts {
		n, _ := strconv.Atoi(p)
		s += fmt.Sprintf("%02x", n)
	}
	return s
}

// color is one of a terminal's 256 colours: sixteen, a cube and a ramp of
// greys.
func color(index int) string {
	base := []string{
		"#3a3f4b", "#e06c75", "#98c379", "#d8b670", "#61afef", "#c678dd", "#63b7c0", "#d3d6dc",
		"#5c6370", "#f08a92", "#b3d79a", "#ead09a", "#8cc8f5", "#d9a0ea", "#8ccfd6", "#ffffff",
	}
	if index < len(base) {
		return base[index]
	}
	if grey := 8 + 10*(index-232); index >= 232 {
		return fmt.Sprintf("#%02x%02x%02x", grey, grey, grey)
	}
	steps := []int{0, 95, 135, 175, 215, 255}
	i := index - 16
	return fmt.Sprintf("#%02x%02x%02x", steps[i/36], steps[i/6%6], steps[i%6])
}

// pixels writes a length without needless digits.
func pixels(f float64) string {
	return strconv.FormatFloat(f, 'f', -1, 32)
}

// TestPictureCells protects the picture's alignment: a wide character takes two
// cells and stands alone, a style ends where it ends, spaces move what follows.
func TestPictureCells(t *testing.T) {
	got := runs("a\x1b[1mb c\x1b[m  東d│e")
	want := []run{
		{text: "a", x: 0, w: 1}, {pen: pen{bold: true}, text: "b c", x: 1, w: 3}, {text: "東", x: 6, w: 2},
		{text: "d", x: 8, w: 1}, {text: "│", x: 9, w: 1}, {text: "e", x: 10, w: 1},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
