package markup

import (
	"strings"
	"testing"

	"golang.org/x/net/html/atom"
)

// TestLinesOfCode checks that each block in a <pre> is a line, and that no other element is.
func TestLinesOfCode(t *testing.T) {
	for raw, want := range map[string]string{
		"<pre><code><div class=row><span>a {</span></div><div class=row><span>  b</span></div><div>}</div></code></pre>": "a {\n  b\n}",
		"<pre><span style='display:block'>a</span><span style='DISPLAY : Block !important'>  b</span></pre>":             "a\n  b",
		"<pre><p>a</p><p>  b</p></pre>":                                                         "a\n  b",
		"<pre><ol><li>a<li>  b<li><li>c</ol></pre>":                                             "a\n  b\n\nc",
		"<pre><section>a</section>  b</pre>":                                                    "a\n  b",
		"<pre>a<table><tr><td>b<tr><td>  c</table>d":                                            "a\nb\n  c\nd",
		"<pre><table><tr><td>x<td>y<tr><td>z</table>":                                           "x\ty\nz",
		"<pre><code style='display:block'>a</code><code style='display:block'>  b</code></pre>": "a\n  b",
		"<pre><code>a</code><code>  b</code></pre>":                                             "a\n  b",
		"<pre><div><div>a</div><div>b</div></div>c<div></div>d</pre>":                           "a\nb\nc\nd",
		"<pre><a href=/x><div>a</div><div>b</div></a></pre>":                                    "a\nb",
		// empty lines
		"<pre><div>a</div><div><br></div><div>b</div></pre>":      "a\n\nb",
		"<pre><div>a</div><div>\n</div><div>b</div></pre>":        "a\n\nb",
		"<pre><div>a</div>\n<div><br></div>\n<div>b</div></pre>":  "a\n\nb",
		"<pre>a<br>  b<br><br>c</pre>":                            "a\n  b\n\nc",
		"<pre><div>a\n</div><div>\n</div><div>\n</div>b":          "a\n\n\nb",
		"<pre><div>a</div>\n\n<div>b</div></pre>":                 "a\n\nb",
		"<pre>a\n\n  b\n\n\nc</pre>":                              "a\n\n  b\n\n\nc",
		"<pre><div>a</div><div></div><div style=''></div>b</pre>": "a\nb",
		// no second line end
		"<pre><div>a\n</div><div>  b\n</div></pre>":                   "a\n  b",
		"<pre><div>a</div>\n<div>  b</div>\n</pre>":                   "a\n  b",
		"<pre>\n  <div>a</div>\n  <div>  b</div>\n</pre>":             "a\n  b",
		"<pre><span style='display:block'>a\n</span>\n<span>b</span>": "a\nb",
		"<pre><div>a<br></div><div>b</div></pre>":                     "a\nb",
		// elements within a line
		"<pre><code class=k>let</code><code> x</code></pre>":                    "let x",
		"<pre>Use <code>a</code> or <kbd>b</kbd></pre>":                         "Use a or b",
		"<pre><div style='display:inline'>a</div><div style='display:inline'>b": "ab",
		"<pre><span style='color:red'>a</span> <b>b</b></pre>":                  "a b",
	} {
		root := parseBody(t, Body{Raw: raw}.Safe().String())
		got := ""
		for n := range root.Descendants() {
			if n.DataAtom == atom.Pre {
				got = strings.Trim(TextOf(n, MaxBody), "\n")
				for c := range n.Descendants() {
					if isLineTag(c.Data) || c.DataAtom == atom.Br {
						t.Errorf("%s: <%s> is left", raw, c.Data)
					}
				}
			}
		}
		if got != want {
			t.Errorf("%s\n got %q\nwant %q", raw, got, want)
		}
		mustBeSafe(t, Body{Raw: raw}.Safe().String())
	}
}

// TestHighlightedCode checks which tables are code with the numbers of its lines.
func TestHighlightedCode(t *testing.T) {
	for raw, want := range map[string]string{
		"<table><tr><td><pre>1\n2\n</pre><td><pre><code class=language-go>a\n  b</code></pre></table>":                                               "<pre><code class=\"language-go\">a\n  b</code></pre>",
		"<table class=lntable><tr><td class=lntd><pre><span>1\n</span><span>2\n</span></pre><td class=lntd><pre>a\nb</pre></table>":                  "<pre>a\nb</pre>",
		"<table><tr><td class=gutter><div>7</div><div>8</div><td class=code><div><div>a</div><div>&nbsp;b</div></div></table>":                       "<pre>a\n\u00a0b</pre>",
		"<table><tr><td class=blob-num data-line-number=1><td>a<tr><td class=blob-num data-line-number=2><td><tr><td class=blob-num><td>  b</table>": "<pre>a\n\n  b</pre>",
		"<pre><code><table><tr><td class=rouge-gutter><pre>1\n2\n</pre><td class=rouge-code><pre>a\n  b\n</pre></table></code></pre>":                "<pre><code>a\n  b\n</code></pre>",
	} {
		if got := (Body{Raw: raw}).Safe().String(); got != want {
			t.Errorf("%s\n got %q\nwant %q", raw, got, want)
		}
	}
	for _, raw := range []string{
		"<table><tr><td>1<td><pre>a</pre><tr><td>2<td><pre>b</pre></table>",
		"<table><tr><th>n<th>code<tr><td>1\n2<td><pre>a\nb</pre></table>",
		"<table><tr><td>1\n3<td><pre>a\nb</pre></table>",
		"<table><tr><td>1\n2<td>a<br>b</table>",
		"<table><tr><td><pre>a\nb</pre><td><pre>c\nd</pre></table>",
	} {
		if got := (Body{Raw: raw}).Safe().String(); !strings.HasPrefix(got, "<table>") {
			t.Errorf("%s became %q", raw, got)
		}
	}
}

// TestLayoutTables checks which tables are data.
func TestLayoutTables(t *testing.T) {
	row := func(cells ...string) string { return "<tr><td>" + strings.Join(cells, "</td><td>") + "</td></tr>" }
	long := strings.Repeat("words ", 100)
	for raw, want := range map[string]bool{
		row("<pre>a\n  b</pre>", "c"):                             false,
		row("<pre>a</pre>", "<pre>b</pre>") + row("c", "d"):       false,
		row("<ul><li>a</li><li>b</li></ul>", "c"):                 false,
		row("<pre>"+strings.Repeat("line\n", 200)+"</pre>", "c"):  false,
		row("<pre>"+strings.Repeat("line\n", 2000)+"</pre>", "c"): true,
		row("<pre>a</pre>"):                                       true,
		row(long, "<pre>a</pre>"):                                 true,
		row("<h3>a</h3>", "b"):                                    true,
		row("<table><tr><td>a</td><td>b</td></tr></table>", "c"):  true,
		row("<blockquote>a</blockquote>", "<pre>code</pre>"):      true,
	} {
		root := parseBody(t, "<table>"+raw+"</table>")
		if got := IsLayoutTable(root.FirstChild); got != want {
			t.Errorf("%.80s: layout %v", raw, got)
		}
	}
}
