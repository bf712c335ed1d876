package article

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// TestTextStays checks that no text is lost or joined to other text.
func TestTextStays(t *testing.T) {
	for _, c := range []struct{ raw, want string }{
		{"<h3>one<b><p>two</p></b></h3>", "one two"},
		{"<h3><b><p>one</p></b>two</h3>", "one two"},
		{"<table><tr><th>x</th><td>one<b><div>two</div></b>three</td></tr></table>", "x  one two three"},
		{`<table><tr><th>x</th><td>one<a href="http://a.example/"><div>two</div></a></td></tr></table>`, "x  one two [1]"},
		{"<p>a<sup> </sup>b</p>", "a b"},
		{"<p>notes<sup>1 2</sup></p>", "notes1 2"},
		{"<p>x<sup> 2 </sup></p>", "x²"},
		{"<p>x<sup>n+1</sup>, a<sub>i,j</sub>, 1<sup>st</sup></p>", "x^(n+1), a_(i,j), 1st"},
		{"<p>word<sup><a href='/n'>1</a></sup></p>", "word¹ [1]"},
		{"<p>not <del>open</del><ins>shut</ins></p>", "not ~~open~~ shut"},
		{"<s><p>one</p><p>two</p></s>", "~~one~~"},
		{"<p>one<video src=/v.mp4>fallback</video>two</p>", "one ▷ Video [1] two"},
		{"<q><p>one</p></q>", "“one”"},
		{"<p><img src='/loaf.jpg' alt=''> <img src='/loaf.jpg'></p>", "▧ image [1]"},
		{"<p><a href='magnet:?xt=1'>magnet</a> <a href='javascript:x'>no</a></p>", "magnet [1] no"},
	} {
		got, _, _ := strings.Cut(Text(safe(c.raw), 60), "\n")
		if got = strings.ReplaceAll(got, "\u00a0", " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.raw, got, c.want)
		}
	}
	for raw, want := range map[string]string{
		"<table><tr><th>Alpha Beta</th><th>Gamma Delta</th><th>Zeta</th></tr></table>":                                            "Alpha Beta\nGamma Delta\nZeta\n",
		"<table><tr><th>Alpha</th><th>Gamma Delta</th><th>Zeta</th></tr><tr><td>x</td><td>y</td></tr><tr><td>z</td></tr></table>": "Zeta\n\nAlpha: x\nGamma Delta:\ny\n\nAlpha: z\n",
	} {
		if got := Text(safe(raw), 12); got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
}

// TestRuleInMargins checks that a rule behind a bullet or a bar is no wider than the text.
func TestRuleInMargins(t *testing.T) {
	for _, raw := range []string{"<ul><li><hr></li></ul>", "<blockquote><hr>x</blockquote>", "<ul><li><ol start=100><li><hr></ol></ul>", "<dl><dd><hr></dl>"} {
		for _, width := range []int{8, 12, 20} {
			for _, line := range Render(safe(raw), full(width)).Lines {
				if got := ansi.StringWidth(line.Text); got > width {
					t.Errorf("%s: %d cells of %d: %q", raw, got, width, line.Text)
				}
			}
		}
	}
}

// TestFewBlocksAreColored checks that very many small blocks of code give few pieces.
func TestFewBlocksAreColored(t *testing.T) {
	list := pieces(strings.Repeat(`<pre><code class="language-go">x</code></pre>`, 5000), full(60))
	colored := 0
	for _, p := range list {
		if p.Whole {
			colored++
		}
	}
	if colored > maxColoredBlocks+1 {
		t.Errorf("%d pieces", colored)
	}
}
