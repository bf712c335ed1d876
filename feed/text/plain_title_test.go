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
	} {
		if got := PlainTitle(in); got != want {
			t.Errorf("PlainTitle(%q) = %q, want %q", in, got, want)
		}
	}
}
