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
	// changesDelay is the time between the first write of another process and the
	// check. Writes that follow each other quickly, such as those of a refresh, are
	// reported together.
	changesDelay = 150 * time.Millisecond
	// changesRetry is the time until the next check after one that failed because a
	// write was running.
	changesRetry = time.Second
)

// Changes returns a channel that receives a value within a second after another
// process has changed the database. The channel is closed when ctx ends.
//
// Changes watches the directory for writes to the database and its log, so nothing
// wakes up while nobody writes. If the system cannot watch the directory, now or
// later, the channel stays silent. So a caller should also check [Store.Version] from
// time to time.
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
	// The log may not exist yet, and the last process that closes removes it. So the
	// directory is watched. Events name files by the path of the directory given here.
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
		// After a panic the caller's own checks of Version remain.
		feed.Recover("watching the database", nil, func() { w.run(ctx) })
	}()
	return w.changed, nil
}

// changeWatcher reports the writes of other processes, but not those of its own store.
type changeWatcher struct {
	store   *Store
	watcher *fsnotify.Watcher
	// version is [Store.Version] at the last check.
	version int64
	changed chan struct{}
}

// run checks for changes until ctx ends or the system stops reporting writes.
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
			// Events were lost. One of them may have been a change.
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

// look sends to the channel if another process has changed the database. It reports
// whether the version could be read.
func (w *changeWatcher) look(ctx context.Context) bool {
	version, err := w.store.Version(ctx)
	if err != nil {
		_, missing := os.Stat(w.store.path)
		return ctx.Err() != nil || missing != nil // if the file is gone, there is nothing to wait for
	}
	if version == w.version {
		return true
	}
	w.version = version
	select {
	case w.changed <- struct{}{}:
	default: // the caller has not received the last one yet
	}
	return true
}
