package style

import (
	"slices"
	"testing"
)

// TestWrap checks where lines break: at blanks, and anywhere in a word that is longer than a
// line. Blanks that align columns stay.
func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text string
		w    int
		want []string
	}{
		{"", 5, []string{""}},
		{"one two", 7, []string{"one two"}},
		{"one two three", 7, []string{"one two", "three"}},
		{"see https://a.example/long/path here", 10, []string{"see", "https://a.", "example/lo", "ng/path", "here"}},
		{"well-known", 6, []string{"well-k", "nown"}},
		{"   312 ms  did not answer", 16, []string{"   312 ms  did", "not answer"}},
		{"気象庁は東京で地震", 7, []string{"気象庁", "は東京", "で地震"}},
		{"x", 0, []string{"x"}},
	} {
		if got := Wrap(c.text, c.w); !slices.Equal(got, c.want) {
			t.Errorf("Wrap(%q, %d) is %q, want %q", c.text, c.w, got, c.want)
		}
	}
}
