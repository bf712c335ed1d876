package poll

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"dateline/feed"
	"dateline/feed/schedule"
)

// plan is what one refresh does.
type plan struct {
	// jobs are the feeds to fetch.
	jobs []job
	// skipped are the reports of the feeds that are not fetched, with the reason.
	skipped []feed.Report
	// unknown are the requested URLs that are not subscribed.
	unknown []string
	// fetchedElsewhere are the feeds that another Refresh of this process is
	// fetching.
	fetchedElsewhere []otherRefresh
	// corrected are the states of skipped feeds that contained times from a wrong
	// clock.
	corrected []feed.Fetched
	// claimed are the feeds of jobs and corrected as they were read. They are
	// claimed until claimsEnd.
	claimed   []feed.Feed
	claimsEnd time.Time
}

// otherRefresh is a feed that another Refresh is fetching. saved is closed when
// it is saved.
type otherRefresh struct {
	url   string
	saved <-chan struct{}
}

// planRefresh reads the feeds and claims those to fetch within this process.
// Reading and claiming hold the same lock, so the state of a claimed feed is
// never older than its last result.
func (p *Poller) planRefresh(ctx context.Context, req feed.RefreshRequest) (plan, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	feeds, err := p.store.Feeds(ctx)
	if err != nil {
		return plan{}, fmt.Errorf("refresh: %w", err)
	}
	subs := p.settings()
	feeds = slices.DeleteFunc(slices.Clone(feeds), func(f feed.Feed) bool {
		_, ok := subs[f.URL]
		return !ok
	})
	var out plan
	if req.Feeds != nil {
		feeds, out.unknown = pickFeeds(feeds, req.Feeds)
	}
	now := p.now()
	for _, asRead := range feeds {
		f, wrong := asRead, false
		f.Poll, wrong = schedule.CorrectClock(f.Poll, now)
		j := job{feed: f, settings: subs[f.URL], onRequest: req.Feeds != nil && !req.DueOnly}
		skip := j.whySkip(req, now)
		if wrong && skip.Reason != "" {
			out.corrected = append(out.corrected, feed.Fetched{URL: f.URL, State: f.Poll, RefreshStart: now})
			out.claimed = append(out.claimed, asRead)
		}
		switch saved, taken := p.claims[f.URL]; {
		case skip.Reason != "":
			out.skipped = append(out.skipped, feed.Report{URL: f.URL, Status: feed.Skipped, Next: skip.Next, Reason: skip.Reason})
		case taken:
			out.fetchedElsewhere = append(out.fetchedElsewhere, otherRefresh{f.URL, saved})
		case !j.onRequest && claimedByOther(f, now):
			out.skipped = append(out.skipped, feed.Report{URL: f.URL, Status: feed.Skipped, Reason: schedule.ReasonOtherProcess})
		default:
			out.claimed = append(out.claimed, asRead)
			j.release = p.claimInProcess(f.URL)
			out.jobs = append(out.jobs, j)
		}
	}
	// Feeds that failed the last time are likely to make others wait.
	slices.SortStableFunc(out.jobs, func(a, b job) int {
		return cmp.Compare(min(a.feed.Poll.Failures, 1), min(b.feed.Poll.Failures, 1))
	})
	return out, nil
}

// whySkip returns why a feed is not fetched now and when it will be. If the
// Reason is empty, the feed is fetched. A feed that the user requested is
// always fetched. Refreshing all feeds does not include those that are paused,
// gone, or whose server asked for a pause.
func (j job) whySkip(req feed.RefreshRequest, now time.Time) schedule.Schedule {
	p := j.feed.Poll
	due := schedule.DueAt(p, j.settings, now)
	switch {
	case j.onRequest:
		return schedule.Schedule{}
	case p.Gone:
		return schedule.Schedule{Reason: "gone, as the server says: press r or run `dateline refresh FEED` to check it"}
	case j.settings.Paused:
		return schedule.Schedule{Reason: "paused in the configuration: press r or run `dateline refresh FEED` to check it"}
	case p.Hints.Until.After(now):
		return schedule.Schedule{Next: later(due, p.Hints.Until), Reason: schedule.ReasonRetryAfter}
	case req.DueOnly && due.After(now):
		return schedule.Schedule{Next: due, Reason: cmp.Or(p.Reason, "not due yet")}
	}
	return schedule.Schedule{}
}

// pickFeeds returns the feeds with the URLs, each once, and the URLs that match
// no feed.
func pickFeeds(feeds []feed.Feed, urls []string) (picked []feed.Feed, unknown []string) {
	seen := make(map[string]bool, len(urls))
	for _, u := range urls {
		if seen[u] {
			continue
		}
		seen[u] = true
		if i := slices.IndexFunc(feeds, func(f feed.Feed) bool { return f.URL == u }); i >= 0 {
			picked = append(picked, feeds[i])
		} else {
			unknown = append(unknown, u)
		}
	}
	return picked, unknown
}

// NextDue returns when the next feed is checked automatically, at the earliest
// now. It is zero if no feed ever will be. For a minute after a refresh that
// was canceled or could not be saved nothing is due, nor for one to five
// minutes after a refresh that found no network.
func (p *Poller) NextDue(ctx context.Context) (time.Time, error) {
	feeds, err := p.store.Feeds(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the next feed to check: %w", err)
	}
	subs := p.settings()
	now := p.now()
	var next time.Time
	for _, f := range feeds {
		settings, ok := subs[f.URL]
		due := schedule.DueAt(f.Poll, settings, now)
		if !ok || due.IsZero() {
			continue
		}
		if _, wrong := schedule.CorrectClock(f.Poll, now); wrong {
			due = now // Refresh corrects the state
		}
		if claimedByOther(f, now) {
			due = later(due, f.ClaimedUntil)
		}
		if next.IsZero() || due.Before(next) {
			next = due
		}
	}
	if next.IsZero() {
		return next, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return later(next, p.pause.end(now)), nil
}

// settings returns the settings of every subscription by its URL.
func (p *Poller) settings() map[string]feed.Settings {
	subs := p.subscriptions()
	out := make(map[string]feed.Settings, len(subs))
	for _, s := range subs {
		out[s.URL] = s.Settings
	}
	return out
}
