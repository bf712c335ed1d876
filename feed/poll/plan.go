package poll

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"dateline/feed"
)

// errand is one feed to be asked.
type errand struct {
	feed     feed.Feed
	settings feed.Settings
	// release ends the claim on the feed.
	release func()
}

// plan sorts what was asked for.
type plan struct {
	errands []errand
	// idle are the feeds left out because they are not due.
	idle []string
	// unknown were named but are not subscribed.
	unknown []string
	// others are being asked by another Refresh.
	others []other
}

type other struct {
	url   string
	saved <-chan struct{}
}

// plan reads the feeds and claims those to be asked. Claims are given and ended
// under one lock with the reading, so a claimed feed's state is never older
// than its last answer.
func (p *Poller) plan(ctx context.Context, ask feed.Ask) (plan, error) {
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
		feeds, out.unknown = named(feeds, ask.Feeds)
	}
	for _, f := range feeds {
		switch saved, claimed := p.claims[f.URL]; {
		case ask.DueOnly && !f.Poll.Due(p.now()):
			out.idle = append(out.idle, f.URL)
		case claimed:
			out.others = append(out.others, other{f.URL, saved})
		default:
			out.errands = append(out.errands, errand{f, subs[f.URL], p.claim(f.URL)})
		}
	}
	return out, nil
}

// claim takes a feed and returns what gives it back. The caller holds p.mu.
func (p *Poller) claim(url string) (release func()) {
	saved := make(chan struct{})
	p.claims[url] = saved
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.claims, url)
		close(saved)
	}
}

// named picks feeds by URL, each once, and returns the names that fit none.
func named(feeds []feed.Feed, urls []string) (picked []feed.Feed, unknown []string) {
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

// hostOf names the server that a feed's address leads to.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}
