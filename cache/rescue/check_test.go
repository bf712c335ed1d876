package rescue

import (
	"testing"
	"time"

	"dateline/cache/cachetest"
)

// TestCheckRepairsCounters checks that a wrong counter is reported and corrected.
func TestCheckRepairsCounters(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	s.SaveItems("a", cachetest.Item("1", time.Minute))
	_, err := s.Writer().Exec(`UPDATE feeds SET unread = 7`)
	s.Must(err)
	h, err := Check(s.Ctx(), s.Store.Store)
	s.Must(err)
	cachetest.Equal(t, "problems", len(h.Problems), 1)
	s.CheckCounts()
}
