package rescue

import (
	"testing"
	"time"

	"dateline/feed"
)

// What a backup says of days to come, written by a clock that was ahead, holds
// where nobody said anything since, and does not stand against what was said today.
func TestRestoreOfAWrongClock(t *testing.T) {
	const year = 365 * 24 * time.Hour
	s := open(t)
	s.subscribe("https://a.example/")
	s.save("https://a.example/", item("said", time.Hour), item("silent", 2*time.Hour))
	s.advance(year)
	s.mark(feed.Starred, true, "said", "silent")
	b := s.backup()
	s.advance(-year)
	s = open(t)
	s.subscribe("https://a.example/")
	s.save("https://a.example/", item("said", time.Hour), item("silent", 2*time.Hour))
	s.mark(feed.Starred, true, "said")
	s.advance(time.Minute)
	s.mark(feed.Starred, false, "said")
	s.restore(b)
	equal(t, "starred", s.list("is:starred"), []string{"silent"})
	s.mark(feed.Starred, false, "silent")
	equal(t, "starred after a word of today", s.list("is:starred"), []string{})
}

// Backups that a wrong clock dated push none of the right ones out, and none is
// removed for a clock that is behind.
func TestBackupsOfAWrongClock(t *testing.T) {
	const year = 365 * 24 * time.Hour
	s := open(t)
	s.doEverything()
	days := func(n int) {
		for range n {
			_, err := BackUpDaily(s.ctx(), s.Store.Store)
			s.must(err)
			s.advance(24 * time.Hour)
		}
	}
	s.advance(year)
	days(10)
	s.advance(-year)
	days(7)
	equal(t, "backups of both years", len(Backups(s.Path())), 7+8)
	s.advance(-2 * year)
	days(1)
	equal(t, "backups with that of a clock behind", len(Backups(s.Path())), 7+8+1)
}
