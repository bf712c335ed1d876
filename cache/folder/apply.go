package folder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/text"
)

// Editor changes the configuration.
type Editor interface {
	// Subscribe adds feeds with their names and tags. Those that are there stay as they are.
	Subscribe(ctx context.Context, subs ...feed.Subscription) error
	// Unsubscribe removes a feed.
	Unsubscribe(ctx context.Context, url string) error
	// Relabel gives a feed another name and other tags, and leaves its other options alone.
	Relabel(ctx context.Context, url, name string, tags []string) error
}

// Apply makes the changes in the configuration. What fails is in the error, and the rest is
// made. It is in the result of the next [Sync] again. What is made is the configuration of the
// last merge: whoever takes it back before the next one says something new.
func (r Result) Apply(ctx context.Context, s *cache.Store, e Editor) error {
	made, err := r.apply(ctx, e)
	return errors.Join(err, made.remember(ctx, s))
}

// apply makes the changes, and returns those that did not fail.
func (c Changes) apply(ctx context.Context, e Editor) (made Changes, err error) {
	var errs []error
	try := func(made *[]feed.Subscription, sub feed.Subscription, what string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s %s, as another computer did: %w", what, short(sub.URL), err))
			return
		}
		*made = append(*made, sub)
	}
	for _, sub := range c.Removed {
		try(&made.Removed, sub, "remove", e.Unsubscribe(ctx, sub.URL))
	}
	// All feeds are added in one change. If that fails, they are added one by one, so that an
	// address which is not accepted here keeps out no other.
	if len(c.Added) > 1 && e.Subscribe(ctx, c.Added...) == nil {
		made.Added = c.Added
	} else {
		for _, sub := range c.Added {
			try(&made.Added, sub, "add", e.Subscribe(ctx, sub))
		}
	}
	for _, sub := range c.Changed {
		try(&made.Changed, sub, "rename", e.Relabel(ctx, sub.URL, sub.Name, sub.Tags))
	}
	return made, errors.Join(errs...)
}

// remember makes the changes in the subscriptions of the last merge.
func (c Changes) remember(ctx context.Context, s *cache.Store) error {
	if len(c.Added)+len(c.Removed)+len(c.Changed) == 0 {
		return nil
	}
	unlock, err := lock(ctx, s)
	if err != nil {
		return err
	}
	defer unlock()
	r := &round{ctx: ctx, store: s}
	stored, err := s.Setting(ctx, subscriptionsSetting)
	var known subscriptions
	if err != nil || json.Unmarshal([]byte(stored), &known) != nil {
		return err // if it is damaged, this computer joins again
	}
	before := map[string]listed{}
	for _, was := range known.Before {
		before[text.AddressKey(was.URL)] = was
	}
	for _, sub := range c.Removed {
		delete(before, text.AddressKey(plain(sub.URL)))
	}
	for key, sub := range byKey(slices.Concat(c.Added, c.Changed)) {
		before[key] = listed{plain(sub.URL), sub.Name, sub.Tags}
	}
	known.Before = slices.SortedFunc(maps.Values(before), compareListed)
	state, err := json.Marshal(known)
	if err != nil {
		return err
	}
	return cache.WrapError(ctx, "remember the subscriptions of other computers", r.save(subscriptionsSetting, string(state)))
}
