package article

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dateline/ui/style"
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
	of := fewColors.Of
	code, keyword := of(style.InkCode), of(style.InkKeyword)
	for _, want := range []string{
		"\x1b[" + of(style.InkComment) + "m// a comment, which is too\x1b[m",
		"\x1b[" + keyword + "mfunc\x1b[;" + code + "m main() { \x1b[;" + keyword + "mreturn\x1b[m",
		"\x1b[;" + of(style.InkString) + "m\"text\"\x1b[;" + code + "m }\x1b[m",
		"\x1b[" + code + "m    \x1b[;" + keyword + "mif\x1b[;" + code + "m x: \x1b[;" + keyword + "mpass\x1b[m",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in %q", want, shown)
		}
	}
}

// TestLinksInCode checks that links and pictures in code are numbered like others, that the
// code is coloured nevertheless, and that nothing else changes.
func TestLinksInCode(t *testing.T) {
	for raw, want := range map[string]string{
		"<pre>Hello,\n\nthe patch is <a href='/7'>here</a>, tests follow.\n-- \nAnn</pre>":     "  Hello,\n\n  the patch is here [1], tests follow.\n  --\n  Ann\n\n[1] https://example.org/7\n",
		"<pre><a href=/a>a</a> <a href=/b>b</a> <a href=/a>c</a></pre><p><a href=/c>d</a></p>": "  a [1] b [2] c [1]\n\nd [3]\n\n[1] https://example.org/a\n[2] https://example.org/b\n[3] https://example.org/c\n",
		"<pre>see <a href='https://e.example/'>https://e.example/</a></pre>":                   "  see https://e.example/ [1]\n\n[1] https://e.example/\n",
		"<pre>a <img src=/p.png alt='a stair'> b</pre>":                                        "  a ▧ a stair [1] b\n\n[1] https://example.org/p.png\n",
		"<pre><a href=/x><img src=/p.png alt=p></a> <a href=/p.png><img src=/p.png></a>":       "  ▧ p [1] [2] ▧ p.png [1]\n\n[1] https://example.org/p.png\n[2] https://example.org/x\n",
		"<blockquote><pre><code>a <a href=/x>b</a>\n  c</code></pre></blockquote>":             "▏   a b [1]\n▏     c\n\n[1] https://example.org/x\n",
		"<a href=/x><pre>a\n  b</pre></a>":                                                     "  a\n    b [1]\n\n[1] https://example.org/x\n",
		"<pre><a href='javascript:x'>a</a> <a href=/x></a><a>b</a></pre>":                      "  a b\n",
		"<pre>https://e.example/\t<b>b</b>\tc</pre>":                                           "  https://e.example/  b   c\n",
		"<pre>ab <a href=/x>c</a>\td\n\tf</pre>":                                               "  ab c [1]    d\n      f\n\n[1] https://example.org/x\n",
	} {
		if got := strings.ReplaceAll(Text(safe(raw), 60), "\u00a0", " "); got != want {
			t.Errorf("%s\n got %q\nwant %q", raw, got, want)
		}
	}
	list := pieces(`<pre><code class="language-go">func <a href="/m">main</a>() { return "x" }</code></pre>`, Options{Width: 60, Style: fewColors, Colors: true})
	got := list[len(list)-1].Lines[0]
	want := "  \x1b[1;36mfunc\x1b[;36m \x1b[4mmain\x1b[;2m [1]\x1b[;36m() { \x1b[;1;36mreturn\x1b[;36m \x1b[;36m\"x\"\x1b[;36m }\x1b[m"
	if len(list) != 2 || got.Text != want || len(got.Links) != 1 || textAt(got, got.Links[0].Column, got.Links[0].Width) != "main" {
		t.Errorf("%d pieces, %q with links %v", len(list), got.Text, got.Links)
	}
}

// TestLongCode checks that code of any length is there to the end, line by line, without gaps
// and in pieces, whatever is around it.
func TestLongCode(t *testing.T) {
	var mail, rows strings.Builder
	const lines = 4000
	for i := range lines {
		fmt.Fprintf(&mail, "%04d words of a mail that goes on and on\n", i)
		fmt.Fprintf(&rows, "<div><a href=/x>%04d</a> words of a mail that goes on</div>", i)
	}
	for around, margin := range map[string]string{
		"<pre>%s</pre>": "  ", "<code><pre>%s</pre></code>": "  ", "<p>x</p><pre><code class=language-go>%s</code></pre><p>y</p>": "  ",
		"<blockquote><p>x</p><pre>%s</pre><p>y</p></blockquote>": "▏   ", "<ol><li>x<pre>%s</pre></li><li>y</li></ol>": "     ",
		"<ul><li>x<blockquote><pre>%s</pre></blockquote>y</li></ul>": "  ▏   ", "<table><tr><td>x</td><td><pre>%s</pre></td></tr></table>": "  ",
	} {
		for _, content := range []string{mail.String(), strings.ReplaceAll(mail.String(), "\n", "\n\n"), rows.String()} {
			list := pieces(fmt.Sprintf(around, content), Options{Width: 60})
			next, step, last, longest := 0, 0, 0, 0
			at := 0
			for _, p := range list {
				longest = max(longest, len(p.Lines))
				for _, l := range p.Lines {
					text, found := strings.CutPrefix(ansi.Strip(l.Text), margin)
					if at++; !found || !strings.HasPrefix(text, fmt.Sprintf("%04d", next)) {
						continue
					}
					if next == 1 {
						step = at - last
					} else if next > 1 && at-last != step {
						t.Fatalf("%s: a gap of %d lines before %q", around, at-last, text)
					}
					next, last = next+1, at
				}
			}
			if next != lines || len(list) < 5 || longest > lines {
				t.Errorf("%s: %d of %d lines in %d pieces, %d in the longest", around, next, lines, len(list), longest)
			}
		}
	}
	text := Text(safe("<ol><li>x<pre>"+mail.String()+"</pre></li><li>y</li></ol>"), 60)
	if !strings.HasPrefix(text, "1. x\n") || !strings.HasSuffix(text, "\n2. y\n") || strings.Count(text, ". ") != 2 {
		t.Errorf("the items are %.20q … %q", text, text[len(text)-20:])
	}
}

// TestCodeBreaksAtBlanks checks where a line of code that is too long continues.
func TestCodeBreaksAtBlanks(t *testing.T) {
	for raw, want := range map[string]string{
		"one two three four":          "  one two three\n  ↪ four",
		"exactly sixteen_ x":          "  exactly sixteen_\n  ↪ x",
		"    indented_and_no_blanks":  "      indented_and\n  ↪ _no_blanks",
		"a word_that_is_very_long_ok": "  a word_that_is_v\n  ↪ ery_long_ok",
		"one two    three_four":       "  one two\n  ↪    three_four",
	} {
		if got := plain(Render(safe("<pre>"+raw+"</pre>"), Options{Width: 18})); got != want {
			t.Errorf("%q\n got %q\nwant %q", raw, got, want)
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
