package markdown

import (
	"fmt"
	"strings"
	"testing"

	"dateline/feed/markup"
)

func safe(raw string) markup.SafeHTML {
	return markup.Body{Raw: raw, Base: "https://example.org/"}.Safe()
}

// TestOf checks that Markdown keeps the structure and escapes only what would have
// another meaning.
func TestOf(t *testing.T) {
	for html, want := range map[string]string{
		"<h2>A <b>b</b></h2><p>c <a href=\"/d\">d</a></p>":              "## A **b**\n\nc [d](https://example.org/d)\n",
		"<p>*a* snake_case _x_ 2 * 3, [b](c) &lt;i&gt; C:\\ `</p>":      "\\*a\\* snake_case \\_x\\_ 2 \\* 3, \\[b\\](c) \\<i> C:\\\\ \\`\n",
		"<p>1. a</p><p># b</p><p>- c (d) e. f-g</p>":                    "1\\. a\n\n\\# b\n\n\\- c (d) e. f-g\n",
		"<ul><li>+ a</li></ul><pre>*x*\n\n  y</pre>":                    "- \\+ a\n\n```\n*x*\n\n  y\n```\n",
		"<p>AT&amp;T &amp;amp; R &amp; D <code>*a*&amp;amp;</code></p>": "AT&T \\&amp; R & D `*a*&amp;`\n",
		"": "",
		// what Markdown has no markup for
		"<p>2<sup>60</sup> x<sup>n+1</sup> a<sub>i,j</sub> 1<sup>st</sup></p>":                           "2⁶⁰ x^(n+1) a_(i,j) 1st\n",
		"<p>He said <q>yes</q> <ruby>漢<rt>kan</rt></ruby></p>":                                           "He said “yes” 漢(kan)\n",
		"<ol start=5><li>a<li>b</ol>":                                                                    "5. a\n6. b\n",
		"<p>a<audio src=/a.mp3>fallback</audio>b</p>":                                                    "a [Audio](https://example.org/a.mp3) b\n",
		"<p><del>old</del><ins>new</ins> <span style='text-decoration:line-through'>x</span></p>":        "~~old~~ new ~~x~~\n",
		"<p><code>a <s>b</s></code></p><pre><code><del>- a</del>\n+ b</code></pre>":                      "`a ~~b~~`\n\n```\n~~- a~~\n+ b\n```\n",
		"<details><summary>a</summary>b</details>c":                                                      "a\n\nb\n\nc\n",
		"<b><p>a</p><p>b</p></b>":                                                                        "**a**\n\n**b**\n",
		"<p>a<sup><a href='#n'>1</a></sup></p><p id=n>b</p>":                                             "a¹\n\nb\n",
		"<p><a href='magnet:?xt=1'>m</a></p>":                                                            "[m](magnet:?xt=1)\n",
		"<table><tr><td><h3>A</h3><p>b</p></td><td><table><tr><td>c</td></tr></table></td></tr></table>": "### A\n\nb\n\nc\n",
		"<table><tr><th>a</th><th>b</th></tr><tr><td><p>c</p><p>d</p></td><td>e<br>f</td></tr></table>":  "| a | b |\n|---|---|\n| c d | e f |\n",
	} {
		if got := Of(safe(html)); got != want {
			t.Errorf("%s\n got %q\nwant %q", html, got, want)
		}
	}
}

// TestAddresses checks that addresses stay as they are, but for what Markdown reads as a sign.
func TestAddresses(t *testing.T) {
	for href, want := range map[string]string{
		"https://e.org/?z=1&a=b:c,d&q=a+b&e=%2F/#f": "https://e.org/?z=1&a=b:c,d&q=a+b&e=%2F/#f",
		"magnet:?xt=urn:btih:0a1b&dn=a+b":           "magnet:?xt=urn:btih:0a1b&dn=a+b",
		"tel:+49(0)30":                              "tel:+49%280%2930",
		"https://e.org/a_(b)?c=[1]":                 "https://e.org/a_%28b%29?c=%5B1%5D",
		"https://e.org/?b=é&amp;copy;":              "https://e.org/?b=é&amp;copy;",
		`https://e.org/?a=\*`:                       "https://e.org/?a=%5C*",
		"mailto:a@e.org?subject=Hi%20there":         "mailto:a@e.org?subject=Hi%20there",
	} {
		if got := Of(safe("<p><a href='" + href + "'>a</a></p>")); got != "[a]("+want+")\n" {
			t.Errorf("%s: %q", href, got)
		}
	}
	if got := Of(safe("<img alt=a src='/b?c=d:e+f'><pre><a href='/?g=h:i'>j</a></pre>")); got != "![a](https://example.org/b?c=d:e+f)\n\n```\nj\n```\n\n[j](https://example.org/?g=h:i)\n" {
		t.Errorf("%q", got)
	}
}

// TestNoControlCharacterComesOut protects the terminal, to which the text is printed.
func TestNoControlCharacterComesOut(t *testing.T) {
	for _, bad := range []string{"\x1b[2J", "\u009b2J", "\x1bPq\x1b\\", "\u202e", "\U000E0041", "&#27;[2J", "&amp;#27;", "\a\b\v\x7f", "\uf002", "\U000fff2a"} {
		for _, place := range []string{"<p>a%sb</p>", "<pre>a%sb</pre>", "<p><code>%s</code></p>", `<img src="/x" alt="%s">`, `<a href="https://e.org/%s">x</a>`} {
			for _, r := range Of(safe(fmt.Sprintf(place, bad))) {
				if r < 0x20 && r != '\n' || r >= 0x7f && r <= 0x9f || r == 0x202e || r >= 0xe0000 && r <= 0xe007f || r >= privateBase && r <= privateBase+0x7f {
					t.Errorf("%q in %s: %U", bad, place, r)
				}
			}
		}
	}
}

// TestLimits checks that spans are limited.
func TestLimits(t *testing.T) {
	if got := Of(safe(`<table><tr><td colspan="60000" rowspan="60000">a</td><td>b</td></tr><tr><td>c</td></tr></table>`)); len(got) > 10_000 {
		t.Errorf("%d bytes", len(got))
	}
}

func BenchmarkOf300KB(b *testing.B) {
	h := safe(strings.Repeat(`<h2>Title</h2><p>Some <b>words</b> and <a href="/">a link</a>.</p><ul><li>one</li></ul>`, 3500))
	for b.Loop() {
		Of(h)
	}
}
