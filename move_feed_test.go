package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/config"
	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/poll"
)

const (
	oldAddress = "https://a.example/old.xml"
	newAddress = "https://a.example/new.xml"
)

// fillOldFeed saves an item of the feed at oldAddress.
func fillOldFeed(t *testing.T, store *cache.Store) {
	t.Helper()
	item := feed.Article{Item: feed.Item{GUID: "1", Title: "One", Link: "https://a.example/1", Published: time.Now().Add(-time.Hour)}}
	item.Identify()
	if _, err := store.Save(t.Context(), feed.Fetched{URL: oldAddress, RefreshStart: time.Now(), Document: &feed.Document{Title: "Old", Items: []feed.Article{item}}}); err != nil {
		t.Fatal(err)
	}
}

// feedsWithItems returns the subscribed feeds that have items.
func feedsWithItems(t *testing.T, store *cache.Store) []string {
	t.Helper()
	feeds, err := store.Feeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, f := range feeds {
		if f.Total > 0 {
			list = append(list, f.URL)
		}
	}
	return list
}

// TestKilledMove checks that the next start completes a move that a killed process has
// begun, or undoes it, wherever the process was killed. The items are at the address that
// the configuration has, and the feed can be moved again.
func TestKilledMove(t *testing.T) {
	edit := func(s *localSource) error {
		return s.editFile(func() (config.Config, error) { return s.file.Move(oldAddress, newAddress) })
	}
	plan := func(ctx context.Context, s *localSource) error { return s.moves().Add(ctx, oldAddress, newAddress) }
	for name, c := range map[string]struct {
		begin func(ctx context.Context, s *localSource) error
		want  string
	}{
		"before the file": {plan, oldAddress},
		"after the file": {func(ctx context.Context, s *localSource) error {
			return errors.Join(plan(ctx, s), edit(s))
		}, newAddress},
		"after another process saw the file": {func(ctx context.Context, s *localSource) error {
			return errors.Join(plan(ctx, s), edit(s), s.store.SetFeeds(ctx, s.subscriptions()))
		}, newAddress},
		"after the database": {func(ctx context.Context, s *localSource) error {
			return errors.Join(plan(ctx, s), edit(s), s.store.MoveFeed(ctx, oldAddress, newAddress))
		}, newAddress},
		"after the file was changed back": {func(ctx context.Context, s *localSource) error {
			return errors.Join(plan(ctx, s), edit(s), s.editFile(func() (config.Config, error) { return s.file.Move(newAddress, oldAddress) }))
		}, oldAddress},
	} {
		t.Run(name, func(t *testing.T) {
			s, store := openSource(t, "[[feeds]]\nurl = \""+oldAddress+"\"\n")
			fillOldFeed(t, store)
			if err := c.begin(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			loaded, err := s.file.Load()
			if err != nil {
				t.Fatal(err)
			}
			s, err = newLocalSource(t.Context(), s.file, loaded, store, poll.Options{Client: fetch.New(fetch.Options{Builtin: builtin()})}, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkMoved(t, s, c.want)
			other := map[string]string{oldAddress: newAddress, newAddress: oldAddress}[c.want]
			if err := s.Move(t.Context(), c.want, other); err != nil {
				t.Fatal(err)
			}
			checkMoved(t, s, other)
		})
	}
}

// checkMoved checks that file and database have the feed and its items at one address, and
// that no move is left to complete.
func checkMoved(t *testing.T, s *localSource, want string) {
	t.Helper()
	if doc := contents(t, s.file.Path); !strings.Contains(doc, "url = \""+want+"\"") {
		t.Errorf("the configuration is\n%s", doc)
	}
	if got := urls(t, s.store); !slices.Equal(got, []string{want}) {
		t.Errorf("the database has %v", got)
	}
	if got := feedsWithItems(t, s.store); !slices.Equal(got, []string{want}) {
		t.Errorf("the items are at %v", got)
	}
	if moves, err := s.moves().All(t.Context()); err != nil || len(moves) > 0 {
		t.Errorf("moves are left: %v, %v", moves, err)
	}
}

// TestARunningMoveIsLeftAlone checks that a process that finds the plan of a running move
// waits for its end.
func TestARunningMoveIsLeftAlone(t *testing.T) {
	s, store := openSource(t, "[[feeds]]\nurl = \""+oldAddress+"\"\n")
	fillOldFeed(t, store)
	unlock := s.lockMoves()
	if err := s.moves().Add(t.Context(), oldAddress, newAddress); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.setFeeds(context.Background()) }()
	select {
	case err := <-done:
		t.Fatalf("the other process did not wait: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	if err := s.editFile(func() (config.Config, error) { return s.file.Move(oldAddress, newAddress) }); err != nil {
		t.Fatal(err)
	}
	if err := s.finishMove(t.Context(), oldAddress, newAddress); err != nil {
		t.Fatal(err)
	}
	unlock()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	checkMoved(t, s, newAddress)
}
