package markdown

import (
	"strings"
	"testing"
)

// TestQuotes checks that each line of a quotation has its mark, also those of code.
func TestQuotes(t *testing.T) {
	for html, want := range map[string]string{
		"<blockquote><p>He wrote:</p><pre>git add .\n  git commit\n\ngit push</pre></blockquote><p>And left.</p>": "> He wrote:\n> \n> ```\n> git add .\n>   git commit\n> \n> git push\n> ```\n\nAnd left.\n",
		"<blockquote><blockquote><pre>a\n\n  b</pre></blockquote>c</blockquote>":                                  "> > ```\n> > a\n> > \n> >   b\n> > ```\n> \n> c\n",
		"<blockquote><ul><li>a<pre>x\n\n  y</pre></li><li>b</li></ul></blockquote>":                               "> - a\n> \n>   ```\n>   x\n>   \n>     y\n>   ```\n> - b\n",
		"<ol><li>a<blockquote>b<br>c<pre>x\n\n  y</pre></blockquote></li></ol>":                                   "1. a\n   \n   > b  \n   > c\n   > \n   > ```\n   > x\n   > \n   >   y\n   > ```\n",
		"<blockquote><pre>```\na\n```\n\n> b</pre></blockquote>":                                                  "> ````\n> ```\n> a\n> ```\n> \n> > b\n> ````\n",
		"<blockquote><ol start=9><li>a</li><li>b<pre>c\nd</pre></li></ol></blockquote>":                           "> 9. a\n> 10. b\n> \n>     ```\n>     c\n>     d\n>     ```\n",
		"<blockquote><p># a</p><p>1. b</p></blockquote><blockquote></blockquote>":                                 "> \\# a\n> \n> 1\\. b\n",
	} {
		if got := Of(safe(html)); got != want {
			t.Errorf("%s\n got %q\nwant %q", html, got, want)
		}
	}
}

// TestLists checks that lists keep their numbers, and that two lists stay two.
func TestLists(t *testing.T) {
	for html, want := range map[string]string{
		"<ol><li>a</li><li>b</li></ol>":                                                                  "1. a\n2. b\n",
		"<ol start=9><li>a</li><li>b</li></ol>":                                                          "9. a\n10. b\n",
		"<ol start=0><li>a</li><li>b</li></ol>":                                                          "0. a\n1. b\n",
		"<ol reversed><li>a</li><li></li><li>b</li></ol>":                                                "3. a\n\n<!-- -->\n\n1. b\n",
		"<ol><li>a</li><li value=10>b</li><li>c</li></ol>":                                               "1. a\n\n<!-- -->\n\n10. b\n11. c\n",
		"<ol><li>a</li></ol> <ol><li>b</li></ol>":                                                        "1. a\n\n<!-- -->\n\n1. b\n",
		"<div><ol><li>a</li></ol></div><div><p></p><ol><li>b</li></ol></div><p>c</p><ol><li>d</li></ol>": "1. a\n\n<!-- -->\n\n1. b\n\nc\n\n1. d\n",
		"<div><ol><li>a</li></ol></div><div><ol><li>b</li></ol></div>":                                   "1. a\n\n<!-- -->\n\n1. b\n",
		"<ol><li></li><li>a</li><ol><li>b</li></ol><li>c</li></ol>":                                      "2. a\n   \n   1. b\n3. c\n",
		"<ol type=a><li>a</li><li>b</li></ol>":                                                           "a. a  \nb. b\n",
		"<ol type=I start=4><li>a<pre>x</pre></li><li><ul><li>b</li></ul></li></ol>":                     "IV. a\n\n```\nx\n```\n\nV.\n\n- b\n",
		"<ol start=-1><li>a</li><li>b</li></ol>":                                                         "-1. a\n\n0. b\n",
		"<ol start=1234567890><li>a</li></ol>":                                                           "1234567890. a\n",
		"<ul><li>a<ol type=i><li>b</li></ol></li><li>c</li></ul>":                                        "- a\n  \n  i. b\n- c\n",
		"<ol><li>a<ol><li>b</li></ol></li><li>c</li></ol>":                                               "1. a\n   \n   1. b\n2. c\n",
		"<ol>*a*<li># b</li><li>+ c</li></ol>":                                                           "\\*a\\*\n\n1. \\# b\n2. \\+ c\n",
		"<ul><li><input type=checkbox> a</li><li><input type=checkbox checked>[b]</li></ul>":             "- [ ] a\n- [x] \\[b\\]\n",
		"<p>[ ] a</p><ul><li>b [ ]</li></ul>":                                                            "\\[ \\] a\n\n- b \\[ \\]\n",
		"<p>\U000fff01 \U000fff03</p><p style='white-space:pre-line'>a\nb\n\nc</p>":                      "\uFFFD \uFFFD\n\na  \nb\n\nc\n",
	} {
		if got := Of(safe(html)); got != want {
			t.Errorf("%s\n got %q\nwant %q", html, got, want)
		}
	}
}

// TestCode checks that links and pictures in code come behind it, and that code in a table
// keeps its lines.
func TestCode(t *testing.T) {
	for html, want := range map[string]string{
		"<pre>the patch is <a href=/7>here</a>,\n  *b*</pre><p>c</p>":                                         "```\nthe patch is here,\n  *b*\n```\n\n[here](https://example.org/7)\n\nc\n",
		"<pre><a href=/a>a</a> <a href=/b>_b_</a> <a href=/a>c</a></pre>":                                     "```\na _b_ c\n```\n\n[a](https://example.org/a)  \n[\\_b\\_](https://example.org/b)\n",
		"<pre><a href='https://e.example/'>https://e.example/</a></pre>":                                      "```\nhttps://e.example/\n```\n",
		"<pre>a <img src=/p.png alt=p> <a href=/x><img src=/q.png alt=q></a></pre>":                           "```\na p q\n```\n\n![p](https://example.org/p.png)  \n[q](https://example.org/x)  \n![q](https://example.org/q.png)\n",
		"<blockquote><pre><code class=language-go><a href=/x>a</a>\n  b</code></pre></blockquote>":            "> ```go\n> a\n>   b\n> ```\n> \n> [a](https://example.org/x)\n",
		"<a href=/x><pre>a\n  b</pre></a>":                                                                    "```\na\n  b\n```\n\n[a b](https://example.org/x)\n",
		"<pre><div>a</div><div>  b</div></pre><code><pre>c\n\n\nd</pre></code>":                               "```\na\n  b\n```\n\n```\nc\n\n\nd\n```\n",
		"<table style='white-space:pre'><tr><td><code>a\n b</code></td><td>c</td></tr></table>":               "|  |  |\n|---|---|\n| `a`<br>\u00a0`b` | c |\n",
		"<p>a <code style='white-space:pre'>b\n  *c*</code> d</p><pre>&nbsp;e</pre>":                          "a `b`  \n\u00a0\u00a0`*c*` d\n\n```\n e\n```\n",
		"<table><tr><th>x</th><th>y</th></tr><tr><td><pre>a | b\n\n  c\n</pre></td><td>d</td></tr></table>":   "| x | y |\n|---|---|\n| `a \\| b`<br>\u00a0\u00a0`c` | d |\n",
		"<table><tr><td>a<pre>b</pre>c</td><td><pre><a href=/x>d</a></pre></td></tr></table>":                 "|  |  |\n|---|---|\n| a<br>`b`<br>c | `d` [d](https://example.org/x) |\n",
		"<table><tr><td><ul><li>a</li><li>b</li></ul></td><td><ol start=3><li>c</li></ol>d</td></tr></table>": "|  |  |\n|---|---|\n| • a<br>• b | 3. c<br>d |\n",
		"<table><tr><td style='white-space:pre-line'>a\nb</td><td>c<br>d</td></tr></table>":                   "|  |  |\n|---|---|\n| a<br>b | c d |\n",
		"<table><tr><td><code>a|b</code> c|d</td><td><pre><a href=/x>e|f</a></pre></td></tr></table>":         "|  |  |\n|---|---|\n| `a\\|b` c\\|d | `e\\|f` [e\\|f](https://example.org/x) |\n",
		"a<pre></pre><pre><code> \n</code></pre><blockquote><pre><img src=/p.png></pre></blockquote>":         "a\n\n> ![](https://example.org/p.png)\n",
		"<p>a <img alt='*b*'> <img src='ftp://e.org/c.png' alt=c></p>":                                        "a \\*b\\* c\n",
		// in a text
		"<p>a <code>b <a href=/x>c</a>, <b><a href=/y>*d*</a></b></code> e</p>":                                     "a `b` [`c`](https://example.org/x)`,` [**`*d*`**](https://example.org/y) e\n",
		"<p>a <kbd><a href=/x>b</a>.<img src=/p.png alt=p></kbd> <code><a id=i>c</a></code></p>":                    "a [`b`](https://example.org/x)`.`![p](https://example.org/p.png) `c`\n",
		"<code>a <p>b *c*</p><ul><li>d</li></ul></code><p>*e*</p>":                                                  "`a`\n\n`b *c*`\n\n- `d`\n\n\\*e\\*\n",
		"<table><tr><td>a <code>b<br>c</code></td><td><samp style='white-space:pre'>d\n e</samp></td></tr></table>": "|  |  |\n|---|---|\n| a <br>`b`<br>`c` | `d`<br>\u00a0`e` |\n",
	} {
		if got := Of(safe(html)); got != want {
			t.Errorf("%s\n got %q\nwant %q", html, got, want)
		}
	}
	long := strings.Repeat("words of a mail\n", 4000)
	if got := Of(safe("<blockquote><pre>" + long + "</pre></blockquote>")); strings.Count(got, "> words of a mail\n") != 4000 {
		t.Errorf("%d lines", strings.Count(got, "words"))
	}
}
