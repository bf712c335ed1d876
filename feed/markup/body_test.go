package markup

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestText checks that each block is a line and that hidden text is left out.
func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"just &lt;text&gt;":                           "just <text>",
		"<h1>A</h1><p>b <i>c</i>d<br>e</p>":           "A\nb cd\ne",
		"<p>a<script>x</script><style>y</style>b</p>": "ab",
		"<ul><li>one<li>two</ul>":                     "one\ntwo",
		"<table><tr><td>a<td>b<tr><td>c</table>":      "a b\nc",
		"a<img src=x alt='not this'>b":                "a b",
		"a &#27;[2J&#x202e; b":                        "a [2J b",
		"<p>\n  spaced   out \n\n</p>\n<p></p>":       "spaced out",
		strings.Repeat("<div>", 2000) + "deep":        "deep",
		"<pre><span style='display:block'>a;</span><span STYLE='color:red;DISPLAY : block'>b;</span><i>c</i></pre>": "a;\nb;c",
		"<p>cut <b": "cut",
	} {
		if got := (Body{Raw: in}).Text(); got != want {
			t.Errorf("Text of %.60q = %q, want %q", in, got, want)
		}
	}
	long := Body{Raw: strings.Repeat("<p>東京 word</p>", 100_000)}
	if got := long.Text(); len(got) > maxText {
		t.Errorf("%d bytes of text", len(got))
	}
}

// TestSummarize checks that a summary has at most 300 characters and is cut
// between words, if there are any.
func TestSummarize(t *testing.T) {
	if got := clipSummary("short\ntext"); got != "short text" {
		t.Errorf("got %q", got)
	}
	got := clipSummary(strings.Repeat("words, ", 100))
	if !strings.HasSuffix(got, "words…") || len([]rune(got)) > summaryLength+1 {
		t.Errorf("got %q", got)
	}
	if got = clipSummary(strings.Repeat("東", 1000)); len([]rune(got)) != summaryLength+1 {
		t.Errorf("%d characters", len([]rune(got)))
	}
}

// TestStackedMarksAcrossElements checks that marks stacked on one character
// cannot cover other lines, even if they come in several elements.
func TestStackedMarksAcrossElements(t *testing.T) {
	// maxMarks is how many combining marks package text leaves on one character.
	const maxMarks = 8
	for _, mark := range []string{"\u0301", "\u20dd", "\u0489", "\u200d", "\ufe0f", "\u0903", "\u1161", "\U0001e130"} {
		parts := Body{Raw: "<p>a" + strings.Repeat("<i>"+strings.Repeat(mark, 5)+"</i>", 9) + "b</p>"}
		if n := strings.Count(parts.Safe().String(), mark); n != maxMarks {
			t.Errorf("%+q in several elements: %d are left", mark, n)
		}
		if n := strings.Count(parts.Summarize().Text, mark); n != maxMarks {
			t.Errorf("%+q in a summary: %d are left", mark, n)
		}
	}
}

// TestHead checks that the head of a long body ends neither inside a tag nor
// inside a character, and that a short body is not cut.
func TestHead(t *testing.T) {
	long := strings.Repeat(`<p title="a title">wörds</p>`, 100)
	for n := 1; n < 200; n++ {
		head, cut := Body{Raw: long, Base: "https://example.org/"}.Head(n)
		if !cut || len(head.Raw) > n || head.Base == "" || !strings.HasPrefix(long, head.Raw) {
			t.Fatalf("%d bytes: %q, %v", n, head, cut)
		}
		if open := strings.Count(head.Raw, "<") - strings.Count(head.Raw, ">"); n > 28 && open != 0 {
			t.Fatalf("%d bytes end in a tag: %q", n, head.Raw)
		}
		if head, _ := (Body{Raw: strings.Repeat("ö", 400)}).Head(n); !utf8.ValidString(head.Raw) {
			t.Fatalf("%d bytes end in a character: %q", n, head.Raw)
		}
	}
	if head, cut := (Body{Raw: long}).Head(len(long)); cut || head.Raw != long {
		t.Errorf("a short body was cut to %q", head.Raw)
	}
}
