package query

import (
	"slices"
	"testing"
)

// TestPhrasesFindWhatTheSearchFinds checks which words of a title and of a text are marked.
func TestPhrasesFindWhatTheSearchFinds(t *testing.T) {
	const s = "Grain deal: the grain-deal holds; Élan of GRAINS and deals"
	for _, c := range []struct {
		query string
		title bool
		want  []string
	}{
		{"grain", false, []string{"Grain", "grain", "GRAINS"}},
		{`"grain"`, false, []string{"Grain", "grain"}},
		{`"grain deal"`, false, []string{"Grain deal", "grain-deal"}},
		{"elan", false, []string{"Élan"}},
		{"-grain holds", false, []string{"holds"}},
		{"-(grain or deal) holds", false, []string{"holds"}},
		{"holds or elan", false, []string{"holds", "Élan"}},
		{"title:grain text:holds", false, []string{"holds"}},
		{"title:grain text:holds", true, []string{"Grain", "grain", "GRAINS"}},
		{"is:unread tag:grain feed:deal author:elan", false, nil},
		{"grain gra", false, []string{"Grain", "grain", "GRAINS"}},
	} {
		q, err := Parse(c.query)
		if err != nil {
			t.Fatal(err)
		}
		phrases := q.Phrases().InBody()
		if c.title {
			phrases = q.Phrases().InTitle()
		}
		var got []string
		for _, r := range phrases.Find(s) {
			got = append(got, s[r.From:r.To])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.query, got, c.want)
		}
	}
}

// TestPassage checks that a passage has the first hit, begins with a word and has no line
// break.
func TestPassage(t *testing.T) {
	q, err := Parse("cellar")
	if err != nil {
		t.Fatal(err)
	}
	const s = "Every few years somebody asks me why I still keep a log of the temperature\nin my cellar. The answer is long."
	if got, inside := q.Phrases().Passage(s, 40, 60); got != "keep a log of the temperature in my cellar. The answer is lo" || !inside {
		t.Errorf("%q %v", got, inside)
	}
	if got, inside := q.Phrases().Passage("A cellar", 40, 60); got != "A cellar" || inside {
		t.Errorf("%q %v", got, inside)
	}
	if got, _ := q.Phrases().Passage("nothing", 40, 60); got != "" {
		t.Errorf("%q", got)
	}
}
