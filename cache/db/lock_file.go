package db

import (
	"errors"
	"io/fs"
	"os"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// LockFile waits until no other process has locked the file at path, and locks it. If there
// is no file, it creates one that only the user can read: whoever can read a file can lock
// it. The lock ends with the process. Whoever has the lock may remove the file.
func LockFile(path string) (unlock func(), err error) {
	for {
		f, err := lockedfile.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		is, err := f.Stat()
		at, err2 := os.Stat(path)
		if err != nil || err2 != nil && !errors.Is(err2, fs.ErrNotExist) {
			return nil, errors.Join(err, err2, f.Close())
		}
		if err2 == nil && os.SameFile(is, at) {
			return func() { _ = f.Close() }, nil
		}
		_ = f.Close() // it was removed while this process waited, and stops nobody
	}
}
