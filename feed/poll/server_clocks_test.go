package poll

import (
	"net/http"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
)

// A refresh stores the time by the median of the servers' clocks. Its last
// report has the error of this computer's clock. Failures because of expired
// certificates prove nothing.
func TestServerClocks(t *testing.T) {
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	lie := noon.Add(-9 * year)
	for name, c := range map[string]struct {
		ahead time.Duration
		// dates are the Date headers of the hosts. The zero time means no header.
		dates    []time.Time
		present  time.Time
		reported time.Duration
	}{
		"all is well":           {0, []time.Time{noon, noon.Add(time.Minute), noon}, noon, 0},
		"a year ahead":          {year, []time.Time{noon, noon, noon}, noon, year},
		"three days behind":     {-3 * day, []time.Time{noon, noon}, noon, -3 * day},
		"half an hour ahead":    {time.Hour / 2, []time.Time{noon, noon}, noon, 0},
		"one server lies":       {0, []time.Time{noon, lie, noon}, noon, 0},
		"one lies, a day ahead": {day, []time.Time{noon, lie, noon}, noon, day},
		"one server":            {year, []time.Time{noon}, noon, 0},
		"one says the time":     {year, []time.Time{{}, noon, {}}, noon, 0},
		"none says the time":    {0, []time.Time{{}, {}}, noon, 0},
	} {
		t.Run(name, func(t *testing.T) {
			urls := hosts(len(c.dates))
			r := newRig(t, urls...)
			r.now = noon.Add(c.ahead)
			at := map[string]time.Time{}
			for i, u := range urls {
				at[hostname(u)] = c.dates[i]
			}
			r.client = fetch.New(fetch.Options{Now: r.Poller.now, Transport: &fakeNetwork{respond: func(q *http.Request) (*http.Response, error) {
				res := response(q, http.StatusOK, "application/rss+xml", rss("News", 1))
				if date := at[q.URL.Hostname()]; !date.IsZero() {
					res.Header.Set("Date", date.Format(http.TimeFormat))
				}
				return res, nil
			}}})
			last := r.lastReport(t)
			if got := r.store.serverTime; !got.Equal(c.present) {
				t.Errorf("the store received %v, want %v", got, c.present)
			}
			if last.ClockAhead != c.reported {
				t.Errorf("received %v, want %v", last.ClockAhead, c.reported)
			}
		})
	}
}

// lastReport returns the last report of a refresh.
func (r *rig) lastReport(t *testing.T) (last feed.Report) {
	t.Helper()
	err := r.Refresh(t.Context(), feed.RefreshRequest{}, func(x feed.Report) { last = x })
	if err != nil {
		t.Fatal(err)
	}
	return last
}

// If no server responds, the time is unknown. Local feeds use this computer's
// clock, unless servers were requested.
func TestNoServerClock(t *testing.T) {
	guide := "builtin:guide"
	for name, c := range map[string]struct {
		urls []string
		want time.Time
	}{
		"only this computer":        {[]string{guide}, noon},
		"a dead server":             {hosts(1), time.Time{}},
		"a dead server and our own": {append(hosts(1), guide), time.Time{}},
	} {
		r := newRig(t, c.urls...)
		r.client = fetch.New(fetch.Options{
			Now:       r.Poller.now,
			Builtin:   func(string) ([]byte, bool) { return []byte(rss("Guide", 1)), true },
			Transport: &fakeNetwork{respond: func(*http.Request) (*http.Response, error) { return nil, http.ErrServerClosed }},
		})
		r.lastReport(t)
		if got := r.store.serverTime; !got.Equal(c.want) {
			t.Errorf("%s: the store received %v, want %v", name, got, c.want)
		}
	}
}
