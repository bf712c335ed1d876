package rescue

import (
	"bytes"
	"database/sql"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// storeWithItems returns a store with the items i0 to i9 of a feed, newest first.
func storeWithItems(t *testing.T) testStore {
	t.Helper()
	s := open(t)
	s.Subscribe("https://a.test/feed")
	var items []feed.Article
	for n := range 10 {
		items = append(items, cachetest.Item(fmt.Sprint("guid:i", n), time.Duration(n+1)*time.Hour, fmt.Sprint("Item ", n)))
	}
	s.SaveItems("https://a.test/feed", items...)
	return s
}

func (s testStore) id(n int) int64 { return s.ID(fmt.Sprint("guid:i", n)) }

// rows returns the rows of all items.
func (s testStore) rows() []cache.Row {
	s.T.Helper()
	rows, err := s.After(s.Ctx(), cache.View{}, cache.Pos{}, 100)
	s.Must(err)
	return rows
}

// state returns what the user did in a store: the items that each query finds, the progress
// of the first item and a setting.
func (s testStore) state() string {
	s.T.Helper()
	var b strings.Builder
	for _, q := range []string{"is:read", "is:starred", "is:hidden", "is:snoozed", "label:later"} {
		fmt.Fprintln(&b, q, s.List(q))
	}
	var progress int
	_ = s.Readers().QueryRow(`SELECT permille FROM progress`).Scan(&progress)
	setting, err := s.Setting(s.Ctx(), "screen")
	s.Must(err)
	fmt.Fprintln(&b, progress, setting)
	return b.String()
}

// all returns a function that returns changes.
func all(changes ...cache.Change) func() []cache.Change {
	return func() []cache.Change { return changes }
}

// queues returns lists of changes that a saver may have when it cannot write.
func queues(s testStore) map[string][]cache.Change {
	now := s.Advance(time.Minute)
	mark := func(n int, flag feed.Flag, on bool) cache.Change {
		return cache.MarkItems{{Items: []int64{s.id(n)}, Flag: flag, On: on, At: now}}
	}
	read := feed.Mark{Flag: feed.Read, On: true, At: now}
	row := s.rows()[3]
	undo, redo := cache.UndoLast{At: now}, cache.RedoLast{At: now}
	return map[string][]cache.Change{
		"marks":              {mark(0, feed.Read, true), mark(1, feed.Starred, true), mark(2, feed.Hidden, true), mark(1, feed.Starred, false), mark(3, feed.Starred, true)},
		"several in a step":  {cache.MarkItems{{Items: []int64{s.id(0), s.id(1)}, Flag: feed.Read, On: true, At: now}, {Items: []int64{s.id(2)}, Flag: feed.Starred, On: true, At: now}}},
		"a label, a snooze":  {cache.MarkItems{{Items: []int64{s.id(0)}, Flag: feed.Label, Label: "later", On: true, At: now}, {Items: []int64{s.id(1)}, Flag: feed.Snooze, On: true, Until: now.Add(48 * time.Hour), At: now}}},
		"a view":             {cache.MarkView{View: cachetest.View(s.T, "title:item is:unread"), Mark: read}},
		"above":              {cache.MarkBeside{From: row.Pos, Above: true, Mark: read}},
		"below":              {cache.MarkBeside{From: row.Pos, Mark: read}},
		"undo":               {undo},
		"undo twice":         {undo, undo},
		"undo and redo":      {undo, undo, redo},
		"a mark undone":      {mark(0, feed.Read, true), undo},
		"two undone, a redo": {mark(0, feed.Read, true), mark(1, feed.Read, true), undo, undo, redo},
		"undo after a mark":  {mark(0, feed.Read, true), undo, undo, mark(5, feed.Hidden, true)},
		"redo, then nothing": {undo, mark(5, feed.Hidden, true), redo},
		"progress, setting":  {cache.SetProgress{Item: s.id(0), Permille: 200}, cache.SetProgress{Item: s.id(0), Permille: 420}, cache.SetSetting{Key: "screen", Value: "left"}},
		"nothing":            nil,
	}
}

// storeWithSteps is storeWithItems with two steps that can be undone.
func storeWithSteps(t *testing.T) testStore {
	t.Helper()
	s := storeWithItems(t)
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{s.id(7), s.id(8)}, Flag: feed.Starred, On: true}))
	s.Advance(time.Minute)
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{s.id(9)}, Flag: feed.Snooze, On: true, Until: s.Now().Add(24 * time.Hour)}))
	return s
}

// TestKeptChangesAreTakenIn checks that changes that were kept in a file do the same as if they
// had been written at once, also if they are taken in twice, and that the file is private and
// goes away.
func TestKeptChangesAreTakenIn(t *testing.T) {
	for name := range queues(storeWithSteps(t)) {
		direct, later := storeWithSteps(t), storeWithSteps(t)
		for _, c := range queues(direct)[name] {
			_, _ = direct.Apply(direct.Ctx(), c) // there may be nothing to redo
		}
		locked := lock(t, later.Path())
		kept, err := NewUnsaved(later.Store.Store).Keep(later.Ctx(), all(queues(later)[name]...))
		later.Must(err)
		locked()
		if kept.Lost > 0 {
			t.Errorf("%s: %d lost", name, kept.Lost)
		}
		if kept.Path == "" {
			cachetest.Equal(t, name+": nothing to keep", direct.state(), later.state())
			continue
		}
		info, err := os.Stat(kept.Path)
		later.Must(err)
		cachetest.Equal(t, name+": mode", info.Mode().Perm(), 0o600)
		content, err := os.ReadFile(kept.Path)
		later.Must(err)
		later.Advance(time.Hour)
		taken := TakeUnsaved(later.Ctx(), later.Store.Store)
		if len(taken.Problems) > 0 || taken.Files != 1 {
			t.Errorf("%s: %+v", name, taken)
		}
		if left := ListUnsaved(later.Path()); len(left) > 0 {
			t.Errorf("%s: left %v", name, left)
		}
		cachetest.Equal(t, name, later.state(), direct.state())
		later.Must(os.WriteFile(kept.Path, content, 0o600))
		TakeUnsaved(later.Ctx(), later.Store.Store)
		cachetest.Equal(t, name+", taken in twice", later.state(), direct.state())
		later.CheckCounts()
	}
}

// lock takes the write lock of a database, as another process does, and returns the
// function that gives it back.
func lock(t *testing.T, path string) func() {
	t.Helper()
	d, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	d.SetMaxOpenConns(1)
	if _, err := d.Exec(`BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := d.Exec(`ROLLBACK`); err != nil {
			t.Fatal(err)
		}
		d.Close()
	}
}

// TestKeptChangesOfAnotherDatabase checks that changes that were kept mean the same items in
// another database: those that it has are marked, also by an undo, and the others when
// they arrive.
func TestKeptChangesOfAnotherDatabase(t *testing.T) {
	s := storeWithSteps(t)
	now := s.Advance(time.Minute)
	kept, err := NewUnsaved(s.Store.Store).Keep(s.Ctx(), all(
		cache.MarkItems{{Items: []int64{s.id(0), s.id(1)}, Flag: feed.Read, On: true, At: now}},
		cache.UndoLast{At: now}, // takes back the mark
		cache.UndoLast{At: now}, // the snooze
		cache.UndoLast{At: now}, // the stars
		cache.MarkItems{{Items: []int64{s.id(4), s.id(5)}, Flag: feed.Read, On: true, At: now}},
	))
	s.Must(err)
	other := openAt(t, filepath.Join(t.TempDir(), "cache.db"), s.Clock)
	other.Subscribe("https://x.test", "https://a.test/feed")
	other.SaveItems("https://x.test", cachetest.Item("guid:x", time.Hour))
	other.SaveItems("https://a.test/feed", cachetest.Item("guid:i5", time.Hour), cachetest.Item("guid:i8", time.Hour))
	other.Must(other.Mark(other.Ctx(), feed.Mark{Items: []int64{other.id(8), other.ID("guid:x")}, Flag: feed.Starred, On: true, At: now.Add(-time.Minute)}))
	other.Must(os.Rename(kept.Path, other.Path()+unsavedMark+"1"+unsavedSuffix))
	if taken := TakeUnsaved(other.Ctx(), other.Store.Store); taken.Marks != 5 || len(taken.Problems) > 0 {
		t.Errorf("%+v", taken)
	}
	cachetest.Equal(t, "read", other.List("is:read"), []string{"guid:i5"})
	cachetest.Equal(t, "starred", other.List("is:starred"), []string{"guid:x"})
	other.SaveItems("https://a.test/feed", cachetest.Item("guid:i4", time.Hour), cachetest.Item("guid:i5", time.Hour), cachetest.Item("guid:i8", time.Hour))
	cachetest.Equal(t, "read when it arrives", other.List("is:read"), []string{"guid:i4", "guid:i5"})
}

// TestALaterMarkWinsOverAKeptOne checks that what was said after a change was kept stays.
func TestALaterMarkWinsOverAKeptOne(t *testing.T) {
	s := storeWithItems(t)
	_, err := NewUnsaved(s.Store.Store).Keep(s.Ctx(), all(cache.MarkItems{{Items: []int64{s.id(0), s.id(1)}, Flag: feed.Starred, On: true, At: s.Now()}}))
	s.Must(err)
	s.Advance(time.Minute)
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{s.id(1)}, Flag: feed.Starred, On: true}))
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: []int64{s.id(1)}, Flag: feed.Starred}))
	s.Advance(time.Minute)
	cachetest.Equal(t, "marks that changed", TakeUnsaved(s.Ctx(), s.Store.Store).Marks, 1)
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{"guid:i0"})
}

// TestMarksThatChangedNothing checks that a file that was taken in before is not told of as
// if it changed something again, and that a mark of a view counts its items.
func TestMarksThatChangedNothing(t *testing.T) {
	s := storeWithItems(t)
	now := s.Advance(time.Minute)
	kept, err := NewUnsaved(s.Store.Store).Keep(s.Ctx(), all(cache.MarkView{View: cachetest.View(t, "is:unread"), Mark: feed.Mark{Flag: feed.Read, On: true, At: now}}))
	s.Must(err)
	content, err := os.ReadFile(kept.Path)
	s.Must(err)
	want, err := s.Count(s.Ctx(), cachetest.View(t, "is:unread"), 0)
	s.Must(err)
	cachetest.Equal(t, "marks", TakeUnsaved(s.Ctx(), s.Store.Store).Marks, want)
	s.Must(os.WriteFile(kept.Path, content, 0o600)) // as if the process had been killed before it removed the file
	again := TakeUnsaved(s.Ctx(), s.Store.Store)
	if again.Marks != 0 || again.Files != 1 || !strings.Contains(again.UserMessage(), "in the database already") {
		t.Errorf("%+v: %s", again, again.UserMessage())
	}
}

// TestChangesThatCannotBeKept checks that the message names what is lost, and where a file
// must be possible.
func TestChangesThatCannotBeKept(t *testing.T) {
	s := storeWithItems(t)
	s.rows()
	dir := filepath.Dir(s.Path())
	if err := os.Rename(dir, dir+"-moved"); err != nil {
		t.Skip("this system renames no directory with open files")
	}
	s.Must(os.WriteFile(dir, nil, 0o600))
	kept, err := NewUnsaved(s.Store.Store).Keep(s.Ctx(), all(cache.MarkItems{{Items: []int64{s.id(0)}, Flag: feed.Starred, On: true}}))
	if err == nil || !strings.Contains(err.Error(), dir+", where dateline must be able to write a file") {
		t.Errorf("the error is %v", err)
	}
	if !strings.Contains(kept.UserMessage(), "not kept, so mark again") || !strings.Contains(kept.UserMessage(), "Item 0") {
		t.Errorf("it says %q", kept.UserMessage())
	}
}

// TestFilesOfSeveralProcesses checks that the files of several processes are taken in, and that
// one process has one file, however often it keeps changes.
func TestFilesOfSeveralProcesses(t *testing.T) {
	s := storeWithItems(t)
	star := func(n int) cache.Change {
		return cache.MarkItems{{Items: []int64{s.id(n)}, Flag: feed.Starred, On: true, At: s.Now()}}
	}
	first, second := NewUnsaved(s.Store.Store), NewUnsaved(s.Store.Store)
	for _, k := range []struct {
		by      *Unsaved
		changes []cache.Change
	}{{first, []cache.Change{star(0)}}, {second, []cache.Change{star(1)}}, {first, []cache.Change{star(0), star(2)}}} {
		_, err := k.by.Keep(s.Ctx(), all(k.changes...))
		s.Must(err)
	}
	cachetest.Equal(t, "files", len(ListUnsaved(s.Path())), 2)
	if taken := TakeUnsaved(s.Ctx(), s.Store.Store); taken.Files != 2 || taken.Marks != 3 {
		t.Errorf("%+v", taken)
	}
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{"guid:i0", "guid:i1", "guid:i2"})
	_, err := first.Keep(s.Ctx(), all())
	s.Must(err) // the file is gone already
}

// TestNamesOfItemsThatCannotBeRead checks that marks of items that were listed can be kept after
// something else was written over the file.
func TestNamesOfItemsThatCannotBeRead(t *testing.T) {
	s := storeWithItems(t)
	rows := s.rows()
	s.Must(os.WriteFile(s.Path(), bytes.Repeat([]byte("no database "), 5_000), 0o600))
	kept, err := NewUnsaved(s.Store.Store).Keep(s.Ctx(), all(cache.MarkItems{{Items: []int64{rows[0].ID, 999}, Flag: feed.Starred, On: true}}))
	if err != nil || kept.Lost != 1 || len(kept.Marks) != 1 || !strings.Contains(kept.UserMessage(), "Item 0") {
		t.Errorf("%+v %v", kept, err)
	}
}

// TestDamagedUnsavedFiles checks that nothing of a damaged file is used, wherever it is cut off or
// changed, that it stays, and that the user is told.
func TestDamagedUnsavedFiles(t *testing.T) {
	s := storeWithItems(t)
	kept, err := NewUnsaved(s.Store.Store).Keep(s.Ctx(), all(
		cache.MarkItems{{Items: []int64{s.id(0)}, Flag: feed.Starred, On: true, At: s.Now()}}, cache.SetSetting{Key: "screen", Value: "left"},
	))
	s.Must(err)
	whole, err := os.ReadFile(kept.Path)
	s.Must(err)
	before := s.state()
	damaged := map[string][]byte{"empty": nil, "not JSON": []byte("something\n"), "twice": append(bytes.Clone(whole), whole...), "another format": bytes.Replace(whole, []byte(`"format":1`), []byte(`"format":2`), 1)}
	for n := range whole[:len(whole)-1] {
		damaged[fmt.Sprint("cut off at ", n)] = whole[:n]
		changed := bytes.Clone(whole)
		changed[n] ^= 1
		damaged[fmt.Sprint("changed at ", n)] = changed
	}
	for name, content := range damaged {
		if steps, err := parseUnsaved(bytes.NewReader(content)); err == nil {
			t.Errorf("%s: read %v", name, steps)
		}
	}
	s.Must(os.WriteFile(kept.Path, damaged["cut off at 100"], 0o600))
	s.Must(os.Symlink(kept.Path, s.Path()+unsavedMark+"link"+unsavedSuffix))
	s.Must(os.Mkdir(s.Path()+unsavedMark+"directory"+unsavedSuffix, 0o700))
	taken := TakeUnsaved(s.Ctx(), s.Store.Store)
	if taken.Files != 0 || len(taken.Problems) != 3 || !strings.Contains(taken.UserMessage(), kept.Path) {
		t.Errorf("%+v", taken)
	}
	cachetest.Equal(t, "files", len(ListUnsaved(s.Path())), 3)
	cachetest.Equal(t, "state", s.state(), before)
}

// FuzzUnsaved checks that no lines in a file, with the right checksum, make trouble: each
// change that is read has what it needs.
func FuzzUnsaved(f *testing.F) {
	f.Add([]byte(`{"step":1,"feed":"https://a.test/feed","item":"0bf980792c9cb7db","flag":"starred","on":true,"at":"2026-11-23T12:00:00Z"}`))
	f.Add([]byte(`{"step":1,"flag":"read","on":true,"view":{"query":"is:unread","from":{"at":7}}}`))
	f.Add([]byte(`{"step":1,"replay":{"entry":7}}` + "\n" + `{"step":2,"setting":"screen","value":"left"}`))
	f.Fuzz(func(t *testing.T, lines []byte) {
		n := bytes.Count(lines, []byte("\n")) + 1
		file := fmt.Appendf(nil, `{"dateline":%q,"format":%d}`+"\n%s\n", unsavedTitle, unsavedFormat, lines)
		file = fmt.Appendf(file, `{"end":%d,"sum":%d}`+"\n", n, crc32.ChecksumIEEE(file))
		steps, err := parseUnsaved(bytes.NewReader(file))
		if err != nil {
			return
		}
		read := 0
		for _, step := range steps {
			read += len(step)
			for _, l := range step {
				if err := l.check(); err != nil {
					t.Errorf("%+v: %v", l, err)
				}
			}
		}
		if read != n {
			t.Errorf("%d of %d lines", read, n)
		}
	})
}
