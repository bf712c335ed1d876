package cache_test

import (
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
	"dateline/feed/query"
)

// A clock that was wrong for a while, years ahead, takes no later word from the
// reader: what was said or seen then does not stand against the present.
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
			t.Errorf("%s: the word of the wrong clock stays: %+v", m.Flag, a.Item)
		}
		m.On, m.At = true, s.Advance(time.Minute)
		s.Must(s.Mark(s.Ctx(), m))
		m.On, m.At = false, m.At.Add(-time.Second)
		s.Must(s.Mark(s.Ctx(), m))
		a, err = s.Article(s.Ctx(), 1)
		s.Must(err)
		if !a.Read && !a.Starred && !a.Hidden && len(a.Labels) == 0 {
			t.Errorf("%s: an older word wins once the clock is right", m.Flag)
		}
	}
}

// What was first seen by a clock that was ahead is marked with all the others.
func TestMarkAllAfterAWrongClock(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.Advance(365 * 24 * time.Hour)
	s.SaveItems("a", cachetest.Item("one", time.Hour, "one"))
	n, err := s.markAll(cachetest.View(t, ""), feed.Read, "", true, s.Advance(-365*24*time.Hour))
	s.Must(err)
	cachetest.Equal(t, "marked", n, 1)
}

// What arrived while the clock was ahead stands among the news once it is right,
// not above all that is to come, in its order; it is found, counted and
// labelled as before, and a rule's mark is still none of the user's.
func TestItemsOfAWrongClock(t *testing.T) {
	for _, ahead := range []time.Duration{3 * time.Hour, 365 * 24 * time.Hour} {
		s := open(t)
		s.Subscribe("a")
		q, err := query.Parse("title:ruled")
		s.Must(err)
		s.SetRules([]query.Rule{{Name: "r", Query: q, Read: true, Labels: []string{"kept"}}})
		s.SaveItems("a", cachetest.Item("old", time.Hour))
		s.Advance(ahead)
		s.SaveItems("a", cachetest.Item("undated", 0, "word"), cachetest.Item("ruled", 0, "ruled"), cachetest.Item("soon", -ahead+time.Minute), cachetest.Item("dated", 2*time.Hour))
		s.IndexAll()
		right := s.Advance(-ahead + time.Minute)
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
			t.Errorf("%v: of %v, seen %v, with a date to come %v", ahead, a.Date, a.FirstSeen, a.Future)
		}
		var own int
		s.Must(s.Readers().QueryRow(`SELECT count(*) FROM items i JOIN labels l ON l.pos = i.pos WHERE i.read_at = i.first_seen AND l.at = i.first_seen`).Scan(&own))
		cachetest.Equal(t, "marks of the rule", own, 1)
		s.CheckCounts()
	}
}

// What was read while the clock was ahead does not stay in the list of what is
// unread, and what was put off until the next morning comes back then.
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
	cachetest.Equal(t, "unread by a later word", unread(), []string{"read", "snoozed", "unread"})
	s.CheckCounts()
}

// The log of a feed and the last refresh are those of the present, not of a
// clock that was ahead.
func TestLogOfAWrongClock(t *testing.T) {
	const year = 365 * 24 * time.Hour
	s := open(t)
	s.Subscribe(feedA)
	answer := func(key string) {
		_, err := s.Save(s.Ctx(), feed.Fetched{URL: feedA, Round: s.Now(), Document: &feed.Document{Items: []feed.Article{cachetest.Item(key, time.Hour)}}, Log: feed.Poll{At: s.Now()}})
		s.Must(err)
	}
	s.Advance(year)
	for n := range cache.MaxPolls {
		s.Advance(time.Hour)
		answer(string(rune('a' + n)))
	}
	s.Advance(-year)
	answer("now")
	polls, err := s.Polls(s.Ctx(), feedA, cache.MaxPolls)
	s.Must(err)
	if len(polls) != 1 || !polls[0].At.Equal(s.Now()) {
		t.Errorf("%d lines, %+v", len(polls), polls)
	}
	last, err := s.LastRefresh(s.Ctx())
	s.Must(err)
	cachetest.Equal(t, "last refresh", last, s.Now())
}
