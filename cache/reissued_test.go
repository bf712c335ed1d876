package cache_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/cache/cachetest"
	"dateline/feed"
)

// archive returns n items of a site, oldest last.
func archive(n int) []feed.Article {
	var items []feed.Article
	for i := range n {
		a := cachetest.Item(fmt.Sprint("old-", i), time.Duration(i)*25*time.Hour+90*time.Minute, fmt.Sprintf("What happened on day %d", i), fmt.Sprintf("<p>text %d", i))
		a.Link = fmt.Sprintf("http://old.example/2026/%d?utm_source=feed", i)
		items = append(items, a)
	}
	return items
}

// reissued gives every item another key and applies change.
func reissued(items []feed.Article, change func(i int, a *feed.Article)) []feed.Article {
	items = slices.Clone(items)
	for i := range items {
		items[i].GUID = fmt.Sprint("new-", i)
		change(i, &items[i])
		items[i].Key = items[i].GUID
	}
	return items
}

// reissues returns the ways in which publishers give an archive new identities.
func reissues() map[string]func(i int, a *feed.Article) {
	return map[string]func(i int, a *feed.Article){
		"GUIDs":  func(int, *feed.Article) {},
		"https":  func(i int, a *feed.Article) { a.Link = fmt.Sprintf("https://www.old.example/2026/%d/", i) },
		"domain": func(i int, a *feed.Article) { a.Link = fmt.Sprintf("https://new.example/2026/%d", i) },
		"paths":  func(i int, a *feed.Article) { a.Link = fmt.Sprintf("https://new.example/posts/%d", 900+i) },
		"zone":   func(_ int, a *feed.Article) { a.Published = a.Published.Add(time.Hour) },
		"import": func(_ int, a *feed.Article) { a.Published = noon.Add(-time.Minute) },
		"markup": func(_ int, a *feed.Article) { a.Body.Raw = strings.ToUpper(a.Body.Raw) + "<p>Share this" },
	}
}

// TestReissuedArchive checks that the marks of an archive stay when it comes again
// with new identities and a new item. Earlier marks can still be undone, and saving it
// again changes nothing.
func TestReissuedArchive(t *testing.T) {
	for name, change := range reissues() {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			s.subscribeWith(feed.Settings{RenewEdited: true, Notify: true}, "a")
			old := archive(12)
			s.SaveItems("a", old...)
			s.IndexAll()
			s.Advance(time.Minute)
			s.MarkItems(feed.Read, true, "old-1", "old-2", "old-3")
			s.MarkItems(feed.Starred, true, "old-4")
			s.MarkItems(feed.Hidden, true, "old-5")
			s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("old-6"), Flag: feed.Label, Label: "later", On: true, At: s.Now()}))
			s.Must(s.setProgress(s.ID("old-1"), 700))
			ids := s.IDs("old-0", "old-5", "old-9")
			s.Advance(time.Minute)
			fresh := append([]feed.Article{cachetest.Item("news", time.Second, "Something else", "words")}, reissued(old[:10], change)...)
			saved := s.SaveItems("a", fresh...)
			cachetest.Equal(t, "saved", []int{saved.New, saved.Updated, saved.Reissued, len(saved.Notify)}, []int{1, 0, 10, 1})
			sorted := func(query string) []string { keys := s.List(query); slices.Sort(keys); return keys }
			cachetest.Equal(t, "read", sorted("is:read"), []string{"new-1", "new-2", "new-3"})
			cachetest.Equal(t, "starred", s.List("is:starred"), []string{"new-4"})
			cachetest.Equal(t, "hidden", s.List("is:hidden"), []string{"new-5"})
			cachetest.Equal(t, "labelled", s.List("label:later"), []string{"new-6"})
			cachetest.Equal(t, "all", len(s.List("")), 12)
			cachetest.Equal(t, "the same items", s.IDs("new-0", "new-5", "new-9"), ids)
			at, err := s.Progress(s.Ctx(), s.ID("new-1"))
			s.Must(err)
			cachetest.Equal(t, "position", at, 700)
			for range 2 {
				cachetest.Equal(t, "found", s.List(`"day 3"`), []string{"new-3"})
				s.IndexAll()
			}
			s.CheckCounts()
			cachetest.Equal(t, "again", s.SaveItems("a", fresh...), feed.Saved{URL: "a"})
			for range 4 {
				_, err := s.undo(s.Advance(time.Second))
				s.Must(err)
			}
			cachetest.Equal(t, "undone", []int{len(s.List("is:unread")), len(s.List("is:starred")), len(s.List("is:hidden")), len(s.List("label:later"))}, []int{13, 0, 0, 0})
			s.CheckCounts()
		})
	}
}

// TestReissuesKeepItemsApart checks that no item is lost, doubled or taken for another
// one, whatever part of an archive comes again, with whatever changes and in whatever
// order.
func TestReissuesKeepItemsApart(t *testing.T) {
	if testing.Short() {
		t.Skip("long under the race detector, and runs nothing side by side that others do not")
	}
	ways := reissues()
	names := []string{"GUIDs", "https", "domain", "paths", "zone", "markup"}
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 3))
		s := open(t)
		s.Subscribe("a")
		old := archive(4 + r.IntN(20))
		s.SaveItems("a", old...)
		again := reissued(old, func(i int, a *feed.Article) {
			if r.IntN(5) == 0 {
				a.GUID = old[i].GUID
				return
			}
			ways[names[r.IntN(len(names))]](i, a)
		})
		r.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		byTitle := map[string]int64{}
		for _, a := range old {
			byTitle[a.Title] = s.ID(a.Key)
		}
		s.Advance(time.Minute)
		saved := s.SaveItems("a", again...)
		cachetest.Equal(t, fmt.Sprint(seed, ": items"), len(s.List("")), len(old))
		cachetest.Equal(t, fmt.Sprint(seed, ": new"), saved.New, 0)
		for _, a := range again {
			if got := s.ID(a.Key); got != byTitle[a.Title] {
				t.Errorf("seed %d: %s has the id %d, had %d", seed, a.Key, got, byTitle[a.Title])
			}
		}
		s.CheckCounts()
	}
}

// TestSingleNewIdentity checks that a single item with a new GUID is known by its date
// and its title or link. Without a GUID an item that moves to another link is known,
// too.
func TestSingleNewIdentity(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	old := archive(6)
	s.SaveItems("a", old...)
	id := s.ID("old-2")
	moved := reissued(old, func(i int, a *feed.Article) { a.GUID = old[i].GUID })
	moved[2].GUID, moved[2].Key, moved[2].Link = "", "link:https://new.example/x", "https://new.example/x"
	cachetest.Equal(t, "saved", s.SaveItems("a", moved...), feed.Saved{URL: "a", Reissued: 1})
	cachetest.Equal(t, "same", s.ID("link:https://new.example/x"), id)
	cachetest.Equal(t, "again", s.SaveItems("a", moved...), feed.Saved{URL: "a"})
	s.CheckCounts()
}

// TestGUIDsChangeWithoutDates checks that items without dates that get new GUIDs at
// each check are known by link, title and text, and that a page whose text changes is
// new.
func TestGUIDsChangeWithoutDates(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	of := func(key, text string) feed.Article {
		a := cachetest.Item(key, 0, "Weather", text)
		a.Link = "https://example.org/weather"
		return a
	}
	s.SaveItems("a", of("1", "rain"))
	s.MarkItems(feed.Read, true, "1")
	s.Advance(time.Minute)
	cachetest.Equal(t, "new GUID", s.SaveItems("a", of("2", "<p>rain")), feed.Saved{URL: "a", Reissued: 1})
	cachetest.Equal(t, "read", s.List("is:read"), []string{"2"})
	cachetest.Equal(t, "new text", s.SaveItems("a", of("3", "sun")), feed.Saved{URL: "a", New: 1})
	s.CheckCounts()
}

// TestReusedGUID checks that an item is new if its publisher reuses the GUID of
// another item. The old item keeps its marks. An item that moves keeps its GUID.
func TestReusedGUID(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("latest", 3*time.Hour, "Monday's edition", "rain"))
	s.MarkItems(feed.Read, true, "latest")
	monday := s.ID("latest")
	next := cachetest.Item("latest", time.Hour, "Tuesday's edition", "sun")
	next.Link = "https://example.org/tuesday"
	for i, want := range []feed.Saved{{URL: "a", New: 1}, {URL: "a"}} {
		s.Advance(time.Minute)
		cachetest.Equal(t, fmt.Sprint("saved ", i), s.SaveItems("a", next), want)
	}
	cachetest.Equal(t, "unread", s.List("is:unread"), []string{"latest"})
	cachetest.Equal(t, "read", s.List("is:read"), []string{fmt.Sprintf("latest #%d", monday)})
	next.Link = "https://example.org/moved"
	cachetest.Equal(t, "moved", s.SaveItems("a", next), feed.Saved{URL: "a", Updated: 1})
	cachetest.Equal(t, "all", len(s.List("")), 2)
	s.CheckCounts()
}

// TestKeyTwiceInDocument checks that a second item with the same key in a document is
// an edit of the first one, also if the first one is a known item with a new identity.
func TestKeyTwiceInDocument(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	old := archive(4)
	s.SaveItems("a", old...)
	again := reissued(old, func(int, *feed.Article) {})
	twice := again[0]
	twice.Title = "What happened on day 0, edited"
	cachetest.Equal(t, "saved", s.SaveItems("a", append(again, twice)...), feed.Saved{URL: "a", Reissued: 4, Updated: 1})
	s.CheckCounts()
}
