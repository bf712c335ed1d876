package article

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// pieces returns the pieces of an article.
func pieces(raw string, o Options) []Piece {
	var list []Piece
	for j, more := Start(safe(raw), o), true; more; {
		var p Piece
		p, more = j.Next()
		list = append(list, p)
	}
	return list
}

// TestCodeIsColoredLast checks that code comes without colours first, that the colours
// come in pieces of their own, and that they change nothing else.
func TestCodeIsColoredLast(t *testing.T) {
	raw := `<p>before</p><ul><li><pre><code class="language-go">// a comment, which is too long for the line
func main() { return "text" }</code></pre></li></ul><p>after <a href="/x">x</a></p><blockquote><pre class="lang-python">	if x: pass</pre></blockquote>`
	list := pieces(raw, full(30))
	if len(list) != 3 {
		t.Fatalf("%d pieces", len(list))
	}
	var r Rendering
	for i, p := range list {
		if !p.Whole || i > 0 && (p.At >= len(r.Lines) || p.At+len(p.Lines) > len(r.Lines)) {
			t.Errorf("piece %d: whole %v, %d lines at %d of %d", i, p.Whole, len(p.Lines), p.At, len(r.Lines))
		}
		for k, l := range p.Lines {
			if i > 0 {
				if was := r.Lines[p.At+k]; ansi.Strip(was.Text) != ansi.Strip(l.Text) || was.Block != l.Block || was.Indent != l.Indent || was.Joint != l.Joint || l.Kind != Code {
					t.Errorf("%+v became %+v", was, l)
				}
			}
		}
		r.Add(p)
	}
	shown := strings.Join(texts(r.Lines), "\n")
	for _, want := range []string{"\x1b[3;33m// a comment, which is too\x1b[m", "\x1b[1;33mfunc\x1b[;33m main() { \x1b[1mreturn\x1b[;33m \x1b[;32m\"text", "\x1b[33m    \x1b[1mif\x1b[;33m x: \x1b[1mpass\x1b[m"} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in %q", want, shown)
		}
	}
}

// TestCodeStaysPlain checks which code is not coloured.
func TestCodeStaysPlain(t *testing.T) {
	block := func(class, code string) string { return `<pre><code class="` + class + `">` + code + "</code></pre>" }
	for name, c := range map[string]struct {
		raw string
		o   Options
	}{
		"no language":      {"<pre>func main() {}</pre>", full(60)},
		"unknown language": {block("language-nosuchlang", "func main() {}"), full(60)},
		"a file pattern":   {block("language-*", "func main() {}"), full(60)},
		"no colours":       {block("language-go", "func main() {}"), Options{Width: 60}},
		"too large":        {block("language-go", strings.Repeat("func main() {}\n", 2000)), full(60)},
	} {
		for _, p := range pieces(c.raw, c.o) {
			if shown := strings.Join(texts(p.Lines), "\n"); strings.Contains(shown, "\x1b[1") {
				t.Errorf("%s: %q", name, shown)
			}
		}
	}
	j := Start(safe(strings.Repeat(block("language-go", strings.Repeat("x := 1\n", 1000)), 40)), full(60))
	for whole := false; !whole; {
		p, _ := j.Next()
		whole = p.Whole
	}
	sum := 0
	for _, b := range j.layout.uncolored {
		sum += len(b.source)
	}
	if sum == 0 || sum > maxColoredSum {
		t.Errorf("%d bytes of code are coloured", sum)
	}
}

// TestColoringEnds checks that code stays as it is if chroma takes too long or fails.
func TestColoringEnds(t *testing.T) {
	l := newLayouter(full(60))
	start := time.Now()
	l.uncolored = []codeBlock{{source: strings.Repeat("<", 16000), language: "abap"}}
	if p := l.colorNext(); len(p.Lines) > 0 {
		t.Errorf("a text that chroma takes very long for was coloured: %d lines", len(p.Lines))
	}
	if d := time.Since(start); d > 5*maxColoring {
		t.Errorf("it took %v", d)
	}
	l.uncolored = []codeBlock{{source: "x\r\ny", language: "go"}}
	if p := l.colorNext(); len(p.Lines) > 0 {
		t.Errorf("a text that chroma changes was coloured: %q", texts(p.Lines))
	}
}

// TestColoringAtOnce checks that several jobs can colour code at once.
func TestColoringAtOnce(t *testing.T) {
	raw := `<pre><code class="language-go">func main() { return "x" } // y</code></pre>`
	want := fmt.Sprint(texts(Render(safe(raw), full(60)).Lines))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got := fmt.Sprint(texts(Render(safe(raw), full(60)).Lines)); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
	wg.Wait()
}
