package folder

import (
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/rescue"
	"dateline/feed"
	"dateline/feed/query"
)

// pair returns two computers with one folder.
func pair(t *testing.T, items int) (a, b *computer) {
	t.Helper()
	dir, clock := filepath.Join(t.TempDir(), "shared"), cachetest.NewClock(cachetest.Noon())
	return newComputer(t, dir, clock, items), newComputer(t, dir, clock, items)
}

func syncAll(computers ...*computer) {
	for range 2 {
		for _, c := range computers {
			c.sync()
		}
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestThirdComputer protects that a mark reaches a computer that sees only the files of one
// which has it from another.
func TestThirdComputer(t *testing.T) {
	a, b := pair(t, 2)
	a.mark(feed.Starred, true, "item1")
	a.sync()
	b.sync()
	for _, name := range []string{a.ownName(), filepath.Join(a.dir, strings.Replace(strings.TrimSuffix(filepath.Base(a.ownName()), ".zst"), "marks", "subscriptions", 1))} {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	c := newComputer(t, b.dir, b.Clock, 2)
	c.sync()
	cachetest.Equal(t, "marks", c.marks(), a.marks())
}

// TestMarksWaitForItems protects marks of items that another computer has later, and those of
// a feed that it does not have at all.
func TestMarksWaitForItems(t *testing.T) {
	a, b := pair(t, 2)
	a.mark(feed.Read, true, "item0", "item1")
	a.sync()
	late := newComputer(t, a.dir, a.Clock, 1)
	r := late.sync()
	cachetest.Equal(t, "taken and waiting", []int{r.Taken, r.Waiting}, []int{1, 1})
	late.fetch(2)
	b.sync()
	cachetest.Equal(t, "marks", late.marks(), a.marks())
	cachetest.Equal(t, "marks there", b.marks(), a.marks())
	syncAll(a, b, late)
	quiet(t, []*computer{a, b, late})
}

// TestWhatChangedIsWritten protects that a mark is written whatever its time: a restored one is
// old. A mark that a rule made stays on its computer, and so do feeds that are not on the web.
func TestWhatChangedIsWritten(t *testing.T) {
	a, b := pair(t, 3)
	a.mark(feed.Starred, true, "item0")
	path := filepath.Join(t.TempDir(), "old.zip")
	a.Must(rescue.BackUpTo(a.Ctx(), a.Store.Store, path, func(w io.Writer) error {
		_, err := rescue.WriteBackup(a.Ctx(), a.Store.Store, w)
		return err
	}))
	third := newComputer(t, a.dir, a.Clock, 3)
	third.Advance(30 * 24 * time.Hour)
	b.mark(feed.Read, true, "item2")
	syncAll(b, third)
	f, err := os.Open(path)
	b.Must(err)
	defer f.Close()
	info, err := f.Stat()
	b.Must(err)
	_, err = rescue.Restore(b.Ctx(), b.Store.Store, f, info.Size())
	b.Must(err)
	cachetest.Equal(t, "sent", b.sync().Sent, 1)
	third.sync()
	cachetest.Equal(t, "starred", third.List("is:starred"), []string{"item0"})

	q, err := query.Parse("rule")
	b.Must(err)
	b.SetRules([]query.Rule{{Name: "x", Query: q, Star: true, Read: true, Labels: []string{"ruled"}}})
	const command = "exec:print-feed --token secret"
	b.Subscribe(testFeed, command)
	b.SaveItems(testFeed, cachetest.Item("ruled", time.Hour, "a rule"))
	b.SaveItems(command, cachetest.Item("private", time.Hour))
	b.Advance(time.Second)
	b.mark(feed.Read, true, "private")
	cachetest.Equal(t, "sent of rules and commands", b.sync().Sent, 0)
	b.Must(os.Remove(b.ownName()))
	cachetest.Equal(t, "sent of rules and commands, anew", b.sync().Sent, 2)
}

// TestUndoTravels protects that an undo is the last word at other computers, too.
func TestUndoTravels(t *testing.T) {
	a, b := pair(t, 3)
	a.mark(feed.Read, true, "item0", "item1")
	syncAll(a, b)
	cachetest.Equal(t, "read", len(b.List("is:read")), 2)
	a.apply(cache.UndoLast{})
	syncAll(a, b)
	cachetest.Equal(t, "read after undo", len(b.List("is:read")), 0)
}

// TestMovedFeed protects the marks of a feed that has another address now.
func TestMovedFeed(t *testing.T) {
	a, b := pair(t, 2)
	a.mark(feed.Starred, true, "item1")
	syncAll(a, b)
	a.Must(a.MoveFeed(a.Ctx(), testFeed, "https://new.example/feed"))
	a.sync()
	b.sync()
	b.Subscribe("https://new.example/feed")
	b.SaveItems("https://new.example/feed", cachetest.Item("item1", 2*time.Hour))
	cachetest.Equal(t, "starred", b.List("is:starred feed:=https://new.example/feed"), []string{"item1"})
}

// TestOtherSpelling protects the marks of a feed whose address is spelled in another way.
func TestOtherSpelling(t *testing.T) {
	a, b := pair(t, 2)
	const other = "https://A.example:443/feed"
	a.Must(a.MoveFeed(a.Ctx(), testFeed, other))
	a.mark(feed.Starred, true, "item1")
	a.sync()
	b.sync()
	cachetest.Equal(t, "starred", b.List("is:starred"), []string{"item1"})
}

// TestCopiedDatabase protects that a copy of a database writes files of its own, also if it
// takes the place of its original, and that both agree.
func TestCopiedDatabase(t *testing.T) {
	a, b := pair(t, 4)
	a.mark(feed.Read, true, "item0")
	syncAll(a, b)
	a.Must(a.Vacuum(a.Ctx()))
	content, err := os.ReadFile(a.Path())
	a.Must(err)
	copied := filepath.Join(t.TempDir(), "copy.db")
	write(t, copied, string(content))
	const own = "https://own.example/"
	c := &computer{Store: cachetest.OpenAt(t, copied, a.Clock), dir: a.dir, subs: []feed.Subscription{{URL: own}}}
	a.mark(feed.Starred, true, "item1")
	c.mark(feed.Starred, true, "item2")
	syncAll(a, b, c)
	if a.ownName() == c.ownName() {
		t.Error("a copy has the ID of its original")
	}
	cachetest.Equal(t, "marks of the copy", c.marks(), a.marks())
	cachetest.Equal(t, "marks of the other", b.marks(), a.marks())
	cachetest.Equal(t, "subscriptions", a.list(), testFeed+"  []; "+own+"  []")
	cachetest.Equal(t, "subscriptions of the copy", c.list(), a.list())

	// Two computers of one name with the same path: each finds what the other has written.
	twin := filepath.Join(t.TempDir(), "twin.db")
	write(t, twin, string(content))
	d := &computer{Store: cachetest.OpenAt(t, twin, a.Clock), dir: a.dir, subs: a.subs}
	id, err := a.Setting(a.Ctx(), idSetting+place(a.Path()))
	a.Must(err)
	state, err := a.Setting(a.Ctx(), ownMarksSetting+place(a.Path()))
	a.Must(err)
	d.apply(cache.SetSetting{Key: idSetting + place(d.Path()), Value: id})
	d.apply(cache.SetSetting{Key: ownMarksSetting + place(d.Path()), Value: state})
	d.mark(feed.Hidden, true, "item3")
	a.mark(feed.Read, true, "item3")
	syncAll(d, a, b, c)
	syncAll(d, a, b, c)
	if a.ownName() == d.ownName() {
		t.Error("two databases write the same file")
	}
	for _, other := range []*computer{b, c, d} {
		cachetest.Equal(t, "marks", other.marks(), a.marks())
	}
	quiet(t, []*computer{a, b, c, d})
}

// TestHostileFiles protects the database from what may be in the folder, and that each such
// file is named once.
func TestHostileFiles(t *testing.T) {
	a, b := pair(t, 2)
	a.mark(feed.Read, true, "item0")
	a.sync()
	own, err := os.ReadFile(a.ownName())
	a.Must(err)
	in := func(name string) string { return filepath.Join(a.dir, name) }
	bomb, err := zstd.NewWriter(nil)
	a.Must(err)
	packed := func(s string) string { return string(bomb.EncodeAll([]byte(s), nil)) }
	header := func(id string) string {
		return packed(fmt.Sprintf(`{"dateline":"marks","format":1,"database":%q,"generation":"0123456789abcdef"}`+"\n", id))
	}
	line := `{"feed":"` + testFeed + `","item":"0000000000000001","flag":"read","on":true,"at":"2026-11-23T12:00:00Z"}` + "\n"
	for i, content := range []string{
		"", "text", string(own), header("0000000000000003") + packed(strings.Repeat(line, 100_000)),
		header("0000000000000004") + packed(strings.Repeat("\n", 100<<20)), header("0000000000000005") + packed(`{"feed":"exec:rm","item":"1","flag":"read","on":true}`+"\n"),
		header("0000000000000006") + packed(`{"feed":"`+testFeed+`\u001b[2J","item":"1","flag":"read"}`+"\n"), header("0000000000000007") + packed(line[:40]),
		header("0000000000000008") + packed(line) + packed(line)[:20], strings.Replace(header("0000000000000009"), "1", "2", 1),
	} {
		write(t, in(fmt.Sprintf("marks-%016x.jsonl.zst", i)), content)
		write(t, in(fmt.Sprintf("subscriptions-%016x.jsonl", i)), content)
	}
	write(t, in("notes.txt"), "mine")
	write(t, in("marks-0000000000000001.sync-conflict-20261123-120000-ABC.jsonl.zst"), string(own))
	write(t, in(strings.TrimSuffix(filepath.Base(a.ownName()), ".jsonl.zst")+" (1).jsonl.zst"), string(own))
	b.Must(os.Mkdir(in("marks-00000000000000aa.jsonl.zst"), 0o700))
	b.Must(os.Symlink("/dev/zero", in("marks-00000000000000ab.jsonl.zst")))
	b.Must(os.Symlink(a.Path(), in("subscriptions-00000000000000ab.jsonl")))
	makePipe(t, in("marks-00000000000000ac.jsonl.zst"))
	r := b.sync()
	for _, name := range []string{"notes.txt", "sync-conflict", "marks-0000000000000003", "marks-0000000000000005", "subscriptions-0000000000000002"} {
		if !strings.Contains(strings.Join(r.Problems, "\n"), name) {
			t.Errorf("%s is not named: %s", name, strings.Join(r.Problems, "\n"))
		}
	}
	for _, p := range r.Problems {
		if len(p) > maxMessage || strings.ContainsAny(p, "\n\x1b") {
			t.Errorf("message of %d bytes: %q", len(p), p)
		}
	}
	cachetest.Equal(t, "subscriptions", b.list(), testFeed+"  []")
	cachetest.Equal(t, "named again", b.sync().Problems, []string(nil))
	cachetest.Equal(t, "read", b.List("is:read"), []string{"item0"})
	b.CheckCounts()
}

// TestCutFile protects that a file which ends anywhere gives the marks before its end, and the
// rest when it is whole.
func TestCutFile(t *testing.T) {
	a, b := pair(t, 40)
	for i := range 20 {
		a.mark(feed.Read, true, fmt.Sprint("item", i))
		a.sync()
	}
	whole, err := os.ReadFile(a.ownName())
	a.Must(err)
	seen := 0
	for cut := 0; cut <= len(whole); cut += 1 + len(whole)/23 {
		write(t, a.ownName(), string(whole[:cut]))
		b.sync()
		now := len(b.List("is:read"))
		if now < seen || cut > len(whole)/2 && now == 0 {
			t.Errorf("%d of %d bytes give %d marks, fewer gave %d", cut, len(whole), now, seen)
		}
		seen = now
	}
	write(t, a.ownName(), string(whole))
	b.sync()
	cachetest.Equal(t, "read", len(b.List("is:read")), 20)
}

// TestFolderAway protects the marks that are made while the folder is away, that this is told
// once, and that no other folder is made at its place.
func TestFolderAway(t *testing.T) {
	a, b := pair(t, 3)
	syncAll(a, b)
	away := a.dir + ".away"
	a.Must(os.Rename(a.dir, away))
	a.mark(feed.Read, true, "item0")
	r := a.sync()
	if !r.Away || len(r.Problems) != 1 || !strings.Contains(r.Problems[0], "mount or create it") {
		t.Errorf("got %+v", r)
	}
	r = a.sync()
	cachetest.Equal(t, "told again", r.Problems, []string(nil))
	if _, err := os.Stat(a.dir); err == nil {
		t.Error("another folder was made")
	}
	a.mark(feed.Read, true, "item1")
	a.Must(os.Rename(away, a.dir))
	syncAll(a, b)
	cachetest.Equal(t, "read", b.List("is:read"), []string{"item0", "item1"})
	a.Must(os.Rename(a.dir, away))
	cachetest.Equal(t, "told of the next time", len(a.sync().Problems), 1)
	write(t, a.dir, "a file")
	if r := a.sync(); !r.Away {
		t.Errorf("a file is a folder: %+v", r)
	}
}

// TestReadOnlyFolder protects that a folder that cannot be written loses nothing.
func TestReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("permissions do not bind this user")
	}
	a, b := pair(t, 3)
	syncAll(a, b)
	a.Must(os.Chmod(a.ownName(), 0o400))
	a.Must(os.Chmod(a.dir, 0o500))
	a.mark(feed.Read, true, "item0")
	if r := a.sync(); !r.Away || len(r.Problems) != 1 {
		t.Errorf("got %+v", r)
	}
	a.Must(os.Chmod(a.dir, 0o700))
	syncAll(a, b)
	cachetest.Equal(t, "read", b.List("is:read"), []string{"item0"})
}

// TestUnwritableFolder protects that a computer that cannot write, because the disk is full,
// gets the marks and the subscriptions of the others.
func TestUnwritableFolder(t *testing.T) {
	a, b := pair(t, 2)
	syncAll(a, b)
	b.Must(os.Remove(b.ownName()))
	id := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(b.ownName()), marksPrefix), marksSuffix)
	b.Must(os.MkdirAll(filepath.Join(b.dir, ownFiles{ID: id}.temporary(), "in the way"), 0o700))
	a.mark(feed.Read, true, "item0")
	a.subs = append(a.subs, feed.Subscription{URL: "https://b.example/feed"})
	a.sync()
	if r := b.sync(); !r.Away || len(r.Problems) != 1 {
		t.Errorf("got %+v", r)
	}
	cachetest.Equal(t, "read", b.List("is:read"), []string{"item0"})
	cachetest.Equal(t, "subscriptions", b.list(), a.list())
}

// TestPrivateFiles protects who can read the folder.
func TestPrivateFiles(t *testing.T) {
	a, _ := pair(t, 1)
	a.sync()
	info, err := os.Stat(a.dir)
	a.Must(err)
	cachetest.Equal(t, "folder", info.Mode().Perm(), fs.FileMode(0o700))
	for _, name := range a.files() {
		info, err := os.Stat(filepath.Join(a.dir, name))
		a.Must(err)
		cachetest.Equal(t, name, info.Mode().Perm(), fs.FileMode(0o600))
	}
	cachetest.Equal(t, "files", len(a.files()), 2)
}

// TestLeave protects the cost of marks when there is no folder any more, and the marks that are
// made until there is one again.
func TestLeave(t *testing.T) {
	a, b := pair(t, 3)
	syncAll(a, b)
	a.Must(Leave(a.Ctx(), a.Store.Store))
	n := 0
	a.Must(a.Readers().QueryRow(`SELECT (SELECT count(*) FROM sqlite_schema WHERE type = 'trigger') + (SELECT count(*) FROM changed_marks)`).Scan(&n))
	cachetest.Equal(t, "triggers and changes", n, 0)
	a.mark(feed.Read, true, "item2")
	syncAll(a, b)
	cachetest.Equal(t, "read", b.List("is:read"), []string{"item2"})
}

// TestWrongClock protects that marks of a clock that is ahead do not answer later ones, also
// after the file that has them is read again.
func TestWrongClock(t *testing.T) {
	for _, ahead := range []time.Duration{2 * time.Minute, 23 * time.Hour, 365 * 24 * time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) { wrongClock(t, ahead) })
	}
}

func wrongClock(t *testing.T, ahead time.Duration) {
	dir := filepath.Join(t.TempDir(), "shared")
	right, wrong := cachetest.NewClock(cachetest.Noon()), cachetest.NewClock(cachetest.Noon().Add(ahead))
	a, b := newComputer(t, dir, wrong, 2), newComputer(t, dir, right, 2)
	a.mark(feed.Read, true, "item0")
	a.sync()
	b.sync()
	cachetest.Equal(t, "read", b.List("is:read"), []string{"item0"})
	b.Advance(time.Hour)
	b.mark(feed.Read, false, "item0")
	b.sync()
	b.Advance(9 * 24 * time.Hour)
	a.mark(feed.Starred, true, "item1")
	a.Must(os.Remove(a.ownName()))
	a.sync()
	b.sync()
	cachetest.Equal(t, "read after a week", b.List("is:read"), []string{})
	cachetest.Equal(t, "starred", b.List("is:starred"), []string{"item1"})

	// The servers tell the computer what time it is: then its marks are corrected.
	a.Must(a.SetServerTime(a.Ctx(), right.Now()))
	a.sync()
	b.Advance(time.Minute)
	b.mark(feed.Starred, false, "item1")
	b.mark(feed.Read, true, "item0")
	syncAll(b, a)
	cachetest.Equal(t, "marks", a.marks(), b.marks())
}

// TestFileIsWrittenAnew protects the size of the files, and that nothing is lost then.
func TestFileIsWrittenAnew(t *testing.T) {
	a, b := pair(t, 3)
	size := func() int64 {
		info, err := os.Stat(a.ownName())
		a.Must(err)
		return info.Size()
	}
	a.mark(feed.Read, true, "item0")
	syncAll(a, b)
	small := size()
	for i := range 30 {
		a.mark(feed.Starred, i%2 == 0, "item1")
		a.sync()
	}
	grown := size()
	a.Advance(8 * 24 * time.Hour)
	a.mark(feed.Starred, true, "item2")
	a.sync()
	if now := size(); grown < small+1000 || now > small+300 {
		t.Errorf("%d bytes, %d after 30 marks, %d after a week", small, grown, now)
	}
	syncAll(b, a)
	cachetest.Equal(t, "marks", b.marks(), a.marks())
	quiet(t, []*computer{a, b})
}

// TestSubscriptionsThroughFiles protects the way of subscriptions: a fresh computer gets all,
// and what is removed, renamed or subscribed again travels.
func TestSubscriptionsThroughFiles(t *testing.T) {
	a, b := pair(t, 1)
	const more = "https://more.example/"
	a.subs = append(a.subs, feed.Subscription{URL: more, Name: "More", Tags: []string{"x"}}, feed.Subscription{URL: "exec:secret"},
		feed.Subscription{URL: "https://account.example/", Account: "home"})
	b.subs = nil
	syncAll(a, b)
	cachetest.Equal(t, "fresh computer", b.list(), testFeed+"  []; "+more+" More [x]")
	b.subs = b.subs[:1]
	kept := b.list()
	syncAll(b, a)
	if a.find(b.subs[0].URL) < 0 || len(a.subs) != 3 {
		t.Errorf("after a removal: %s", a.list())
	}
	cachetest.Equal(t, "removed", b.list(), kept)
	b.subs = append(b.subs, feed.Subscription{URL: more, Name: "Again"}, feed.Subscription{URL: testFeed})
	b.subs = b.subs[len(b.subs)-2:]
	syncAll(b, a)
	cachetest.Equal(t, "subscribed again", a.subs[a.find(more)].Name, "Again")
	a.subs[a.find(more)].Tags = []string{"y"}
	syncAll(a, b)
	cachetest.Equal(t, "tagged", b.subs[b.find(more)].Tags, []string{"y"})
	for _, name := range a.files() {
		content, err := os.ReadFile(filepath.Join(a.dir, name))
		a.Must(err)
		if strings.Contains(string(content), "secret") || strings.Contains(string(content), "account.example") {
			t.Errorf("%s has what must not travel", name)
		}
	}
	quiet(t, []*computer{a, b})
}

// TestTakenBackAtOnce protects that the user may take back what another computer did before
// the next sync.
func TestTakenBackAtOnce(t *testing.T) {
	a, b := pair(t, 1)
	const other = "https://b.example/feed"
	syncAll(a, b)
	a.subs = append(a.subs, feed.Subscription{URL: other})
	a.subs[0].Tags = []string{"x"}
	a.sync()
	b.sync()
	cachetest.Equal(t, "after the sync", b.list(), testFeed+"  [x]; "+other+"  []")
	b.Must(editor{b}.Unsubscribe(b.Ctx(), other))
	b.subs[0].Tags = nil
	syncAll(b, a)
	for _, c := range []*computer{a, b} {
		cachetest.Equal(t, "after b took it back", c.list(), testFeed+"  []")
	}
	a.subs = append(a.subs, feed.Subscription{URL: other})
	syncAll(a, b)
	a.Must(editor{a}.Unsubscribe(a.Ctx(), other))
	a.sync()
	b.sync()
	b.subs = append(b.subs, feed.Subscription{URL: other})
	syncAll(b, a)
	cachetest.Equal(t, "after b subscribed again", a.list(), testFeed+"  []; "+other+"  []")
}

// TestOlderFilesComeBack protects that a database stays the same one for the others if its
// folder was an empty one for a while, because the disk was away, or if an older version of
// its file comes back.
func TestOlderFilesComeBack(t *testing.T) {
	a, b := pair(t, 2)
	syncAll(a, b)
	for range 3 {
		name, away := a.ownName(), a.dir+"-away"
		a.Must(os.Rename(a.dir, away))
		a.Must(os.Mkdir(a.dir, 0o700))
		a.mark(feed.Starred, true, "item1")
		a.sync()
		a.mark(feed.Starred, false, "item1")
		a.sync()
		a.Must(os.RemoveAll(a.dir))
		a.Must(os.Rename(away, a.dir))
		syncAll(a, b)
		cachetest.Equal(t, "the file", a.ownName(), name)
		cachetest.Equal(t, "marks", b.marks(), a.marks())
	}
	cachetest.Equal(t, "files", len(a.files()), 4)
}

// TestKilledAfterRename protects that a process that is killed between writing the file anew
// and recording that leaves no second database in the folder.
func TestKilledAfterRename(t *testing.T) {
	a, b := pair(t, 2)
	syncAll(a, b)
	name := a.ownName()
	for n := range 3 {
		a.mark(feed.Starred, n%2 == 0, "item1")
		a.sync() // it appends, so that the file is written anew later
		a.mark(feed.Read, n%2 == 0, "item1")
		a.Must(a.Write(a.Ctx(), "test", func(tx *sql.Tx) error {
			_, err := tx.Exec(`CREATE TRIGGER killed BEFORE DELETE ON changed_marks BEGIN SELECT raise(ABORT, 'killed'); END`)
			return err
		}))
		a.Advance(2 * wholeAfter)
		if _, err := Sync(a.Ctx(), a.Store.Store, a.dir, a.subs, a.Now()); err == nil {
			t.Fatal("the sync was not interrupted")
		}
		a.Must(a.Write(a.Ctx(), "test", func(tx *sql.Tx) error {
			_, err := tx.Exec(`DROP TRIGGER killed`)
			return err
		}))
		syncAll(a, b)
		cachetest.Equal(t, "the file", a.ownName(), name)
	}
	cachetest.Equal(t, "files", len(a.files()), 4)
	cachetest.Equal(t, "marks", b.marks(), a.marks())
}

// TestLoginInAddress protects the secrets of a feed whose address has a user and a password: no
// file has them. Marks and subscriptions agree with those of a computer with another login.
func TestLoginInAddress(t *testing.T) {
	a, b := pair(t, 1)
	const plain = "https://c.example/feed"
	of := map[*computer]string{a: "https://ann:geheim@c.example/feed", b: "https://bob:segreto@c.example/feed"}
	for c, url := range of {
		c.subs = append(c.subs, feed.Subscription{URL: url})
		c.Subscribe(testFeed, url)
		c.SaveItems(url, cachetest.Item("private", time.Hour))
		c.Advance(time.Second)
	}
	syncAll(a, b)
	a.mark(feed.Starred, true, "private")
	a.subs[1].Name = "Mine"
	syncAll(a, b)
	cachetest.Equal(t, "starred", b.List("is:starred"), []string{"private"})
	cachetest.Equal(t, "subscriptions", b.list(), testFeed+"  []; "+of[b]+" Mine []")
	for _, name := range a.files() {
		content, err := os.ReadFile(filepath.Join(a.dir, name))
		a.Must(err)
		if strings.HasSuffix(name, marksSuffix) {
			z, err := zstd.NewReader(nil)
			a.Must(err)
			content, err = z.DecodeAll(content, nil)
			a.Must(err)
		}
		if !strings.Contains(string(content), plain) {
			t.Errorf("%s has nothing of the feed", name)
		}
		for _, secret := range []string{"ann", "geheim", "bob", "segreto"} {
			if strings.Contains(string(content), secret) {
				t.Errorf("%s has %q", name, secret)
			}
		}
	}
	quiet(t, []*computer{a, b})
}
