package rescue

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dateline/cache"
)

// Of the daily backups, as many of the last days are kept, and before these one
// a month for as many months: who notices late what is lost finds it, too.
const (
	keptDays   = 7
	keptMonths = 12
)

// BackUpDaily writes today's backup into the directory backups beside the
// cache and removes the oldest ones. When today has one already, or there is
// nothing to keep, it does nothing and path is empty.
func BackUpDaily(ctx context.Context, s *cache.Store) (path string, err error) {
	if path = backupPath(s); exists(path) {
		return "", nil
	}
	return BackUpNow(ctx, s)
}

// BackUpNow is [BackUpDaily], whether today has a backup already or not.
// One that would be empty replaces none.
func BackUpNow(ctx context.Context, s *cache.Store) (path string, err error) {
	path = backupPath(s)
	errEmpty := errors.New("nothing to keep")
	err = WriteFile(path, func(w io.Writer) error {
		feeds, err := s.Feeds(ctx)
		if err != nil {
			return err
		}
		lines, err := Backup(ctx, s, w)
		if err == nil && lines == 0 && len(feeds) == 0 {
			err = errEmpty
		}
		return err
	})
	if errors.Is(err, errEmpty) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return path, prune(s, Backups(s.Path()))
}

// backupPath is where the backup of today belongs.
func backupPath(s *cache.Store) string {
	return backupPrefix(s.Path()) + s.Internals().Now().Format(time.DateOnly) + ".zip"
}

// backupPrefix is what the names of a cache's backups begin with.
func backupPrefix(path string) string {
	name := filepath.Base(path)
	return filepath.Join(filepath.Dir(path), "backups", strings.TrimSuffix(name, filepath.Ext(name))+"-")
}

// Backups are the daily backups of the cache at path, newest first.
func Backups(path string) []string {
	prefix := backupPrefix(path)
	entries, err := os.ReadDir(filepath.Dir(prefix))
	if err != nil {
		return nil // none have been made
	}
	var found []string
	for _, e := range entries {
		day, named := strings.CutPrefix(filepath.Join(filepath.Dir(prefix), e.Name()), prefix)
		day, zipped := strings.CutSuffix(day, ".zip")
		if !named || !zipped {
			continue
		}
		if _, err := time.Parse(time.DateOnly, day); err == nil {
			found = append(found, prefix+day+".zip")
		}
	}
	slices.SortFunc(found, func(a, b string) int { return cmp.Compare(b, a) })
	return found
}

// prune removes what is not kept of backups, which come newest first. Those of
// days to come do not count and stay: whether the clock is wrong now, or was then,
// is not known.
func prune(s *cache.Store, backups []string) error {
	tomorrow := backupPrefix(s.Path()) + s.Internals().Now().AddDate(0, 0, 1).Format(time.DateOnly) + ".zip"
	backups = slices.DeleteFunc(backups, func(path string) bool { return path > tomorrow })
	month := func(path string) string { return path[:len(path)-len("-02.zip")] }
	var errs []error
	months := map[string]bool{}
	for i, b := range backups {
		if i < keptDays {
			continue
		}
		if m := month(b); !months[m] && len(months) < keptMonths {
			months[m] = true
			continue
		}
		errs = append(errs, os.Remove(b))
	}
	return errors.Join(errs...)
}

// WriteFile writes a file for the user's eyes only, whole or not at all, and
// makes its directory.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	tmp, err := os.CreateTemp(dir, ".dateline-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(tmp.Name())
	buffer := bufio.NewWriter(tmp)
	err = cmp.Or(write(buffer), buffer.Flush(), tmp.Sync())
	if err = cmp.Or(err, tmp.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	syncDir(dir)
	return nil
}

// syncDir hastens new names to the disk; the files are whole without it.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
