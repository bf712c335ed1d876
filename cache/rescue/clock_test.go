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
