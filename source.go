package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/poll"
	"dateline/feed/text"
)

// source is the local [feed.Source]: it polls by itself, and its subscriptions
// are the tables of the configuration file.
type source struct {
	// stays says that the program goes on when a round is over, so that it should
	// be small again.
	stays bool
	// refreshing counts the rounds under way.
	refreshing atomic.Int32
	poller     *poll.Poller
	editor     *editor
	store      *cache.Store

	mu   sync.Mutex
	subs []feed.Subscription
	// stamp is how the file looked when subs were read from it.
	stamp fileStamp
}

// fileStamp changes when a file does.
type fileStamp struct {
	modified time.Time
	size     int64
}

func stampOf(path string) fileStamp {
	info, err := os.Stat(path)
	if err != nil {
		return fileStamp{}
	}
	return fileStamp{info.ModTime(), info.Size()}
}

// newSource makes the cache's subscriptions those of the configuration. The
// poller of o gets its subscriptions from the source.
func newSource(ctx context.Context, e *editor, c Config, store *cache.Store, o poll.Options) (*source, error) {
	s := &source{editor: e, store: store, subs: c.Subscriptions(), stamp: stampOf(e.path)}
	o.Store, o.Subscriptions = store, s.subscriptions
	s.poller = poll.New(o)
	store.SetRules(c.rules())
	err := store.SetFeeds(ctx, s.subs)
	if store.ReadOnly() != nil {
		err = nil // Refresh does it as soon as the cache can be written
	}
	return s, err
}

// subscriptions reads the file again when it was changed, by hand or by
// another dateline. While it has mistakes, what it said before holds.
func (s *source) subscriptions() []feed.Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := stampOf(s.editor.path); now != s.stamp {
		s.stamp = now
		if c, err := loadConfig(s.editor.path); err == nil {
			s.subs = c.Subscriptions()
			s.store.SetRules(c.rules())
		}
	}
	return s.subs
}

// Refresh implements [feed.Source].
func (s *source) Refresh(ctx context.Context, ask feed.RefreshRequest, report func(feed.Report)) error {
	if err := s.store.SetFeeds(ctx, s.subscriptions()); err != nil {
		return err
	}
	if s.refreshing.Add(1) == 1 {
		refreshHeap.use()
	}
	defer func() {
		if s.refreshing.Add(-1) > 0 {
			return
		}
		restHeap.use()
		if !s.stays {
			return
		}
		s.store.Shrink(ctx)
		if bloated() {
			debug.FreeOSMemory()
		}
	}()
	return s.poller.Refresh(ctx, ask, report)
}

// spareHeap is how much memory the heap may take beside what is in use of it: a
// round leaves more behind, and some milliseconds give it back that Go would
// hold for minutes.
const spareHeap = 16 << 20

// bloated says that the heap takes more than that.
func bloated() bool {
	taken := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	used := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(taken)
	metrics.Read(used)
	sum := uint64(0)
	for _, t := range taken {
		sum += t.Value.Uint64()
	}
	return sum > used[0].Value.Uint64()+spareHeap
}

// Discover implements [feed.Source].
func (s *source) Discover(ctx context.Context, url string) ([]feed.Candidate, error) {
	return s.poller.Discover(ctx, url)
}

// Preview implements [feed.Source].
func (s *source) Preview(ctx context.Context, url string) (feed.Preview, error) {
	return s.poller.Preview(ctx, url)
}

// Fulltext implements [feed.Source].
func (s *source) Fulltext(ctx context.Context, item int64) (feed.Fulltext, error) {
	a, err := s.store.Article(ctx, item)
	if err != nil {
		return feed.Fulltext{}, err
	}
	var sub feed.Subscription
	for _, known := range s.subscriptions() {
		if known.URL == a.Feed {
			sub = known
		}
	}
	text, err := s.poller.Fulltext(ctx, sub, a.Link)
	if err != nil || text.Fetched.IsZero() {
		return text, err
	}
	return text, s.store.SetFulltext(ctx, item, text)
}

// NextDue is when the next feed falls due; zero for never.
func (s *source) NextDue(ctx context.Context) (time.Time, error) {
	return s.poller.NextDue(ctx)
}

// Subscribe implements [feed.Source].
func (s *source) Subscribe(ctx context.Context, subs ...feed.Subscription) error {
	clean := make([]feed.Subscription, len(subs))
	for i, sub := range subs {
		address, _, _ := text.SplitLogin(sub.URL)
		if err := checkSubscription(address); err != nil {
			return err
		}
		clean[i] = feed.Subscription{URL: sub.URL, Name: text.Clean(sub.Name)}
		for _, tag := range sub.Tags {
			if tag = text.Clean(tag); tag != "" {
				clean[i].Tags = append(clean[i].Tags, tag)
			}
		}
	}
	return s.edit(ctx, func(doc []byte) (edited, error) { return addFeeds(doc, clean) })
}

// Unsubscribe implements [feed.Source].
func (s *source) Unsubscribe(ctx context.Context, url string) error {
	url, _, _ = text.SplitLogin(url)
	known := false
	for _, sub := range s.subscriptions() {
		known = known || sub.URL == url
	}
	if !known {
		return fmt.Errorf("there is no subscription to %s in the configuration", text.Clean(url))
	}
	return s.edit(ctx, func(doc []byte) (edited, error) { return removeFeed(doc, url) })
}

func (s *source) edit(ctx context.Context, change func([]byte) (edited, error)) error {
	if err := s.rewrite(change); err != nil {
		return err
	}
	return s.store.SetFeeds(ctx, s.subscriptions())
}

// rewrite changes the file and what is known of it, not the cache.
func (s *source) rewrite(change func([]byte) (edited, error)) error {
	c, err := s.editor.edit(change)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subs, s.stamp = c.Subscriptions(), stampOf(s.editor.path)
	s.store.SetRules(c.rules())
	return nil
}
