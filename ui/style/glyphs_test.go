package style

import "testing"

// TestBarLine checks that the largest number has the full height, and that only 0 is lowest.
func TestBarLine(t *testing.T) {
	for _, c := range []struct {
		numbers []int
		unicode string
		ascii   string
	}{
		{[]int{0, 1, 2, 4, 8}, "▁▂▃▅█", "01247"},
		{[]int{0, 0}, "▁▁", "00"},
		{[]int{1, 1000}, "▂█", "17"},
		{nil, "", ""},
	} {
		if got := unicodeGlyphs.BarLine(c.numbers); got != c.unicode {
			t.Errorf("%v: %q, want %q", c.numbers, got, c.unicode)
		}
		if got := asciiGlyphs.BarLine(c.numbers); got != c.ascii {
			t.Errorf("%v: %q, want %q", c.numbers, got, c.ascii)
		}
	}
}
