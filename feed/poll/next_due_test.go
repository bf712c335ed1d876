package poll

import (
	"context"
	"net/http"
	"testing"
	"time"

	"dateline/feed"
)

// The next refresh is when the first subscribed feed is due. A new feed is due
// now. Without feeds nothing is due.
func TestNextDue(t *testing.T) {
	r := newRig(t, "https://a.example/", "https://b.example/", "https://c.example/")
	r.store.feeds = append(r.store.feeds, feed.Feed{URL: "https://foreign.example/"})
	set := func(a, b, c feed.PollState) time.Time {
		for i, s := range []feed.PollState{a, b, c} {
			r.store.feeds[i].Poll = s
		}
		next, err := r.NextDue(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	at := func(d time.Duration) feed.PollState { return feed.PollState{NextCheck: noon.Add(d)} }
	gone := feed.PollState{Gone: true}
	for _, c := range []struct {
		name  string
		state [3]feed.PollState
		want  time.Time
	}{
		{"the earliest", [3]feed.PollState{at(3 * time.Hour), at(time.Hour), at(2 * time.Hour)}, noon.Add(time.Hour)},
		{"overdue", [3]feed.PollState{at(3 * time.Hour), at(-time.Hour), gone}, noon},
		{"never requested", [3]feed.PollState{at(3 * time.Hour), {}, gone}, noon},
		{"gone", [3]feed.PollState{gone, at(time.Hour), gone}, noon.Add(time.Hour)},
		{"none", [3]feed.PollState{gone, gone, gone}, time.Time{}},
	} {
		if got := set(c.state[0], c.state[1], c.state[2]); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// A feed whose host asked for a pause is not due before its end, even with a
// shorter interval of its own. Otherwise the timer would fire again and again.
func TestNextDueAfterAPause(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "18000")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	r := newRig(t, s.URL+"/1", s.URL+"/2", s.URL+"/3", s.URL+"/4")
	for i := range r.store.feeds {
		r.store.feeds[i].Poll = feed.PollState{LastOK: noon.AddDate(0, 0, -9), LastChecked: noon.AddDate(0, 0, -9)}
	}
	r.queues.perHost = 1
	r.refresh(t, feed.RefreshRequest{DueOnly: true})
	if next, err := r.NextDue(context.Background()); err != nil || !next.Equal(noon.Add(5*time.Hour)) {
		t.Errorf("due again at %v, %v", next, err)
	}
}
