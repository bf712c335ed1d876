package cache_test

import (
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
	"dateline/feed/query"
)

// TestMarksOfAWrongClock checks that marks made while the clock was years fast are
// replaced by any later mark.
func TestMarksOfAWrongClock(t *testing.T) {
	for _, m := range []feed.Mark{{Flag: feed.Read}, {Flag: feed.Starred}, {Flag: feed.Hidden}, {Flag: feed.Label, Label: "work"}} {
		s := open(t)
		s.Subscribe("a")
		s.Advance(10 * 365 * 24 * time.Hour)
		s.SaveItems("a", cachetest.Item("one", time.Hour, "one"))
		m.Items, m.On, m.At = []int64{1}, true, s.Now()
		s.Must(s.Mark(s.Ctx(), m))
		m.On, m.At = false, s.Advance(-10*365*24*time.Hour)
		s.Must(s.Mark(s.Ctx(), m))
		a, err := s.Article(s.Ctx(), 1)
		s.Must(err)
		if a.Read || a.Starred || a.Hidden || len(a.Labels) > 0 {
			t.Errorf("%s: the mark of the wrong clock stays: %+v", m.Flag, a.Item)
		}
		m.On, m.At = true, s.Advance(time.Minute)
		s.Must(s.Mark(s.Ctx(), m))
		m.On, m.At = false, m.At.Add(-time.Second)
		s.Must(s.Mark(s.Ctx(), m))
		a, err = s.Article(s.Ctx(), 1)
		s.Must(err)
		if !a.Read && !a.Starred && !a.Hidden && len(a.Labels) == 0 {
			t.Errorf("%s: an older mark wins after the clock is right", m.Flag)
		}
	}
}

// TestMarkAllAfterAWrongClock checks that marking a view includes items that were
// first seen by a fast clock.
func TestMarkAllAfterAWrongClock(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.Advance(365 * 24 * time.Hour)
	s.SaveItems("a", cachetest.Item("one", time.Hour, "one"))
	n, err := s.markAll(cachetest.View(t, ""), feed.Read, "", true, s.Advance(-365*24*time.Hour))
	s.Must(err)
	cachetest.Equal(t, "marked", n, 1)
}

// TestItemsOfAWrongClock checks that items that arrived while the clock was fast move
// to now, in their order, after the clock is right. They are found, counted and
// labelled as before, and marks of rules are still older than those of the user.
func TestItemsOfAWrongClock(t *testing.T) {
	for _, fast := range []time.Duration{3 * time.Hour, 365 * 24 * time.Hour} {
		s := open(t)
		s.Subscribe("a")
		q, err := query.Parse("title:ruled")
		s.Must(err)
		s.SetRules([]query.Rule{{Name: "r", Query: q, Read: true, Labels: []string{"kept"}}})
		s.SaveItems("a", cachetest.Item("old", time.Hour))
		s.Advance(fast)
		s.SaveItems("a", cachetest.Item("undated", 0, "word"), cachetest.Item("ruled", 0, "ruled"), cachetest.Item("soon", -fast+time.Minute), cachetest.Item("dated", 2*time.Hour))
		s.IndexAll()
		right := s.Advance(-fast + time.Minute)
		s.Must(s.Maintain(s.Ctx()))
		s.SaveItems("a", cachetest.Item("new", 0))
		s.Advance(time.Minute)
		s.SaveItems("a", cachetest.Item("newer", 0))
		s.IndexAll()
		cachetest.Equal(t, "order", s.List(""), []string{"newer", "new", "undated", "ruled", "soon", "old", "dated"})
		cachetest.Equal(t, "found", s.List("word"), []string{"undated"})
		cachetest.Equal(t, "labelled", s.List("label:kept"), []string{"ruled"})
		cachetest.Equal(t, "new", s.List("is:new"), []string{"newer"})
		a, err := s.Article(s.Ctx(), s.ID("soon"))
		s.Must(err)
		if a.Date.After(right) || a.FirstSeen.After(right) || !a.Future {
			t.Errorf("%v: date %v, first seen %v, future %v", fast, a.Date, a.FirstSeen, a.Future)
		}
		var own int
		s.Must(s.Readers().QueryRow(`SELECT count(*) FROM items i JOIN labels l ON l.pos = i.pos WHERE i.read_at = i.first_seen AND l.at = i.first_seen`).Scan(&own))
		cachetest.Equal(t, "marks of the rule", own, 1)
		s.CheckCounts()
	}
}

// TestMarksOfAWrongClockEnd checks that items read by a fast clock leave the list of
// unread items, and that items snoozed until the next morning come back then.
func TestMarksOfAWrongClockEnd(t *testing.T) {
	const year = 365 * 24 * time.Hour
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("read", time.Hour), cachetest.Item("snoozed", 2*time.Hour), cachetest.Item("unread", 3*time.Hour))
	s.Advance(year)
	s.MarkItems(feed.Read, true, "read")
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("snoozed"), Flag: feed.Snooze, On: true, At: s.Now(), Until: s.Now().Add(20 * time.Hour)}))
	s.Advance(-year)
	s.Must(s.Maintain(s.Ctx()))
	unread := func() []string {
		v := cachetest.View(t, "is:unread")
		v.Opened = s.Now()
		return s.All(v)
	}
	cachetest.Equal(t, "unread", unread(), []string{"unread"})
	s.Advance(21 * time.Hour)
	cachetest.Equal(t, "unread the next day", unread(), []string{"snoozed", "unread"})
	s.MarkItems(feed.Read, false, "read")
	cachetest.Equal(t, "unread by a later mark", unread(), []string{"read", "snoozed", "unread"})
	s.CheckCounts()
}

// TestPollLogOfAWrongClock checks that entries and refreshes that a fast clock dated
// are replaced after the clock is right.
func TestPollLogOfAWrongClock(t *testing.T) {
	const year = 365 * 24 * time.Hour
	s := open(t)
	s.Subscribe(feedA)
	answer := func(key string) {
		_, err := s.Save(s.Ctx(), feed.Fetched{URL: feedA, RefreshStart: s.Now(), Document: &feed.Document{Items: []feed.Article{cachetest.Item(key, time.Hour)}}, Log: feed.PollLogEntry{At: s.Now()}})
		s.Must(err)
	}
	s.Advance(year)
	for n := range cache.MaxPolls {
		s.Advance(time.Hour)
		answer(string(rune('a' + n)))
	}
	s.Advance(-year)
	answer("now")
	polls, err := s.PollLog(s.Ctx(), feedA, cache.MaxPolls)
	s.Must(err)
	if len(polls) != 1 || !polls[0].At.Equal(s.Now()) {
		t.Errorf("%d entries, %+v", len(polls), polls)
	}
	last, err := s.LastRefresh(s.Ctx())
	s.Must(err)
	cachetest.Equal(t, "last refresh", last, s.Now())
}

// everyFlag returns a mark of each kind.
func everyFlag() []feed.Mark {
	return []feed.Mark{{Flag: feed.Read}, {Flag: feed.Starred}, {Flag: feed.Hidden}, {Flag: feed.Label, Label: "work"}, {Flag: feed.Snooze, Until: noon.AddDate(1, 0, 0)}}
}

// has reports whether an item has the state of a mark.
func (s testStore) has(id int64, m feed.Mark) bool {
	s.T.Helper()
	a, err := s.Article(s.Ctx(), id)
	s.Must(err)
	return map[feed.Flag]bool{feed.Read: a.Read, feed.Starred: a.Starred, feed.Hidden: a.Hidden, feed.Label: len(a.Labels) > 0, feed.Snooze: !a.Snoozed.IsZero()}[m.Flag]
}

// TestAMarkOfNowWins checks that a mark replaces the stored one although that was made
// with a clock that was hours or days ahead, or this clock is behind. The count is what
// changed, also for views, undo and redo.
func TestAMarkOfNowWins(t *testing.T) {
	for _, ahead := range []time.Duration{time.Second, 2 * time.Hour, 3 * time.Hour, 8 * time.Hour, 23 * time.Hour, 30 * time.Hour, 365 * 24 * time.Hour} {
		for _, m := range everyFlag() {
			s := open(t)
			s.Subscribe("a")
			s.SaveItems("a", cachetest.Item("one", time.Hour))
			m.Items = s.IDs("one")
			view := cachetest.View(t, "is:hidden or is:snoozed or is:unread or is:read")
			apply := func(what string, c cache.Change, want bool) {
				t.Helper()
				r, err := s.Apply(s.Ctx(), c)
				s.Must(err)
				if r.N != 1 || s.has(1, m) != want {
					t.Errorf("%s with a clock that was %v ahead, %s: %d changed, the state is %v", m.Flag, ahead, what, r.N, s.has(1, m))
				}
			}
			items := func(on bool) cache.Change { m.On, m.At = on, s.Now(); return cache.MarkItems{m} }
			all := func(on bool) cache.Change { m.On, m.At = on, s.Now(); return cache.MarkView{View: view, Mark: m} }
			s.Advance(ahead)
			apply("marked", items(true), true)
			s.Advance(-ahead)
			apply("taken back", items(false), false)
			apply("marked as a view", all(true), true)
			apply("taken back as a view", all(false), false)
			for range 2 {
				apply("undone", cache.UndoLast{At: s.Now()}, true)
				apply("redone", cache.RedoLast{At: s.Now()}, false)
				apply("undone again", cache.UndoLast{}, true)
				apply("redone again", cache.RedoLast{}, false)
			}
			apply("marked at no time", cache.MarkItems{{Items: m.Items, Flag: m.Flag, Label: m.Label, Until: m.Until, On: true}}, true)
			s.CheckCounts()
		}
	}
}

// TestProcessesWithDifferentClocks checks that of two processes whose clocks differ the
// last one to mark wins.
func TestProcessesWithDifferentClocks(t *testing.T) {
	for _, m := range everyFlag() {
		s := open(t)
		s.Subscribe("a")
		s.SaveItems("a", cachetest.Item("one", time.Hour))
		other := openAt(t, s.Path(), cachetest.NewClock(noon.Add(-3*time.Hour)))
		m.Items = s.IDs("one")
		for n := range 6 {
			by := []testStore{s, other}[n%2]
			by.Advance(time.Second)
			m.On, m.At = !m.On, by.Now()
			r, err := by.Apply(by.Ctx(), cache.MarkItems{m})
			s.Must(err)
			if r.N != 1 || s.has(1, m) != m.On {
				t.Errorf("%s: mark %d changed %d items", m.Flag, n, r.N)
			}
		}
	}
}

// TestAMarkThatWaited checks that a mark that could not be written at once does not
// replace a mark that another process made since, and that nothing is counted then.
func TestAMarkThatWaited(t *testing.T) {
	for _, m := range everyFlag() {
		s := open(t)
		s.Subscribe("a")
		s.SaveItems("a", cachetest.Item("one", time.Hour))
		waits := m
		waits.Items, waits.On, waits.At = s.IDs("one"), true, s.Advance(time.Second)
		m.Items, m.On, m.At = waits.Items, true, s.Advance(time.Second)
		s.Must(s.Mark(s.Ctx(), m))
		m.On, m.At = false, s.Advance(time.Second)
		s.Must(s.Mark(s.Ctx(), m))
		s.Advance(time.Second)
		r, err := s.Apply(s.Ctx(), cache.MarkItems{waits})
		s.Must(err)
		if r.N != 0 || s.has(1, m) {
			t.Errorf("%s: the mark that waited changed %d items", m.Flag, r.N)
		}
	}
}

// TestAMarkThatWaitedReplacesThatOfARule checks that a mark of a story holds for an item
// that arrives before it is written, and that a rule marks otherwise.
func TestAMarkThatWaitedReplacesThatOfARule(t *testing.T) {
	s := threeFeeds(t)
	s.Subscribe("a", "b", "c", "d")
	q, err := query.Parse("feed:=d")
	s.Must(err)
	s.SetRules([]query.Rule{{Name: "r", Query: q, Read: true}})
	waits := feed.Mark{Items: s.IDs("a1"), Flag: feed.Read, At: s.Advance(time.Second)}
	s.Advance(time.Second)
	s.SaveItems("d", storyItem("d1", "https://example.org/story", "In d", time.Minute))
	cachetest.Equal(t, "read by the rule", s.List("is:read feed:=d"), []string{"d1"})
	s.Advance(time.Second)
	s.Must(s.Mark(s.Ctx(), waits))
	cachetest.Equal(t, "read", s.List("is:read feed:=d"), []string{})
}

// TestUnreadViewAfterAWrongClock checks that a view of unread items keeps those that are
// read in it, and not those that were read before with a clock that was ahead.
func TestUnreadViewAfterAWrongClock(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("before", time.Hour), cachetest.Item("in it", 2*time.Hour), cachetest.Item("unread", 3*time.Hour))
	s.Advance(8 * time.Hour)
	s.MarkItems(feed.Read, true, "before")
	s.Advance(time.Second - 8*time.Hour)
	for _, query := range []string{"is:unread", "is:unread title:title"} {
		v := cachetest.View(t, query)
		v.Opened = s.Now()
		s.MarkItems(feed.Read, true, "in it")
		cachetest.Equal(t, query, s.All(v), []string{"in it", "unread"})
	}
}

// TestAnEditAfterAWrongClock checks that an edited item becomes unread again although it
// was read with a clock that was ahead.
func TestAnEditAfterAWrongClock(t *testing.T) {
	s := open(t)
	s.Must(s.SetFeeds(s.Ctx(), []feed.Subscription{{URL: "a", Settings: feed.Settings{RenewEdited: true}}}))
	s.SaveItems("a", cachetest.Item("one", time.Hour, "Title", "old"))
	s.Advance(8 * time.Hour)
	s.MarkItems(feed.Read, true, "one")
	s.Advance(-7 * time.Hour)
	s.SaveItems("a", cachetest.Item("one", time.Hour, "Title", "new"))
	cachetest.Equal(t, "unread", s.List("is:unread"), []string{"one"})
}
