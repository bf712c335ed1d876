package rescue

import (
	"testing"
	"time"

	"dateline/cache/cachetest"
)

// A counter that went wrong is told and put right.
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
