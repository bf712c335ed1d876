package cache_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// TestNewGUIDs checks that an article with a new GUID is the known item, with its
// marks. An article that differs in date and text, or is beside the other one in one
// document, is another item.
func TestNewGUIDs(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	old := []feed.Article{cachetest.Item("1", time.Hour), cachetest.Item("2", time.Hour), cachetest.Item("3", time.Hour)}
	s.SaveItems("a", old...)
	s.MarkItems(feed.Starred, true, "1")
	fresh := slices.Clone(old)
	for i := range fresh {
		fresh[i].GUID += "-new"
		fresh[i].Key = fresh[i].GUID
	}
	fresh[1].Published = fresh[1].Published.Add(24 * time.Hour)
	fresh[1].Body.Raw = "another text"
	for range 2 {
		s.SaveItems("a", append(fresh, old[2])...)
	}
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{"1-new"})
	cachetest.Equal(t, "kept", len(s.List("")), 5)
	s.CheckCounts()
}

// TestCanceledSave checks that a save that is canceled changes nothing and returns the
// error of the context.
func TestCanceledSave(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	ctx, stop := context.WithCancel(s.Ctx())
	s.SetClock(func() time.Time {
		// The writer reads the clock after its transaction has begun.
		stop()
		for s.Writer().Stats().InUse > 0 {
			runtime.Gosched()
		}
		return noon
	})
	_, err := s.Save(ctx, feed.Fetched{URL: "a", RefreshStart: noon, Document: &feed.Document{Items: []feed.Article{cachetest.Item("1", time.Hour)}}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("save: %v", err)
	}
	cachetest.Equal(t, "kept", s.List(""), []string{})
}

// TestArticleRoundTrip checks that an article is read as it was saved.
func TestArticleRoundTrip(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	in := cachetest.Item("1", time.Hour, "Title", "<p>body</p>", "Author")
	in.Summary, in.Comments, in.Words, in.Image = "Summary", "https://example.org/comments", 7, true
	in.Updated = noon.Add(-time.Minute)
	in.Chapters, in.Transcript = "https://example.org/chapters.json", "https://example.org/transcript.vtt"
	in.CommentCount = 12
	in.Categories = []string{"one", "two, three"}
	in.Enclosures = []feed.Enclosure{{URL: "https://example.org/a.mp3", Type: "audio/mpeg", Length: 12, Duration: 3723}}
	s.SaveItems("a", in)
	got, err := s.Article(s.Ctx(), s.ID("1"))
	s.Must(err)
	want := in
	want.ID, want.Feed, want.FeedTitle = got.ID, "a", "Title of a"
	want.FirstSeen, want.Date = noon, in.Published
	cachetest.Equal(t, "article", got, want)
	_, err = s.Article(s.Ctx(), 4711)
	if !errors.Is(err, cache.ErrNotFound) {
		t.Errorf("unknown article: %v", err)
	}
}

// TestSaveAgain checks that saving again writes nothing for unchanged items, updates
// changed ones in place and counts them. Only a new title or text makes an item
// edited.
func TestSaveAgain(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	one, two := cachetest.Item("1", time.Hour, "One", "<p>text</p>"), cachetest.Item("2", 2*time.Hour)
	cachetest.Equal(t, "first", s.SaveItems("a", one, two), feed.Saved{URL: "a", New: 2})
	cachetest.Equal(t, "unchanged", s.SaveItems("a", one, two), feed.Saved{URL: "a"})
	one.CommentCount = 40
	cachetest.Equal(t, "more comments", s.SaveItems("a", one, two), feed.Saved{URL: "a"})
	one.Body.Raw = "<p><b>text</b></p>"
	two.Link = "https://example.org/moved"
	cachetest.Equal(t, "markup and link", s.SaveItems("a", one, two), feed.Saved{URL: "a", Updated: 2})
	cachetest.Equal(t, "edited", s.List("is:edited"), []string{})
	one.Title = "One, corrected"
	cachetest.Equal(t, "title", s.SaveItems("a", one, two), feed.Saved{URL: "a", Updated: 1})
	cachetest.Equal(t, "edited", s.List("is:edited"), []string{"1"})
	cachetest.Equal(t, "twice in a document", s.SaveItems("a", cachetest.Item("3", time.Minute, "first"), cachetest.Item("3", time.Minute, "second")), feed.Saved{URL: "a", New: 1, Updated: 1})
	s.CheckCounts()
}

// TestDates checks that an item dated in the future gets the position of now, and that
// an item moves when its publisher changes its date to one in the past.
func TestDates(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("future", -time.Hour), cachetest.Item("past", time.Hour))
	a, err := s.Article(s.Ctx(), s.ID("future"))
	s.Must(err)
	cachetest.Equal(t, "future item", []any{a.Future, a.Date, a.Published}, []any{true, noon, noon.Add(time.Hour)})
	s.Advance(time.Minute)
	s.SaveItems("a", cachetest.Item("new", time.Second))
	cachetest.Equal(t, "order", s.List(""), []string{"future", "new", "past"})
	s.SaveItems("a", cachetest.Item("past", -24*time.Hour))
	cachetest.Equal(t, "moved to the future", s.List(""), []string{"future", "new", "past"})
	s.SaveItems("a", cachetest.Item("past", -time.Minute))
	cachetest.Equal(t, "moved to now", s.List(""), []string{"past", "future", "new"})
}

// TestIndexFollowsEdits checks that an edited or moved item is found only by its new
// words, before and after it is indexed again.
func TestIndexFollowsEdits(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Hour, "Ångström", "<p>地震の影響</p>"), cachetest.Item("2", 2*time.Hour, "other"))
	for range 2 {
		cachetest.Equal(t, "accents folded", s.List("angstrom"), []string{"1"})
		cachetest.Equal(t, "Japanese", s.List("地震"), []string{"1"})
		cachetest.Equal(t, "prefix", s.List("oth"), []string{"2"})
		s.IndexAll()
	}
	s.SaveItems("a", cachetest.Item("1", time.Minute, "Celsius", "<p>text</p>"))
	for range 2 {
		cachetest.Equal(t, "old word", s.List("angstrom"), []string{})
		cachetest.Equal(t, "new word", s.List("celsius"), []string{"1"})
		s.IndexAll()
	}
}

// TestLastRefresh checks that is:new finds what the last refresh with new items
// brought.
func TestLastRefresh(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Hour))
	round := s.Advance(time.Hour)
	s.SaveItems("a", cachetest.Item("1", time.Hour), cachetest.Item("2", time.Minute))
	s.Advance(time.Hour)
	s.SaveItems("a", cachetest.Item("1", time.Hour), cachetest.Item("2", time.Minute))
	at, err := s.LastRefresh(s.Ctx())
	s.Must(err)
	cachetest.Equal(t, "last refresh", at, round)
	cachetest.Equal(t, "new", s.List("is:new"), []string{"2"})
}

// TestUnsubscribed checks that the items of a feed leave the lists, except starred
// ones, when it is unsubscribed, and come back with it.
func TestUnsubscribed(t *testing.T) {
	s := open(t)
	s.Subscribe("a", "b")
	s.SaveItems("a", cachetest.Item("1", time.Minute), cachetest.Item("2", 2*time.Minute))
	s.SaveItems("b", cachetest.Item("3", 3*time.Minute))
	s.MarkItems(feed.Starred, true, "1")
	other := openAt(t, s.Path(), s.Clock)
	version, err := other.Version(s.Ctx())
	s.Must(err)
	s.Subscribe("a", "b")
	again, err := other.Version(s.Ctx())
	s.Must(err)
	cachetest.Equal(t, "the same feeds write nothing", again, version)
	s.Subscribe("b")
	cachetest.Equal(t, "all", s.List(""), []string{"3"})
	cachetest.Equal(t, "unread", s.List("is:unread"), []string{"3"})
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{"1"})
	cachetest.Equal(t, "by URL", s.List("feed:=a"), []string{"1", "2"})
	c, err := s.Counts(s.Ctx(), s.Now())
	s.Must(err)
	cachetest.Equal(t, "counts", c, cache.Counts{Total: 1, Unread: 1, Starred: 1, Today: 1, Feeds: map[string]cache.FeedCount{"b": {1, 1}}})
	s.Subscribe("b", "a")
	cachetest.Equal(t, "back", s.List(""), []string{"1", "2", "3"})
	feeds, err := s.Feeds(s.Ctx())
	s.Must(err)
	cachetest.Equal(t, "feeds in order", []any{len(feeds), feeds[0].URL, feeds[1].Title, feeds[1].Unread}, []any{2, "b", "Title of a", 2})
	s.Subscribe("b")
	n, err := s.Purge(s.Ctx(), "a")
	s.Must(err)
	cachetest.Equal(t, "purged", n, 2)
	cachetest.Equal(t, "starred after purge", s.List("is:starred"), []string{})
	_, err = s.Purge(s.Ctx(), "a")
	if !errors.Is(err, cache.ErrNoFeed) {
		t.Errorf("purged twice: %v", err)
	}
	s.CheckCounts()
}
