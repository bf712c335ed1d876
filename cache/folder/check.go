package folder

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dateline/cache"
	"dateline/feed"
)

const (
	// syncedSetting holds when the folder was synced last.
	syncedSetting = "folder.synced"
	// syncedStep is how exact it is, so that few syncs write only that.
	syncedStep = time.Minute
)

// noteTime stores that the folder is synced.
func (r *round) noteTime() error {
	last, err := r.store.Setting(r.ctx, syncedSetting)
	if err != nil {
		return err
	}
	if before, err := time.Parse(time.RFC3339, last); err == nil && r.present.Sub(before).Abs() < syncedStep {
		return nil
	}
	return r.save(syncedSetting, r.present.UTC().Format(time.RFC3339))
}

// Check returns the state of the folder dir, with all its problems, told or not. It changes
// nothing, but if write is set, it writes a file there for a moment to see whether it can.
func Check(ctx context.Context, s *cache.Store, dir string, write bool) (feed.SyncFolder, error) {
	const op = "check the sync folder"
	state := feed.SyncFolder{Dir: dir}
	r := &round{ctx: ctx, store: s, dir: dir, own: ownFiles{place: place(s.Path())}, problems: map[string]string{}, files: map[string]fs.FileInfo{}}
	stored := map[string]string{idSetting + r.own.place: "", syncedSetting: "", dirSetting: "", toldSetting: ""}
	for key := range stored {
		value, err := s.Setting(ctx, key)
		if err != nil {
			return state, cache.WrapError(ctx, op, err)
		}
		stored[key] = value
	}
	r.own.ID = stored[idSetting+r.own.place]
	if stored[dirSetting] == dir {
		state.LastSynced, _ = time.Parse(time.RFC3339, stored[syncedSetting]) // zero if it never was
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && stored[dirSetting] != dir && isThere(filepath.Dir(dir)):
		return state, nil // the first sync makes it
	case err == nil && write:
		err = tryToWrite(dir)
	}
	if err != nil {
		state.Problems = []string{limit(folderProblem(dir, awayError{err}))}
		return state, nil
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil { // else it was removed meanwhile
			r.files[e.Name()] = info
		}
	}
	state.Others = len(r.others())
	r.repeatFileProblems(stored[toldSetting])
	for _, problem := range r.problems {
		state.Problems = append(state.Problems, limit(problem))
	}
	slices.Sort(state.Problems)
	return state, nil
}

// repeatFileProblems adds the problems of files that were told before and are as they were.
func (r *round) repeatFileProblems(told string) {
	var keys []string
	_ = json.Unmarshal([]byte(told), &keys) // if it is damaged, the next sync tells all again
	for _, key := range keys {
		name, _, _ := strings.Cut(strings.TrimPrefix(key, fileProblem), " ")
		if info := r.files[name]; strings.HasPrefix(key, fileProblem) && info != nil && key == problemKey(name, info) {
			r.problems[key] = "the file " + short(name) + " in the sync folder was read only in part or not at all; it is read again when it changes; remove it if none of your computers writes it"
		}
	}
}

// tryToWrite returns the error of making a file in a directory and removing it.
func tryToWrite(dir string) error {
	f, err := os.CreateTemp(dir, ".dateline-check-*.tmp")
	if err != nil {
		return err
	}
	_, err = f.WriteString("dateline checks whether it can write here\n")
	return errors.Join(err, f.Close(), os.Remove(filepath.Join(dir, filepath.Base(f.Name()))))
}

// isThere reports whether there is something with a path.
func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
