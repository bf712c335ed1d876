package text

import "testing"

// TestCountWords checks the count, also in scripts without spaces, which count
// by character.
func TestCountWords(t *testing.T) {
	for in, want := range map[string]int{"": 0, "one, two – three!": 3, "don't": 1, "東京タワー": 3, "東京 tower": 2} {
		if got := CountWords(in); got != want {
			t.Errorf("%q: %d words, want %d", in, got, want)
		}
	}
}
