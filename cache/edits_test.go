package cache_test

import (
	"errors"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/query"
)

// revision returns the stored revision of an item; empty if there is none.
func (s testStore) revision(key string) string {
	s.T.Helper()
	r, err := s.Revision(s.Ctx(), s.ID(key))
	if errors.Is(err, cache.ErrNotFound) {
		return ""
	}
	s.Must(err)
	return r.Title + "/" + r.Body.Raw
}

// TestRevisions checks that the revision of an edited item is the version that the
// user may have read last, and that a change of markup alone is no edit.
func TestRevisions(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	publish := func(title, text string) {
		t.Helper()
		s.Advance(time.Minute)
		s.SaveItems("a", cachetest.Item("1", time.Hour, title, text))
	}
	publish("One", "<p>text</p>")
	publish("One", "<div>text</div>")
	cachetest.Equal(t, "markup", s.revision("1"), "")
	publish("Two", "text")
	cachetest.Equal(t, "first edit", s.revision("1"), "One/<div>text</div>")
	r, err := s.Revision(s.Ctx(), s.ID("1"))
	s.Must(err)
	cachetest.Equal(t, "saved whole", []any{r.Replaced, r.Body.Base}, []any{s.Now(), "https://example.org/"})
	publish("Three", "text")
	cachetest.Equal(t, "unread since", s.revision("1"), "One/<div>text</div>")
	s.Advance(time.Minute)
	s.MarkItems(feed.Read, true, "1")
	publish("Four", "text")
	cachetest.Equal(t, "read since", s.revision("1"), "Three/text")
	publish("Five", "text")
	cachetest.Equal(t, "read before", s.revision("1"), "Three/text")
	cachetest.Equal(t, "edited", s.List("is:edited"), []string{"1"})
	publish("Three", "text")
	cachetest.Equal(t, "taken back", s.revision("1"), "")
	cachetest.Equal(t, "edited", s.List("is:edited"), []string{})
	_, err = s.Revision(s.Ctx(), 4711)
	if !errors.Is(err, cache.ErrNotFound) {
		t.Errorf("unknown item: %v", err)
	}
}

// TestPageText checks that the text of a page is found beside the feed's own text,
// whether it is indexed or not. A failure is stored as its message, and does not
// replace a text.
func TestPageText(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Hour, "One", "<p>teaser"), cachetest.Item("2", 2*time.Hour, "Two", "<p>other"))
	id := s.ID("1")
	none, err := s.PageText(s.Ctx(), id)
	s.Must(err)
	cachetest.Equal(t, "never fetched", none, feed.PageText{})
	for i, failed := range []bool{true, false, true} {
		page := feed.PageText{Body: markup.Body{Raw: "<article>whole story", Base: "https://example.org/1"}, Fetched: s.Advance(time.Minute)}
		if failed {
			page.Error = "the page needs a login: open it in the browser"
		}
		s.Must(s.SetPageText(s.Ctx(), id, page))
		got, err := s.PageText(s.Ctx(), id)
		s.Must(err)
		if i == 0 {
			cachetest.Equal(t, "failed", got, feed.PageText{Fetched: s.Now(), Error: page.Error})
			cachetest.Equal(t, "has none", s.List("has:fulltext"), []string{})
			s.IndexAll()
			continue
		}
		cachetest.Equal(t, "kept", []string{got.Error, got.Body.Raw, got.Body.Base}, []string{"", "<article>whole story", "https://example.org/1"})
		for range 2 {
			cachetest.Equal(t, "page", s.List(`"whole story"`), []string{"1"})
			cachetest.Equal(t, "feed", s.List("teaser"), []string{"1"})
			cachetest.Equal(t, "negated", s.List("-whole"), []string{"2"})
			cachetest.Equal(t, "has", s.List("has:fulltext"), []string{"1"})
			s.IndexAll()
		}
	}
	s.SaveItems("a", cachetest.Item("1", time.Hour, "One", "<p>edited"))
	s.IndexAll()
	cachetest.Equal(t, "after an edit", s.List("whole edited"), []string{"1"})
	if err := s.SetPageText(s.Ctx(), 4711, feed.PageText{}); !errors.Is(err, cache.ErrNotFound) {
		t.Errorf("unknown item: %v", err)
	}
}

// TestItemsWithoutPageText checks that the page of each of a feed's newest items with
// a link is fetched once.
func TestItemsWithoutPageText(t *testing.T) {
	s := open(t)
	s.Subscribe("a", "b")
	bare := cachetest.Item("bare", time.Second)
	bare.Link = ""
	s.SaveItems("a", cachetest.Item("1", time.Hour), cachetest.Item("2", 2*time.Hour), cachetest.Item("3", 3*time.Hour), bare, cachetest.Item("hidden", time.Minute))
	s.SaveItems("b", cachetest.Item("other", time.Minute))
	s.MarkItems(feed.Hidden, true, "hidden")
	want := func(max int) (keys []string) {
		t.Helper()
		items, err := s.ItemsWithoutPageText(s.Ctx(), "a", max)
		s.Must(err)
		for _, i := range items {
			keys = append(keys, i.Key)
		}
		return keys
	}
	cachetest.Equal(t, "newest", want(2), []string{"1", "2"})
	s.Must(s.SetPageText(s.Ctx(), s.ID("1"), feed.PageText{Body: markup.Body{Raw: "text"}}))
	s.Must(s.SetPageText(s.Ctx(), s.ID("2"), feed.PageText{Error: "the page is gone"}))
	cachetest.Equal(t, "fetched once", want(9), []string{"3"})
}

// TestTextsAreRemovedWithTheirItem checks that revisions and page texts are removed
// with their item.
func TestTextsAreRemovedWithTheirItem(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Hour, "One", "text"))
	s.SaveItems("a", cachetest.Item("1", time.Hour, "Two", "text"))
	s.Must(s.SetPageText(s.Ctx(), s.ID("1"), feed.PageText{Body: markup.Body{Raw: "whole"}}))
	s.IndexAll()
	_, err := s.Purge(s.Ctx(), "a")
	s.Must(err)
	left, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT (SELECT count(*) FROM revisions) + (SELECT count(*) FROM page_texts)`))
	s.Must(err)
	cachetest.Equal(t, "rows left", left, []int64{0})
}

// TestRuleHits checks that RuleHits matches items as they arrived, whatever was done
// to them later.
func TestRuleHits(t *testing.T) {
	s := open(t)
	s.Subscribe("a", "b")
	s.SaveItems("a", cachetest.Item("old", time.Hour, "Advertisement"))
	since := s.Advance(time.Hour)
	s.SaveItems("a", cachetest.Item("1", time.Minute, "Advertisement"), cachetest.Item("2", 2*time.Minute, "News"))
	s.SaveItems("b", cachetest.Item("3", 3*time.Minute, "An advertisement"))
	s.MarkItems(feed.Hidden, true, "1")
	s.MarkItems(feed.Read, true, "3")
	var got []string
	hits := func(q string) []string {
		t.Helper()
		got = nil
		n, err := s.RuleHits(s.Ctx(), query.Rule{Query: cachetest.View(t, q).Query}, since, func(a feed.Article) error {
			got = append(got, a.Key)
			return nil
		})
		s.Must(err)
		cachetest.Equal(t, "counted", n, len(got))
		return got
	}
	cachetest.Equal(t, "title", hits("title:advertisement is:unread"), []string{"1", "3"})
	cachetest.Equal(t, "feed", hits("feed:=b"), []string{"3"})
	cachetest.Equal(t, "feed by title", hits(`feed:"title of a" is:new`), []string{"1", "2"})
}
