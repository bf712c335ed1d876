package cache

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"dateline/feed"
)

const (
	// changesDelay gathers the writes of a burst, such as a refresh, into one look.
	changesDelay = 150 * time.Millisecond
	// changesRetry is how long a look waits that failed because of a write under
	// way.
	changesRetry = time.Second
)

// Changes returns a channel that receives whenever another process has changed
// the database, within a second. The channel is closed when ctx ends. Nothing is
// polled and nothing wakes up at rest: the directory is watched for writes to the
// database and its log. If the system cannot watch it, now or later, the channel
// stays silent, so a caller keeps a slow look at [Store.Version] beside it.
func (s *Store) Changes(ctx context.Context) (<-chan struct{}, error) {
	const op = "watch the database"
	version, err := s.Version(ctx)
	if err != nil {
		return nil, err
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, WrapError(ctx, op, err)
	}
	// The log may not exist yet, and the last process to close removes it: so it is
	// the directory that is watched. The system names files in it as it was given.
	dir, err := filepath.EvalSymlinks(filepath.Dir(s.path))
	if err == nil {
		err = watcher.Add(dir)
	}
	if err != nil {
		watcher.Close()
		return nil, WrapError(ctx, op, err)
	}
	w := changeWatcher{store: s, watcher: watcher, version: version, changed: make(chan struct{}, 1)}
	go func() {
		defer close(w.changed)
		defer watcher.Close()
		// A panic ends the watching, which the caller's own look makes up for.
		feed.Recover("watching the database", nil, func() { w.run(ctx) })
	}()
	return w.changed, nil
}

// changeWatcher tells the writes of others from those of its own store.
type changeWatcher struct {
	store   *Store
	watcher *fsnotify.Watcher
	// version is [Store.Version] at the last look.
	version int64
	changed chan struct{}
}

// run looks for changes until ctx ends or the system stops to report writes.
func (w *changeWatcher) run(ctx context.Context) {
	name := filepath.Base(w.store.path)
	look := time.NewTimer(0)
	look.Stop()
	waiting := false
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-w.watcher.Events:
			if !ok {
				return
			}
			if base := filepath.Base(e.Name); base != name && base != name+"-wal" || waiting {
				continue
			}
			waiting = true
			look.Reset(changesDelay)
		case err, ok := <-w.watcher.Errors:
			if !ok {
				return
			}
			// Events were lost: there may be a change among them.
			if err != nil && !waiting {
				waiting = true
				look.Reset(changesDelay)
			}
		case <-look.C:
			waiting = false
			if !w.look(ctx) {
				waiting = true
				look.Reset(changesRetry)
			}
		}
	}
}

// look reports a change by another process to the channel. It reports whether
// the version could be read.
func (w *changeWatcher) look(ctx context.Context) bool {
	version, err := w.store.Version(ctx)
	if err != nil {
		_, missing := os.Stat(w.store.path)
		return ctx.Err() != nil || missing != nil // without a file there is nothing to wait for
	}
	if version == w.version {
		return true
	}
	w.version = version
	select {
	case w.changed <- struct{}{}:
	default: // the last one was not taken yet
	}
	return true
}
