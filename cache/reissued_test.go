package cache

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

// archive is what a site published, oldest last.
func archive(n int) []feed.Article {
	var items []feed.Article
	for i := range n {
		a := item(fmt.Sprint("old-", i), time.Duration(i)*25*time.Hour+90*time.Minute, fmt.Sprintf("What happened on day %d", i), fmt.Sprintf("<p>text %d", i))
		a.Link = fmt.Sprintf("http://old.example/2026/%d?utm_source=feed", i)
		items = append(items, a)
	}
	return items
}

// reissued gives every item another key and whatever else change does.
func reissued(items []feed.Article, change func(i int, a *feed.Article)) []feed.Article {
	items = slices.Clone(items)
	for i := range items {
		items[i].GUID = fmt.Sprint("new-", i)
		change(i, &items[i])
		items[i].Key = items[i].GUID
	}
	return items
}

// reissues are the ways in which a publisher gives an archive new identities.
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

// What the user did to an archive stays with it when it comes again under
// other identities, with a new item among them; the user can still take back
// what was done before, and saving it again changes nothing.
func TestReissuedArchive(t *testing.T) {
	for name, change := range reissues() {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			s.settle(feed.Settings{RenewEdited: true, Notify: true}, "a")
			old := archive(12)
			s.save("a", old...)
			s.index()
			s.advance(time.Minute)
			s.mark(feed.Read, true, "old-1", "old-2", "old-3")
			s.mark(feed.Starred, true, "old-4")
			s.mark(feed.Hidden, true, "old-5")
			s.must(s.Mark(s.ctx(), feed.Mark{Items: s.ids("old-6"), Flag: feed.Label, Label: "later", On: true, At: s.Now()}))
			s.must(s.SetReadingPosition(s.ctx(), s.id("old-1"), 700))
			ids := s.ids("old-0", "old-5", "old-9")
			s.advance(time.Minute)
			fresh := append([]feed.Article{item("news", time.Second, "Something else", "words")}, reissued(old[:10], change)...)
			saved := s.save("a", fresh...)
			equal(t, "saved", []int{saved.New, saved.Updated, saved.Reissued, len(saved.Notify)}, []int{1, 0, 10, 1})
			sorted := func(query string) []string { keys := s.list(query); slices.Sort(keys); return keys }
			equal(t, "read", sorted("is:read"), []string{"new-1", "new-2", "new-3"})
			equal(t, "starred", s.list("is:starred"), []string{"new-4"})
			equal(t, "hidden", s.list("is:hidden"), []string{"new-5"})
			equal(t, "labelled", s.list("label:later"), []string{"new-6"})
			equal(t, "all", len(s.list("")), 12)
			equal(t, "the same items", s.ids("new-0", "new-5", "new-9"), ids)
			at, err := s.ReadingPosition(s.ctx(), s.id("new-1"))
			s.must(err)
			equal(t, "position", at, 700)
			for range 2 {
				equal(t, "found", s.list(`"day 3"`), []string{"new-3"})
				s.index()
			}
			s.checkCounts()
			equal(t, "again", s.save("a", fresh...), feed.Saved{URL: "a"})
			for range 4 {
				_, err := s.Undo(s.ctx(), s.advance(time.Second))
				s.must(err)
			}
			equal(t, "undone", []int{len(s.list("is:unread")), len(s.list("is:starred")), len(s.list("is:hidden")), len(s.list("label:later"))}, []int{13, 0, 0, 0})
			s.checkCounts()
		})
	}
}

// Whatever part of an archive comes again, under whichever mixture of changes
// and in whatever order: no item is lost, doubled, or given to another.
func TestReissuesKeepItemsApart(t *testing.T) {
	if testing.Short() {
		t.Skip("long under the race detector, and runs nothing side by side that others do not")
	}
	ways := reissues()
	names := []string{"GUIDs", "https", "domain", "paths", "zone", "markup"}
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 3))
		s := open(t)
		s.subscribe("a")
		old := archive(4 + r.IntN(20))
		s.save("a", old...)
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
			byTitle[a.Title] = s.id(a.Key)
		}
		s.advance(time.Minute)
		saved := s.save("a", again...)
		equal(t, fmt.Sprint(seed, ": items"), len(s.list("")), len(old))
		equal(t, fmt.Sprint(seed, ": new"), saved.New, 0)
		for _, a := range again {
			if got := s.id(a.Key); got != byTitle[a.Title] {
				t.Errorf("seed %d: %s has the id %d, had %d", seed, a.Key, got, byTitle[a.Title])
			}
		}
		s.checkCounts()
	}
}

// A single item with a new GUID is known again by date, and by its title or
// address; without a GUID so is one that moves to another address.
func TestSingleNewIdentity(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	old := archive(6)
	s.save("a", old...)
	id := s.id("old-2")
	moved := reissued(old, func(i int, a *feed.Article) { a.GUID = old[i].GUID })
	moved[2].GUID, moved[2].Key, moved[2].Link = "", "link:https://new.example/x", "https://new.example/x"
	equal(t, "saved", s.save("a", moved...), feed.Saved{URL: "a", Reissued: 1})
	equal(t, "same", s.id("link:https://new.example/x"), id)
	equal(t, "again", s.save("a", moved...), feed.Saved{URL: "a"})
	s.checkCounts()
}

// Items without dates that get new GUIDs at each fetch are known by address,
// title and text; a page whose text changes is news.
func TestGUIDsChangeWithoutDates(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	of := func(key, text string) feed.Article {
		a := item(key, 0, "Weather", text)
		a.Link = "https://example.org/weather"
		return a
	}
	s.save("a", of("1", "rain"))
	s.mark(feed.Read, true, "1")
	s.advance(time.Minute)
	equal(t, "new GUID", s.save("a", of("2", "<p>rain")), feed.Saved{URL: "a", Reissued: 1})
	equal(t, "read", s.list("is:read"), []string{"2"})
	equal(t, "new text", s.save("a", of("3", "sun")), feed.Saved{URL: "a", New: 1})
	s.checkCounts()
}

// A GUID that the publisher uses for another item makes that item new; what was
// done to the one before stays with it. An item that moves keeps its GUID.
func TestReusedGUID(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("latest", 3*time.Hour, "Monday's edition", "rain"))
	s.mark(feed.Read, true, "latest")
	monday := s.id("latest")
	next := item("latest", time.Hour, "Tuesday's edition", "sun")
	next.Link = "https://example.org/tuesday"
	for i, want := range []feed.Saved{{URL: "a", New: 1}, {URL: "a"}} {
		s.advance(time.Minute)
		equal(t, fmt.Sprint("saved ", i), s.save("a", next), want)
	}
	equal(t, "unread", s.list("is:unread"), []string{"latest"})
	equal(t, "read", s.list("is:read"), []string{fmt.Sprintf("latest #%d", monday)})
	next.Link = "https://example.org/moved"
	equal(t, "moved", s.save("a", next), feed.Saved{URL: "a", Updated: 1})
	equal(t, "all", len(s.list("")), 2)
	s.checkCounts()
}

// A second item with one key in a document is an edit of the first, also where
// the first is an old one under a new identity.
func TestTwiceInAReissue(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	old := archive(4)
	s.save("a", old...)
	again := reissued(old, func(int, *feed.Article) {})
	twice := again[0]
	twice.Title = "What happened on day 0, edited"
	equal(t, "saved", s.save("a", append(again, twice)...), feed.Saved{URL: "a", Reissued: 4, Updated: 1})
	s.checkCounts()
}
