package poll

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

// kind is how a feed behaves and how it must be treated.
type kind struct {
	name string
	// user is what precedes the host in the feed's address.
	user  string
	set   feed.Settings
	state feed.PollState
	serve func(exchange)
	// least and most limit the time between two requests. If most is 0, there is no
	// upper limit.
	least, most time.Duration
	check       func(*testing.T, []loggedRequest)
}

// An interval of an hour with its jitter.
const hourLess, hourMore = 54 * time.Minute, 66 * time.Minute

func kinds() []kind {
	const h, day = time.Hour, 24 * time.Hour
	plain := func(every time.Duration, more string) func(exchange) {
		return func(e exchange) { e.news(every, more) }
	}
	return []kind{
		{name: "busy", serve: plain(20*time.Minute, ""), least: 15 * time.Minute, most: 17 * time.Minute},
		{name: "daily", serve: plain(day, ""), least: 5 * h, most: 7 * h},
		{name: "weekly", serve: plain(7*day, ""), least: 21 * h, most: day},
		{name: "silent", serve: plain(1000*day, ""), least: 21 * h, most: day},
		{name: "dead", state: feed.PollState{Failures: 30, LastOK: noon.AddDate(0, 0, -60)}, serve: status(500), least: 6 * day, check: times(2, 3)},
		{name: "ttl", serve: plain(usual, "<ttl>180</ttl>"), least: 3 * h, most: 3*h + time.Second},
		{name: "period", serve: plain(usual, "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"), least: 6 * h, most: 6*h + time.Second},
		{name: "skip-hours", serve: plain(usual, "<skipHours><hour>0</hour><hour>1</hour><hour>2</hour><hour>3</hour></skipHours>"), least: hourLess, most: 6 * h, check: never(func(at time.Time) bool { return at.Hour() < 4 })},
		{name: "skip-days", serve: plain(usual, "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>"), least: hourLess, most: 50 * h, check: never(func(at time.Time) bool { return at.Weekday()%6 == 0 })},
		{name: "max-age", serve: func(e exchange) { e.set("Cache-Control", "public, max-age=7200").news(usual, "") }, least: 2 * h, most: 2*h + time.Second},
		{name: "expires", serve: func(e exchange) {
			e.set("Expires", e.now.Add(5*h).Format(http.TimeFormat)).news(usual, "")
		}, least: 5*h - time.Second, most: 5*h + time.Second},
		{name: "too-many", serve: refuse(429, "36000"), least: hourLess, most: 10*h + time.Second, check: pausesAfterRefusal(10 * h)},
		{name: "unavailable", serve: func(e exchange) {
			refuse(503, e.now.Add(5*h).Format(http.TimeFormat))(e)
		}, least: hourLess, most: 9 * h, check: pausesAfterRefusal(5*h - time.Second)},
		{name: "moved", serve: redirect(301), least: hourLess, most: hourMore, check: movedFor(true)},
		{name: "moved-too", serve: redirect(308), least: hourLess, most: hourMore, check: movedFor(true)},
		{name: "found", serve: redirect(302), least: hourLess, most: hourMore, check: movedFor(false)},
		{name: "gone", serve: status(410), check: times(1, 1)},
		{name: "flaky", serve: flaky, least: hourLess, most: day, check: recovers},
		{name: "paused", set: feed.Settings{Paused: true}, serve: plain(usual, ""), check: times(0, 0)},
		{name: "own", set: feed.Settings{Interval: 2 * h}, serve: plain(usual, ""), least: 2 * h, most: 2*h + 12*time.Minute},
		{name: "etag", serve: func(e exchange) { e.unless("If-None-Match", "ETag", `"`+e.now.Truncate(usual).String()+`"`) }, least: hourLess, most: hourMore, check: conditional("If-None-Match")},
		{name: "modified", serve: func(e exchange) {
			e.unless("If-Modified-Since", "Last-Modified", e.now.Truncate(usual).Format(http.TimeFormat))
		}, least: hourLess, most: hourMore, check: conditional("If-Modified-Since")},
		{name: "same", serve: func(e exchange) { e.now = noon; e.news(usual, "") }, least: hourLess, most: day},
		{name: "secret", user: "ann:word@", set: feed.Settings{Headers: map[string]string{"X-Key": "k"}}, serve: func(e exchange) {
			_, port, _ := strings.Cut(e.Host, ":")
			e.redirect(http.StatusTemporaryRedirect, "http://127.0.0.250:"+port+"/secret/elsewhere")
		}, least: hourLess, most: hourMore, check: keepsSecrets},
	}
}

func status(code int) func(exchange) {
	return func(e exchange) { e.WriteHeader(code) }
}

func redirect(code int) func(exchange) {
	return func(e exchange) { e.redirect(code, e.URL.Path+"/new") }
}

// refusedFrom and refusedTo are the requests that refuse answers with an error,
// counted from 0.
const refusedFrom, refusedTo = 20, 22

func refuse(code int, retryAfter string) func(exchange) {
	return func(e exchange) {
		if e.before >= refusedFrom && e.before <= refusedTo {
			e.set("Retry-After", retryAfter).WriteHeader(code)
			return
		}
		e.news(usual, "")
	}
}

// pausesAfterRefusal expects each pause to be kept, and the usual interval
// after the last.
func pausesAfterRefusal(pause time.Duration) func(*testing.T, []loggedRequest) {
	return func(t *testing.T, log []loggedRequest) {
		for i := 1; i < len(log); i++ {
			gap := log[i].at.Sub(log[i-1].at)
			if refused := i-1 >= refusedFrom && i-1 <= refusedTo; refused && gap < pause || !refused && gap > hourMore {
				t.Errorf("request %d came %v after the one before", i, gap)
			}
		}
	}
}

// flaky's server is down from the third to the fifth day.
func flaky(e exchange) {
	if down(e.now) {
		e.WriteHeader(http.StatusInternalServerError)
		return
	}
	e.news(usual, "")
}

func down(at time.Time) bool {
	return at.After(noon.AddDate(0, 0, 2)) && at.Before(noon.AddDate(0, 0, 5))
}

// recovers expects longer and longer waits while the server is down, and the
// usual ones when it is up again.
func recovers(t *testing.T, log []loggedRequest) {
	failures := 0
	for i := 1; i < len(log); i++ {
		gap := log[i].at.Sub(log[i-1].at)
		if !down(log[i-1].at) && gap > hourMore {
			t.Errorf("request %d came %v after a success", i, gap)
		}
		if down(log[i].at) {
			failures++
		}
	}
	if failures < 4 || failures > 8 {
		t.Errorf("requested %d times while the server was down", failures)
	}
}

func times(least, most int) func(*testing.T, []loggedRequest) {
	return func(t *testing.T, log []loggedRequest) {
		if len(log) < least || len(log) > most {
			t.Errorf("requested %d times, want %d to %d", len(log), least, most)
		}
	}
}

// never expects no request at such a time, except the first, which is made
// before the feed can say so.
func never(at func(time.Time) bool) func(*testing.T, []loggedRequest) {
	return func(t *testing.T, log []loggedRequest) {
		for _, l := range log[1:] {
			if at(l.at) {
				t.Errorf("requested at %s", l.at.Format(time.RFC1123))
			}
		}
	}
}

// movedFor expects a feed with a permanent redirect to be requested at its new
// address only, from the second day on. Without one, it expects only the old
// address.
func movedFor(good bool) func(*testing.T, []loggedRequest) {
	return func(t *testing.T, log []loggedRequest) {
		own, late := 0, 0
		for _, l := range log {
			if strings.Count(l.path, "/") == 1 {
				own++
				if l.at.After(noon.Add(26 * time.Hour)) {
					late++
				}
			}
		}
		if good && late > 0 || !good && 2*own != len(log) || own < 20 {
			t.Errorf("%d requests, %d of them to the old address, %d when it should be known", len(log), own, late)
		}
	}
}

func conditional(header string) func(*testing.T, []loggedRequest) {
	return func(t *testing.T, log []loggedRequest) {
		for i, l := range log {
			if has := l.header.Get(header) != ""; has != (i > 0) {
				t.Errorf("request %s has %s: %v", strconv.Itoa(i), header, has)
			}
		}
	}
}

// keepsSecrets expects password and headers at the feed's own host only.
func keepsSecrets(t *testing.T, log []loggedRequest) {
	elsewhere := 0
	for _, l := range log {
		reported := l.header.Get("Authorization") != "" && l.header.Get("X-Key") != ""
		silent := l.header.Get("Authorization") == "" && l.header.Get("X-Key") == "" && l.header.Get("Referer") == ""
		if away := strings.HasPrefix(l.host, "127.0.0.250:"); away {
			elsewhere++
			if !silent {
				t.Fatalf("another host received %v", l.header)
			}
		} else if !reported {
			t.Fatalf("the feed's own host did not receive: %v", l.header)
		}
	}
	if elsewhere == 0 {
		t.Error("the redirect was not followed")
	}
}
