package search

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"dateline/feed/text"
)

// TestAssignDocNumbers tests that assigned numbers rise, lie between both
// neighbors, and keep the greatest distance that is possible, up to spacing.
func TestAssignDocNumbers(t *testing.T) {
	for _, c := range []struct {
		wanted    []int64
		low, high int64
		older     int64
		want      []int64
	}{
		{[]int64{50}, 0, 100, 0, []int64{50}},
		{[]int64{50}, 60, 100, 0, []int64{60 + spacing}},
		{[]int64{50}, 0, 40, 0, []int64{40 - spacing}},
		{[]int64{50}, 60, 64, 0, []int64{62}},
		{[]int64{50}, 60, 62, 0, []int64{61}},
		{[]int64{50}, 60, 61, 0, nil},
		{[]int64{50, 50, 50}, 0, 100, 0, []int64{50 - 2*spacing, 50 - spacing, 50}},
		{[]int64{50, 50, 50}, 50, 100, 0, []int64{50 + spacing, 50 + 2*spacing, 50 + 3*spacing}},
		{[]int64{50, 50, 50}, 47, 51, 0, []int64{48, 49, 50}},
		{[]int64{50, 50, 50}, 48, 51, 0, nil},
		{[]int64{50}, 50, 100, 5, []int64{50 + 6*spacing}},
		{[]int64{90}, 50, 100, 5, []int64{90}},
		{[]int64{50}, 50, 56, 5, nil},
	} {
		got, ok := freeRange{low: numberedItem{docNumber: c.low}, high: numberedItem{docNumber: c.high}, preferred: c.wanted, pendingBelow: c.older}.assign()
		equal(t, fmt.Sprint(c), got, c.want)
		equal(t, fmt.Sprint(c, ": enough free numbers"), ok, c.want != nil)
	}
}

// TestPrefixMarkersAreNoWords tests that the markers of titles and authors never
// come from a text. Otherwise a text could pass for a title.
func TestPrefixMarkersAreNoWords(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if text := text.IndexText("a" + string(r) + "a"); strings.ContainsAny(text, titleMarker+authorMarker) {
			t.Fatalf("%U gives %q", r, text)
		}
	}
}

// TestPrefixesOf tests that each prefix of two and three characters is returned
// once, in any alphabet, and that shorter words have none.
func TestPrefixesOf(t *testing.T) {
	for _, c := range []struct{ title, author, body, want string }{
		{"", "", "", ""},
		{"a", "", "b 東 京", ""},
		{"ab", "", "abc abd ab", "§ab ab abc abd"},
		{"budget", "buddha", "budget 2026 bu", "§bu §bud ¶bu ¶bud bu bud 20 202"},
		{"мир", "", "мир миру été étage мо", "§ми §мир ми мир ét été éta мо"},
		{"", "", "zz zzz z9 9z 0 00 000", "zz zzz z9 9z 00 000"},
	} {
		equal(t, fmt.Sprint(c), strings.TrimSpace(prefixesOf(c.title, c.author, c.body)), c.want)
	}
}

func equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}
