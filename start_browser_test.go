//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dateline/config"
)

// TestBrowser checks that the browser gets a link as one argument, also with characters
// that a shell would interpret, and that unsafe links are not opened.
func TestBrowser(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	script := filepath.Join(dir, "browser")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nprintf '%s|' \"$@\" >"+out+".new && mv "+out+".new "+out+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	open := browser(config.Command{script, "--tab", "%u"})
	if err := open(context.Background(), "https://a.example/?q=$(reboot)&x='y'", false); err != nil {
		t.Fatal(err)
	}
	var got []byte
	for deadline := time.Now().Add(10 * time.Second); got == nil && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		got, _ = os.ReadFile(out)
	}
	if want := "--tab|https://a.example/?q=$(reboot)&x='y'|"; string(got) != want {
		t.Errorf("the browser got %q, want %q", got, want)
	}
	for _, url := range []string{"javascript:alert(1)", "file:///etc/passwd", "--profile=x", "data:text/html,x", ""} {
		if err := open(context.Background(), url, false); err == nil {
			t.Errorf("%q was opened", url)
		}
	}
	if err := browser(config.Command{filepath.Join(dir, "nothing")})(context.Background(), "https://a.example/", true); err == nil {
		t.Error("a browser that does not exist was started")
	}
}

// TestSystemBrowser checks the command of each operating system.
func TestSystemBrowser(t *testing.T) {
	for goos, want := range map[string]string{"linux": "xdg-open", "freebsd": "xdg-open", "darwin": "open", "windows": "rundll32"} {
		for _, background := range []bool{false, true} {
			if got := systemBrowser(goos, background); got[0] != want {
				t.Errorf("%s: %q, want %s", goos, got, want)
			}
		}
	}
}
