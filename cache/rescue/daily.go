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

// The daily backups that are kept: all of the last days, and before them one a month, for
// users who notice a loss late.
const (
	keptDays   = 7
	keptMonths = 12
)

// BackUpDaily writes today's backup into the directory backups beside the database,
// and deletes the oldest backups. It returns the path of the backup. If there is a
// backup of today, or if there are no marks and feeds, it does nothing and path is
// empty.
func BackUpDaily(ctx context.Context, s *cache.Store) (path string, err error) {
	if path = backupPath(s); exists(path) {
		return "", nil
	}
	return BackUpNow(ctx, s)
}

// BackUpNow is like [BackUpDaily], but replaces a backup of today.
func BackUpNow(ctx context.Context, s *cache.Store) (path string, err error) {
	path = backupPath(s)
	errEmpty := errors.New("nothing to back up")
	err = WriteFile(path, func(w io.Writer) error {
		feeds, err := s.Feeds(ctx)
		if err != nil {
			return err
		}
		lines, err := WriteBackup(ctx, s, w)
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
	return path, prune(s, ListBackups(s.Path()))
}

// backupPath returns the path of today's backup.
func backupPath(s *cache.Store) string {
	return backupPrefix(s.Path()) + s.Internals().Now().Format(time.DateOnly) + ".zip"
}

// backupPrefix returns the beginning of the paths of the backups of the database at
// path.
func backupPrefix(path string) string {
	name := filepath.Base(path)
	return filepath.Join(filepath.Dir(path), "backups", strings.TrimSuffix(name, filepath.Ext(name))+"-")
}

// ListBackups returns the paths of the daily backups of the database at path, newest
// first.
func ListBackups(path string) []string {
	prefix := backupPrefix(path)
	entries, err := os.ReadDir(filepath.Dir(prefix))
	if err != nil {
		return nil // there are no backups yet
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

// prune deletes the backups that are not kept. They come newest first. Backups with a
// date in the future are not counted and stay, because it is not known whether the
// clock is wrong now or was wrong then.
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

// WriteFile writes a file that only the user can read, completely or not at all. It
// creates the directory.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write %s: %w; make it possible to create the directory, or move away what has its name", path, err)
	}
	tmp, release, err := createTemporary(dir)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer release()
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

// syncDir writes new names of files to the disk. If it fails, the files are complete
// anyway.
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
