package cache

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dateline/feed"
)

// Reading or hiding one item of a story reads or hides all, undo restores what
// was and redo does it again; a star stays with its item.
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
		s := news(t)
		flagged := func(what string, want []string) {
			t.Helper()
			got := []string{}
			for _, a := range everyArticle(s) {
				if a.Read || a.Hidden || a.Starred {
					got = append(got, a.Key)
				}
			}
			slices.Sort(got)
			equal(t, string(c.flag)+" "+what, got, want)
			s.checkCounts()
		}
		s.mark(c.flag, true, "b1")
		flagged("one of them", c.want)
		_, err := s.Undo(s.ctx(), s.Now())
		s.must(err)
		flagged("undone", []string{})
		step, err := s.Redo(s.ctx(), s.Now())
		s.must(err)
		flagged("redone", c.want)
		equal(t, "items of the step", step.N, len(c.want))
		s.mark(c.flag, false, "a1", "b1")
		flagged("taken off", []string{})
	}
}

// Undo leaves the item of a story alone that was read before the step.
func TestUndoOfStoryIsExact(t *testing.T) {
	s := news(t)
	s.must(s.write(s.ctx(), "read the copy alone, as a rule does", func(tx *sql.Tx) error {
		c := markChange{Mark: feed.Mark{Flag: feed.Read, On: true, At: s.Now()}, ctx: s.ctx(), tx: tx, latest: LatestPlausible(s.Now())}
		return errors.Join(c.collect(`i.id`, s.ids("b1")), c.apply())
	}))
	n, err := s.MarkAll(s.ctx(), view(t, ""), feed.Read, "", true, s.Now())
	s.must(err)
	equal(t, "marked", n, 2)
	_, err = s.Undo(s.ctx(), s.Now())
	s.must(err)
	a, err := s.Article(s.ctx(), s.id("b1"))
	s.must(err)
	equal(t, "read before", a.Read, true)
	s.checkCounts()
}

// Marking a view marks the copies that it does not show, in slices, too, those
// that arrived after the key was pressed as well, and in one step.
func TestMarkAllOfStories(t *testing.T) {
	for _, slice := range []int{1, 2, 10} {
		s := open(t)
		s.markSlice = slice
		s.subscribe("a", "b", "c")
		var a, b []feed.Article
		for i := range 5 {
			link := fmt.Sprint("https://example.org/", i)
			a = append(a, told(fmt.Sprint("a", i), link, "In a", time.Duration(i+1)*time.Hour))
			b = append(b, told(fmt.Sprint("b", i), link, "In b", time.Duration(i+30)*time.Hour))
		}
		s.save("a", a...)
		pressed := s.Now()
		s.advance(time.Second)
		s.save("b", b...)
		s.save("c", told("c", "https://example.org/c", "Alone", time.Hour))
		n, err := s.MarkAll(s.ctx(), view(t, "is:unread"), feed.Read, "", true, pressed)
		s.must(err)
		equal(t, "marked", n, 10)
		equal(t, "left", s.list("is:unread"), []string{"c"})
		equal(t, "left of a copy's feed", s.list("is:unread feed:=b"), []string{})
		s.checkCounts()
		step, err := s.Undo(s.ctx(), s.Now())
		s.must(err)
		equal(t, "undone", step.N, 10)
		equal(t, "unread again", len(s.list("is:unread")), 6)
		rows, err := s.After(s.ctx(), view(t, "feed:=b"), Pos{}, 2)
		s.must(err)
		n, err = s.MarkFrom(s.ctx(), view(t, "feed:=b"), rows[1].Pos, true, feed.Read, true, s.Now())
		s.must(err)
		equal(t, "marked above, with the lead", n, 2)
		equal(t, "read", s.list("is:read"), []string{"a0"})
		s.checkCounts()
	}
}

// The latest word on any item of a story holds for all of it, in whatever order
// the words arrive.
func TestLastWordOnStory(t *testing.T) {
	marks := []feed.Mark{{On: true, At: noon.Add(time.Second)}, {On: false, At: noon.Add(3 * time.Second)}, {On: true, At: noon.Add(2 * time.Second)}}
	for _, order := range permutations(3) {
		s := news(t)
		for _, k := range order {
			m := marks[k]
			m.Flag, m.Items = feed.Read, s.ids([]string{"a1", "b1", "a1"}[k])
			s.must(s.Mark(s.ctx(), m))
		}
		equal(t, fmt.Sprint(order), len(s.list("is:read"))+len(s.list("is:read feed:=b")), 0)
		s.checkCounts()
	}
}

// A copy of a story that was read or hidden arrives so.
func TestCopyArrivesAsItsStory(t *testing.T) {
	s := news(t)
	s.mark(feed.Read, true, "a1")
	s.mark(feed.Hidden, true, "c1")
	s.subscribe("a", "b", "c", "d")
	s.save("d", told("d1", "https://example.org/story", "In d", time.Minute), told("d2", "https://example.org/other", "In d", time.Minute), told("d3", "https://example.org/new", "In d", time.Minute))
	equal(t, "read on arrival", s.list("is:read feed:=d"), []string{"d1"})
	equal(t, "hidden on arrival", s.list("is:hidden feed:=d"), []string{"d2"})
	equal(t, "unread", s.list("is:unread"), []string{"d3"})
	c, err := s.Counts(s.ctx(), s.Now())
	s.must(err)
	equal(t, "counts", c, Counts{Total: 2, Unread: 1, Today: 2, Feeds: map[string]FeedCount{"a": {1, 0}, "b": {1, 0}, "c": {0, 0}, "d": {2, 1}}})
	s.checkCounts()
	s.mark(feed.Read, false, "d1")
	equal(t, "unread again", s.list("is:unread"), []string{"d3", "a1"})
}

// A lead that a rule hid does not hide what another feed tells.
func TestCopyOfItemHiddenByRule(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b")
	s.save("a", told("a1", "https://example.org/story", "In a", time.Hour))
	s.mark(feed.Hidden, true, "a1")
	s.must(s.write(s.ctx(), "name the rule", func(tx *sql.Tx) error {
		return stories{s.ctx(), tx}.exec(`UPDATE details SET hidden_by = 'no a'`)
	}))
	s.save("b", told("b1", "https://example.org/story", "In b", time.Hour))
	equal(t, "shown", s.list("is:unread"), []string{"b1"})
	equal(t, "hidden", s.list("is:hidden"), []string{"a1"})
	s.checkCounts()
}

// Whatever feeds send and the user reads, every story is one row of the lists
// across feeds, reading one item reads all, and undo restores it.
func TestStoriesHold(t *testing.T) {
	if testing.Short() {
		t.Skip("long under the race detector, and runs nothing side by side that others do not")
	}
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 7))
		s := open(t)
		s.markSlice = 3
		feeds := []string{"a", "b", "c", "d", "e"}
		s.subscribe(feeds...)
		stories := map[string]string{}
		told := map[string]bool{}
		for range 15 {
			u := feeds[r.IntN(len(feeds))]
			var items []feed.Article
			for range 4 {
				n := r.IntN(20)
				a := randomTelling(r, u, n)
				items = append(items, a)
				stories[a.Key], told[fmt.Sprint(n)] = fmt.Sprint(n), true
			}
			s.advance(time.Second)
			s.save(u, items...)
		}
		for range 10 {
			rows, err := s.After(s.ctx(), View{}, Pos{}, 100)
			s.must(err)
			seen := map[string]bool{}
			for _, row := range rows {
				if seen[stories[row.Key]] {
					t.Fatalf("seed %d: story %s is there twice", seed, stories[row.Key])
				}
				seen[stories[row.Key]] = true
			}
			equal(t, "stories shown", len(seen), len(told))
			before := s.readKeys()
			one := everyArticle(s)[r.IntN(len(stories))]
			s.advance(time.Second)
			s.must(s.Mark(s.ctx(), feed.Mark{Items: []int64{one.ID}, Flag: feed.Read, On: !one.Read, At: s.Now()}))
			for _, a := range everyArticle(s) {
				if stories[a.Key] == stories[one.Key] && a.Read == one.Read {
					t.Fatalf("seed %d: marking %s left %s", seed, one.Key, a.Key)
				}
			}
			if r.IntN(2) == 0 {
				_, err := s.Undo(s.ctx(), s.Now())
				s.must(err)
				equal(t, "after undo", s.readKeys(), before)
			}
			c, err := s.Counts(s.ctx(), s.Now())
			s.must(err)
			equal(t, "counted", []int{c.Total, c.Unread}, []int{len(rows), len(s.list("is:unread"))})
		}
		s.checkCounts()
	}
}

// randomTelling is what a feed makes of the nth story: those with an even
// number go by their link, the others by their title.
func randomTelling(r *rand.Rand, url string, n int) feed.Article {
	link := fmt.Sprintf([]string{"https://example.org/%d", "http://m.example.org/%d/?utm_source=x", "https://example.org/amp/%d"}[r.IntN(3)], n)
	title := fmt.Sprintf("The whole truth about the story number %d", n)
	switch {
	case r.IntN(2) == 0:
	case n%2 == 0:
		title = "Told by " + url
	default:
		link = "https://" + url + ".example/" + fmt.Sprint(n)
	}
	return told(fmt.Sprint(url, n), link, title, time.Duration(n)*time.Minute)
}

// readKeys are the keys of all items that are read.
func (s testStore) readKeys() []string {
	keys := []string{}
	for _, a := range everyArticle(s) {
		if a.Read {
			keys = append(keys, a.Key)
		}
	}
	return keys
}

// Nobody is told of news that they read elsewhere already.
func TestNoNoticeOfReadStory(t *testing.T) {
	s := open(t)
	s.must(s.SetFeeds(s.ctx(), []feed.Subscription{{URL: "a"}, {URL: "b", Settings: feed.Settings{Notify: true}}}))
	s.save("b", told("b0", "https://example.org/first", "The first answer", time.Hour))
	s.save("a", told("a1", "https://example.org/read", "In a", time.Hour), told("a2", "https://example.org/unread", "In a", time.Hour))
	s.mark(feed.Read, true, "a1")
	saved := s.save("b", told("b1", "https://example.org/read", "Read in a", time.Hour), told("b2", "https://example.org/unread", "Unread in a", time.Hour))
	equal(t, "new", saved.New, 2)
	equal(t, "notices", len(saved.Notify), 1)
	equal(t, "notice", saved.Notify[0].Title, "Unread in a")
}
