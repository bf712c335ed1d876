package corpus

import (
	"strings"
	"testing"
	"time"

	"dateline/feed/parse"
)

// TestArticleEqualsDocument checks that Article returns what parsing the document gives.
func TestArticleEqualsDocument(t *testing.T) {
	c := Corpus{Feeds: 10, Items: 30, Now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	for f := range c.Feeds {
		body, kind := c.Document(f)
		doc, err := parse.Parse([]byte(body), parse.Origin{URL: c.URL(f), ContentType: kind})
		if err != nil {
			t.Fatal(err)
		}
		if len(doc.Items) != c.Items || doc.Truncated {
			t.Fatalf("feed %d: %d items, truncated %v", f, len(doc.Items), doc.Truncated)
		}
		for i, got := range doc.Items {
			want := c.Article(f, i)
			if got.Key != want.Key || got.Title != want.Title || got.Link != want.Link || got.Author != want.Author ||
				!got.Published.Equal(want.Published) || got.Summary != want.Summary || strings.TrimSpace(got.Body.Raw) != strings.TrimSpace(want.Body.Raw) {
				t.Fatalf("feed %d item %d:\n%+v\nwant\n%+v", f, i, got, want)
			}
		}
	}
}

// TestCorpusVaries checks that the corpus has short and long texts, several scripts, and
// frequent and rare words.
func TestCorpusVaries(t *testing.T) {
	c := Corpus{Feeds: 50, Items: 40, Now: time.Now()}
	var long, short, foreign, the, needles int
	for f := range c.Feeds {
		for i := range c.Items {
			a := c.Article(f, i)
			switch n := len(a.Body.Raw); {
			case n > 20_000:
				long++
			case n < 1000:
				short++
			}
			if strings.ContainsFunc(a.Title, func(r rune) bool { return r > 0x2ff }) {
				foreign++
			}
			if strings.Contains(a.Body.Raw, "the ") {
				the++
			}
			if strings.Contains(a.Title, Needle) {
				needles++
			}
		}
	}
	n := c.Feeds * c.Items
	if long < n/200 || short < n/10 || foreign < n/20 || the < n/2 || needles == 0 || needles > n/100 {
		t.Errorf("of %d: %d long, %d short, %d in other scripts, %d with a common word, %d with the needle", n, long, short, foreign, the, needles)
	}
}
