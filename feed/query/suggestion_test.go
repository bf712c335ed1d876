package query

import (
	"testing"

	"dateline/feed/text"
)

// TestNearest checks that a misspelt field name suggests the right one.
func TestNearest(t *testing.T) {
	for in, want := range map[string]string{
		"titel": "title", "aut": "author", "feeds": "feed", "lable": "label", "bevore": "before", "è": "is",
	} {
		if got := text.Nearest(in, termNames); got != want {
			t.Errorf("nearest to %q is %q, want %q", in, got, want)
		}
	}
}
