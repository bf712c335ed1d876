package text

import "testing"

// TestSize protects the one way in which sizes are written: whole limits stay
// whole, and small sizes keep a decimal.
func TestSize(t *testing.T) {
	for bytes, want := range map[int64]string{
		0: "0 bytes", 1: "1 byte", 312: "312 bytes", 1023: "1023 bytes", 1 << 10: "1 KB", 5632: "5.5 KB", 48 << 10: "48 KB",
		1<<20 - 1: "1023 KB", 1 << 20: "1 MB", 3 << 19: "1.5 MB", 10 << 20: "10 MB", 5 << 28: "1.2 GB", 2 << 40: "2048 GB",
	} {
		if got := Size(bytes); got != want {
			t.Errorf("Size(%d) is %q, want %q", bytes, got, want)
		}
	}
}

// TestPlural protects counts with their nouns, and where thousands are grouped.
func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "0 feeds", 1: "1 feed", 9999: "9999 feeds", 10000: "10,000 feeds", 1234567: "1,234,567 feeds"} {
		if got := Plural(n, "feed"); got != want {
			t.Errorf("Plural(%d) is %q, want %q", n, got, want)
		}
	}
}
