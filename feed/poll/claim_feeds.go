package poll

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dateline/feed"
	"dateline/feed/schedule"
)

// claimedByOther reports whether another process is fetching the feed. A claim
// that lasts longer than claims can was made with a wrong clock and does not
// count.
func claimedByOther(f feed.Feed, now time.Time) bool {
	return f.ClaimedUntil.After(now) && !f.ClaimedUntil.After(now.Add(claimDuration))
}

// claimFeeds claims all feeds of the plan for this process. It drops those that
// another process claimed first, unless anyway is set. If the store cannot be
// written, no feed is fetched, because no result could be saved. The corrected
// states are saved here, so that their waiting times start.
func (p *Poller) claimFeeds(ctx context.Context, todo *plan, anyway bool) error {
	if len(todo.claimed) == 0 {
		return nil
	}
	todo.claimsEnd = p.now().Add(claimDuration)
	granted, err := p.store.Claim(ctx, todo.claimed, todo.claimsEnd, anyway)
	if err == nil {
		todo.keepGranted(granted)
		for chunk := range slices.Chunk(todo.corrected, batchFeeds) {
			if _, err = p.store.Save(ctx, chunk...); err != nil {
				break
			}
		}
	}
	if err == nil {
		return nil
	}
	p.releaseClaims(ctx, *todo)
	for _, j := range todo.jobs {
		j.release()
	}
	return fmt.Errorf("refresh: %w", err)
}

// keepGranted drops the feeds that were not granted.
func (t *plan) keepGranted(granted []string) {
	isGranted := make(map[string]bool, len(granted))
	for _, u := range granted {
		isGranted[u] = true
	}
	t.jobs = slices.DeleteFunc(t.jobs, func(j job) bool {
		if isGranted[j.feed.URL] {
			return false
		}
		j.release()
		t.skipped = append(t.skipped, feed.Report{URL: j.feed.URL, Status: feed.Skipped, Reason: schedule.ReasonOtherProcess})
		return true
	})
	t.corrected = slices.DeleteFunc(t.corrected, func(f feed.Fetched) bool { return !isGranted[f.URL] })
}

// releaseClaims ends the claims that are left. Errors are ignored, because
// claims expire.
func (p *Poller) releaseClaims(ctx context.Context, todo plan) {
	urls := make([]string, len(todo.claimed))
	for i, f := range todo.claimed {
		urls[i] = f.URL
	}
	_ = p.store.Release(ctx, urls, todo.claimsEnd)
}

// claimInProcess claims a feed within this process and returns the function
// that ends the claim. The caller holds p.mu.
func (p *Poller) claimInProcess(url string) (release func()) {
	saved := make(chan struct{})
	p.claims[url] = saved
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.claims, url)
		close(saved)
	}
}
