package article

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// TestFootnotes checks that a reference is no numbered link, that its note is found from it
// and it from its note, also if note and reference are in different pieces of an article.
func TestFootnotes(t *testing.T) {
	essay, err := os.ReadFile("testdata/essay.html")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Replace(string(essay), "<h1>", strings.Repeat("<p>Some words to read.</p>", 5000)+"<h1>", 1)
	for _, raw := range []string{string(essay), long} {
		for _, ascii := range []bool{false, true} {
			for _, width := range []int{20, 40, 76} {
				r := Render(safe(raw), Options{Width: width, ASCII: ascii})
				var notes []string
				for i, l := range r.Lines {
					for _, p := range l.Links {
						if !p.Note {
							continue
						}
						note := TargetLine(r.Lines, p.Target)
						if note < i || p.N != 0 {
							t.Fatalf("the note of %+v is on line %d", p, note)
						}
						notes = append(notes, textAt(l, p.Column, p.Width)+" "+strings.TrimSpace(NoteText(r.Lines, note)))
					}
				}
				want := "[¹ His words, on the first page of the first book. ² The second. ³ The third. Jump up ⁴ 4 The fourth is a paragraph.]"
				if ascii {
					want = strings.NewReplacer("¹", "^1", "²", "^2", "³", "^3", "⁴", "^4").Replace(want)
				}
				if got := fmt.Sprint(notes); got != want {
					t.Errorf("width %d:\n got %s\nwant %s", width, got, want)
				}
			}
		}
	}
}

// TestJumps checks links to other places: headings, blocks that are wrapped, rows of tables,
// and places within a paragraph, each on its line.
func TestJumps(t *testing.T) {
	h := safe(`<p>` + `<a href="#a">a</a> <a href="#b">b</a> <a href="#c">c</a> <a href="#d">d</a> <a href="#e">e</a> <a href="#f">f</a> <a href="/x">x</a></p>` +
		`<h3 id="a">A heading</h3><div id="b"><div><p>Wrapped</p></div></div><table><tr><td>x</td></tr><tr id="c"><td>row</td><td id="d">of d</td></tr></table>` +
		`<p>Text that is long enough for several lines <span id="e">here e</span> and more</p><pre>code
<span id="f">f</span></pre>`)
	r := Render(h, Options{Width: 24})
	for id, want := range map[string]string{"a": "A heading", "b": "Wrapped", "c": "row  of d", "d": "row  of d", "e": "for several lines here e", "f": "  code"} {
		at := TargetLine(r.Lines, id)
		if at < 0 || ansi.Strip(r.Lines[at].Text) != want {
			t.Errorf("%s is on line %d of %q, want %q", id, at, texts(r.Lines), want)
		}
	}
	var jumps []string
	for _, p := range r.Lines[0].Links {
		jumps = append(jumps, fmt.Sprintf("%d%s%v", p.N, p.Target, p.Note))
	}
	if got := strings.Join(jumps, " "); got != "0afalse 0bfalse 0cfalse 0dfalse 0efalse 0ffalse 1false" || len(r.Links) != 1 {
		t.Errorf("jumps %s, links %v", got, r.Links)
	}
	if got := TargetLine(r.Lines, "x"); got != -1 || NoteText(r.Lines, -1) != "" {
		t.Error("what is not there was found")
	}
}

// TestNoteTextOfALongBlock checks that the name of a heading of many words is short.
func TestNoteTextOfALongBlock(t *testing.T) {
	r := Render(safe("<h2>"+strings.Repeat("word ", 50_000)+"</h2>"), full(76))
	if got := NoteText(r.Lines, 0); !strings.HasPrefix(got, "word word") || len(got) > 4<<10 {
		t.Errorf("the name of a heading has %d bytes", len(got))
	}
}
