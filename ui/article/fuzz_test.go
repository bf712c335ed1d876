package article

import (
	"reflect"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed/markup"
)

// FuzzRender checks what the pane relies on for every body: no line is too wide, only
// styles and hyperlinks of this package reach the terminal, and the pieces of an article
// are the whole.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		"", "plain", "<p>one<p>two", "<pre>\tcode\n\n</pre>", "<table><tr><td>a<td colspan=9>b<tr><td>c</table>", "<ul><li><ol><li>x<blockquote>y",
		`<a href="https://e.org/` + "\u009c" + `">x</a>`, `<a href="javascript:x">y</a>`, "<p>\u5343\u91cc\u306e\u9053</p>", "<p>\U0001f469\u200d\U0001f469\u200d\U0001f467 flags \U0001f1e6\U0001f1f9</p>",
		"&#27;[2J&#155;m&#x202e;", "<h1>**bold** _x_ `code` [a](b)</h1>", "<img src=x alt='|'><hr><dl><dt>a<dd>b", "<table><tr><td><table><tr><td>in</table></table>",
	} {
		f.Add(seed, uint8(60))
		f.Add(seed, uint8(0))
	}
	f.Fuzz(func(t *testing.T, raw string, width uint8) {
		o := full(10 + int(width)%190)
		h := markup.Body{Raw: raw, Base: "https://e.org/"}.Safe()
		r := Render(h, o)
		for _, line := range texts(r.Lines) {
			if w := ansi.StringWidth(line); w > o.Width {
				t.Fatalf("%d cells of %d in %q of %q", w, o.Width, line, raw)
			}
			checkBytes(t, line, "fuzz", raw)
		}
		for _, l := range r.Links {
			checkClean(t, l.URL+l.Text, "fuzz", raw)
		}
		var pieces Rendering
		for j, more := Start(h, o), true; more; {
			var p Piece
			p, more = j.Next()
			pieces.Add(p)
		}
		if !reflect.DeepEqual(pieces, r) {
			t.Fatalf("%d lines in pieces, %d at once of %q", len(pieces.Lines), len(r.Lines), raw)
		}
	})
}
