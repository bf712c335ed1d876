package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"dateline/feed"
	"dateline/feed/text"
)

func addOf(subs ...feed.Subscription) func([]byte) (edited, error) {
	return func(doc []byte) (edited, error) { return addFeeds(doc, subs) }
}

func removalOf(url string) func([]byte) (edited, error) {
	return func(doc []byte) (edited, error) { return removeFeed(doc, url) }
}

// newFile returns a file with the text doc. If doc is empty, there is no file.
func newFile(t *testing.T, doc string) *File {
	t.Helper()
	dir := t.TempDir()
	e := &File{Path: filepath.Join(dir, "conf", "config.toml"), Lock: filepath.Join(dir, "state", "config.lock"), Example: example(t), Checks: realChecks()}
	if doc != "" {
		write(t, e.Path, doc)
	}
	return e
}

func write(t *testing.T, path, doc string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(doc), 0o640); err != nil {
		t.Fatal(err)
	}
}

func contents(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAddFeeds checks that new tables are inserted after the last feed, with the line
// ends of the file, and that no other byte changes.
func TestAddFeeds(t *testing.T) {
	sub := feed.Subscription{URL: "https://n.example/", Name: "New", Tags: []string{"a", "b"}}
	const table = "[[feeds]]\nurl = \"https://n.example/\"\nname = \"New\"\ntags = [\"a\", \"b\"]\n"
	for name, c := range map[string]struct{ doc, want string }{
		"empty file":     {"# mine\n", "# mine\n\n" + table},
		"no end of line": {"width = 80", "width = 80\n\n" + table},
		"before queries": {
			"[[feeds]]\nurl = \"https://a.example/\" # home\n# inside?\n\n# my queries\n[[queries]]\nname='x'\nquery='y'\n",
			"[[feeds]]\nurl = \"https://a.example/\" # home\n\n" + table + "# inside?\n\n# my queries\n[[queries]]\nname='x'\nquery='y'\n"},
		"after sub-tables": {
			"[[feeds]]\nurl = \"https://a.example/\"\n[feeds.headers]\nA = \"\"\"\nx\"\"\"\n",
			"[[feeds]]\nurl = \"https://a.example/\"\n[feeds.headers]\nA = \"\"\"\nx\"\"\"\n\n" + table},
		"known feed": {"[[feeds]]\nurl = 'https://n.example/'\n", "[[feeds]]\nurl = 'https://n.example/'\n"},
		"carriage returns": {"width = 80\r\n",
			"width = 80\r\n\r\n" + strings.ReplaceAll(table, "\n", "\r\n")},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := addFeeds([]byte(c.doc), []feed.Subscription{sub, sub})
			if err != nil {
				t.Fatal(err)
			}
			if string(got.doc) != c.want {
				t.Errorf("got\n%s\nwant\n%s", got.doc, c.want)
			}
		})
	}
}

// TestAddQuery checks that a saved query is inserted after the last one, or at the end, that no
// other byte changes, and that the file says the same as before in all else.
func TestAddQuery(t *testing.T) {
	const table = "[[queries]]\nname = \"Grain \\\"deal\\\"\"\nquery = \"\\\"grain deal\\\" -tag:x\"\n"
	q := Query{Name: `Grain "deal"`, Query: `"grain deal" -tag:x`}
	for name, c := range map[string]struct{ doc, want string }{
		"no query":       {"width = 80 # wide\n[[feeds]]\nurl = 'https://a.example/'\n# end\n", "width = 80 # wide\n[[feeds]]\nurl = 'https://a.example/'\n# end\n\n" + table},
		"after a query":  {"[[queries]]\nname='x'\nquery='y' # why\n# own\n\n[[feeds]]\nurl = 'https://a.example/'\n", "[[queries]]\nname='x'\nquery='y' # why\n\n" + table + "# own\n\n[[feeds]]\nurl = 'https://a.example/'\n"},
		"no end of line": {"width = 80", "width = 80\n\n" + table},
		"line ends":      {"width = 80\r\n", "width = 80\r\n\r\n" + strings.ReplaceAll(table, "\n", "\r\n")},
	} {
		t.Run(name, func(t *testing.T) {
			e := newFile(t, c.doc)
			conf, err := e.AddQuery(q)
			if err != nil {
				t.Fatal(err)
			}
			if got := contents(t, e.Path); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if n := len(conf.Queries); n == 0 || conf.Queries[n-1] != q {
				t.Errorf("queries %v", conf.Queries)
			}
		})
	}
}

// TestAddQueryRefuses checks that a name that is taken, a query with a mistake and a list that is
// one value leave the file as it is, with an error that says why.
func TestAddQueryRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		doc  string
		q    Query
		want string
	}{
		"name":    {"[[queries]]\nname = 'News '\nquery = 'is:new'\n", Query{"News", "x"}, "already a saved query"},
		"query":   {"width = 80\n", Query{"News", "(x"}, "in the query"},
		"no name": {"width = 80\n", Query{" ", "x"}, "needs a name"},
		"inline":  {"queries = [{name = 'a', query = 'b'}]\n", Query{"News", "x"}, "written as one value"},
	} {
		t.Run(name, func(t *testing.T) {
			e := newFile(t, c.doc)
			if _, err := e.AddQuery(c.q); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if got := contents(t, e.Path); got != c.doc {
				t.Errorf("the file is\n%s", got)
			}
		})
	}
}

// TestRemoveFeed checks that only the table is removed, and that comments above it stay.
func TestRemoveFeed(t *testing.T) {
	for name, c := range map[string]struct{ doc, want string }{
		"last": {
			"width = 80\n\n[[feeds]]\nurl = \"https://r.example/\"\nname = \"R\"\n", "width = 80\n"},
		"middle, with comments": {
			"[[feeds]]\nurl = 'https://a.example/'\n\n# stays\n[[feeds]]\n# goes\nurl = 'https://r.example/' # goes\n# goes\n[feeds.headers]\nA = '1'\n\n# stays too\n[[feeds]]\nurl = 'https://b.example/'\n",
			"[[feeds]]\nurl = 'https://a.example/'\n\n# stays\n\n# stays too\n[[feeds]]\nurl = 'https://b.example/'\n"},
		"sub-table far off": {
			"[[feeds]]\nurl = 'https://r.example/'\n[defaults]\ninterval = '1h'\n[feeds.headers]\nA = '1'\n[[queries]]\nname = 'x'\nquery = ''\n",
			"[defaults]\ninterval = '1h'\n[[queries]]\nname = 'x'\nquery = ''\n"},
		"many-line values": {
			"[[feeds]]\nurl = 'https://r.example/'\ntags = [\n  'a', # x\n  'b',\n]\n[keys]\n", "[keys]\n"},
		"the only one": {"[[feeds]]\nurl = 'https://r.example/'\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := removeFeed([]byte(c.doc), "https://r.example/")
			if err != nil {
				t.Fatal(err)
			}
			if string(got.doc) != c.want {
				t.Errorf("got\n%s\nwant\n%s", got.doc, c.want)
			}
		})
	}
}

// TestMoveFeed checks that only the value of the feed's url changes.
func TestMoveFeed(t *testing.T) {
	const from, to = "https://a.example/", "https://b.example/?x=\"1\""
	const quoted = `"https://b.example/?x=\"1\""`
	for name, c := range map[string]struct{ doc, want string }{
		"as usual": {
			"# mine\n[[feeds]]\nname = 'A' # a\nurl   =  \"https://a.example/\"   # home\r\n[[feeds]]\nurl = \"https://c.example/\"\n",
			"# mine\n[[feeds]]\nname = 'A' # a\nurl   =  " + quoted + "   # home\r\n[[feeds]]\nurl = \"https://c.example/\"\n"},
		"single quotes, no end of line": {"[[feeds]]\nurl = 'https://a.example/'", "[[feeds]]\nurl = " + quoted},
		"one value":                     {"feeds = [{url = 'https://c.example/'}, { url='https://a.example/', tags=['x'] }]\n", "feeds = [{url = 'https://c.example/'}, { url=" + quoted + ", tags=['x'] }]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := moveFeed([]byte(c.doc), from, to)
			if err != nil || string(got.doc) != c.want {
				t.Errorf("%v, got\n%s\nwant\n%s", err, got.doc, c.want)
			}
		})
	}
}

// TestAnEditThatChangesNothing checks that removing and moving a feed that is not in the
// file are errors, and that the file stays as it is.
func TestAnEditThatChangesNothing(t *testing.T) {
	for name, doc := range map[string]string{
		"no feeds":     "width = 80\n",
		"other feeds":  "[[feeds]]\nurl = 'https://c.example/' # https://a.example/\n",
		"a known move": "[[feeds]]\nurl = 'https://b.example/'\n",
	} {
		t.Run(name, func(t *testing.T) {
			f := newFile(t, doc)
			if _, err := f.Remove("https://a.example/"); !errors.Is(err, errNotListed) {
				t.Errorf("Remove: got %v", err)
			}
			if _, err := f.Move("https://a.example/", "https://b.example/"); !errors.Is(err, errNotListed) {
				t.Errorf("Move: got %v", err)
			}
			if got := contents(t, f.Path); got != doc {
				t.Errorf("the file is now\n%s", got)
			}
		})
	}
}

// TestAnEditDoesWhatItSays checks that an edit whose result means anything else than it
// should is refused: nothing changed, the wrong feed changed, or something beside it.
func TestAnEditDoesWhatItSays(t *testing.T) {
	const doc = "width = 80\n[[feeds]]\nurl = 'https://a.example/'\n[[feeds]]\nurl = 'https://b.example/'\n"
	for name, wrong := range map[string]func(string) string{
		"nothing changed":    func(string) string { return doc },
		"the wrong feed":     func(string) string { return strings.Replace(doc, "[[feeds]]\nurl = 'https://b.example/'\n", "", 1) },
		"something beside":   func(right string) string { return strings.Replace(right, "80", "90", 1) },
		"another feed, too":  func(right string) string { return strings.Replace(right, "url", "name = 'x'\nurl", 1) },
		"all feeds are gone": func(string) string { return "width = 80\n" },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFile(t, doc)
			_, err := f.edit(func(doc []byte) (edited, error) {
				e, err := removeFeed(doc, "https://a.example/")
				e.doc = []byte(wrong(string(e.doc)))
				return e, err
			})
			if err == nil || !strings.Contains(err.Error(), "remove these lines:\n\n[[feeds]]\nurl = 'https://a.example/'\n") {
				t.Errorf("got %v", err)
			}
			if got := contents(t, f.Path); got != doc {
				t.Errorf("the file is now\n%s", got)
			}
		})
	}
}

// TestAddThenRemove checks that adding a feed to the example and removing it changes no
// byte.
func TestAddThenRemove(t *testing.T) {
	for _, doc := range []string{string(example(t)), strings.ReplaceAll(string(example(t)), "\n", "\r\n")} {
		added, err := addFeeds([]byte(doc), []feed.Subscription{{URL: "https://n.example/", Name: "N"}})
		if err != nil {
			t.Fatal(err)
		}
		removed, err := removeFeed(added.doc, "https://n.example/")
		if err != nil {
			t.Fatal(err)
		}
		if string(removed.doc) != doc {
			t.Errorf("got\n%q\nwant\n%q", removed.doc, doc)
		}
	}
}

// TestHostileNames checks that any name becomes one string in the file.
func TestHostileNames(t *testing.T) {
	e := newFile(t, "width = 80\n")
	name := "x\"\n[[feeds]]\nurl=\"https://evil.example/\" \\ \u2028 '''\x7f ü 東"
	c, err := e.edit(addOf(feed.Subscription{URL: "https://a.example/?q=\"'\\u0022", Name: name, Tags: []string{"]\n[keys"}}))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Feeds) != 1 || c.Feeds[0].URL != "https://a.example/?q=\"'\\u0022" {
		t.Errorf("got %+v", c.Feeds)
	}
}

// TestEditKeepsTheFile checks that an edit keeps the mode of the file, a symbolic link to
// it, and its byte order mark.
func TestEditKeepsTheFile(t *testing.T) {
	e := newFile(t, "\ufeffwidth = 80\n")
	link := filepath.Join(t.TempDir(), "link.toml")
	if err := os.Symlink(e.Path, link); err != nil {
		t.Skip(err)
	}
	target := e.Path
	e.Path = link
	if _, err := e.edit(addOf(feed.Subscription{URL: "https://a.example/"})); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info.Mode(), err)
	}
	if info, _ := os.Stat(target); info.Mode().Perm() != 0o640 {
		t.Errorf("mode is %v", info.Mode())
	}
	if got := contents(t, target); !strings.HasPrefix(got, "\ufeffwidth = 80\n\n[[feeds]]") {
		t.Errorf("got %q", got)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(target), ".dateline-*")); len(left) > 0 {
		t.Errorf("left behind %v", left)
	}
}

// TestFirstEditMakesTheFile checks that the first edit writes the example.
func TestFirstEditMakesTheFile(t *testing.T) {
	e := newFile(t, "")
	if _, err := e.edit(removalOf("builtin:guide")); err != nil {
		t.Fatal(err)
	}
	got := contents(t, e.Path)
	if strings.Contains(got, "builtin:guide\"") || !strings.HasPrefix(got, exampleHead) {
		t.Errorf("got %s", got)
	}
	if info, _ := os.Stat(e.Path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v", info.Mode())
	}
}

// TestReadOnlyFile checks that a read-only file does not change, and that the error
// contains the lines to add.
func TestReadOnlyFile(t *testing.T) {
	e := newFile(t, "width = 80\n")
	if err := os.Chmod(e.Path, 0o400); err != nil {
		t.Fatal(err)
	}
	_, err := e.edit(addOf(feed.Subscription{URL: "https://a.example/", Name: "A"}))
	if err == nil || !strings.HasSuffix(err.Error(), "[[feeds]]\nurl = \"https://a.example/\"\nname = \"A\"\n") {
		t.Errorf("got %v", err)
	}
	if got := contents(t, e.Path); got != "width = 80\n" {
		t.Errorf("the file is now %q", got)
	}
}

// TestNoLock checks that nothing is written without a lock, and that the error contains
// the lines to add.
func TestNoLock(t *testing.T) {
	e := newFile(t, "width = 80\n")
	write(t, filepath.Dir(e.Lock), "a file where the directory should be")
	_, err := e.edit(addOf(feed.Subscription{URL: "https://a.example/"}))
	if err == nil || !strings.HasSuffix(err.Error(), "[[feeds]]\nurl = \"https://a.example/\"\n") {
		t.Errorf("got %v", err)
	}
	if got := contents(t, e.Path); got != "width = 80\n" {
		t.Errorf("the file is now %q", got)
	}
}

// TestRemoveLeftovers checks that the new files of killed edits are removed, and no other
// file.
func TestRemoveLeftovers(t *testing.T) {
	f := newFile(t, "width = 80\n")
	dir := filepath.Dir(f.Path)
	tmp, err := os.CreateTemp(dir, tempPrefix+"*"+tempSuffix)
	if err != nil {
		t.Fatal(err)
	}
	tmp.Close()
	mine := filepath.Join(dir, tempPrefix+"mine"+tempSuffix)
	write(t, mine, "")
	f.RemoveLeftovers()
	if _, err := os.Stat(tmp.Name()); err == nil {
		t.Errorf("%s is left", tmp.Name())
	}
	for _, path := range []string{mine, f.Path} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

// TestEditRefuses checks that a file with mistakes is not edited, that an edit never
// causes a mistake, and that inline feeds are not edited.
func TestEditRefuses(t *testing.T) {
	broken := newFile(t, "widht = 80\n")
	_, err := broken.edit(addOf(feed.Subscription{URL: "https://a.example/"}))
	var wrong *Error
	if !errors.As(err, &wrong) {
		t.Errorf("a file with mistakes: got %v", err)
	}
	good := newFile(t, "width = 80\n")
	if _, err := good.edit(addOf(feed.Subscription{URL: "ftp://a.example/"})); !errors.As(err, &wrong) {
		t.Errorf("an invalid address: got %v", err)
	}
	inline := newFile(t, "feeds = [{ url = \"https://a.example/\" }]\n")
	for name, change := range map[string]func([]byte) (edited, error){
		"add": addOf(feed.Subscription{URL: "https://b.example/"}), "remove": removalOf("https://a.example/"),
	} {
		if _, err := inline.edit(change); !errors.Is(err, errInlineFeeds) {
			t.Errorf("%s in a list: got %v", name, err)
		}
	}
	for _, e := range []*File{broken, good, inline} {
		if got := contents(t, e.Path); strings.Contains(got, "[[feeds]]") {
			t.Errorf("the file is now %q", got)
		}
	}
}

// TestChangedMeanwhile checks that an edit is repeated if another program changed the
// file meanwhile, and that the other change is not lost.
func TestChangedMeanwhile(t *testing.T) {
	e := newFile(t, "width = 80\n")
	calls := 0
	_, err := e.edit(func(doc []byte) (edited, error) {
		if calls++; calls == 1 {
			write(t, e.Path, "width = 90\n")
		}
		return addFeeds(doc, []feed.Subscription{{URL: "https://a.example/"}})
	})
	if got := contents(t, e.Path); err != nil || !strings.HasPrefix(got, "width = 90\n\n[[feeds]]") {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestManyEditors checks that no edit is lost if many happen at the same time.
func TestManyEditors(t *testing.T) {
	first := newFile(t, "width = 80\n")
	var wg sync.WaitGroup
	const n = 20
	for i := range n {
		wg.Go(func() {
			e := &File{Path: first.Path, Lock: first.Lock, Checks: realChecks()}
			if _, err := e.edit(addOf(feed.Subscription{URL: fmt.Sprintf("https://a.example/%d", i)})); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c, err := first.Load()
	if err != nil || len(c.Feeds) != n {
		t.Errorf("%d feeds, %v", len(c.Feeds), err)
	}
}

// FuzzEdit checks that the result of adding, moving and removing feeds is valid, and that
// it differs from what was before in just that.
func FuzzEdit(f *testing.F) {
	f.Add(example(f), "name")
	f.Add([]byte("[[feeds]]\nurl='https://a.example/'\n[feeds.headers]\n[keys]\n"), "]]\n")
	f.Fuzz(func(t *testing.T, doc []byte, name string) {
		before, err := Parse(doc, "c.toml", realChecks())
		if err != nil {
			return
		}
		const url = "https://new.example/"
		added, err := addFeeds(bytes.TrimPrefix(doc, byteOrderMark), []feed.Subscription{{URL: url, Name: name}})
		if errors.Is(err, errInlineFeeds) {
			return
		}
		after, err2 := Parse(added.doc, "c.toml", realChecks())
		if err != nil || err2 != nil || !added.isRight(before, after) {
			t.Fatalf("after adding: %v, %v\n%s", err, err2, added.doc)
		}
		for _, fd := range after.Feeds {
			address, _, _ := text.SplitLogin(fd.URL)
			removed, err := removeFeed(added.doc, address)
			moved, err2 := moveFeed(added.doc, address, "https://elsewhere.example/")
			if err != nil || err2 != nil {
				t.Fatalf("cannot remove (%v) or move (%v) %s\n%s", err, err2, address, added.doc)
			}
			for _, e := range []edited{removed, moved} {
				was, _ := Parse(added.doc, "c.toml", realChecks()) // isRight modifies it
				is, err := Parse(e.doc, "c.toml", realChecks())
				if err != nil || !e.isRight(was, is) {
					t.Fatalf("%s, %s: %v\n%s", e.todo, address, err, e.doc)
				}
			}
		}
	})
}
