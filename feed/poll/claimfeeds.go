package poll

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dateline/feed"
	"dateline/feed/schedule"
)

// claimedByOther says that another process is asking the feed. A claim that lasts
// longer than any can was made by a wrong clock.
func claimedByOther(f feed.Feed, now time.Time) bool {
	return f.Asking.After(now) && !f.Asking.After(now.Add(claimDuration))
}

// claimFeeds makes what is to be asked this process's own, all of it at once, and
// leaves out what another one was quicker to ask; with anyway nothing. Where the
// store cannot be written nobody is asked, for no answer could be kept. Then the
// states that a wrong clock had kept are kept anew: their waits are running.
func (p *Poller) claimFeeds(ctx context.Context, todo *plan, anyway bool) error {
	if len(todo.claimed) == 0 {
		return nil
	}
	todo.claimsEnd = p.now().Add(claimDuration)
	granted, err := p.store.Claim(ctx, todo.claimed, todo.claimsEnd, anyway)
	if err == nil {
		todo.keepGranted(granted)
		for some := range slices.Chunk(todo.corrected, batchFeeds) {
			if _, err = p.store.Save(ctx, some...); err != nil {
				break
			}
		}
	}
	if err == nil {
		return nil
	}
	p.releaseClaims(ctx, *todo)
	for _, e := range todo.jobs {
		e.release()
	}
	return fmt.Errorf("refresh: %w", err)
}

// keepGranted leaves out what was not granted.
func (t *plan) keepGranted(granted []string) {
	own := make(map[string]bool, len(granted))
	for _, u := range granted {
		own[u] = true
	}
	t.jobs = slices.DeleteFunc(t.jobs, func(e job) bool {
		if own[e.feed.URL] {
			return false
		}
		e.release()
		t.skipped = append(t.skipped, feed.Report{URL: e.feed.URL, Status: feed.Skipped, Reason: schedule.ReasonOtherProcess})
		return true
	})
	t.corrected = slices.DeleteFunc(t.corrected, func(f feed.Fetched) bool { return !own[f.URL] })
}

// releaseClaims gives back what is still claimed. A failure is no matter: claims run
// out by themselves.
func (p *Poller) releaseClaims(ctx context.Context, todo plan) {
	urls := make([]string, len(todo.claimed))
	for i, f := range todo.claimed {
		urls[i] = f.URL
	}
	_ = p.store.Release(ctx, urls, todo.claimsEnd)
}

// claimInProcess claims a feed within this process and returns what gives it back. The
// caller holds p.mu.
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
