package folder

import (
	"context"
	"errors"
	"fmt"

	"dateline/feed"
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
// made. It is in the result of the next [Sync] again.
func (c Changes) Apply(ctx context.Context, e Editor) error {
	var errs []error
	for _, sub := range c.Removed {
		if err := e.Unsubscribe(ctx, sub.URL); err != nil {
			errs = append(errs, fmt.Errorf("remove %s, as another computer did: %w", short(sub.URL), err))
		}
	}
	if len(c.Added) > 0 {
		errs = append(errs, c.add(ctx, e))
	}
	for _, sub := range c.Changed {
		if err := e.Relabel(ctx, sub.URL, sub.Name, sub.Tags); err != nil {
			errs = append(errs, fmt.Errorf("rename %s, as another computer did: %w", short(sub.URL), err))
		}
	}
	return errors.Join(errs...)
}

// add adds all feeds in one change. If that fails, it adds them one by one, so that an address
// which is not accepted here keeps out no other.
func (c Changes) add(ctx context.Context, e Editor) error {
	if len(c.Added) == 1 || e.Subscribe(ctx, c.Added...) != nil {
		var errs []error
		for _, sub := range c.Added {
			if err := e.Subscribe(ctx, sub); err != nil {
				errs = append(errs, fmt.Errorf("add %s, as another computer did: %w", short(sub.URL), err))
			}
		}
		return errors.Join(errs...)
	}
	return nil
}
