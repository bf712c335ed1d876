package cache_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// TestMarksOfStories checks that reading or hiding one item of a story reads or hides
// all of them, that undo and redo do the same, and that a star belongs to its item
// alone.
func TestMarksOfStories(t *testing.T) {
	for _, c := range []struct {
		flag  feed.Flag
		query string
		want  []string
	}{
		{feed.Read, "is:read", []string{"a1", "b1"}},
		{feed.Hidden, "is:hidden", []string{"a1", "b1"}},
		{feed.Starred, "is:starred", []string{"b1"}},
	} {
		s := threeFeeds(t)
		flagged := func(what string, want []string) {
			t.Helper()
			got := []string{}
			for _, a := range s.EveryArticle() {
				if a.Read || a.Hidden || a.Starred {
					got = append(got, a.Key)
				}
			}
			slices.Sort(got)
			cachetest.Equal(t, string(c.flag)+" "+what, got, want)
			s.CheckCounts()
		}
		s.MarkItems(c.flag, true, "b1")
		flagged("one of them", c.want)
		_, err := s.undo(s.Now())
		s.Must(err)
		flagged("undone", []string{})
		step, err := s.redo(s.Now())
		s.Must(err)
		flagged("redone", c.want)
		cachetest.Equal(t, "items of the step", step.N, len(c.want))
		s.MarkItems(c.flag, false, "a1", "b1")
		flagged("taken off", []string{})
	}
}

// TestUndoOfStoryIsExact checks that undo does not change an item of a story that was
// read before the step.
func TestUndoOfStoryIsExact(t *testing.T) {
	s := threeFeeds(t)
	s.Must(s.Write(s.Ctx(), "read the copy alone, as a rule does", func(tx *sql.Tx) error {
		return cache.MarkWithoutStep(s.Ctx(), tx, feed.Mark{Items: s.IDs("b1"), Flag: feed.Read, On: true, At: s.Now()})
	}))
	n, err := s.markAll(cachetest.View(t, ""), feed.Read, "", true, s.Now())
	s.Must(err)
	cachetest.Equal(t, "marked", n, 2)
	_, err = s.undo(s.Now())
	s.Must(err)
	a, err := s.Article(s.Ctx(), s.ID("b1"))
	s.Must(err)
	cachetest.Equal(t, "read before", a.Read, true)
	s.CheckCounts()
}

// TestMarkViewOfStories checks that marking a view marks the copies that it does not
// show, in one step, also in several transactions and for copies that arrived after
// the key press.
func TestMarkViewOfStories(t *testing.T) {
	for _, chunk := range []int{1, 2, 10} {
		s := open(t)
		s.Internals().SetMarkChunk(chunk)
		s.Subscribe("a", "b", "c")
		var a, b []feed.Article
		for i := range 5 {
			link := fmt.Sprint("https://example.org/", i)
			a = append(a, storyItem(fmt.Sprint("a", i), link, "In a", time.Duration(i+1)*time.Hour))
			b = append(b, storyItem(fmt.Sprint("b", i), link, "In b", time.Duration(i+30)*time.Hour))
		}
		s.SaveItems("a", a...)
		pressed := s.Now()
		s.Advance(time.Second)
		s.SaveItems("b", b...)
		s.SaveItems("c", storyItem("c", "https://example.org/c", "Alone", time.Hour))
		n, err := s.markAll(cachetest.View(t, "is:unread"), feed.Read, "", true, pressed)
		s.Must(err)
		cachetest.Equal(t, "marked", n, 10)
		cachetest.Equal(t, "left", s.List("is:unread"), []string{"c"})
		cachetest.Equal(t, "left of a copy's feed", s.List("is:unread feed:=b"), []string{})
		s.CheckCounts()
		step, err := s.undo(s.Now())
		s.Must(err)
		cachetest.Equal(t, "undone", step.N, 10)
		cachetest.Equal(t, "unread again", len(s.List("is:unread")), 6)
		rows, err := s.After(s.Ctx(), cachetest.View(t, "feed:=b"), cache.Pos{}, 2)
		s.Must(err)
		n, err = s.markBeside(cachetest.View(t, "feed:=b"), rows[1].Pos, true, feed.Read, true, s.Now())
		s.Must(err)
		cachetest.Equal(t, "marked above, with the lead", n, 2)
		cachetest.Equal(t, "read", s.List("is:read"), []string{"a0"})
		s.CheckCounts()
	}
}

// TestNewestMarkOfStoryWins checks that the newest mark of any item of a story holds
// for all of them, in whatever order marks that waited are written.
func TestNewestMarkOfStoryWins(t *testing.T) {
	marks := []feed.Mark{{On: true, At: noon.Add(time.Second)}, {On: false, At: noon.Add(3 * time.Second)}, {On: true, At: noon.Add(2 * time.Second)}}
	for _, order := range permutations(3) {
		s := threeFeeds(t)
		s.Advance(time.Minute)
		for _, k := range order {
			m := marks[k]
			m.Flag, m.Items = feed.Read, s.IDs([]string{"a1", "b1", "a1"}[k])
			s.Must(s.Mark(s.Ctx(), m))
		}
		cachetest.Equal(t, fmt.Sprint(order), len(s.List("is:read"))+len(s.List("is:read feed:=b")), 0)
		s.CheckCounts()
	}
}

// TestCopyArrivesAsItsStory checks that a copy of a story that was read or hidden
// arrives read or hidden.
func TestCopyArrivesAsItsStory(t *testing.T) {
	s := threeFeeds(t)
	s.MarkItems(feed.Read, true, "a1")
	s.MarkItems(feed.Hidden, true, "c1")
	s.Subscribe("a", "b", "c", "d")
	s.SaveItems("d", storyItem("d1", "https://example.org/story", "In d", time.Minute), storyItem("d2", "https://example.org/other", "In d", time.Minute), storyItem("d3", "https://example.org/new", "In d", time.Minute))
	cachetest.Equal(t, "read on arrival", s.List("is:read feed:=d"), []string{"d1"})
	cachetest.Equal(t, "hidden on arrival", s.List("is:hidden feed:=d"), []string{"d2"})
	cachetest.Equal(t, "unread", s.List("is:unread"), []string{"d3"})
	c, err := s.Counts(s.Ctx(), s.Now())
	s.Must(err)
	cachetest.Equal(t, "counts", c, cache.Counts{Total: 2, Unread: 1, Today: 1, Feeds: map[string]cache.FeedCount{"a": {1, 0}, "b": {1, 0}, "c": {0, 0}, "d": {2, 1}}})
	s.CheckCounts()
	s.MarkItems(feed.Read, false, "d1")
	cachetest.Equal(t, "unread again", s.List("is:unread"), []string{"d3", "a1"})
}

// TestCopyOfItemHiddenByRule checks that a lead hidden by a rule does not hide the
// items of other feeds.
func TestCopyOfItemHiddenByRule(t *testing.T) {
	s := open(t)
	s.Subscribe("a", "b")
	s.SaveItems("a", storyItem("a1", "https://example.org/story", "In a", time.Hour))
	s.MarkItems(feed.Hidden, true, "a1")
	s.Must(s.Write(s.Ctx(), "name the rule", func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE details SET hidden_by = 'no a'`)
		return err
	}))
	s.SaveItems("b", storyItem("b1", "https://example.org/story", "In b", time.Hour))
	cachetest.Equal(t, "shown", s.List("is:unread"), []string{"b1"})
	cachetest.Equal(t, "hidden", s.List("is:hidden"), []string{"a1"})
	s.CheckCounts()
}

// TestStoriesHold checks with random feeds and marks that every story is one row of a
// list of several feeds, that reading one item reads all, and that undo restores them.
func TestStoriesHold(t *testing.T) {
	if testing.Short() {
		t.Skip("long under the race detector, and runs nothing side by side that others do not")
	}
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 7))
		s := open(t)
		s.Internals().SetMarkChunk(3)
		feeds := []string{"a", "b", "c", "d", "e"}
		s.Subscribe(feeds...)
		stories := map[string]string{}
		distinct := map[string]bool{}
		for range 15 {
			u := feeds[r.IntN(len(feeds))]
			var items []feed.Article
			for range 4 {
				n := r.IntN(20)
				a := randomStoryItem(r, u, n)
				items = append(items, a)
				stories[a.Key], distinct[fmt.Sprint(n)] = fmt.Sprint(n), true
			}
			s.Advance(time.Second)
			s.SaveItems(u, items...)
		}
		for range 10 {
			rows, err := s.After(s.Ctx(), cache.View{}, cache.Pos{}, 100)
			s.Must(err)
			seen := map[string]bool{}
			for _, row := range rows {
				if seen[stories[row.Key]] {
					t.Fatalf("seed %d: story %s is there twice", seed, stories[row.Key])
				}
				seen[stories[row.Key]] = true
			}
			cachetest.Equal(t, "stories shown", len(seen), len(distinct))
			before := s.readKeys()
			one := s.EveryArticle()[r.IntN(len(stories))]
			s.Advance(time.Second)
			s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{one.ID}, Flag: feed.Read, On: !one.Read, At: s.Now()}))
			for _, a := range s.EveryArticle() {
				if stories[a.Key] == stories[one.Key] && a.Read == one.Read {
					t.Fatalf("seed %d: marking %s left %s", seed, one.Key, a.Key)
				}
			}
			if r.IntN(2) == 0 {
				_, err := s.undo(s.Now())
				s.Must(err)
				cachetest.Equal(t, "after undo", s.readKeys(), before)
			}
			c, err := s.Counts(s.Ctx(), s.Now())
			s.Must(err)
			cachetest.Equal(t, "counted", []int{c.Total, c.Unread}, []int{len(rows), len(s.List("is:unread"))})
		}
		s.CheckCounts()
	}
}

// randomStoryItem returns a feed's item of story n. Stories with an even number have a
// common link, others a common title.
func randomStoryItem(r *rand.Rand, url string, n int) feed.Article {
	link := fmt.Sprintf([]string{"https://example.org/%d", "http://m.example.org/%d/?utm_source=x", "https://example.org/amp/%d"}[r.IntN(3)], n)
	title := fmt.Sprintf("The whole truth about the story number %d", n)
	switch {
	case r.IntN(2) == 0:
	case n%2 == 0:
		title = "Told by " + url
	default:
		link = "https://" + url + ".example/" + fmt.Sprint(n)
	}
	return storyItem(fmt.Sprint(url, n), link, title, time.Duration(n)*time.Minute)
}

// readKeys returns the keys of all items that are read.
func (s testStore) readKeys() []string {
	keys := []string{}
	for _, a := range s.EveryArticle() {
		if a.Read {
			keys = append(keys, a.Key)
		}
	}
	return keys
}

// TestNoNotificationOfReadStory checks that there is no notification of a story that
// was read in another feed.
func TestNoNotificationOfReadStory(t *testing.T) {
	s := open(t)
	s.Must(s.SetFeeds(s.Ctx(), []feed.Subscription{{URL: "a"}, {URL: "b", Settings: feed.Settings{Notify: true}}}))
	s.SaveItems("b", storyItem("b0", "https://example.org/first", "The first answer", time.Hour))
	s.SaveItems("a", storyItem("a1", "https://example.org/read", "In a", time.Hour), storyItem("a2", "https://example.org/unread", "In a", time.Hour))
	s.MarkItems(feed.Read, true, "a1")
	saved := s.SaveItems("b", storyItem("b1", "https://example.org/read", "Read in a", time.Hour), storyItem("b2", "https://example.org/unread", "Unread in a", time.Hour))
	cachetest.Equal(t, "new", saved.New, 2)
	cachetest.Equal(t, "notices", len(saved.Notify), 1)
	cachetest.Equal(t, "notice", saved.Notify[0].Title, "Unread in a")
}
