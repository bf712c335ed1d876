package text

import (
	"strings"
	"testing"
)

// TestEscapeWords checks which words in angle brackets are text in an article.
func TestEscapeWords(t *testing.T) {
	for in, want := range map[string]string{
		// No HTML element, and no end tag.
		"<p>Put the text into <changelog> and bake.</p>": "<p>Put the text into &lt;changelog> and bake.</p>",
		"<p>It is a Vec<String> now.</p>":                "<p>It is a Vec&lt;String> now.</p>",
		"Map<String, List<Integer>> and Box<dyn Error>":  "Map&lt;String, List&lt;Integer>> and Box&lt;dyn Error>",
		"std::vector<std::string> v":                     "std::vector&lt;std::string> v",
		"close it with </changelog>":                     "close it with &lt;/changelog>",
		"<your name here> and <APP_HOME>/bin":            "&lt;your name here> and &lt;APP_HOME>/bin",
		"<ann@a.example> wrote":                          "&lt;ann@a.example> wrote",
		"render <App/> twice":                            "render &lt;App/> twice",
		"AT&T <unclosed":                                 "AT&T &lt;unclosed",
		"<pre><code>Vec<u8></code></pre>":                "<pre><code>Vec&lt;u8></code></pre>",
		"<li>Option<T><li>Result<T, E>":                  "<li>Option&lt;T><li>Result&lt;T, E>",
		"a <my-card> without end":                        "a &lt;my-card> without end",
		"</T><T>":                                        "&lt;/T>&lt;T>",
		// HTML elements that can only be words.
		"What belongs in <head> and why":               "What belongs in &lt;head> and why",
		"A <title> is text, a <textarea> too":          "A &lt;title> is text, a &lt;textarea> too",
		"<p>The <script> element is old.</p>":          "<p>The &lt;script> element is old.</p>",
		"<p>Use <link> not <meta>.</p>":                "<p>Use &lt;link> not &lt;meta>.</p>",
		"<p>wrap it in a <div> here, or a <span>.</p>": "<p>wrap it in a &lt;div> here, or a &lt;span>.</p>",
		"Vec<Option>, Box<Section>, Ref<b> too":        "Vec&lt;Option>, Box&lt;Section>, Ref&lt;b> too",
		// Markup.
		"List<b>bold</b>, Tom & <i>Jerry</i>":           "List<b>bold</b>, Tom & <i>Jerry</i>",
		"<my-card>a</my-card><o:p></o:p><o:p>b":         "<my-card>a</my-card><o:p></o:p><o:p>b",
		"<My-Card x='<y>'>a</MY-CARD>":                  "<My-Card x='<y>'>a</MY-CARD>",
		"<changelog>a</changelog>":                      "<changelog>a</changelog>",
		"<p>one<p>two<br>three<hr>four":                 "<p>one<p>two<br>three<hr>four",
		"<ul><li>a<li>b</ul></p></div>":                 "<ul><li>a<li>b</ul></p></div>",
		"<p><strong>Cut in the mid":                     "<p><strong>Cut in the mid",
		"<div class=x>cut <a href='htt":                 "<div class=x>cut <a href='htt",
		"<div>\n<p>cut":                                 "<div>\n<p>cut",
		"<TABLE><TR><TD>a<Td>b</TABLE>":                 "<TABLE><TR><TD>a<Td>b</TABLE>",
		"<html><body><p>x":                              "<html><body><p>x",
		"<img src=x.png><img/ src=y.png>":               "<img src=x.png><img/ src=y.png>",
		"<math><mi>x</mi><none/></math><svg><g/></svg>": "<math><mi>x</mi><none/></math><svg><g/></svg>",
		"<script>if (a<b) { x<y> }</script>":            "<script>if (a<b) { x<y> }</script>",
		"<style>a>b{}</style><!-- <x> -->":              "<style>a>b{}</style><!-- <x> -->",
		"<iframe src=x>":                                "<iframe src=x>",
		"a < b <3 <> </> <!doctype html>":               "a < b <3 <> </> <!doctype html>",
		"<p>cut <b":                                     "<p>cut <b",
	} {
		got := EscapeWords(in)
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
		if again := EscapeWords(got); again != got {
			t.Errorf("%s\nagain %s", got, again)
		}
	}
}

// TestTagsAreLinear checks texts that would take minutes if each tag were
// searched for its end.
func TestTagsAreLinear(t *testing.T) {
	for _, piece := range []string{"<b", "<x>", "<x y='", `<x y="<x y='`, "<x><y>", "</x>", "<script>", "<!--", "<svg>", "<a,", "]]><![CDATA[", "<![CDATA[", "]]"} {
		s := strings.Repeat(piece, 1<<17/len(piece)) + " "
		for name, f := range map[string]func(string) string{"EscapeWords": EscapeWords, "PlainTitle": PlainTitle, "PlainHTML": PlainHTML, "UnwrapCDATA": UnwrapCDATA, "RemoveCDATA": RemoveCDATA} {
			if got := f(s); len(got) > 6<<17 {
				t.Errorf("%s of %s: %d bytes", name, piece, len(got))
			}
		}
	}
}

// TestUnwrapCDATA checks that the marks around a text go and other brackets stay.
func TestUnwrapCDATA(t *testing.T) {
	for in, want := range map[string]string{
		"<![CDATA[Flour in paper]]>":               "Flour in paper",
		"&lt;![CDATA[Salt in cloth]]&gt;":          "Salt in cloth",
		"<![CDATA[Salt in cloth]]&gt;":             "Salt in cloth",
		" <![CDATA[ <![CDATA[Rye]]> ]]> ":          "Rye",
		"<![CDATA[a]]> <![CDATA[b]]><![CDATA[c]]>": "a bc",
		"<![CDATA[cut":                             "cut",
		"<![CDATA[a[b[0]]>c]]>":                    "a[b[0]]>c",
		"a[b[0]]>c":                                "a[b[0]]>c",
		"[1]]>":                                    "[1]]>",
		"How <![CDATA[ and ]]> work":               "How <![CDATA[ and ]]> work",
		"":                                         "",
	} {
		if got := UnwrapCDATA(in); strings.TrimSpace(got) != want {
			t.Errorf("UnwrapCDATA(%q) = %q, want %q", in, got, want)
		}
	}
	if got := RemoveCDATA("<p><![CDATA[a]]> b[c[0]]>d <![CDATA[<![CDATA[e]]>"); got != "<p>a b[c[0]]>d e" {
		t.Errorf("RemoveCDATA: %q", got)
	}
}
