package text

import (
	"strings"
	"testing"
)

// TestClean lists what must never reach a terminal, and what must survive.
func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                                   "",
		"plain":                              "plain",
		"  two \t words\r\n\u00a0 ":          "two words",
		"\x1b]52;c;cm0=\x07x":                "]52;c;cm0=x",
		"\x1b[2Jx":                           "[2Jx",
		"a\u009b2J\u009d\u0090b":             "a2Jb",
		"a\x9bb":                             "a\ufffdb",
		"\x1bPq\x1b\\\x1b_Ga=d\x1b\\":        "Pq\\_Ga=d\\",
		"a\u202eb\u2066c\u061cd\u200e\u200f": "abcd",
		"a\u2028b\u2029c\u0085d":             "a b c d",
		"a\U000e0041\U0010eeee\ufeff\u200b\u2060b":     "ab",
		"a\x00\x08\x0b\x0c\x7fb":                       "a b",
		"👩\u200d🚀 ❤\ufe0f":                             "👩\u200d🚀 ❤\ufe0f",
		"नि\u200dष":                                    "नि\u200dष",
		"inter\u00adnational":                          "international",
		"a\u115f\u1160\u3164\uffa0\u180e\u17b4b":       "ab",
		"a\u2061\u2065\u206f\ufff9\ufff1\ufffe\ufdd0b": "ab",
		"a\U0001d173\U0001bca0\U000e0100\U000e0fffb":   "ab",
		"葛\U000e0100城 \u034f":                          "葛城 \u034f",
		"한\u1112\u1161\u11ab \U0001f469\U0001f3fd":     "한\u1112\u1161\u11ab \U0001f469\U0001f3fd",
		"a\u00a0b": "a b",
		"é  b":     "é b",
		"é b ":     "é b",
		"é\xffb":   "é\ufffdb",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
	if got := CleanText(" a\r\n\tb\x1b[m\u2028c\u202e "); got != " a\n\tb[m\nc " {
		t.Errorf("CleanText = %q", got)
	}
}

// TestCleanTowers protects the lines above and below a text from marks that pile
// up on one of its characters, and the scripts that pile up a few.
func TestCleanTowers(t *testing.T) {
	const tibetan = "ཧྐྵྨླྺྼྻྂ"
	for _, kept := range []string{tibetan, "שְׁלוֹם", "नि\u200dष्ट्र", "Việt", "👩\u200d❤\ufe0f\u200d💋\u200d👩"} {
		if Clean(kept) != kept || CleanText(kept) != kept {
			t.Errorf("%q became %q and %q", kept, Clean(kept), CleanText(kept))
		}
	}
	for _, mark := range []string{"\u0301", "\u20dd", "\u0489", "\u200d", "\ufe0f", "\u0903", "\u1161", "\U0001e130"} {
		want := "a" + strings.Repeat(mark, tallest) + "b"
		in := "a" + strings.Repeat(mark, 60) + "b"
		if got := Clean(in); got != want {
			t.Errorf("Clean(%+q…) = %+q", in[:8], got)
		}
		if got := CleanText(in); got != want {
			t.Errorf("CleanText(%+q…) = %+q", in[:8], got)
		}
	}
}

// TestPlainTitle: titles of whatever type become the words a reader would say.
func TestPlainTitle(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                              "plain",
		"Rock &amp; Roll":                    "Rock & Roll",
		"<b>Bold</b> words":                  "Bold words",
		"<p>One</p><p>Two</p>":               "One Two",
		"One<br/>Two":                        "One Two",
		"H<sub>2</sub>O":                     "H2O",
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

// TestSafeURL: only four schemes pass, and nothing in an address can end a
// terminal sequence.
func TestSafeURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://x.example/a?b=c#d":                        "https://x.example/a?b=c#d",
		" HTTP://x.example ":                               "HTTP://x.example",
		"mailto:a@x.example":                               "mailto:a@x.example",
		"gemini://x.example/":                              "gemini://x.example/",
		"https://x.example/a b\x1b\\\u009c":                "https://x.example/a%20b%1B\\%C2%9C",
		"mailto:a\x9d0;x\x9c@x.example":                    "mailto:a\ufffd0;x\ufffd@x.example",
		"https://x.example/\u202egpj":                      "https://x.example/%E2%80%AEgpj",
		"https://x.example/a\u3000\u00adb":                 "https://x.example/a%E3%80%80%C2%ADb",
		"https://x.example/" + strings.Repeat("\u0301", 9): "https://x.example/" + strings.Repeat("\u0301", 8) + "%CC%81",
		"https://x.example/東京":                             "https://x.example/東京",
		"java\nscript:alert(1)":                            "",
		"javascript:alert(1)":                              "",
		"data:text/html,x":                                 "",
		"file:///etc/passwd":                               "",
		"//x.example/":                                     "",
		"/relative":                                        "",
		"https://":                                         "",
		"https://a%zz/":                                    "",
		"":                                                 "",
	} {
		got, ok := SafeURL(in)
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("SafeURL(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
}

// TestCountWords: a reading time needs words; scripts that part none count by
// character.
func TestCountWords(t *testing.T) {
	for in, want := range map[string]int{"": 0, "one, two – three!": 3, "don't": 1, "東京タワー": 3, "東京 tower": 2} {
		if got := CountWords(in); got != want {
			t.Errorf("%q: %d words, want %d", in, got, want)
		}
	}
}
