package cache

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"dateline/feed"
)

// An article whose publisher gave it a new GUID is the one it was, with the
// reader's marks; one that differs in date and text, or stands beside the
// other in one document, is another.
func TestNewGUIDs(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	old := []feed.Article{item("1", time.Hour), item("2", time.Hour), item("3", time.Hour)}
	s.save("a", old...)
	s.mark(feed.Starred, true, "1")
	fresh := slices.Clone(old)
	for i := range fresh {
		fresh[i].GUID += "-new"
		fresh[i].Key = fresh[i].GUID
	}
	fresh[1].Published = fresh[1].Published.Add(24 * time.Hour)
	fresh[1].Body.Raw = "another text"
	for range 2 {
		s.save("a", append(fresh, old[2])...)
	}
	equal(t, "starred", s.list("is:starred"), []string{"1-new"})
	equal(t, "kept", len(s.list("")), 5)
	s.checkCounts()
}

// A round that is stopped while an answer is written keeps nothing of it, and
// is told that it was stopped.
func TestStoppedSave(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	ctx, stop := context.WithCancel(s.ctx())
	s.Store.now = func() time.Time {
		// The writer asks for the time when its transaction has begun.
		stop()
		for s.writer.Stats().InUse > 0 {
			runtime.Gosched()
		}
		return noon
	}
	_, err := s.Save(ctx, feed.Fetched{URL: "a", Round: noon, Document: &feed.Document{Items: []feed.Article{item("1", time.Hour)}}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("saving said %v", err)
	}
	equal(t, "kept", s.list(""), []string{})
}

// Everything an article has comes back as it was saved.
func TestArticleRoundTrip(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	in := item("1", time.Hour, "Title", "<p>body</p>", "Author")
	in.Summary, in.Comments, in.Words, in.Image = "Summary", "https://example.org/comments", 7, true
	in.Updated = noon.Add(-time.Minute)
	in.Chapters, in.Transcript = "https://example.org/chapters.json", "https://example.org/transcript.vtt"
	in.CommentCount = 12
	in.Categories = []string{"one", "two, three"}
	in.Enclosures = []feed.Enclosure{{URL: "https://example.org/a.mp3", Type: "audio/mpeg", Length: 12, Duration: 3723}}
	s.save("a", in)
	got, err := s.Article(s.ctx(), s.id("1"))
	s.must(err)
	want := in
	want.ID, want.Feed, want.FeedTitle = got.ID, "a", "Title of a"
	want.FirstSeen, want.Date = noon, in.Published
	equal(t, "article", got, want)
	_, err = s.Article(s.ctx(), 4711)
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown article: %v", err)
	}
}

// Saving again writes nothing for unchanged items, updates changed ones in
// position and counts honestly; only title and text make an item edited.
func TestSaveAgain(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	one, two := item("1", time.Hour, "One", "<p>text</p>"), item("2", 2*time.Hour)
	equal(t, "first", s.save("a", one, two), feed.Saved{URL: "a", New: 2})
	equal(t, "unchanged", s.save("a", one, two), feed.Saved{URL: "a"})
	one.CommentCount = 40
	equal(t, "more comments", s.save("a", one, two), feed.Saved{URL: "a"})
	one.Body.Raw = "<p><b>text</b></p>"
	two.Link = "https://example.org/moved"
	equal(t, "markup and link", s.save("a", one, two), feed.Saved{URL: "a", Updated: 2})
	equal(t, "edited", s.list("is:edited"), []string{})
	one.Title = "One, corrected"
	equal(t, "title", s.save("a", one, two), feed.Saved{URL: "a", Updated: 1})
	equal(t, "edited", s.list("is:edited"), []string{"1"})
	equal(t, "twice in a document", s.save("a", item("3", time.Minute, "first"), item("3", time.Minute, "second")), feed.Saved{URL: "a", New: 1, Updated: 1})
	s.checkCounts()
}

// A date in the future does not keep an item on top: it counts as seen now. A
// date moves an item when the publisher changes it to a past one.
func TestDates(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("future", -time.Hour), item("past", time.Hour))
	a, err := s.Article(s.ctx(), s.id("future"))
	s.must(err)
	equal(t, "future item", []any{a.Future, a.Date, a.Published}, []any{true, noon, noon.Add(time.Hour)})
	s.advance(time.Minute)
	s.save("a", item("new", time.Second))
	equal(t, "order", s.list(""), []string{"future", "new", "past"})
	s.save("a", item("past", -24*time.Hour))
	equal(t, "moved to the future", s.list(""), []string{"future", "new", "past"})
	s.save("a", item("past", -time.Minute))
	equal(t, "moved to now", s.list(""), []string{"past", "future", "new"})
}

// An edited or moved item is found by its new words only, before and after the
// index follows.
func TestIndexFollowsEdits(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "Ångström", "<p>地震の影響</p>"), item("2", 2*time.Hour, "other"))
	for range 2 {
		equal(t, "accents folded", s.list("angstrom"), []string{"1"})
		equal(t, "Japanese", s.list("地震"), []string{"1"})
		equal(t, "begun word", s.list("oth"), []string{"2"})
		s.index()
	}
	s.save("a", item("1", time.Minute, "Celsius", "<p>text</p>"))
	for range 2 {
		equal(t, "old word", s.list("angstrom"), []string{})
		equal(t, "new word", s.list("celsius"), []string{"1"})
		s.index()
	}
}

// is:new is what the last round with something new brought.
func TestLastRefresh(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour))
	round := s.advance(time.Hour)
	s.save("a", item("1", time.Hour), item("2", time.Minute))
	s.advance(time.Hour)
	s.save("a", item("1", time.Hour), item("2", time.Minute))
	at, err := s.LastRefresh(s.ctx())
	s.must(err)
	equal(t, "last refresh", at, round)
	equal(t, "new", s.list("is:new"), []string{"2"})
}

// A feed that leaves the configuration takes its items out of the lists, not
// its starred ones, and brings all back when it returns.
func TestUnsubscribed(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b")
	s.save("a", item("1", time.Minute), item("2", 2*time.Minute))
	s.save("b", item("3", 3*time.Minute))
	s.mark(feed.Starred, true, "1")
	other := openAt(t, s.Path(), s.clock)
	version, err := other.Version(s.ctx())
	s.must(err)
	s.subscribe("a", "b")
	again, err := other.Version(s.ctx())
	s.must(err)
	equal(t, "the same feeds write nothing", again, version)
	s.subscribe("b")
	equal(t, "all", s.list(""), []string{"3"})
	equal(t, "unread", s.list("is:unread"), []string{"3"})
	equal(t, "starred", s.list("is:starred"), []string{"1"})
	equal(t, "by URL", s.list("feed:=a"), []string{"1", "2"})
	c, err := s.Counts(s.ctx(), s.Now())
	s.must(err)
	equal(t, "counts", c, Counts{Total: 1, Unread: 1, Starred: 1, Today: 1, Feeds: map[string]FeedCount{"b": {1, 1}}})
	s.subscribe("b", "a")
	equal(t, "back", s.list(""), []string{"1", "2", "3"})
	feeds, err := s.Feeds(s.ctx())
	s.must(err)
	equal(t, "feeds in order", []any{len(feeds), feeds[0].URL, feeds[1].Title, feeds[1].Unread}, []any{2, "b", "Title of a", 2})
	s.subscribe("b")
	n, err := s.Purge(s.ctx(), "a")
	s.must(err)
	equal(t, "purged", n, 2)
	equal(t, "starred after purge", s.list("is:starred"), []string{})
	_, err = s.Purge(s.ctx(), "a")
	if !errors.Is(err, ErrNoFeed) {
		t.Errorf("purged twice: %v", err)
	}
	s.checkCounts()
}
