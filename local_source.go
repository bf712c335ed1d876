package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"dateline/cache"
	"dateline/config"
	"dateline/feed"
	"dateline/feed/poll"
	"dateline/feed/text"
)

// source is the local [feed.Source]. It polls the feeds itself. Its subscriptions are
// the [[feeds]] tables of the configuration file.
type source struct {
	// stays is true if the program goes on after a refresh. Then memory is given back
	// to the system.
	stays bool
	// refreshing is the number of running refreshes.
	refreshing atomic.Int32
	poller     *poll.Poller
	file       *config.File
	store      *cache.Store

	mu   sync.Mutex
	subs []feed.Subscription
	// stamp is the state of the file when subs were read from it.
	stamp fileStamp
}

// fileStamp differs if a file was changed. It is zero if there is no file.
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

// newSource returns a source for a file that was read as c. It makes the cache's
// subscriptions those of c. It sets the store and the subscriptions of o.
func newSource(ctx context.Context, file *config.File, c config.Config, store *cache.Store, o poll.Options) (*source, error) {
	s := &source{file: file, store: store, subs: c.Subscriptions(), stamp: stampOf(file.Path)}
	o.Store, o.Subscriptions = store, s.subscriptions
	s.poller = poll.New(o)
	store.SetRules(c.ActiveRules())
	err := store.SetFeeds(ctx, s.subs)
	if store.ReadOnly() != nil {
		err = nil // Refresh sets the feeds when the cache is writable again
	}
	return s, err
}

// subscriptions returns the subscriptions. It reads the file again if a user or
// another dateline changed it. While the file has mistakes, the subscriptions stay as
// they were.
func (s *source) subscriptions() []feed.Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := stampOf(s.file.Path); now != s.stamp {
		s.stamp = now
		if c, err := s.file.Load(); err == nil {
			s.subs = c.Subscriptions()
			s.store.SetRules(c.ActiveRules())
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
		refreshLimits.use()
	}
	defer func() {
		if s.refreshing.Add(-1) > 0 {
			return
		}
		readingLimits.use()
		if !s.stays {
			return
		}
		s.store.Shrink(ctx)
		freeSpareMemory()
	}()
	return s.poller.Refresh(ctx, ask, report)
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

// NextDue returns the time at which the next feed is due, zero if no feed will be.
func (s *source) NextDue(ctx context.Context) (time.Time, error) {
	return s.poller.NextDue(ctx)
}

// Changed implements [feed.Source]. It reports nothing.
func (s *source) Changed(context.Context) <-chan struct{} { return nil }

// Subscribe implements [feed.Source].
func (s *source) Subscribe(ctx context.Context, subs ...feed.Subscription) error {
	clean := make([]feed.Subscription, len(subs))
	for i, sub := range subs {
		address, _, _ := text.SplitLogin(sub.URL)
		if err := s.file.Checks.Subscription(address); err != nil {
			return err
		}
		clean[i] = feed.Subscription{URL: sub.URL, Name: text.Clean(sub.Name)}
		for _, tag := range sub.Tags {
			if tag = text.Clean(tag); tag != "" {
				clean[i].Tags = append(clean[i].Tags, tag)
			}
		}
	}
	return s.edit(ctx, func() (config.Config, error) { return s.file.Add(clean) })
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
	return s.edit(ctx, func() (config.Config, error) { return s.file.Remove(url) })
}

// edit changes the file and makes the cache's subscriptions those of the file.
func (s *source) edit(ctx context.Context, change func() (config.Config, error)) error {
	if err := s.editFile(change); err != nil {
		return err
	}
	return s.store.SetFeeds(ctx, s.subscriptions())
}

// editFile changes the file and leaves the cache's subscriptions as they are.
func (s *source) editFile(change func() (config.Config, error)) error {
	c, err := change()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subs, s.stamp = c.Subscriptions(), stampOf(s.file.Path)
	s.store.SetRules(c.ActiveRules())
	return nil
}

// Move implements [feed.Source]. It changes the file first. If the cache then fails,
// the file is changed back. If the process ends in between, the feed's items stay in
// the cache under the old address.
func (s *source) Move(ctx context.Context, from, to string) error {
	from, _, _ = text.SplitLogin(from)
	address, _, _ := text.SplitLogin(to)
	subs := s.subscriptions()
	i := slices.IndexFunc(subs, func(sub feed.Subscription) bool { return sub.URL == from })
	if i < 0 {
		return fmt.Errorf("there is no subscription to %s in the configuration", text.Clean(from))
	}
	if err := s.file.Checks.Subscription(address); err != nil {
		return err
	}
	if err := checkMove(subs[i], address); err != nil {
		return err
	}
	if slices.ContainsFunc(subs, func(sub feed.Subscription) bool { return sub.URL == address }) {
		return fmt.Errorf("%s is subscribed to already: unsubscribe from one of the two", text.Clean(address))
	}
	if err := s.editFile(func() (config.Config, error) { return s.file.Move(from, to) }); err != nil {
		return err
	}
	if err := s.store.MoveFeed(ctx, from, address); err != nil && !errors.Is(err, cache.ErrNoFeed) {
		back := s.editFile(func() (config.Config, error) { return s.file.Move(address, from) })
		return errors.Join(err, back)
	}
	return s.store.SetFeeds(ctx, s.subscriptions())
}

// checkMove returns an error if a feed may not move to another address. Passwords,
// cookies and headers are never sent to a new server.
func checkMove(sub feed.Subscription, to string) error {
	old, err := url.Parse(sub.URL)
	if err != nil {
		return fmt.Errorf("the address %s cannot be read: correct it in the configuration", text.Clean(sub.URL))
	}
	u, err := url.Parse(to)
	if err != nil {
		return fmt.Errorf("the address %s cannot be read: check it for a misspelling", text.Clean(to))
	}
	a := sub.Settings.Access
	private := a.User != "" || a.Password != "" || len(a.PasswordCommand) > 0 || a.Cookies != "" || len(sub.Settings.Headers) > 0
	same := strings.EqualFold(old.Host, u.Host) && (u.Scheme == old.Scheme || u.Scheme == "https")
	if private && !same {
		return fmt.Errorf("the feed has a password, cookies or headers, and %s is another server: if it is to get them, too, write the address into the configuration yourself", text.Clean(u.Host))
	}
	return nil
}
