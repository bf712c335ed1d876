package markup

import (
	"strings"
	"testing"
)

// TestSafe checks the result for harmless and hostile HTML.
func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"":                        "",
		"plain &amp; <b>bold</b>": "plain &amp; <b>bold</b>",
		"<p onclick=x style='position:fixed' id=a>text</p>":            `<p id="a">text</p>`,
		"<p>a<script>x</script><style>y</style>b</p>":                  "<p>ab</p>",
		"<form action=/x><input name=q>kept<button>Go</button></form>": "kept",
		"<b>unclosed <i>tags":                                          "<b>unclosed <i>tags</i></b>",
		"<font color=red>red</font> <span>plain</span>":                "red plain",
		"<math><mi>x</mi></math><svg><text>y</text></svg>":             "x",
		"<pre><code class='language-go evil'>a</code></pre>":           "<pre><code class=\"language-go\">a</code></pre>",
		"<pre><code class=language-go>a\n\tb</code></pre>":             "<pre><code class=\"language-go\">a\n\tb</code></pre>",
		// addresses
		"<a href=/rel>x</a>":                                                      `<a href="https://example.org/rel">x</a>`,
		"<a href='?q=1#f'>x</a>":                                                  `<a href="https://example.org/dir/?q=1#f">x</a>`,
		"<a href='java\tscript:alert(1)'>x</a>":                                   "x",
		"<a href='&#106;avascript:alert(1)'>x</a>":                                "x",
		"<a href='#n'>1</a><p id=n>note</p>":                                      `<a href="#n">1</a><p id="n">note</p>`,
		"<a href='/dir/#fn:1'>1</a><a name='fn:1'>note</a>":                       `<a href="#fn:1">1</a><span id="fn:1">note</span>`,
		"<a href='/#n'>1</a><a href='#m'>2</a><a href='#'>3</a><p id=n>note</p>":  `<a href="https://example.org/#n">1</a>23<p id="n">note</p>`,
		"<a href='#%C3%A9'>1</a><p id='é'>note</p>":                               `<a href="#%C3%A9">1</a><p id="é">note</p>`,
		"<a href=vbscript:x>a</a><a name=b>b</a>":                                 `a<span id="b">b</span>`,
		"<a href='mailto:a@x.example'>x</a>":                                      `<a href="mailto:a@x.example">x</a>`,
		"<img src=p.jpg alt=A srcset='p2.jpg 2x, /p3.jpg 3x'>":                    `<img src="https://example.org/dir/p.jpg" alt="A" srcset="https://example.org/dir/p2.jpg 2x, https://example.org/p3.jpg 3x"/>`,
		"<img src=data:image/gif;base64,R0lGODlhAQABAAAAACw= alt=d>":              `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="d"/>`,
		"<img src='data:text/html,<b>'>x":                                         "x",
		"<img src='data:image/svg+xml;base64,AA=='>x":                             "x",
		"<img data-src=/lazy.png alt=l>":                                          `<img alt="l" src="https://example.org/lazy.png"/>`,
		"<blockquote cite=/c>q</blockquote>":                                      `<blockquote cite="https://example.org/c">q</blockquote>`,
		"<a href='magnet:?xt=urn:btih:a'>x</a><a href=tel:+1>y</a>":               `<a href="magnet:?xt=urn:btih:a">x</a><a href="tel:+1">y</a>`,
		"<a href='file:///etc/passwd'>x</a><a href='data:,x'>y</a>":               "xy",
		"<a href='java&#0;script:x'>a</a><a href='&#14;javascript&colon;x'>b</a>": "ab",
		"<a href='http://bücher.example/ä'>x</a>":                                 `<a href="http://xn--bcher-kva.example/%C3%A4">x</a>`,
		"<div xml:base=/sub/><a href=x>a</a></div><a href=x>b</a>":                `<div><a href="https://example.org/sub/x">a</a></div><a href="https://example.org/dir/x">b</a>`,
		// styles that say how text looks, and none that load, hide or cover
		"<p style='text-align:center; position:fixed; background:url(//x.example/p)'>x</p>": `<p style="text-align: center">x</p>`,
		"<span style='color: rgb(0,128,0)'>x</span><span style='expression(x)'>y</span>":    `<span style="color: rgb(0,128,0)">x</span><span>y</span>`,
		// what swallows the rest of a text in a browser
		"<iframe src=//ads.example/x />a <b>b</b>":       "a <b>b</b>",
		"a<textarea>b<title>c<noframes><b>d</b>":         "abc<b>d</b>",
		"a<!-- b -- > c <b>d</b> <!-- e":                 "a c <b>d</b>  e",
		"<![CDATA[a <b>b</b>]]>":                         "a <b>b</b>",
		"<noscript><img src=a.png alt=a></noscript>":     `<img src="https://example.org/dir/a.png" alt="a"/>`,
		"<script><!-- if (a>b) </script>c<!-- d --><b>e": "c<b>e</b>",
		"<plaintext>a<b>b":                               "a<b>b</b>",
		// elements that are blocks stay so
		"<section>a</section><center>b</center><menu><li>c</menu><xmp><b></xmp>": "<section>a</section><center>b</center><ul><li>c</li></ul><pre>&lt;b&gt;</pre>",
		// a picture that a script was to load, and its double for those without scripts
		"<img data-src=a.png> <noscript><img src=a.png></noscript>": `<img src="https://example.org/dir/a.png"/>`,
		// what counts readers, and what shows films
		"a<img src=p.png style='min-width:0;line-height:0'>b":          `a<img src="https://example.org/dir/p.png" style="line-height: 0"/>b`,
		"a<img src=p.png style='WIDTH : 0px'>b":                        "ab",
		"a<img src=https://x.example/pixel.gif?id=1>b":                 "ab",
		"a<img src=https://x.example/p width=1 height=1>b":             "ab",
		"a<img src=https://x.example/p style='display: none'>b":        "ab",
		"<iframe src=//www.youtube.com/embed/abc?rel=0></iframe>":      `<a href="https://www.youtube.com/watch?v=abc">Video: youtube.com</a>`,
		"<iframe src=https://player.vimeo.com/video/12></iframe>":      `<a href="https://vimeo.com/12">Video: vimeo.com</a>`,
		"<iframe src=https://ads.example/x>fallback</iframe>":          "",
		"<object data=https://www.youtube.com/v/abc><p>x</p></object>": `<a href="https://www.youtube.com/watch?v=abc">Video: youtube.com</a>`,
		"<object data=/x.swf><p>instead</p></object>":                  "<p>instead</p>",
		"<video src=/v.mp4 poster=/p.jpg onplay=x></video>":            `<video src="https://example.org/v.mp4" poster="https://example.org/p.jpg"><a href="https://example.org/v.mp4">Video</a></video>`,
		"<audio><source src=/a.ogg type=audio/ogg></audio>":            `<audio><source src="https://example.org/a.ogg" type="audio/ogg"/><a href="https://example.org/a.ogg">Audio</a></audio>`,
		// control characters, also those an entity makes
		"a\u009b2J<b title='\u202e'>\u202eb</b>&#27;]52;c;x&#7;&#x9b;<img src=i.png alt='&#27;[2J'>": `a2J<b>b</b>]52;c;x›<img src="https://example.org/dir/i.png" alt="[2J"/>`,
	} {
		got := Body{Raw: in, Base: "https://example.org/dir/"}.Safe().String()
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
		mustBeSafe(t, got)
	}
}

// TestSafeNesting checks that quotations and lists are flattened at eight
// levels, because a renderer's time grows steeply with nesting. No text is lost,
// even if the HTML parser gives up.
func TestSafeNesting(t *testing.T) {
	for _, tag := range []string{"blockquote", "ul><li", "table><tr><td", "div", "b", "section", "ol><li><blockquote"} {
		for _, depth := range []int{5, 20, 100, 2000} {
			var b strings.Builder
			for range depth {
				b.WriteString("<" + tag + ">w ")
			}
			safe := Body{Raw: b.String()}.Safe().String()
			for _, level := range []string{"<blockquote", "<ul", "<ol", "<table"} {
				if deepest(safe, level[1:]) > maxIndents {
					t.Errorf("%d of <%s>: %s nested %d deep", depth, tag, level, deepest(safe, level[1:]))
				}
			}
			if words := strings.Count(Body{Raw: safe}.Text(), "w"); words != depth {
				t.Errorf("%d of <%s>: %d words left", depth, tag, words)
			}
			mustBeSafe(t, safe)
		}
	}
}

// deepest returns how deep elements of one name are nested in s.
func deepest(s, name string) (most int) {
	depth := 0
	for piece := range strings.SplitSeq(s, "<") {
		if strings.HasPrefix(piece, name) {
			depth++
			most = max(most, depth)
		} else if strings.HasPrefix(piece, "/"+name) {
			depth--
		}
	}
	return most
}

// TestSafeIsBounded checks that an endless body costs no more than one of 1 MB.
func TestSafeIsBounded(t *testing.T) {
	body := Body{Raw: strings.Repeat("<p>word</p>", 1<<18)}
	if got := len(body.Safe().String()); got > MaxBody+1024 {
		t.Errorf("%d bytes", got)
	}
}

// TestLongBodies checks that a body above the limit says so, and is not cut in a word.
func TestLongBodies(t *testing.T) {
	for _, raw := range []string{
		"<pre>" + strings.Repeat("one line of words\n", MaxBody/8), strings.Repeat("word ", MaxBody/4),
		"<blockquote><ul><li>" + strings.Repeat("word <b>word</b> ", MaxBody/8),
	} {
		got := Body{Raw: raw}.Safe().String()
		if !strings.HasSuffix(got, ">"+TooLong) && !strings.HasSuffix(got, "word"+TooLong) || strings.Contains(strings.TrimSuffix(got, TooLong), TooLong) {
			t.Errorf("%.20s ends in %q", raw, got[len(got)-90:])
		}
		end := Body{Raw: strings.TrimSuffix(got[len(got)-200:], TooLong)}.Text()
		for _, word := range strings.Fields(end)[2:] {
			if !strings.Contains(" one line of words word ", " "+word+" ") {
				t.Errorf("%.20s: %q is cut", raw, end)
			}
		}
	}
	whole := "<p>" + strings.Repeat("word ", MaxBody/5-2) + "</p>"
	if got := (Body{Raw: whole}).Safe().String(); strings.Contains(got, "too long") || len(got) < len(whole)-10 {
		t.Errorf("%d of %d bytes are left", len(got), len(whole))
	}
	// The parser refuses this, so the text is extracted, which has a limit of its own elsewhere.
	deep := strings.Repeat("<div>", 1000) + strings.Repeat("word ", maxText/4)
	if got := strings.Count((Body{Raw: deep}).Safe().String(), "word"); got != maxText/4 {
		t.Errorf("%d of %d words are left", got, maxText/4)
	}
}

// TestSafeIsStable checks that sanitizing safe HTML changes nothing, so that a
// body which was exported and imported stays the same.
func TestSafeIsStable(t *testing.T) {
	raw := `<h2>A</h2><p>b <a href="/x" title="t">c</a><br>d &lt;e&gt; &amp; "f"</p><ul><li>g<ul><li>h</ul></ul>
		<table><tr><th>i<td align=right>j</table><figure><img src=k.png alt=""><figcaption>l</figcaption></figure>`
	first := Body{Raw: raw, Base: "https://example.org/"}.Safe().String()
	if second := (Body{Raw: first}).Safe().String(); second != first {
		t.Errorf("first  %s\nsecond %s", first, second)
	}
}

// TestSafeIsLinear checks that the repair searches only once for a mark that is
// missing. Quadratic work would take minutes here.
func TestSafeIsLinear(t *testing.T) {
	for _, piece := range []string{"<!--", "<!-- >", "<iframe>", "<iframe ", "<title>x", "<script>", "<textarea/>", "<iframe src='", "<![CDATA[", "<xmp></xmp"} {
		raw := strings.Repeat(piece, MaxBody/len(piece))
		if got := repairMarkup(raw + "</title>"); len(got) > 4*MaxBody {
			t.Errorf("%s: %d bytes", piece, len(got))
		}
	}
}

// TestCodeLanguage checks the ways in which pages name the language of code.
func TestCodeLanguage(t *testing.T) {
	for raw, want := range map[string]string{
		`<pre class="brush: php; gutter: false">`: "php", `<pre class="brush:js">`: "js", `<pre class="prettyprint lang-Java">`: "java",
		`<pre><code class="hljs python">`: "python", `<pre><code class="hljs language-c++">`: "c++", `<pre class="src src-sh">`: "sh",
		`<div class="highlight highlight-source-go"><pre>`: "go", `<div class="language-ruby highlighter-rouge"><div class="highlight"><pre class="highlight"><code>`: "ruby",
		`<div class="highlight-python notranslate"><div class="highlight"><pre>`: "python", `<pre class="sourceCode haskell"><code class="sourceCode haskell">`: "haskell",
		`<div class="highlight"><pre><code data-lang="rust">`: "rust", `<pre data-enlighter-language="css">`: "css", `<pre lang="python">`: "python",
		`<pre><code class="css">`: "css", `<pre><code class="language-js{1,3}">`: "js", `<figure><pre data-language="c#">`: "c#",
		`<pre lang="en">`: "", `<pre lang="pt-BR">`: "", `<pre class="a b">`: "", `<section class="language-go"><pre>`: "", `<pre class="language-&quot;x">`: "",
	} {
		got := Body{Raw: raw + "x"}.Safe().String()
		if want == "" && strings.Contains(got, "class") || want != "" && !strings.Contains(got, `class="language-`+want+`"`) {
			t.Errorf("%s gives %s, want %q", raw, got, want)
		}
	}
}
