package sweep

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/rescue"
	"dateline/feed"
)

// operation is what the sweep disturbs.
type operation struct {
	name string
	// prepare makes the database, after [world.fill]. If nil, it adds nothing.
	prepare func(w *world)
	// run runs with an open store, or without one if closed is set. It is also how the
	// user repeats the operation.
	run func(ctx context.Context, w *world) error
	// closed reports whether run opens the database itself.
	closed bool
	// steps reports whether the operation works in several transactions. After an error
	// each row is that of before or of after.
	steps bool
	// between are the beginnings of rows that other content may have between two
	// transactions.
	between []string
	// repeated are the beginnings of rows that may differ after a repetition.
	repeated []string
	// once reports whether the operation must not be repeated when it is done already.
	once bool
	// check returns an error if the outcome is wrong in another way. failed is the error
	// of run.
	check func(ctx context.Context, w *world, failed error) error
}

func operations() []operation {
	return slices.Concat(markOperations(), feedOperations(), fileOperations(), backupOperations())
}

func everything(w *world) cache.MarkView {
	return cache.MarkView{View: cachetest.View(w.t, ""), Mark: feed.Mark{Flag: feed.Read, On: true, At: w.clock.Now()}}
}

func apply(ctx context.Context, w *world, c cache.Change) error {
	_, err := w.store.Apply(ctx, c)
	return err
}

func markOperations() []operation {
	return []operation{
		{name: "mark", run: func(ctx context.Context, w *world) error {
			ids, err := idsOf(ctx, w, "a8", "b3", "shared")
			if err != nil {
				return err
			}
			return apply(ctx, w, cache.MarkItems{{Items: ids, Flag: feed.Starred, On: true}, {Items: ids, Flag: feed.Read, On: true}, {Items: ids, Flag: feed.Label, Label: "new", On: true}})
		}},
		{name: "mark all", steps: true, between: []string{"journal"}, repeated: []string{"journal"}, run: markAll},
		{name: "undo", once: true, steps: true, between: []string{"journal"}, prepare: func(w *world) { w.tools().Must(apply(w.t.Context(), w, everything(w))) },
			run: func(ctx context.Context, w *world) error {
				w.clock.Advance(time.Second)
				return apply(ctx, w, cache.UndoLast{})
			}},
		{name: "reading progress", run: func(ctx context.Context, w *world) error {
			ids, err := idsOf(ctx, w, "a9")
			if err != nil {
				return err
			}
			return apply(ctx, w, cache.SetProgress{Item: ids[0], Permille: 500})
		}},
	}
}

func markAll(ctx context.Context, w *world) error {
	const read = `SELECT count(*) FROM items WHERE read = 1`
	before, err := count(ctx, w, read)
	if err != nil {
		return err
	}
	r, err := w.store.Apply(ctx, everything(w))
	w.marked = func(ctx context.Context) error {
		after, err := count(ctx, w, read)
		if err == nil && after-before != r.N {
			err = fmt.Errorf("%d items are marked, the result says %d", after-before, r.N)
		}
		return err
	}
	return err
}

func count(ctx context.Context, w *world, query string) (n int, err error) {
	err = w.store.Internals().Readers().QueryRowContext(ctx, query).Scan(&n)
	return n, err
}

// idsOf returns the IDs of items by their keys.
func idsOf(ctx context.Context, w *world, keys ...string) (ids []int64, err error) {
	for _, key := range keys {
		var id int64
		if err := w.store.Internals().Readers().QueryRowContext(ctx, `SELECT min(id) FROM details WHERE key = ?`, key).Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func setFeeds(urls ...string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error { return w.store.SetFeeds(ctx, subscriptions(urls...)) }
}

// move moves feedA, and completes a move that was planned.
func move(ctx context.Context, w *world) error {
	p := cache.PlannedMoves{Store: w.store}
	planned, err := p.All(ctx)
	if err != nil {
		return err
	}
	if planned[feedA] == "" {
		if err := p.Add(ctx, feedA, movedTo); err != nil {
			return err
		}
	}
	err = w.store.MoveFeed(ctx, feedA, movedTo)
	if errors.Is(err, cache.ErrNoFeed) {
		err = p.Drop(ctx, feedA)
	}
	return err
}

func save(ctx context.Context, w *world, url string, items []feed.Article) error {
	_, err := w.store.Save(ctx, feed.Fetched{URL: url, RefreshStart: w.clock.Now(), Document: &feed.Document{Title: "Title of " + url, Items: items},
		Log: feed.PollLogEntry{At: w.clock.Now()}})
	return err
}

func feedOperations() []operation {
	var many []string
	for i := range 60 {
		many = append(many, fmt.Sprintf("https://%d.example/", i))
	}
	return []operation{
		{name: "add", run: setFeeds(feedA, feedB, feedC, "https://new.example/")},
		{name: "remove", run: setFeeds(feedB, feedC)},
		{name: "import", run: setFeeds(append(many, feedA, feedB, feedC)...)},
		{name: "move", steps: true, between: []string{"setting"}, run: move},
		{name: "move onto another feed", steps: true, between: []string{"setting", "copy", "item"}, prepare: func(w *world) {
			s := w.tools()
			s.Subscribe(feedA, feedB, feedC, movedTo)
			s.SaveItems(movedTo, articles("a", 0, 10)...)
			var id int64
			s.Must(s.Readers().QueryRowContext(s.Ctx(), `SELECT max(id) FROM details WHERE key = 'a9'`).Scan(&id))
			s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{id}, Flag: feed.Starred, On: true}))
			s.Subscribe(feedA, feedB, feedC)
			s.IndexAll()
		}, run: move},
		{name: "refresh", steps: true, run: func(ctx context.Context, w *world) error {
			items := articles("a", 0, 30)
			for i := range 5 {
				items[i].Title += " edited"
			}
			if err := save(ctx, w, feedA, items); err != nil {
				return err
			}
			_, err := w.store.IndexPending(ctx, 20)
			return err
		}},
		{name: "retain", prepare: func(w *world) {
			subs := subscriptions(feedA, feedB, feedC)
			subs[0].Settings.KeepItems, subs[0].Settings.KeepUnread = 10, false
			w.tools().Must(w.store.SetFeeds(w.t.Context(), subs))
		}, run: func(ctx context.Context, w *world) error {
			_, err := w.store.Retain(ctx, w.clock.Now())
			return err
		}},
		{name: "purge", steps: true, run: func(ctx context.Context, w *world) error {
			_, err := w.store.Purge(ctx, feedA)
			return err
		}},
		{name: "purge an unsubscribed feed", steps: true, once: true, prepare: func(w *world) { w.tools().Subscribe(feedB, feedC) },
			run: func(ctx context.Context, w *world) error {
				_, err := w.store.Purge(ctx, feedA)
				return err
			}},
	}
}

func fileOperations() []operation {
	return []operation{
		{name: "open", closed: true, run: func(ctx context.Context, w *world) error {
			if err := w.open(ctx); err != nil {
				return err
			}
			_, err := w.store.Feeds(ctx)
			return cmp.Or(err, w.store.ReadOnly())
		}},
		{name: "vacuum", prepare: purgeA, run: func(ctx context.Context, w *world) error { return w.store.Vacuum(ctx) }},
		{name: "maintain", prepare: purgeA, run: func(ctx context.Context, w *world) error { return w.store.Maintain(ctx) }},
		{name: "repair", run: func(ctx context.Context, w *world) error {
			if _, err := rescue.Repair(ctx, w.store); err != nil {
				return err
			}
			return indexAll(ctx, w)
		}},
		{name: "salvage", closed: true, run: func(ctx context.Context, w *world) error {
			_, err := rescue.Salvage(ctx, w.path(), w.options())
			return err
		}},
		{name: "take over", closed: true, prepare: func(w *world) {
			w.close()
			old, err := sql.Open("sqlite", w.path())
			w.tools().Must(err)
			_, err = old.Exec(fmt.Sprintf(`PRAGMA user_version = %d`, cache.SchemaVersion-1))
			w.tools().Must(errors.Join(err, old.Close()))
		}, run: func(ctx context.Context, w *world) error {
			if err := w.open(ctx); err != nil {
				return err
			}
			return indexAll(ctx, w)
		}},
	}
}

func purgeA(w *world) {
	_, err := w.store.Purge(w.t.Context(), feedA)
	w.tools().Must(err)
}

func indexAll(ctx context.Context, w *world) error {
	_, err := w.store.IndexPending(ctx, 1<<20)
	return err
}

func backupOperations() []operation {
	return []operation{
		{name: "backup", run: func(ctx context.Context, w *world) error {
			_, err := rescue.BackUpNow(ctx, w.store)
			return err
		}, check: wholeBackup},
		{name: "restore", steps: true, between: []string{"pending"}, prepare: func(w *world) {
			s := w.tools()
			_, err := rescue.BackUpNow(s.Ctx(), s.Store)
			s.Must(err)
			purgeA(w)
			s.Advance(time.Minute)
			s.SaveItems(feedA, articles("a", 0, 24)...)
			s.IndexAll()
		}, run: func(ctx context.Context, w *world) error {
			return restore(ctx, w, w.store, rescue.ListBackups(w.path())[0])
		}},
		{name: "take unsaved changes", steps: true, once: true, between: []string{"journal"}, repeated: []string{"journal"}, prepare: func(w *world) {
			s := w.tools()
			s.Advance(time.Minute)
			_, err := rescue.NewUnsaved(w.store).Keep(s.Ctx(), func() []cache.Change {
				return []cache.Change{
					cache.MarkItems{{Items: s.IDs("a8", "b3"), Flag: feed.Starred, On: true, At: s.Now()}},
					cache.SetProgress{Item: s.ID("a9"), Permille: 500},
					cache.MarkView{View: cachetest.View(w.t, "feed:b"), Mark: feed.Mark{Flag: feed.Read, On: true, At: s.Now()}},
				}
			})
			s.Must(err)
			s.Advance(time.Minute)
		}, run: func(ctx context.Context, w *world) error {
			t := rescue.TakeUnsaved(ctx, w.store)
			if len(t.Problems) > 0 {
				return errors.New(strings.Join(t.Problems, "; "))
			}
			return nil
		}, check: func(ctx context.Context, w *world, failed error) error {
			if left := rescue.ListUnsaved(w.path()); failed == nil && len(left) > 0 {
				return fmt.Errorf("left: %q", left)
			}
			return nil
		}},
	}
}

func restore(ctx context.Context, w *world, s *cache.Store, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	_, err = rescue.Restore(ctx, s, f, info.Size())
	return err
}

// wholeBackup checks that a backup is there if writing it succeeded, and that every
// backup that is there has all marks.
func wholeBackup(ctx context.Context, w *world, failed error) error {
	list := rescue.ListBackups(w.path())
	if failed == nil && len(list) != 1 {
		return fmt.Errorf("there are %d backups", len(list))
	}
	want, err := rescue.WriteBackup(ctx, w.store, io.Discard)
	if err != nil {
		return err
	}
	for _, path := range list {
		z, err := zip.OpenReader(path)
		if err != nil {
			return err
		}
		marks, err := fs.ReadFile(z, "marks.jsonl")
		if err = errors.Join(err, z.Close()); err != nil {
			return err
		}
		if n := bytes.Count(marks, []byte("\n")); n != want {
			return fmt.Errorf("the backup has %d marks of %d", n, want)
		}
	}
	return nil
}
