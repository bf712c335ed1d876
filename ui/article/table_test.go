package article

import (
	"fmt"
	"strings"
	"testing"
)

// TestTables checks the shapes of tables.
func TestTables(t *testing.T) {
	for raw, want := range map[string]string{
		"<table><thead><tr><th>a</th><th>b</th></tr></thead></table>":                                                                                          "a  b\n────",
		"<table><tr><th>a</th><td>1</td></tr><tr><th>b</th><td>2</td></tr></table>":                                                                            "a  1\nb  2",
		"<table><caption>C</caption><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>":                                                        "C\na  b\n────\n1  2",
		"<table><tr><td></td><td> </td></tr></table><p>x</p>":                                                                                                  "x",
		`<table><tr><td rowspan="2">a</td><td>b</td></tr><tr><td>c</td></tr><tr><td colspan="2">d</td></tr></table>`:                                           "a  b\n   c\nd",
		`<table><tr><td>a</td><td align="right">1</td></tr><tr><td>b</td><td align="right">20</td></tr></table>`:                                               "a   1\nb  20",
		"<table><tr><th>a</th><th>b</th></tr><tr>" + strings.Repeat("<td>✓</td>", 12) + "</tr></table>":                                                        "a: ✓\nb: ✓" + strings.Repeat("\n✓", 10),
		"<table><tr><td>a<br>b</td><td><p>c</p><p>d</p></td></tr></table>":                                                                                     "a b  c d",
		"<table><tr><th>x</th><th>y</th></tr><tr><td><pre>a\n  b</pre></td><td>two steps</td></tr></table>":                                                    "x    y\n──────────────\na    two steps\n  b",
		"<table><tr><td><pre>a\n\n\tb\n</pre></td><td>c<pre>d\\e</pre>f</td></tr><tr><td><pre>g</pre></td><td>h</td></tr></table>":                             "a      c\n       d\\e\n    b  f\ng      h",
		"<table><tr><td><pre>a <a href=/x>b</a></pre></td><td><pre>c<div>d</div>  e</pre></td></tr></table>":                                                   "a b [1]  c\n         d\n           e",
		"<table><tr><td><ul><li>a</li><li>b<ul><li>c</li></ul></li></ul></td><td>d<ol start=3><li>e</li><li><p>f</p></li></ol></td></tr></table>":              "• a    d\n• b    3. e\n  ◦ c  4. f",
		"<table style='white-space:pre-line'><tr><td>a\n b</td><td>c</td></tr></table>":                                                                        "a  c\nb",
		"<table><tr><td>x<ul>text<ul><li>a</li></ul></ul></td><td>c</td></tr></table>":                                                                         "x      c\ntext\n  ◦ a",
		"<table><tr><td>1</td><td><div><pre>a\n b</pre></div>c<div><pre>d</pre></div></td></tr><tr><td>2</td><td><pre>e\n</pre><pre>f</pre></td></tr></table>": "1  a\n    b\n   c\n   d\n2  e\n   f",
		"<table><tr><td><pre>only</pre></td></tr></table>":                                                                                                     "  only",
		"<table><tr><td>one, two, three, four, five</td><td>1</td></tr></table>":                                                                               "one, two, three, four,    1\nfive",
		`<table><tr><td>1931–40</td><td align="right">-10.25</td><td>Coal bunker beside the shelf</td></tr></table>`:                                           "1931–40  -10.25  Coal\n                 bunker\n                 beside the\n                 shelf",
		"<table><tr><th>a long name, which does not fit into one line</th><th>b</th></tr><tr><td>x</td><td>y</td></tr></table>":                                "a long name, which does not\nfit into one line: x\nb: y",
	} {
		if got := plain(Render(safe(raw), Options{Width: 27})); got != want {
			t.Errorf("%s\n got %q\nwant %q", raw, got, want)
		}
	}
}

// TestSpannedCells checks that the text of a cell that takes several columns makes none of
// them wider than needed.
func TestSpannedCells(t *testing.T) {
	year := "<tr><td>1931</td><td>8.1</td><td>11.9</td></tr>"
	for raw, want := range map[string]string{
		"<tr><th>Year</th><th>Min</th><th>Max</th></tr><tr><td colspan=3>Before the <a href=/x>war</a></td></tr>" + year:    "Year  Min  Max\n──────────────────\nBefore the war [1]\n1931  8.1  11.9",
		"<tr><th></th><th colspan=2>Temperatures</th></tr>" + year:                                                          "      Temperatures\n──────────────────\n1931  8.1  11.9",
		"<tr><th colspan=2>First group</th><th colspan=2>Second</th></tr><tr><td>a</td><td>b</td><td>c</td><td>d</td></tr>": "First group  Second\n───────────────────\na  b         c  d",
		"<tr><td>x</td><td colspan=99>a long text</td></tr><tr><td>a</td><td>b</td></tr>":                                   "x  a long text\na  b",
		year + "<tr><td colspan=3>A note that is long enough for several lines, below a narrow table</td></tr>":             "1931  8.1  11.9\nA note that is long enough for several\nlines, below a narrow table",
		"<tr><td rowspan=2>a</td><td colspan=2>b c d e</td></tr><tr><td>f</td><td>g</td></tr>":                              "a  b c d e\n   f  g",
		year + "<tr><td colspan=2><pre>one\n  two three</pre></td><td>x</td></tr>":                                          "1931         8.1  11.9\none               x\n  two three",
	} {
		if got := strings.ReplaceAll(plain(Render(safe("<table>"+raw+"</table>"), Options{Width: 50})), "\u00a0", " "); got != want {
			t.Errorf("%s\n got %q\nwant %q", raw, got, want)
		}
	}
	for width := 8; width < 60; width += 3 {
		checkLines(t, fmt.Sprint("width ", width), safe("<table>"+year+"<tr><td colspan=2>one two three four five</td><td>six</td></tr><tr><td colspan=3>seven eight</td></tr></table>"), width)
	}
}

// TestBlocks checks how lists, definitions and links around blocks are laid out.
func TestBlocks(t *testing.T) {
	for raw, want := range map[string]string{
		"<dl><dt>A</dt><dt>B</dt><dd>c</dd><dd><p>d</p><p>e</p></dd><div><dt>F</dt><dd>g</dd></div></dl>":     "A\nB\n  c\n  d\n\n  e\n\nF\n  g",
		"<ul><li>a</li><ul><li>b</li></ul><li>c</li></ul>":                                                    "• a\n  ◦ b\n• c",
		"<ul><ul><li>a</li></ul></ul>":                                                                        "• ◦ a",
		"<blockquote><ul><li>a</li></ul></blockquote>":                                                        "▏ • a",
		`<a href="/x"><div><img src="/i.png" alt="b"></div></a>`:                                              "▧ b [1] [2]",
		`<a href="/x"><figure><img src="/i.png" alt="b"><figcaption>c</figcaption></figure></a>`:              "▧ b [1]\n  c [2]",
		`<a href="/x"><div></div></a><p>a</p>`:                                                                "a",
		"<h2>a<div>b</div>c</h2>":                                                                             "a b c",
		`<p>x<sup> 2 </sup> H<sub>2</sub>O a<sup><a href="/n">12</a></sup> 1<sup>st</sup></p>`:                "x² H₂O a¹² [1] 1st",
		"<p>a<br><br>b<br>c</p>":                                                                              "a\n\nb\nc",
		"<ol reversed><li>a</li><li>b</li><li></li><li>c</li></ol>":                                           "4. a\n3. b\n1. c",
		"<ol start=9><li>a</li><li>b<ol type=i><li>c</li><li>d</li></ol></li></ol><ol><li>e</li></ol>":        " 9. a\n10. b\n     i. c\n    ii. d\n\n1. e",
		"<ol start=-1><li>a</li><li value=7>b</li></ol>":                                                      "-1. a\n 7. b",
		"<ol><li></li><li>a</li></ol><table><tr><td><ol><li></li><li>b</li></ol></td><td>c</td></tr></table>": "2. a\n\n2. b  c",
		"<table><tr><td>a <code>b<br>c</code></td><td>d<br>e</td></tr></table>":                               "a b  d e\nc",
		"<ol>a<li>b</li></ol>":                                                                                "   a\n1. b",
		"<ol type=I start=4><li>a</li><li>b</li></ol> <ol start=9223372036854775807><li>c</li></ol>":          "IV. a\n V. b\n\n1. c",
		"<ul><li><input type=checkbox> a</li><li><input type=checkbox checked> b</li></ul>":                   "• [ ] a\n• [x] b",
		"<p style='white-space:pre-wrap'>a\n  b   c\n\nd</p><p style='white-space:pre-line'>e\n  f</p>":       "a\n  b   c\n\nd\n\ne\nf",
		"<h2 style='white-space:pre'>a\n b</h2>":                                                              "a\n b",
		"<pre>\n\n  a \n\tb\n\n</pre>":                                                                        "    a\n      b",
	} {
		if got := plain(Render(safe(raw), Options{Width: 40})); got != want {
			t.Errorf("%s\n got %q\nwant %q", raw, got, want)
		}
	}
}
