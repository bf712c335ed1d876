package poll

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dateline/feed"
	"dateline/feed/schedule"
)

// byAnother says that another process is asking the feed. A claim that lasts
// longer than any can was made by a wrong clock.
func byAnother(f feed.Feed, now time.Time) bool {
	return f.Asking.After(now) && !f.Asking.After(now.Add(claimed))
}

// claim makes what is to be asked this process's own, all of it at once, and
// leaves out what another one was quicker to ask; with anyway nothing. Where the
// store cannot be written nobody is asked, for no answer could be kept. Then the
// states that a wrong clock had kept are kept anew: their waits are running.
func (p *Poller) claim(ctx context.Context, todo *plan, anyway bool) error {
	if len(todo.read) == 0 {
		return nil
	}
	todo.until = p.now().Add(claimed)
	granted, err := p.store.Claim(ctx, todo.read, todo.until, anyway)
	if err == nil {
		todo.limit(granted)
		for some := range slices.Chunk(todo.righted, batch) {
			if _, err = p.store.Save(ctx, some...); err != nil {
				break
			}
		}
	}
	if err == nil {
		return nil
	}
	p.disclaim(ctx, *todo)
	for _, e := range todo.errands {
		e.release()
	}
	return fmt.Errorf("refresh: %w", err)
}

// limit leaves out what was not granted.
func (t *plan) limit(granted []string) {
	own := make(map[string]bool, len(granted))
	for _, u := range granted {
		own[u] = true
	}
	t.errands = slices.DeleteFunc(t.errands, func(e errand) bool {
		if own[e.feed.URL] {
			return false
		}
		e.release()
		t.idle = append(t.idle, feed.Report{URL: e.feed.URL, Status: feed.Skipped, Reason: schedule.ReasonOtherProcess})
		return true
	})
	t.righted = slices.DeleteFunc(t.righted, func(f feed.Fetched) bool { return !own[f.URL] })
}

// disclaim gives back what is still claimed. A failure is no matter: claims run
// out by themselves.
func (p *Poller) disclaim(ctx context.Context, todo plan) {
	urls := make([]string, len(todo.read))
	for i, f := range todo.read {
		urls[i] = f.URL
	}
	_ = p.store.Release(ctx, urls, todo.until)
}

// take claims a feed within this process and returns what gives it back. The
// caller holds p.mu.
func (p *Poller) take(url string) (release func()) {
	saved := make(chan struct{})
	p.claims[url] = saved
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.claims, url)
		close(saved)
	}
}
