package text

import (
	"strings"
	"testing"
	"unicode"
)

// wdiff returns a difference in the notation of wdiff.
func wdiff(parts []DiffPart) string {
	var b strings.Builder
	for _, p := range parts {
		switch p.Kind {
		case DiffRemoved:
			b.WriteString("[-" + p.Text + "-]")
		case DiffAdded:
			b.WriteString("{+" + p.Text + "+}")
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// TestDiff checks what the user sees of an edit: whole words, single characters
// in scripts without spaces, separate paragraphs.
func TestDiff(t *testing.T) {
	for _, c := range []struct{ name, old, now, want string }{
		{"nothing", "", "", ""},
		{"equal", "a b\nc", "a  b\n\nc", "a b\nc"},
		{"a word", "Three ships sail", "Four ships sail", "[-Three-]{+Four+} ships sail"},
		{"in the middle", "it was the best of times", "it was the worst of times", "it was the[- best-]{+ worst+} of times"},
		{"added at the end", "it sails", "it sails today", "it sails{+ today+}"},
		{"all new", "", "it sails\ntoday", "{+it sails\ntoday+}"},
		{"all gone", "it sails\ntoday", "", "[-it sails\ntoday-]"},
		{"a paragraph came", "one\ntwo", "one\nand a half\ntwo", "one{+\nand a half+}\ntwo"},
		{"a paragraph went", "one\nand a half\ntwo", "one\ntwo", "one[-\nand a half-]\ntwo"},
		{"the first paragraph went", "zero\none", "one", "[-zero-]one"},
		{"no blanks", "気象庁は東京で発表", "気象庁は大阪で発表", "気象庁は[-東京-]{+大阪+}で発表"},
		{"thai with marks", "ที่นี่", "ที่นั่", "ที่[-นี่-]{+นั่+}"},
		{"moved apart", "same\nred fox", "same\nnew\nblue fox", "same{+\nnew+}\n[-red-]{+blue+} fox"},
	} {
		if got := wdiff(Diff(c.old, c.now)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// FuzzDiff checks that nothing of either text is lost or invented, except white
// space.
func FuzzDiff(f *testing.F) {
	f.Add("one two\nthree", "one\ntwo four\nthree")
	f.Add("", "東京 tokyo")
	f.Add("zero\none", "one")
	f.Add(strings.Repeat("a b c\n", 300), strings.Repeat("b c d\n", 200))
	f.Fuzz(func(t *testing.T, old, now string) {
		// Every text from outside is valid. Otherwise halves of a character
		// could meet.
		old, now = strings.ToValidUTF8(old, "?"), strings.ToValidUTF8(now, "?")
		var was, is strings.Builder
		for _, p := range Diff(old, now) {
			if p.Kind != DiffAdded {
				was.WriteString(p.Text)
			}
			if p.Kind != DiffRemoved {
				is.WriteString(p.Text)
			}
		}
		if want := strings.Join(textLines(now), "\n"); is.String() != want {
			t.Errorf("the new text became %q, want %q", is.String(), want)
		}
		if got, want := letters(was.String()), letters(old); got != want {
			t.Errorf("the old text became %q, want %q", got, want)
		}
	})
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
