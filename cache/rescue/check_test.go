package rescue

import (
	"testing"
	"time"
)

// A counter that went wrong is told and put right.
func TestCheckRepairsCounters(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Minute))
	_, err := s.Writer().Exec(`UPDATE feeds SET unread = 7`)
	s.must(err)
	h, err := Check(s.ctx(), s.Store.Store)
	s.must(err)
	equal(t, "problems", len(h.Problems), 1)
	s.CheckCounts()
}
