package text

import (
	"slices"
	"strings"
	"testing"
)

// TestFindFolded checks that case, accents and ligatures do not matter, and that the places
// are those of the text as it was.
func TestFindFolded(t *testing.T) {
	for _, c := range []struct {
		s, words string
		want     []string
	}{
		{"Painting a Repainting", "paint", []string{"Paint", "paint"}},
		{"Les élèves de l’École", "ele", []string{"élè"}},
		{"Die Straße, die STRASSE", "strasse", []string{"Straße", "STRASSE"}},
		{"a ﬁne day", "fi", []string{"ﬁ"}},
		{"気象庁は東京で", "東京", []string{"東京"}},
		{"a\xffb ab", "ab", []string{"ab"}},
		{"aaaa", "aa", []string{"aa", "aa"}},
		{"C++ and C", "c++", []string{"C++"}},
		{"grain    deal, Grain\nDEAL", "grain  deal", []string{"grain    deal", "Grain\nDEAL"}},
	} {
		var got []string
		for _, r := range FoldForFind(c.s).Find(c.words, 10) {
			got = append(got, c.s[r.From:r.To])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q in %q: %q, want %q", c.words, c.s, got, c.want)
		}
	}
	if n := len(FoldForFind(strings.Repeat("a", 100)).Find("a", 7)); n != 7 {
		t.Errorf("%d places, want 7", n)
	}
}

// FuzzTokenPlaces checks that the tokens are those of the search index, and their places
// within the text and in order.
func FuzzTokenPlaces(f *testing.F) {
	for _, s := range []string{"A word, two", "élan vital ﬁn", "気象庁は東京で", "a\xffb", "각 한국어", "\u0301x", "½ ㎏"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var words []string
		last := 0
		for _, token := range TokenPlaces(s) {
			words = append(words, token.Text)
			if token.From < last || token.To < token.From || token.To > len(s) {
				t.Fatalf("%q: %v after %d", s, token, last)
			}
			last = token.From
		}
		if got, want := strings.Join(words, " "), IndexText(s); got != want {
			t.Errorf("%q: %q, the index has %q", s, got, want)
		}
		FoldForFind(s).Find("a", 5)
	})
}
