package poll

import (
	"context"
	"errors"

	"dateline/feed"
)

// pagesPerFeed is how many pages of one feed a round asks for.
const pagesPerFeed = 20

// pages asks for the pages of the newest items of those feeds that want full
// text, and keeps what they come to. It is what a round does last: everything is
// reported by then. What cannot be kept, perhaps for an item that has gone since,
// is only an error when nothing can.
func (r *round) pages(ctx context.Context, todo plan) error {
	p := r.poller
	if r.lost {
		return nil
	}
	kept := make(chan pageText, queue)
	waiting, held := 0, 0
	var broken error
	for _, e := range todo.errands {
		if !e.settings.Fulltext || ctx.Err() != nil || !p.startPages(e.feed.URL) {
			continue
		}
		defer p.endPages(e.feed.URL)
		items, err := p.store.WantFulltext(ctx, e.feed.URL, pagesPerFeed)
		if err != nil {
			broken = errors.Join(broken, err)
			continue
		}
		sub := feed.Subscription{URL: e.feed.URL, Settings: e.settings}
		for _, item := range items {
			waiting++
			p.lanes.add(hostOf(item.Link), func() { kept <- pageText{item.ID, p.politely(ctx, sub, item.Link)} })
		}
	}
	saving, end := outlast(ctx, grace)
	defer end()
	for range waiting {
		got := <-kept
		if got.text.Fetched.IsZero() {
			continue
		}
		if err := p.store.SetFulltext(saving, got.item, got.text); err != nil {
			broken = errors.Join(broken, err)
			continue
		}
		held++
		r.unindexed = true
	}
	if ctx.Err() != nil || held > 0 {
		return nil
	}
	return broken
}

// pageText is what asking for one item's page came to.
type pageText struct {
	item int64
	text feed.Fulltext
}

// politely asks for a page unless its server wants to be left alone.
func (p *Poller) politely(ctx context.Context, sub feed.Subscription, link string) feed.Fulltext {
	if p.restingUntil(hostOf(link)).After(p.now()) || p.away() != "" {
		return feed.Fulltext{}
	}
	return p.page(ctx, sub, link)
}

// startPages claims the pages of a feed: two rounds at once would ask for them
// twice.
func (p *Poller) startPages(url string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reading[url] {
		return false
	}
	p.reading[url] = true
	return true
}

func (p *Poller) endPages(url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.reading, url)
}
