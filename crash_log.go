package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"dateline/feed"
	"dateline/feed/text"
)

// crashLogMax is the maximum size of the log in bytes. A panic in a loop must not fill
// the disk.
const crashLogMax = 1 << 20

// crashLog appends panics and their stacks to a file. Errors of the log itself are
// ignored.
type crashLog struct {
	path string
	now  func() time.Time
}

// add appends a panic to the log and sets c.Log. Only the user can read the log,
// because a panic may contain data. add may be called from several goroutines.
func (l crashLog) add(c *feed.PanicError) {
	if os.MkdirAll(filepath.Dir(l.path), 0o700) != nil {
		return
	}
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() > crashLogMax || f.Chmod(0o600) != nil {
		return
	}
	c.Log = l.path
	fmt.Fprintf(f, "%s dateline %s: %s\n%s\n", l.now().UTC().Format(time.RFC3339), version(), text.Clean(c.Error()), c.Stack)
}
