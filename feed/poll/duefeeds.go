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

// planRefresh sorts what was asked for.
type plan struct {
	jobs []job
	// skipped tells of the feeds left out, and why.
	skipped []feed.Report
	// unknown were named but are not subscribed.
	unknown []string
	// fetchedElsewhere are being asked by another Refresh.
	fetchedElsewhere []otherRefresh
	// corrected are the states, of those left out, that a wrong clock had kept.
	corrected []feed.Fetched
	// claimed are the feeds of errands and righted as they were read; they are
	// claimed until then.
	claimed   []feed.Feed
	claimsEnd time.Time
}

type otherRefresh struct {
	url   string
	saved <-chan struct{}
}

// planRefresh reads the feeds and claims those to be asked. Claims are given and ended
// under one lock with the reading, so a claimed feed's state is never older
// than its last answer.
func (p *Poller) planRefresh(ctx context.Context, ask feed.RefreshRequest) (plan, error) {
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
	if ask.Feeds != nil {
		feeds, out.unknown = pickFeeds(feeds, ask.Feeds)
	}
	now := p.now()
	for _, read := range feeds {
		f, wrong := read, false
		f.Poll, wrong = schedule.CorrectClock(f.Poll, now)
		e := job{feed: f, settings: subs[f.URL], onRequest: ask.Feeds != nil && !ask.DueOnly}
		idle := e.whySkip(ask, now)
		if wrong && idle.Reason != "" {
			out.corrected = append(out.corrected, feed.Fetched{URL: f.URL, State: f.Poll, Round: now})
			out.claimed = append(out.claimed, read)
		}
		switch saved, taken := p.claims[f.URL]; {
		case idle.Reason != "":
			out.skipped = append(out.skipped, feed.Report{URL: f.URL, Status: feed.Skipped, Next: idle.Next, Reason: idle.Reason})
		case taken:
			out.fetchedElsewhere = append(out.fetchedElsewhere, otherRefresh{f.URL, saved})
		case !e.onRequest && claimedByOther(f, now):
			out.skipped = append(out.skipped, feed.Report{URL: f.URL, Status: feed.Skipped, Reason: schedule.ReasonOtherProcess})
		default:
			out.claimed = append(out.claimed, read)
			e.release = p.claimInProcess(f.URL)
			out.jobs = append(out.jobs, e)
		}
	}
	return out, nil
}

// skipped says why a feed is not asked now and when it will be; without a Reason it
// is asked. A feed that is named is; "all" is not a name for one that is paused,
// gone or to be left alone.
func (e job) whySkip(ask feed.RefreshRequest, now time.Time) schedule.Schedule {
	p := e.feed.Poll
	due := schedule.DueAt(p, e.settings, now)
	switch {
	case e.onRequest:
		return schedule.Schedule{}
	case p.Gone:
		return schedule.Schedule{Reason: "gone for good, as the server says: asked only by name"}
	case e.settings.Paused:
		return schedule.Schedule{Reason: "paused in the configuration: asked only by name"}
	case p.Hints.Until.After(now):
		return schedule.Schedule{Next: later(due, p.Hints.Until), Reason: schedule.ReasonRetryAfter}
	case ask.DueOnly && due.After(now):
		return schedule.Schedule{Next: due, Reason: cmp.Or(p.Reason, "not due yet")}
	}
	return schedule.Schedule{}
}

// pickFeeds picks feeds by URL, each once, and returns the names that fit none.
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

// NextDue is when the next feed may be asked unbidden, at the earliest now; zero
// when no feed ever will be. For a minute after a round that was stopped, or
// that could not be saved, nothing is due; nor for one to five minutes after one
// that found no network.
func (p *Poller) NextDue(ctx context.Context) (time.Time, error) {
	feeds, err := p.store.Feeds(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the next feed to ask: %w", err)
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
			due = now // for Refresh to put right
		}
		if claimedByOther(f, now) {
			due = later(due, f.Asking)
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
