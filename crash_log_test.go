package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

// TestCrashLog checks that only the user can read the log, even if the file was created
// with another mode, that the log says where the panic was, and that its size is limited.
func TestCrashLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline", "crash.log")
	log := crashLog{path, func() time.Time { return time.Unix(1600000000, 0) }}
	crash := feed.Recover("testing", log.add, func() { panic("on purpose\x1b[2J") })
	if crash == nil || !strings.Contains(crash.UserMessage(), path) {
		t.Fatalf("the message is %v", crash)
	}
	os.Chmod(path, 0o644)
	feed.Recover("testing", log.add, func() { panic("again") })
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2020-09-13T12:26:40Z", "while testing: on purpose", "again", "TestCrashLog"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in the log:\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "\x1b") {
		t.Error("the log contains an escape sequence")
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("the log has mode %o", info.Mode().Perm())
	}
	os.Truncate(path, crashLogMax+1)
	feed.Recover("testing", log.add, func() { panic("once more") })
	if info, _ := os.Stat(path); info.Size() != crashLogMax+1 {
		t.Errorf("a full log has grown to %d bytes", info.Size())
	}
}
