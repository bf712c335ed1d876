//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
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
	b, err := open(context.Background(), "https://a.example/?q=$(reboot)&x='y'", false)
	if err != nil || b.Terminal != nil {
		t.Fatal(err)
	}
	if err := b.Failed(); err != nil {
		t.Error(err)
	}
	var got []byte
	for deadline := time.Now().Add(10 * time.Second); got == nil && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		got, _ = os.ReadFile(out)
	}
	if want := "--tab|https://a.example/?q=$(reboot)&x='y'|"; string(got) != want {
		t.Errorf("the browser got %q, want %q", got, want)
	}
	for _, url := range []string{"javascript:alert(1)", "file:///etc/passwd", "--profile=x", "data:text/html,x", ""} {
		if _, err := open(context.Background(), url, false); err == nil {
			t.Errorf("%q was opened", url)
		}
	}
	if _, err := browser(config.Command{filepath.Join(dir, "nothing")})(context.Background(), "https://a.example/", true); err == nil {
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

// writeScript writes a shell script and returns its path.
func writeScript(t *testing.T, dir, name, script string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBrowserVariable checks that the browsers of $BROWSER come after the option and before
// the system's, and how their commands are read.
func TestBrowserVariable(t *testing.T) {
	const url = "https://a.example/?a=%20b"
	for value, want := range map[string][][]string{
		"":                            nil,
		" : ":                         nil,
		"firefox":                     {{"firefox", url}},
		"a:b --new %s":                {{"a", url}, {"b", "--new", url}},
		`"/a b/c" --x=%s '%%' y%cz &`: {{"/a b/c", "--x=" + url, "%", "y:z"}},
		"a 100%%s":                    {{"a", "100%s", url}},
	} {
		if got := browsersOf(value, url); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	t.Setenv("PATH", dir)
	own := writeScript(t, dir, "own", "echo own $* >>"+out)
	writeScript(t, dir, "xdg-open", "echo system $* >>"+out)
	failing := writeScript(t, dir, "failing", "exit 1")
	for value, want := range map[string]string{
		own + " %s x":               "own https://a.example/ x\n",
		"nothing:own":               "own https://a.example/\n",
		"nothing":                   "system https://a.example/\n",
		"":                          "system https://a.example/\n",
		failing + ":nothing:" + own: "own https://a.example/\n",
	} {
		os.Remove(out)
		t.Setenv("BROWSER", value)
		b, err := browser(nil)(t.Context(), "https://a.example/", false)
		if err == nil {
			err = b.Failed()
		}
		got, _ := os.ReadFile(out)
		if err != nil || string(got) != want {
			t.Errorf("BROWSER=%q: %q, %v; want %q", value, got, err, want)
		}
	}
	t.Setenv("BROWSER", own)
	if b, err := browser(config.Command{failing})(t.Context(), "https://a.example/", false); err != nil || b.Failed() == nil {
		t.Error("the option did not come first")
	}
}

// TestBrowserFails checks that a browser that ends with an error is reported, also later than
// at once, and one that runs is not.
func TestBrowserFails(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ script, want string }{
		"at once": {"exit 3", "at once: exit status 3"},
		"later":   {"sleep 1; exit 1", "later: exit status 1"},
		"killed":  {"kill -9 $$", "killed: signal: killed"},
		"words":   {"echo first >&2; printf 'no \\033[31mdisplay\\n' >&2; exit 4", "words: exit status 4 (no display)"},
		"good":    {"echo warning >&2", ""},
	} {
		b, err := browser(config.Command{writeScript(t, dir, name, c.script)})(t.Context(), "https://a.example/", false)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := b.Failed(); err != nil {
			got = err.Error()
		}
		if got != c.want && !strings.Contains(got, strings.TrimSuffix(c.want, "(no display)")+"(no") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestNeedsTerminal checks which browsers get the terminal.
func TestNeedsTerminal(t *testing.T) {
	dir := t.TempDir()
	writeScript(t, dir, "w3m", "")
	link := filepath.Join(dir, "www-browser")
	if err := os.Symlink("w3m", link); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct {
		args []string
		want bool
	}{
		{[]string{"w3m", "%u"}, true}, {[]string{"/usr/bin/lynx"}, true}, {[]string{"links", "%u"}, true}, {[]string{"elinks"}, true},
		{[]string{"links2", "-g", "%u"}, false}, {[]string{"env", "LANG=C", "w3m", "%u"}, true}, {[]string{"torsocks", "lynx"}, true},
		{[]string{"sh", "-c", "exec w3m \"$1\"", "sh", "%u"}, true}, {[]string{link, "%u"}, true}, {[]string{"env"}, false},
		{[]string{"xterm", "-e", "w3m", "%u"}, false}, {[]string{"tmux", "new-window", "w3m %u"}, false}, {[]string{"firefox"}, false},
		{[]string{"xdg-open"}, false}, {[]string{"open", "-a", "Links"}, false},
	} {
		if got := needsTerminal(c.args, c.args[0]); got != c.want {
			t.Errorf("%q: %v", c.args, got)
		}
	}
}
