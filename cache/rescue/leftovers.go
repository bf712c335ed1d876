package rescue

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"dateline/cache"
	"dateline/cache/db"
)

// tempPrefix is the start of the names of temporary files. Digits follow.
const tempPrefix = ".dateline-"

// backupDirSetting holds the directory in which a backup of a process may be incomplete.
// It is empty if there is none, and if it is the directory of the daily backups.
const backupDirSetting = "cache.backup_dir"

// BackUpTo is [WriteFile] for a file in any directory. If the process is killed, the next
// [RemoveLeftovers] finds what it left there. BackUpTo follows symbolic links. It replaces
// only a regular file, and neither the database nor a file of keep.
func BackUpTo(ctx context.Context, s *cache.Store, path string, write func(io.Writer) error, keep ...string) error {
	path, err := backupTarget(s, path, keep)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return err
	}
	// If the database cannot be written, the backup matters more than a file that a
	// killed process would leave.
	noted := s.ReadOnly() == nil && note(ctx, s, dir) == nil
	err = WriteFile(path, write)
	if noted {
		_ = note(context.WithoutCancel(ctx), s, "")
	}
	return err
}

func note(ctx context.Context, s *cache.Store, dir string) error {
	_, err := s.Apply(ctx, cache.SetSetting{Key: backupDirSetting, Value: dir})
	return err
}

// RemoveLeftovers removes the temporary files of processes that were killed. It leaves
// those of running processes, and those whose removal fails.
func RemoveLeftovers(ctx context.Context, s *cache.Store) {
	path := s.Path()
	removeTemporary(filepath.Dir(path))
	removeTemporary(filepath.Dir(backupPrefix(path)))
	if dir, err := s.Setting(ctx, backupDirSetting); err == nil && dir != "" && removeTemporary(dir) && s.ReadOnly() == nil {
		_ = note(ctx, s, "") // if it fails, the next start looks there again
	}
	removeSalvage(path)
}

// removeSalvage removes the new and the copied file of a salvage beside the database at
// path, and the file of its lock. A process that works on them has the lock of replace.
func removeSalvage(path string) {
	if !exists(path+freshSuffix) && !exists(path+copySuffix) && !exists(path+lockSuffix) {
		return
	}
	lock, err := os.OpenFile(path+lockSuffix, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return
	}
	defer lock.Close()
	if db.TryLock(lock) && exists(path) { // without the database, the new file takes its place
		discard(path+freshSuffix, path+copySuffix)
		_ = os.Remove(path + lockSuffix)
	}
}

// removeTemporary removes the temporary files in a directory that no process has locked.
// It reports whether none is left.
func removeTemporary(dir string) (none bool) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return true // there are no files, or they are out of reach
	}
	none = true
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), tempPrefix)
		if !ok || !e.Type().IsRegular() || digits == "" || strings.Trim(digits, "0123456789") != "" {
			continue
		}
		none = removeUnlocked(filepath.Join(dir, e.Name())) && none
	}
	return none
}

// removeUnlocked removes a file unless a process has locked it.
func removeUnlocked(path string) (removed bool) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	return db.TryLock(f) && os.Remove(path) == nil
}

// createTemporary creates a temporary file in a directory. Until release is called, other
// processes leave the file alone, also after it was closed.
func createTemporary(dir string) (f *os.File, release func(), err error) {
	for {
		if f, err = os.CreateTemp(dir, tempPrefix+"*"); err != nil {
			return nil, nil, err
		}
		lock, err := os.OpenFile(f.Name(), os.O_RDWR, 0)
		switch {
		case err == nil && db.TryLock(lock) && isSameFile(lock, f.Name()):
			return f, func() { _ = lock.Close() }, nil
		case err == nil:
			_ = lock.Close()
		}
		if isSameFile(f, f.Name()) {
			return f, func() {}, nil // this system has no such locks, and removes no such files
		}
		_ = f.Close() // another process has removed the file before it was locked
	}
}

// isSameFile reports whether an open file is the file at path.
func isSameFile(f *os.File, path string) bool {
	is, err := f.Stat()
	at, err2 := os.Stat(path)
	return err == nil && err2 == nil && os.SameFile(is, at)
}
