//go:build unix

package fetch

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dateline/feed"
)

// Files and programs that the configuration does not name are refused before
// anything is opened or run.
func TestLocalNeedsConfiguration(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "mark")
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "exec:touch "+mark)
		w.WriteHeader(http.StatusFound)
	})
	c := client(t)
	for _, url := range []string{"exec:touch " + mark, "EXEC:touch " + mark, "file:///etc/passwd", "FILE:/etc/passwd"} {
		checkMessage(t, fail(t, c, Request{URL: url}, KindLocal), "configuration")
	}
	fail(t, c, Request{URL: s.URL, Configured: true}, KindScheme)
	fail(t, c, Request{URL: s.URL, Access: feed.Access{Filter: []string{"touch", mark}}}, KindLocal)
	if _, err := os.Stat(mark); err == nil {
		t.Error("the program was run")
	}
}

// A program's output is the response. Its arguments are split into words,
// without other features of a shell.
func TestExec(t *testing.T) {
	c := client(t)
	ask := func(command string) Request {
		return Request{URL: "exec:" + command, Configured: true, Timeout: 20 * time.Second}
	}
	res := get(t, c, ask(`printf %s|%s 'a b' $(id);`))
	if string(res.Body) != "a b|$(id);" || res.Bytes != 10 || res.FinalURL != `exec:printf %s|%s 'a b' $(id);` {
		t.Errorf("got %+v with %q", res, res.Body)
	}
	for command, words := range map[string][]string{
		`sh -c 'echo "the key is missing" >&2; echo more >&2; exit 3'`: {"exit status 3", "the key is missing"},
		`sh -c 'printf "\033[2J" >&2; exit 1'`:                         {"exit status 1"},
		`sh -c 'kill -9 $$'`:                                           {"killed"},
		`no-such-program --x`:                                          {"no-such-program", "not found"},
		`/etc/passwd`:                                                  {"permission denied"},
	} {
		e := fail(t, c, ask(command), KindProgram)
		checkMessage(t, e, append(words, "by hand")...)
		if strings.Contains(e.UserMessage(), "more") {
			t.Errorf("%s: more than the first line: %s", command, e.UserMessage())
		}
	}
	checkMessage(t, fail(t, c, ask("yes"), KindTooLarge), "1 MB")
	checkMessage(t, fail(t, c, ask("yes 'all of this is one long line to fill the pipe at once'"), KindTooLarge))
}

// A timeout kills the program and every process that it started.
func TestExecEnds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	hang := Request{URL: `exec:sh -c 'sleep 300 & echo $! >` + file + `; wait'`, Configured: true, Timeout: time.Second}
	c := client(t)
	checkMessage(t, fail(t, c, hang, KindTimeout), "timeout", "program")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	waitUntilGone(t, string(bytes.TrimSpace(text)))

	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	hang.Timeout = time.Minute
	var e *Error
	if _, err := c.Get(ctx, hang); !errors.As(err, &e) || e.Kind != KindCanceled {
		t.Errorf("when the caller ends it: %v", err)
	}
}

// waitUntilGone waits until a process has ended.
func waitUntilGone(t *testing.T, pid string) {
	t.Helper()
	for range 500 {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %s is still there", pid)
}

// A file is read only if it has changed and is a regular file.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	path := filepath.Join(dir, "a feed.xml")
	if err := os.WriteFile(path, []byte("<rss/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := client(t)
	ask := func(url string) Request { return Request{URL: url, Configured: true} }
	for _, url := range []string{"file://" + path, "file:" + path, "file:~/a feed.xml", "file://" + strings.ReplaceAll(path, " ", "%20")} {
		if res := get(t, c, ask(url)); string(res.Body) != "<rss/>" || res.FinalURL != url || res.Bytes != 6 {
			t.Errorf("%s: %+v", url, res)
		}
	}
	r := ask("file:" + path)
	r.ETag = get(t, c, r).ETag
	if res := get(t, c, r); !res.NotModified {
		t.Errorf("unchanged: %+v", res)
	}
	if err := os.WriteFile(path, []byte("<feed/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	if res := get(t, c, r); string(res.Body) != "<feed/>" {
		t.Errorf("changed: %+v", res)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{pipe, dir, "/dev/zero", filepath.Join(dir, "missing")} {
		checkMessage(t, fail(t, c, ask("file:"+bad), KindFile), "path")
	}
	if err := os.Truncate(path, 2<<20); err != nil {
		t.Fatal(err)
	}
	fail(t, c, r, KindTooLarge)
}

// A filter replaces the response. It need not read all of it. After another
// filter is configured, the document is fetched again.
func TestFilter(t *testing.T) {
	large := strings.Repeat("x", 900<<10)
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		switch {
		case r.Header.Get("If-None-Match") == `"1"`:
			w.WriteHeader(http.StatusNotModified)
		case r.URL.Path == "/large":
			w.Write([]byte(large))
		default:
			w.Write([]byte("hello"))
		}
	})
	c := client(t)
	ask := func(path string, filter ...string) Request {
		return Request{URL: s.URL + path, Configured: true, Timeout: 20 * time.Second, Access: feed.Access{Filter: filter}}
	}
	r := ask("/", "tr", "a-z", "A-Z")
	first := get(t, c, r)
	if string(first.Body) != "HELLO" {
		t.Errorf("body %q", first.Body)
	}
	r.ETag = first.ETag
	if again := get(t, c, r); !again.NotModified {
		t.Errorf("the same filter again: %+v", again)
	}
	for _, filter := range [][]string{nil, {"rev"}} {
		r.Access.Filter = filter
		if res := get(t, c, r); res.NotModified {
			t.Errorf("the filter %v got no body", filter)
		}
	}
	for range 2 * poolBytes / (1 << 20) {
		res := get(t, c, ask("/large", "cat"))
		if string(res.Body) != large {
			t.Errorf("a large body came as %d bytes", len(res.Body))
		}
		res.Release()
	}
	short := get(t, c, ask("/large", "echo", "short"))
	if string(short.Body) != "short\n" {
		t.Errorf("without reading: %q", short.Body)
	}
	short.Release()
	checkMessage(t, fail(t, c, ask("/", "true"), KindProgram), "filter", "printed nothing")
	checkMessage(t, fail(t, c, ask("/", "sh", "-c", "echo bad line 3 >&2; exit 5"), KindProgram), "filter", "exit status 5", "bad line 3")
	checkMessage(t, fail(t, c, ask("/", "no-such-filter"), KindProgram), "no-such-filter")
	fail(t, c, ask("/", "yes"), KindTooLarge)
	hang := ask("/", "sleep", "300")
	hang.Timeout = time.Second
	checkMessage(t, fail(t, c, hang, KindTimeout), "filter")
	// No failure keeps a slot.
	checkFree(t, c.memory)
}
