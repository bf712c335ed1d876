package text

import "testing"

// TestPlainTitle checks that titles of any declared type become plain words.
func TestPlainTitle(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                              "plain",
		"Rock &amp; Roll":                    "Rock & Roll",
		"<b>Bold</b> words":                  "Bold words",
		"<p>One</p><p>Two</p>":               "One Two",
		"One<br/>Two":                        "One Two",
		"H<sub>2</sub>O":                     "H₂O",
		"a < b && c > d":                     "a < b && c > d",
		"x <y> z":                            "x <y> z",
		"List<String> in Java":               "List<String> in Java",
		"I <3 <em>you</em>":                  "I <3 you",
		"The &lt;b&gt; tag":                  "The <b> tag",
		"&lt;b&gt;twice&lt;/b&gt; escaped":   "twice escaped",
		"<a href=\"x>y\" title='<b>'>in</a>": "in",
		"<script>alert(1)</script>Safe":      "Safe",
		"<!-- note -->Safe":                  "Safe",
		"?a=1&copy=2":                        "?a=1&copy=2",
		"&#8217;&#x2014;&hellip;&nbsp;x":     "’—… x",
		"&#27;[2J&#x202e;":                   "[2J",
		"AT&T <unclosed":                     "AT&T <unclosed",
		"<b unclosed":                        "<b unclosed",
		// A tag without its partner is a word.
		"What belongs in <head> and why":         "What belongs in <head> and why",
		"<script> and <style> without tears":     "<script> and <style> without tears",
		"Why </p> comes before <p>":              "Why </p> comes before <p>",
		"Box<Link>, Map<Option, Time>":           "Box<Link>, Map<Option, Time>",
		"Using <a href=x> wrongly":               "Using <a href=x> wrongly",
		"An <img> has no end":                    "An <img> has no end",
		"Loaf<img src=x.png alt=''>":             "Loaf",
		"List<b>bold</b>, Tom &amp; <i>J</i>":    "Listbold, Tom & J",
		"Tom &amp;amp; &lt;i&gt;Jerry&lt;/i&gt;": "Tom & Jerry",
		"<my-card>a</my-card> <o:p></o:p>b":      "a b",
		"<foo>bar</foo>":                         "<foo>bar</foo>",
		"<![CDATA[Flour]]>":                      "Flour",
		"&lt;![CDATA[Flour]]&gt; ":               "Flour",
	} {
		if got := PlainTitle(in); got != want {
			t.Errorf("PlainTitle(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestPlainHTML checks that a title that is HTML is read once.
func TestPlainHTML(t *testing.T) {
	for in, want := range map[string]string{
		"When to write &lt;b&gt;loud&lt;/b&gt;":   "When to write <b>loud</b>",
		"AT&amp;T <i>and</i> 1<sup>st</sup>":      "AT&T and 1st",
		"One<br>two<p>three":                      "One two three",
		"Vec<String> <made-up>a</made-up><b>c":    "Vec ac",
		"High water<!-- draft":                    "High water",
		"sa<!-- -- x >fe":                         "safe",
		"<!-- a -->b<!-- c -->":                   "b",
		"<script>x()</script>y<style>z{}</style>": "y",
		"1 &lt; 2 < 3":                            "1 < 2 < 3",
		"<!DOCTYPE ~":                             "<!DOCTYPE ~",
		"&#27;[2J&#x202e;":                        "[2J",
	} {
		if got := PlainHTML(in); got != want {
			t.Errorf("PlainHTML(%q) = %q, want %q", in, got, want)
		}
	}
}
