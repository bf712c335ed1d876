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
