package cache

import (
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/query"
)

// A clock that was wrong for a while, years ahead, takes no later word from the
// reader: what was said or seen then does not stand against the present.
func TestMarksOfAWrongClock(t *testing.T) {
	for _, m := range []feed.Mark{{Flag: feed.Read}, {Flag: feed.Starred}, {Flag: feed.Hidden}, {Flag: feed.Label, Label: "work"}} {
		s := open(t)
		s.subscribe("a")
		s.advance(10 * 365 * 24 * time.Hour)
		s.save("a", item("one", time.Hour, "one"))
		m.Items, m.On, m.At = []int64{1}, true, s.Now()
		s.must(s.Mark(s.ctx(), m))
		m.On, m.At = false, s.advance(-10*365*24*time.Hour)
		s.must(s.Mark(s.ctx(), m))
		a, err := s.Article(s.ctx(), 1)
		s.must(err)
		if a.Read || a.Starred || a.Hidden || len(a.Labels) > 0 {
			t.Errorf("%s: the word of the wrong clock stays: %+v", m.Flag, a.Item)
		}
		m.On, m.At = true, s.advance(time.Minute)
		s.must(s.Mark(s.ctx(), m))
		m.On, m.At = false, m.At.Add(-time.Second)
		s.must(s.Mark(s.ctx(), m))
		a, err = s.Article(s.ctx(), 1)
		s.must(err)
		if !a.Read && !a.Starred && !a.Hidden && len(a.Labels) == 0 {
			t.Errorf("%s: an older word wins once the clock is right", m.Flag)
		}
	}
}

// What was first seen by a clock that was ahead is marked with all the others.
func TestMarkAllAfterAWrongClock(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.advance(365 * 24 * time.Hour)
	s.save("a", item("one", time.Hour, "one"))
	n, err := s.MarkAll(s.ctx(), view(t, ""), feed.Read, "", true, s.advance(-365*24*time.Hour))
	s.must(err)
	equal(t, "marked", n, 1)
}

// What arrived while the clock was ahead stands among the news once it is right,
// not above all that is to come, in its order; it is found, counted and
// labelled as before, and a rule's mark is still none of the user's.
func TestItemsOfAWrongClock(t *testing.T) {
	for _, ahead := range []time.Duration{3 * time.Hour, 365 * 24 * time.Hour} {
		s := open(t)
		s.subscribe("a")
		q, err := query.Parse("title:ruled")
		s.must(err)
		s.SetRules([]query.Rule{{Name: "r", Query: q, Read: true, Labels: []string{"kept"}}})
		s.save("a", item("old", time.Hour))
		s.advance(ahead)
		s.save("a", item("undated", 0, "word"), item("ruled", 0, "ruled"), item("soon", -ahead+time.Minute), item("dated", 2*time.Hour))
		s.index()
		right := s.advance(-ahead + time.Minute)
		s.must(s.Maintain(s.ctx()))
		s.save("a", item("new", 0))
		s.advance(time.Minute)
		s.save("a", item("newer", 0))
		s.index()
		equal(t, "order", s.list(""), []string{"newer", "new", "undated", "ruled", "soon", "old", "dated"})
		equal(t, "found", s.list("word"), []string{"undated"})
		equal(t, "labelled", s.list("label:kept"), []string{"ruled"})
		equal(t, "new", s.list("is:new"), []string{"newer"})
		a, err := s.Article(s.ctx(), s.id("soon"))
		s.must(err)
		if a.Date.After(right) || a.FirstSeen.After(right) || !a.Future {
			t.Errorf("%v: of %v, seen %v, with a date to come %v", ahead, a.Date, a.FirstSeen, a.Future)
		}
		var own int
		s.must(s.readers.QueryRow(`SELECT count(*) FROM items i JOIN labels l ON l.pos = i.pos WHERE i.read_at = i.first_seen AND l.at = i.first_seen`).Scan(&own))
		equal(t, "marks of the rule", own, 1)
		s.checkCounts()
	}
}

// What was read while the clock was ahead does not stay in the list of what is
// unread, and what was put off until the next morning comes back then.
func TestMarksOfAWrongClockEnd(t *testing.T) {
	const year = 365 * 24 * time.Hour
	s := open(t)
	s.subscribe("a")
	s.save("a", item("read", time.Hour), item("snoozed", 2*time.Hour), item("unread", 3*time.Hour))
	s.advance(year)
	s.mark(feed.Read, true, "read")
	s.must(s.Mark(s.ctx(), feed.Mark{Items: s.ids("snoozed"), Flag: feed.Snooze, On: true, At: s.Now(), Until: s.Now().Add(20 * time.Hour)}))
	s.advance(-year)
	s.must(s.Maintain(s.ctx()))
	unread := func() []string {
		v := view(t, "is:unread")
		v.Opened = s.Now()
		return s.all(v)
	}
	equal(t, "unread", unread(), []string{"unread"})
	s.advance(21 * time.Hour)
	equal(t, "unread the next day", unread(), []string{"snoozed", "unread"})
	s.mark(feed.Read, false, "read")
	equal(t, "unread by a later word", unread(), []string{"read", "snoozed", "unread"})
	s.checkCounts()
}

// The log of a feed and the last refresh are those of the present, not of a
// clock that was ahead.
func TestLogOfAWrongClock(t *testing.T) {
	const year = 365 * 24 * time.Hour
	s := open(t)
	s.subscribe(feedA)
	answer := func(key string) {
		_, err := s.Save(s.ctx(), feed.Fetched{URL: feedA, Round: s.Now(), Document: &feed.Document{Items: []feed.Article{item(key, time.Hour)}}, Log: feed.Poll{At: s.Now()}})
		s.must(err)
	}
	s.advance(year)
	for n := range keptPolls {
		s.advance(time.Hour)
		answer(string(rune('a' + n)))
	}
	s.advance(-year)
	answer("now")
	polls, err := s.Polls(s.ctx(), feedA, keptPolls)
	s.must(err)
	if len(polls) != 1 || !polls[0].At.Equal(s.Now()) {
		t.Errorf("%d lines, %+v", len(polls), polls)
	}
	last, err := s.LastRefresh(s.ctx())
	s.must(err)
	equal(t, "last refresh", last, s.Now())
}
