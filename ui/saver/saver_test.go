package saver

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dateline/cache"
	"dateline/feed"
)

// newStore returns a store with four items of a feed, newest first.
func newStore(t *testing.T, now time.Time) (*cache.Store, []cache.Row) {
	t.Helper()
	ctx := t.Context()
	store, err := cache.Open(ctx, filepath.Join(t.TempDir(), "test.db"), cache.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	const url = "https://one.example/feed"
	if err := store.SetFeeds(ctx, []feed.Subscription{{URL: url}}); err != nil {
		t.Fatal(err)
	}
	doc := &feed.Document{Title: "One"}
	for _, title := range []string{"a", "b", "c", "d"} {
		a := feed.Article{Item: feed.Item{GUID: title, Title: title, Published: now.Add(-time.Duration(len(doc.Items)) * time.Hour)}}
		a.Identify()
		doc.Items = append(doc.Items, a)
	}
	if _, err := store.Save(ctx, feed.Fetched{URL: url, Document: doc, RefreshStart: now}); err != nil {
		t.Fatal(err)
	}
	rows := list(t, store)
	if len(rows) != 4 {
		t.Fatalf("%d rows", len(rows))
	}
	return store, rows
}

func list(t *testing.T, store *cache.Store) []cache.Row {
	t.Helper()
	rows, err := store.After(t.Context(), cache.View{}, cache.Pos{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// marks writes r for each item that is read.
func marks(t *testing.T, store *cache.Store) (marks string) {
	t.Helper()
	for _, r := range list(t, store) {
		marks += map[bool]string{true: "r", false: "-"}[r.Read]
	}
	return marks
}

// TestEveryChangeReachesTheStore checks that each kind of change does what its name says in the
// database, in the order in which the changes were made.
func TestEveryChangeReachesTheStore(t *testing.T) {
	ctx, now := t.Context(), time.Date(2020, 11, 20, 9, 30, 0, 0, time.UTC)
	store, rows := newStore(t, now)
	read := feed.Mark{Flag: feed.Read, On: true, At: now}
	s := New(store.Apply, nil)
	for _, c := range []struct {
		change cache.Change
		n      int
		want   string
	}{
		{cache.MarkItems{{Items: []int64{rows[1].ID}, Flag: feed.Read, On: true, At: now}}, 1, "-r--"},
		{cache.MarkBeside{From: rows[1].Pos, Above: true, Mark: read}, 1, "rr--"},
		{cache.MarkBeside{From: rows[2].Pos, Mark: read}, 1, "rr-r"},
		{cache.MarkView{Mark: read}, 1, "rrrr"},
		{cache.UndoLast{At: now}, 1, "rr-r"},
		{cache.UndoLast{At: now}, 1, "rr--"},
		{cache.RedoLast{At: now}, 1, "rr-r"},
		{cache.SetProgress{Item: rows[0].ID, Permille: 420}, 0, "rr-r"},
		{cache.SetSetting{Key: "screen", Value: "left"}, 0, "rr-r"},
	} {
		s.Add(c.change)
		if err := s.Drain(ctx); err != nil || s.Unsaved() {
			t.Fatalf("%#v: %v", c.change, err)
		}
		out := s.Outcomes()
		if len(out) != 1 || out[0].Change == nil || out[0].N != c.n {
			t.Errorf("%#v resulted in %#v", c.change, out)
		}
		if got := marks(t, store); got != c.want {
			t.Errorf("after %#v the items are %s, want %s", c.change, got, c.want)
		}
	}
	if at, err := store.Progress(ctx, rows[0].ID); at != 420 || err != nil {
		t.Errorf("progress %d, %v", at, err)
	}
	if text, err := store.Setting(ctx, "screen"); text != "left" || err != nil {
		t.Errorf("setting %q, %v", text, err)
	}
}

// TestNothingToRedoIsNoError checks that a redo with nothing to do does not block the queue.
func TestNothingToRedoIsNoError(t *testing.T) {
	now := time.Date(2020, 11, 20, 9, 30, 0, 0, time.UTC)
	store, _ := newStore(t, now)
	s := New(store.Apply, nil)
	s.Add(cache.RedoLast{At: now})
	if err := s.Drain(t.Context()); err != nil || s.Unsaved() {
		t.Error(err)
	}
	if out := s.Outcomes(); len(out) != 1 || !out[0].Nothing {
		t.Errorf("it resulted in %#v", out)
	}
}

// TestWait checks that Wait returns when all changes are written, and not before. If the
// database is busy for long, only the first caller waits.
func TestWait(t *testing.T) {
	begun, free := make(chan bool), make(chan bool)
	s := New(func(context.Context, cache.Change) (cache.Result, error) {
		begun <- true
		<-free
		return cache.Result{}, nil
	}, nil)
	s.Wait(time.Hour) // nothing is pending
	drain := func() chan error {
		drained := make(chan error)
		go func() { drained <- s.Drain(t.Context()) }()
		return drained
	}
	for range 2 {
		s.Add(cache.SetProgress{})
		s.Add(cache.SetProgress{})
		drained, waited := drain(), make(chan bool)
		<-begun
		go func() { s.Wait(time.Hour); waited <- s.Unsaved() }()
		free <- true
		<-begun
		select {
		case <-waited:
			t.Error("Wait returned before the second change was written")
		default:
		}
		free <- true
		if <-waited {
			t.Error("Wait returned, and a change is not written")
		}
		if err := <-drained; err != nil {
			t.Error(err)
		}
	}
	s.Add(cache.SetProgress{})
	drained := drain()
	<-begun
	s.Wait(time.Microsecond)
	s.Wait(time.Microsecond) // has passed since the change was made
	if !s.Unsaved() {
		t.Error("the change is written")
	}
	free <- true
	if err := <-drained; err != nil {
		t.Error(err)
	}
}

// TestSync checks that changes are synchronized after they were written, that an error
// makes the next Drain synchronize again, but write no change twice, and that new changes
// are written while the disk is slow.
func TestSync(t *testing.T) {
	var wrote []int
	s := New(func(_ context.Context, c cache.Change) (cache.Result, error) {
		wrote = append(wrote, c.(cache.SetProgress).Permille)
		return cache.Result{}, nil
	}, nil)
	full := true
	var synced []int
	s.SyncWith(func(context.Context) error {
		if full {
			return cache.ErrFull
		}
		synced = append(synced, len(wrote))
		return nil
	})
	s.Add(cache.SetProgress{Permille: 1})
	s.Add(cache.SetProgress{Permille: 2})
	if err := s.Drain(t.Context()); !errors.Is(err, cache.ErrFull) || s.Unsaved() {
		t.Errorf("with a full disk: %v", err)
	}
	full = false
	for range 2 {
		if err := s.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if !slices.Equal(wrote, []int{1, 2}) || !slices.Equal(synced, []int{2}) {
		t.Errorf("wrote %v, synchronized after %v", wrote, synced)
	}

	begun, free := make(chan bool), make(chan bool)
	s.SyncWith(func(context.Context) error { begun <- true; <-free; return nil })
	drained := make(chan error)
	drain := func() { drained <- s.Drain(t.Context()) }
	s.Add(cache.SetProgress{Permille: 3})
	go drain()
	<-begun
	s.Add(cache.SetProgress{Permille: 4})
	go drain()
	s.Wait(time.Hour)
	if s.Unsaved() {
		t.Error("a change waits for the disk")
	}
	free <- true
	<-begun
	free <- true
	for range 2 {
		if err := <-drained; err != nil {
			t.Error(err)
		}
	}
}
