package main

import (
	"context"
	"errors"

	"dateline/cache"
	"dateline/config"
)

// A move changes the configuration and the database. No lock and no transaction spans
// both, and a process can be killed between them. Then the configuration has the new
// address, and the items are at the old one, where no list shows them. So the database
// records the plan first. Whoever finds a plan while no process is moving a feed compares
// it with the configuration: if that has the new address, the move is completed, otherwise
// it has not begun and the plan is dropped.

func (s *localSource) moves() cache.PlannedMoves { return cache.PlannedMoves{Store: s.store} }

// moveInBoth moves a feed in the file and in the database. to may have a user and a
// password. address is to without them.
func (s *localSource) moveInBoth(ctx context.Context, from, to, address string) error {
	defer s.lockMoves()()
	if err := s.moves().Add(ctx, from, address); err != nil {
		return err
	}
	if err := s.editFile(func() (config.Config, error) { return s.file.Move(from, to) }); err != nil {
		return errors.Join(err, s.moves().Drop(context.WithoutCancel(ctx), from))
	}
	if err := s.finishMove(ctx, from, address); err != nil {
		back := s.editFile(func() (config.Config, error) { return s.file.Move(address, from) })
		if back == nil {
			// If this fails, the next start drops the plan.
			_ = s.moves().Drop(context.WithoutCancel(ctx), from)
		}
		return errors.Join(err, back)
	}
	return s.storeFeeds(ctx)
}

// finishMove moves a feed in the database. If the database does not have the feed, only
// the plan is removed.
func (s *localSource) finishMove(ctx context.Context, from, to string) error {
	err := s.store.MoveFeed(ctx, from, to)
	if errors.Is(err, cache.ErrNoFeed) {
		return s.moves().Drop(ctx, from)
	}
	return err
}

// lockMoves waits until no other process moves a feed. The lock ends with the process. If
// the file of the lock cannot be written, there is no lock. Then no process can edit the
// configuration either.
func (s *localSource) lockMoves() (unlock func()) {
	unlock, err := s.file.LockAs("move.lock")
	if err != nil {
		return func() {}
	}
	return unlock
}

// setFeeds replaces the subscriptions in the database by those of the file, after it has
// completed the moves of processes that were killed.
func (s *localSource) setFeeds(ctx context.Context) error {
	if err := s.finishMoves(ctx); err != nil {
		return err
	}
	return s.storeFeeds(ctx)
}

// finishMoves completes or drops the moves that a process did not complete.
func (s *localSource) finishMoves(ctx context.Context) error {
	moves, err := s.moves().All(ctx)
	if err != nil || len(moves) == 0 {
		return err
	}
	defer s.lockMoves()()
	// While this process waited, another one may have completed its move.
	if moves, err = s.moves().All(ctx); err != nil {
		return err
	}
	var listed map[string]bool
	err = s.editFile(func() (config.Config, error) {
		c, err := s.file.Load()
		listed = map[string]bool{}
		for _, sub := range c.Subscriptions() {
			listed[sub.URL] = true
		}
		return c, err
	})
	if err != nil {
		return nil // the file has mistakes; the plan waits until it can be read
	}
	for from, to := range moves {
		do := s.moves().Drop
		if listed[to] && !listed[from] {
			do = func(ctx context.Context, from string) error { return s.finishMove(ctx, from, to) }
		}
		if err := do(ctx, from); err != nil {
			return err
		}
	}
	return nil
}
