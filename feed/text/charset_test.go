package text

import (
	"strings"
	"testing"
)

// TestHasControl checks that looking at bytes finds the same characters as
// looking at runes.
func TestHasControl(t *testing.T) {
	found := func(r rune) bool { return isForbiddenInXML(r) || isC1(r) }
	for r := rune(0); r <= 0x10ffff; r++ {
		if s := "a" + string(r) + "é"; hasControl(s) != strings.ContainsFunc(s, found) {
			t.Fatalf("U+%04X: hasControl says %v", r, hasControl(s))
		}
	}
	for _, s := range []string{"", "\xc2", "\xef\xbf", "\xef\xbf\xbd", "\xe1\xc2\x85", "\x80", "\xf0\x9f\x98"} {
		if hasControl(s) != strings.ContainsFunc(s, found) {
			t.Errorf("%q: hasControl says %v", s, hasControl(s))
		}
	}
}
