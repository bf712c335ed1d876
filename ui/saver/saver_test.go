package saver

import (
	"path/filepath"
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
