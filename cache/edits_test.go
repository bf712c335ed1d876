package cache

import (
	"errors"
	"testing"
	"time"

	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/query"
)

// revision is what the cache kept of an item's earlier text, "" for nothing.
func (s testStore) revision(key string) string {
	s.t.Helper()
	r, err := s.Revision(s.ctx(), s.id(key))
	if errors.Is(err, ErrNotFound) {
		return ""
	}
	s.must(err)
	return r.Title + "/" + r.Body.Raw
}

// What is kept of an edited item is the version that the user may have read
// last; markup alone is no edit.
func TestRevisions(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	publish := func(title, text string) {
		t.Helper()
		s.advance(time.Minute)
		s.save("a", item("1", time.Hour, title, text))
	}
	publish("One", "<p>text</p>")
	publish("One", "<div>text</div>")
	equal(t, "markup", s.revision("1"), "")
	publish("Two", "text")
	equal(t, "first edit", s.revision("1"), "One/<div>text</div>")
	r, err := s.Revision(s.ctx(), s.id("1"))
	s.must(err)
	equal(t, "kept whole", []any{r.Replaced, r.Body.Base}, []any{s.Now(), "https://example.org/"})
	publish("Three", "text")
	equal(t, "unread since", s.revision("1"), "One/<div>text</div>")
	s.advance(time.Minute)
	s.mark(feed.Read, true, "1")
	publish("Four", "text")
	equal(t, "read since", s.revision("1"), "Three/text")
	publish("Five", "text")
	equal(t, "read before", s.revision("1"), "Three/text")
	equal(t, "edited", s.list("is:edited"), []string{"1"})
	publish("Three", "text")
	equal(t, "taken back", s.revision("1"), "")
	equal(t, "edited", s.list("is:edited"), []string{})
	_, err = s.Revision(s.ctx(), 4711)
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown item: %v", err)
	}
}

// A page's text is found beside the feed's own, indexed or not; a failure is
// kept as its sentence, and never in position of a text.
func TestFulltext(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "One", "<p>teaser"), item("2", 2*time.Hour, "Two", "<p>other"))
	id := s.id("1")
	none, err := s.Fulltext(s.ctx(), id)
	s.must(err)
	equal(t, "never asked", none, feed.Fulltext{})
	for i, failed := range []bool{true, false, true} {
		page := feed.Fulltext{Body: markup.Body{Raw: "<article>whole story", Base: "https://example.org/1"}, Fetched: s.advance(time.Minute)}
		if failed {
			page.Error = "the page needs a login: open it in the browser"
		}
		s.must(s.SetFulltext(s.ctx(), id, page))
		got, err := s.Fulltext(s.ctx(), id)
		s.must(err)
		if i == 0 {
			equal(t, "failed", got, feed.Fulltext{Fetched: s.Now(), Error: page.Error})
			equal(t, "has none", s.list("has:fulltext"), []string{})
			s.index()
			continue
		}
		equal(t, "kept", []string{got.Error, got.Body.Raw, got.Body.Base}, []string{"", "<article>whole story", "https://example.org/1"})
		for range 2 {
			equal(t, "page", s.list(`"whole story"`), []string{"1"})
			equal(t, "feed", s.list("teaser"), []string{"1"})
			equal(t, "negated", s.list("-whole"), []string{"2"})
			equal(t, "has", s.list("has:fulltext"), []string{"1"})
			s.index()
		}
	}
	s.save("a", item("1", time.Hour, "One", "<p>edited"))
	s.index()
	equal(t, "after an edit", s.list("whole edited"), []string{"1"})
	if err := s.SetFulltext(s.ctx(), 4711, feed.Fulltext{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown item: %v", err)
	}
}

// The page is asked once for each of a feed's newest items that have a link.
func TestWantFulltext(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b")
	bare := item("bare", time.Second)
	bare.Link = ""
	s.save("a", item("1", time.Hour), item("2", 2*time.Hour), item("3", 3*time.Hour), bare, item("hidden", time.Minute))
	s.save("b", item("other", time.Minute))
	s.mark(feed.Hidden, true, "hidden")
	want := func(max int) (keys []string) {
		t.Helper()
		items, err := s.WantFulltext(s.ctx(), "a", max)
		s.must(err)
		for _, i := range items {
			keys = append(keys, i.Key)
		}
		return keys
	}
	equal(t, "newest", want(2), []string{"1", "2"})
	s.must(s.SetFulltext(s.ctx(), s.id("1"), feed.Fulltext{Body: markup.Body{Raw: "text"}}))
	s.must(s.SetFulltext(s.ctx(), s.id("2"), feed.Fulltext{Error: "the page is gone"}))
	equal(t, "asked once", want(9), []string{"3"})
}

// Texts kept beside an item go with it.
func TestTextsGoWithTheirItem(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "One", "text"))
	s.save("a", item("1", time.Hour, "Two", "text"))
	s.must(s.SetFulltext(s.ctx(), s.id("1"), feed.Fulltext{Body: markup.Body{Raw: "whole"}}))
	s.index()
	_, err := s.Purge(s.ctx(), "a")
	s.must(err)
	left, err := db.Integers(s.ctx(), s.readers, db.SQL(`SELECT (SELECT count(*) FROM revisions) + (SELECT count(*) FROM page_texts)`))
	s.must(err)
	equal(t, "rows left", left, []int64{0})
}

// RuleHits sees items as they arrived, whatever was done to them since.
func TestRuleHits(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b")
	s.save("a", item("old", time.Hour, "Advertisement"))
	since := s.advance(time.Hour)
	s.save("a", item("1", time.Minute, "Advertisement"), item("2", 2*time.Minute, "News"))
	s.save("b", item("3", 3*time.Minute, "An advertisement"))
	s.mark(feed.Hidden, true, "1")
	s.mark(feed.Read, true, "3")
	var got []string
	hits := func(q string) []string {
		t.Helper()
		got = nil
		n, err := s.RuleHits(s.ctx(), query.Rule{Query: view(t, q).Query}, since, func(a feed.Article) error {
			got = append(got, a.Key)
			return nil
		})
		s.must(err)
		equal(t, "counted", n, len(got))
		return got
	}
	equal(t, "title", hits("title:advertisement is:unread"), []string{"1", "3"})
	equal(t, "feed", hits("feed:=b"), []string{"3"})
	equal(t, "feed by title", hits(`feed:"title of a" is:new`), []string{"1", "2"})
}
