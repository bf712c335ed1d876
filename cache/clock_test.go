package cache

import (
	"testing"
	"time"

	"dateline/feed"
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
