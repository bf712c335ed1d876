package article

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// textAt returns the text of width cells from a column on.
func textAt(l Line, column, width uint16) string {
	return ansi.Strip(ansi.Cut(l.Text, int(column), int(column+width)))
}

// TestLinesSayWhereLinksAre checks the places of links: in lists, in tables, over several
// lines, and behind wide characters.
func TestLinesSayWhereLinksAre(t *testing.T) {
	h := safe(`<ul><li>東京 <a href="/1">a link that is too long for a line</a> and <a href="/2">two</a></li></ul>` +
		`<table><tr><td><a href="/3">cell</a></td><td>text <a href="/4">of two or more lines, so that the cell is wrapped</a></td></tr></table>` +
		`<p><a href="/5">big <img src="/6.png" alt="pic"></a></p>`)
	want := map[int32]string{1: "a link that is too long for a line", 2: "two", 3: "cell", 4: "of two or more lines, so that the cell is wrapped", 5: "big [5]", 6: "▧ pic"}
	for _, links := range []bool{false, true} {
		got := map[int32]string{}
		for _, l := range Render(h, Options{Width: 30, Links: links}).Lines {
			for _, p := range l.Links {
				got[p.N] = strings.TrimSpace(got[p.N] + " " + strings.TrimSpace(textAt(l, p.Column, p.Width)))
			}
		}
		// The picture is the fifth link in reading order, the link around it the sixth.
		got[5], got[6] = got[6], got[5]
		if !reflect.DeepEqual(got, want) {
			t.Errorf("links %v:\n got %q\nwant %q", links, got, want)
		}
	}
}

// TestLinesSayWhichBlock checks kind, number and level of lines, and that the blocks can
// be joined again to the text.
func TestLinesSayWhichBlock(t *testing.T) {
	h := safe(`<h2>A heading that is too long for one line</h2><blockquote><ul><li>An item of several lines<br>with a break</li></ul></blockquote>` +
		`<pre>code = "too long for one line"
next</pre><p>東京は、海に近づくなと言った。</p><hr><table><tr><td>a</td><td>b</td></tr></table>`)
	r := Render(h, Options{Width: 20})
	var got []string
	var block int32
	for _, l := range r.Lines {
		if l.Kind == Space {
			if l.Block != 0 || strings.Trim(l.Text, "▏ ") != "" {
				t.Errorf("a space has block %d and text %q", l.Block, l.Text)
			}
			continue
		}
		text := textAt(l, l.Indent, 100)
		if l.Block == block {
			text = got[len(got)-1] + map[Joint]string{NewLine: "\n", Blank: " ", Cut: ""}[l.Joint] + text
			got = got[:len(got)-1]
		} else if l.Joint != NewLine {
			t.Errorf("block %d begins with joint %d", l.Block, l.Joint)
		} else {
			text = fmt.Sprintf("%d %d ", l.Kind, l.Level) + text
		}
		block = l.Block
		got = append(got, text)
	}
	want := []string{"2 2 A heading that is too long for one line", "1 0 An item of several lines\nwith a break", "3 0 code = \"too long for one line\"\nnext",
		"1 0 東京は、海に近づくなと言った。", "5 0 " + strings.Repeat("─", 20), "4 0 a  b"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

// TestLinesHavePictures checks that each picture is on the line on which its description
// begins, with what is known about it.
func TestLinesHavePictures(t *testing.T) {
	h := safe(`<p>text <img src="/a.png" alt="a long description of the picture" width="640" height="480"></p><p><img src="data:image/png;base64,AAAA"></p>` +
		`<table><tr><td>x</td><td><img src="/b.png" title="in a cell"></td></tr></table><p><img src="/pixel.png" width="1" height="1"></p>`)
	var got []string
	for _, l := range Render(h, Options{Width: 24, Links: true}).Lines {
		for _, p := range l.Pictures {
			got = append(got, fmt.Sprintf("%s: %s %q %dx%d", ansi.Strip(l.Text), p.URL, p.Alt, p.Width, p.Height))
		}
	}
	want := []string{`text ▧ a long: https://example.org/a.png "a long description of the picture" 640x480`,
		`▧ image: data:image/png;base64,AAAA "image" 0x0`, `x  ▧ in a cell [2]: https://example.org/b.png "in a cell" 0x0`}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

// TestAdd checks that pieces can arrive twice, and that a piece that does not follow is
// refused.
func TestAdd(t *testing.T) {
	h := prose(20 << 10)
	var pieces []Piece
	for j, more := Start(h, full(60)), true; more; {
		var p Piece
		p, more = j.Next()
		pieces = append(pieces, p)
	}
	var r Rendering
	for i, p := range pieces {
		if i+2 < len(pieces) && r.Add(pieces[i+2]) {
			t.Errorf("piece %d was added before piece %d", i+2, i)
		}
		for range 2 {
			if !r.Add(p) {
				t.Errorf("piece %d was refused", i)
			}
		}
	}
	if !reflect.DeepEqual(r, Render(h, full(60))) {
		t.Error("the pieces are not the whole")
	}
}

// TestClustersAcrossElements checks that a character whose parts are in several elements
// is as wide as the terminal shows it.
func TestClustersAcrossElements(t *testing.T) {
	for _, raw := range []string{"#<b>\ufe0f\u20e3</b>", "e<i>\u0301</i>", "👩\u200d<b>👧</b>", "🇦<code>🇹</code>"} {
		for _, o := range []Options{{Width: 20}, full(20)} {
			line := Render(safe("<p>"+raw+raw+"x</p>"), o).Lines[0]
			cells := cellsOf(ansi.Strip(line.Text), cellStyle{})
			if w := ansi.StringWidth(line.Text); w != widthOf(cells) || len(cells) != 3 {
				t.Errorf("%q: %d cells, width %d or %d", line.Text, len(cells), w, widthOf(cells))
			}
		}
	}
}
