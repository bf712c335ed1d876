package text

import (
	"strings"
	"testing"
)

// TestClean checks what must never reach a terminal and what must stay.
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

// TestCleanStackedMarks checks that marks stacked on one character cannot cover
// the lines above and below, and that the stacks of living scripts stay.
func TestCleanStackedMarks(t *testing.T) {
	const tibetan = "ཧྐྵྨླྺྼྻྂ"
	for _, kept := range []string{tibetan, "שְׁלוֹם", "नि\u200dष्ट्र", "Việt", "👩\u200d❤\ufe0f\u200d💋\u200d👩"} {
		if Clean(kept) != kept || CleanText(kept) != kept {
			t.Errorf("%q became %q and %q", kept, Clean(kept), CleanText(kept))
		}
	}
	for _, mark := range []string{"\u0301", "\u20dd", "\u0489", "\u200d", "\ufe0f", "\u0903", "\u1161", "\U0001e130"} {
		want := "a" + strings.Repeat(mark, maxMarks) + "b"
		in := "a" + strings.Repeat(mark, 60) + "b"
		if got := Clean(in); got != want {
			t.Errorf("Clean(%+q…) = %+q", in[:8], got)
		}
		if got := CleanText(in); got != want {
			t.Errorf("CleanText(%+q…) = %+q", in[:8], got)
		}
	}
}
