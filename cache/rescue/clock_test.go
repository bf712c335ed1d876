package rescue

import (
	"testing"
	"time"

	"dateline/cache/cachetest"
	"dateline/feed"
)

// TestRestoreOfAWrongClock checks that marks of a backup that a fast clock dated are
// applied if there are no others, and do not replace marks of today.
func TestRestoreOfAWrongClock(t *testing.T) {
	const year = 365 * 24 * time.Hour
	s := open(t)
	s.Subscribe("https://a.example/")
	s.SaveItems("https://a.example/", cachetest.Item("marked", time.Hour), cachetest.Item("unmarked", 2*time.Hour))
	s.Advance(year)
	s.MarkItems(feed.Starred, true, "marked", "unmarked")
	b := s.backup()
	s.Advance(-year)
	s = open(t)
	s.Subscribe("https://a.example/")
	s.SaveItems("https://a.example/", cachetest.Item("marked", time.Hour), cachetest.Item("unmarked", 2*time.Hour))
	s.MarkItems(feed.Starred, true, "marked")
	s.Advance(time.Minute)
	s.MarkItems(feed.Starred, false, "marked")
	s.restore(b)
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{"unmarked"})
	s.MarkItems(feed.Starred, false, "unmarked")
	cachetest.Equal(t, "starred after a mark of today", s.List("is:starred"), []string{})
}

// TestBackupsOfAWrongClock checks that backups that a wrong clock dated displace no
// others, and that no backup is deleted because of a slow clock.
func TestBackupsOfAWrongClock(t *testing.T) {
	const year = 365 * 24 * time.Hour
	s := open(t)
	s.doEverything()
	days := func(n int) {
		for range n {
			_, err := BackUpDaily(s.Ctx(), s.Store.Store)
			s.Must(err)
			s.Advance(24 * time.Hour)
		}
	}
	s.Advance(year)
	days(10)
	s.Advance(-year)
	days(7)
	cachetest.Equal(t, "backups of both years", len(ListBackups(s.Path())), 7+8)
	s.Advance(-2 * year)
	days(1)
	cachetest.Equal(t, "backups with that of a clock behind", len(ListBackups(s.Path())), 7+8+1)
}

// starStore returns a store with one item, and functions that star it and take the star
// off, and report whether it is starred.
func starStore(t *testing.T) (s testStore, star func(on bool), starred func(what string, want bool)) {
	t.Helper()
	s = open(t)
	s.Subscribe("https://a.example/")
	s.SaveItems("https://a.example/", cachetest.Item("one", time.Hour))
	star = func(on bool) { t.Helper(); s.MarkItems(feed.Starred, on, "one") }
	starred = func(what string, want bool) {
		t.Helper()
		cachetest.Equal(t, what, len(s.List("is:starred")) == 1, want)
	}
	return s, star, starred
}

// TestRestoreAfterAClockThatWasAhead checks that marks of a backup from a computer whose
// clock was ahead by hours or days never replace what the user said here after the backup
// was written or restored, however often it is restored.
func TestRestoreAfterAClockThatWasAhead(t *testing.T) {
	for _, ahead := range []time.Duration{2 * time.Hour, 8 * time.Hour, 23 * time.Hour, 30 * time.Hour, 365 * 24 * time.Hour} {
		s, star, starred := starStore(t)
		s.Advance(ahead)
		star(true)
		b := s.backup()
		s.Advance(-ahead + time.Minute)
		star(false)
		s.Advance(time.Minute)
		s.restore(b)
		starred("where it was written, after a mark", false)

		s, star, starred = starStore(t)
		s.restore(b)
		starred("in another database", true)
		s.Advance(time.Minute)
		star(false)
		for range 40 {
			s.Advance(time.Hour)
			s.restore(b)
			starred("again, after a mark", false)
		}
		star(true)
		starred("marked again", true)
	}
}

// TestCopiesAfterAClockThatWasAhead checks that of two backups the later mark wins if the
// earlier one was made with a clock that was ahead.
func TestCopiesAfterAClockThatWasAhead(t *testing.T) {
	a, star, _ := starStore(t)
	a.Advance(8 * time.Hour)
	star(true)
	early := a.backup()
	b, star, _ := starStore(t)
	b.Advance(10 * time.Minute)
	star(true)
	b.Advance(time.Minute)
	star(false)
	late := b.backup()
	s, _, starred := starStore(t)
	s.Advance(5 * time.Minute)
	s.restore(early)
	starred("by the early mark", true)
	s.Advance(15 * time.Minute)
	s.restore(late)
	starred("by the late mark", false)
	s.Advance(24 * time.Hour)
	s.restore(early)
	starred("by the early mark again", false)
}

// TestRestoreByTheClocksOfTheServers checks that marks of a backup are ahead if they are
// ahead of the servers' clocks, whether this computer's clock is ahead or behind.
func TestRestoreByTheClocksOfTheServers(t *testing.T) {
	for _, c := range []struct {
		name string
		// servers is how far the servers' clocks are ahead of this computer's, marked how
		// far the mark of the backup is, own how far the mark here is.
		servers, marked, own time.Duration
		want                 bool
	}{
		{"a newer mark, this clock is behind", 3 * time.Hour, 2 * time.Hour, time.Hour, true},
		{"an older mark, this clock is behind", 3 * time.Hour, time.Hour, 2 * time.Hour, false},
		{"a mark ahead of the servers, this clock is ahead", -2 * time.Hour, -time.Hour, -time.Minute, false},
		{"a mark that is not ahead, this clock is ahead", -2 * time.Hour, -3 * time.Hour, -4 * time.Hour, true},
		{"this clock is right", 0, -time.Hour, -2 * time.Hour, true},
	} {
		from, star, _ := starStore(t)
		from.Advance(c.marked)
		star(true)
		b := from.backup()
		s, star, starred := starStore(t)
		s.Must(s.SetServerTime(s.Ctx(), s.Now().Add(c.servers)))
		s.Advance(c.own)
		star(true)
		star(false)
		s.Advance(-c.own + time.Minute)
		s.restore(b)
		starred(c.name, c.want)
	}
}
