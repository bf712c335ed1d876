package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/text"
)

// Move implements [feed.Source]. The file is changed first: should the cache
// refuse, the file is changed back, and should this process end in between, the
// feed's history waits in the cache under the old address.
func (s *source) Move(ctx context.Context, from, to string) error {
	from, _, _ = text.SplitLogin(from)
	address, _, _ := text.SplitLogin(to)
	subs := s.subscriptions()
	i := slices.IndexFunc(subs, func(sub feed.Subscription) bool { return sub.URL == from })
	if i < 0 {
		return fmt.Errorf("there is no subscription to %s in the configuration", text.Clean(from))
	}
	if err := checkSubscription(address); err != nil {
		return err
	}
	if err := checkMove(subs[i], address); err != nil {
		return err
	}
	if slices.ContainsFunc(subs, func(sub feed.Subscription) bool { return sub.URL == address }) {
		return fmt.Errorf("%s is subscribed to already: unsubscribe from one of the two", text.Clean(address))
	}
	if err := s.rewrite(func(doc []byte) (edited, error) { return moveFeed(doc, from, to) }); err != nil {
		return err
	}
	if err := s.store.MoveFeed(ctx, from, address); err != nil && !errors.Is(err, cache.ErrNoFeed) {
		back := s.rewrite(func(doc []byte) (edited, error) { return moveFeed(doc, address, from) })
		return errors.Join(err, back)
	}
	return s.store.SetFeeds(ctx, s.subscriptions())
}

// checkMove says what keeps a feed from another address: what is secret and
// meant for the old server is not told to a new one.
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
