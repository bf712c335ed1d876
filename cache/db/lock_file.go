package db

import (
	"os"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// LockFile waits until no other process has locked the file at path, and locks it. If there
// is no file, it creates one that only the user can read: whoever can read a file can lock
// it. The lock ends with the process.
func LockFile(path string) (unlock func(), err error) {
	f, err := lockedfile.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}
