//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package db

import (
	"os"
	"syscall"
)

// TryLock locks an open file for this process, until it is closed. It reports whether it
// could: another process may have the lock. The lock ends with the process. It is the
// lock of package lockedfile.
func TryLock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
