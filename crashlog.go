package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"dateline/feed"
	"dateline/feed/text"
)

// crashLogMax is the most bytes that the log grows to; what fails in a loop must
// not fill the disk.
const crashLogMax = 1 << 20

// crashLog keeps what is needed to mend a fault. Nothing that can go wrong with
// it is worth another word.
type crashLog struct {
	path string
	now  func() time.Time
}

// add writes a crash at the end of the log, which only its owner can read: a
// panic may quote what it failed on. It may be called from many goroutines.
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
