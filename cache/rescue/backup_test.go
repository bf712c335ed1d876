package rescue

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/query"
)

// backup returns a backup of the store.
func (s testStore) backup() *bytes.Reader {
	s.T.Helper()
	var b bytes.Buffer
	_, err := WriteBackup(s.Ctx(), s.Store.Store, &b)
	s.Must(err)
	return bytes.NewReader(b.Bytes())
}

func (s testStore) restore(b *bytes.Reader) Restored {
	s.T.Helper()
	r, err := Restore(s.Ctx(), s.Store.Store, b, b.Size())
	s.Must(err)
	return r
}

// doEverything makes every kind of mark on items of the feeds a and b.
func (s testStore) doEverything() {
	s.T.Helper()
	s.Subscribe("https://a.example/", "https://b.example/")
	s.SaveItems("https://a.example/", cachetest.Item("1", time.Hour), cachetest.Item("2", 2*time.Hour), cachetest.Item("3", 3*time.Hour))
	s.SaveItems("https://b.example/", cachetest.Item("4", 4*time.Hour), cachetest.Item("5", 5*time.Hour), cachetest.Item("6", 6*time.Hour))
	s.Advance(time.Minute)
	s.MarkItems(feed.Read, true, "1", "4")
	s.MarkItems(feed.Read, true, "2")
	s.Advance(time.Minute)
	s.MarkItems(feed.Read, false, "2")
	s.MarkItems(feed.Starred, true, "3")
	s.MarkItems(feed.Hidden, true, "5")
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("6"), Flag: feed.Label, Label: "to keep", On: true},
		feed.Mark{Items: s.IDs("1"), Flag: feed.Snooze, On: true, Until: s.Now().Add(48 * time.Hour)}))
	_, err := s.Apply(s.Ctx(), cache.SetProgress{Item: s.ID("3"), Permille: 400})
	s.Must(err)
}

// hasEverything checks the marks of doEverything.
func (s testStore) hasEverything() {
	s.T.Helper()
	cachetest.Equal(s.T, "read", s.List("is:read is:snoozed or is:read"), []string{"1", "4"})
	cachetest.Equal(s.T, "unread", s.List("is:unread"), []string{"2", "3", "6"})
	cachetest.Equal(s.T, "starred", s.List("is:starred"), []string{"3"})
	cachetest.Equal(s.T, "hidden", s.List("is:hidden"), []string{"5"})
	cachetest.Equal(s.T, "labelled", s.List(`label:"to keep"`), []string{"6"})
	cachetest.Equal(s.T, "snoozed", s.List("is:snoozed"), []string{"1"})
	permille, err := s.Progress(s.Ctx(), s.ID("3"))
	s.Must(err)
	cachetest.Equal(s.T, "progress", permille, 400)
	s.CheckCounts()
}

// TestRestoreIntoEmptyDatabase checks that a backup restores all marks after the loss
// of the database, as soon as the feeds list the items again, also through another
// backup.
func TestRestoreIntoEmptyDatabase(t *testing.T) {
	old := open(t)
	old.doEverything()
	s := open(t)
	r := s.restore(old.backup())
	cachetest.Equal(t, "subscriptions", len(r.Subscriptions), 2)
	cachetest.Equal(t, "marks", r.Marks, 8)
	cachetest.Equal(t, "changed", r.Changed, 0)
	cachetest.Equal(t, "waiting", r.Pending, 8)
	third := open(t)
	third.restore(s.backup())
	for _, s := range []testStore{s, third} {
		s.Advance(time.Hour)
		s.Subscribe("https://a.example/", "https://b.example/")
		s.SaveItems("https://a.example/", cachetest.Item("1", time.Hour), cachetest.Item("2", 2*time.Hour))
		s.SaveItems("https://b.example/", cachetest.Item("4", 4*time.Hour), cachetest.Item("5", 5*time.Hour), cachetest.Item("6", 6*time.Hour))
		s.SaveItems("https://a.example/", cachetest.Item("1", time.Hour), cachetest.Item("2", 2*time.Hour), cachetest.Item("3", 3*time.Hour))
		s.hasEverything()
	}
}

// TestRestoreKeepsNewerMarks checks that a backup restored into its own database
// changes nothing, that an older backup does not replace newer marks, and that newer
// marks of a backup replace older ones.
func TestRestoreKeepsNewerMarks(t *testing.T) {
	s := open(t)
	s.doEverything()
	before := s.backup()
	cachetest.Equal(t, "waiting", s.restore(before).Pending, 0)
	s.hasEverything()
	s.Advance(time.Minute)
	s.MarkItems(feed.Starred, false, "3")
	s.MarkItems(feed.Read, false, "4")
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("6"), Flag: feed.Label, Label: "to keep"}))
	after := s.backup()
	s.restore(before)
	cachetest.Equal(t, "unread", s.List("is:unread"), []string{"2", "3", "4", "6"})
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{})
	cachetest.Equal(t, "labelled", s.List("is:labelled"), []string{})
	s.CheckCounts()
	other := open(t)
	other.doEverything()
	other.restore(after)
	cachetest.Equal(t, "unread in another cache", other.List("is:unread"), []string{"2", "3", "4", "6"})
	cachetest.Equal(t, "starred in another cache", other.List("is:starred"), []string{})
	other.CheckCounts()
}

// TestRestoreCountsWhatChanges checks that of the marks of a backup only those count that
// change an item.
func TestRestoreCountsWhatChanges(t *testing.T) {
	s := open(t)
	s.doEverything()
	before := s.backup()
	cachetest.Equal(t, "changed by a backup of the same state", s.restore(before).Changed, 0)
	fresh := open(t)
	fresh.Advance(time.Hour)
	fresh.Subscribe("https://a.example/", "https://b.example/")
	fresh.SaveItems("https://a.example/", cachetest.Item("1", time.Hour), cachetest.Item("2", 2*time.Hour), cachetest.Item("3", 3*time.Hour))
	fresh.SaveItems("https://b.example/", cachetest.Item("4", 4*time.Hour), cachetest.Item("5", 5*time.Hour), cachetest.Item("6", 6*time.Hour))
	cachetest.Equal(t, "changed in a new database", fresh.restore(before).Changed, 7) // that 2 is unread is no change
	fresh.hasEverything()
	s.Advance(time.Minute)
	s.MarkItems(feed.Starred, false, "3")
	s.MarkItems(feed.Read, false, "4")
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("6"), Flag: feed.Label, Label: "to keep"}, feed.Mark{Items: s.IDs("1"), Flag: feed.Snooze}))
	cachetest.Equal(t, "changed by older marks", s.restore(before).Changed, 0)
	after := s.backup()
	cachetest.Equal(t, "changed by newer marks", fresh.restore(after).Changed, 4)
	cachetest.Equal(t, "changed by the same again", fresh.restore(after).Changed, 0)
}

// TestRestoreComesBeforeRules checks that a restored mark replaces the mark of a rule,
// although it is older than the item's arrival.
func TestRestoreComesBeforeRules(t *testing.T) {
	old := open(t)
	old.doEverything()
	s := open(t)
	q, err := query.Parse("title:2")
	s.Must(err)
	s.SetRules([]query.Rule{{Name: "no twos", Query: q, Read: true}})
	s.restore(old.backup())
	s.Advance(time.Hour)
	s.Subscribe("https://a.example/")
	s.SaveItems("https://a.example/", cachetest.Item("1", time.Hour), cachetest.Item("2", 2*time.Hour))
	cachetest.Equal(t, "unread", s.List("is:unread"), []string{"2"})
	s.CheckCounts()
}

// TestRestoreRefuses checks that a file that is not a backup, or is cut off, is
// refused and changes nothing.
func TestRestoreRefuses(t *testing.T) {
	old := open(t)
	old.doEverything()
	whole, err := io.ReadAll(old.backup())
	old.Must(err)
	for _, data := range []string{"", "no backup", string(whole[:len(whole)-10])} {
		s := open(t)
		_, err := Restore(t.Context(), s.Store.Store, strings.NewReader(data), int64(len(data)))
		if !errors.Is(err, errNoBackup) {
			t.Errorf("%d bytes: %v", len(data), err)
		}
		n, err := db.Integers(s.Ctx(), s.Readers(), db.SQL(`SELECT count(*) FROM pending_marks`))
		s.Must(err)
		cachetest.Equal(t, "waiting", n, []int64{0})
	}
}

// TestBackupsRotate checks that only the user can read backups, and that those of the
// last week and one of each month before are kept. An empty database displaces none of
// them.
func TestBackupsRotate(t *testing.T) {
	s := open(t)
	path, err := BackUpDaily(s.Ctx(), s.Store.Store)
	s.Must(err)
	cachetest.Equal(t, "backup of an empty cache", path, "")
	s.doEverything()
	for range 70 {
		path, err = BackUpDaily(s.Ctx(), s.Store.Store)
		s.Must(err)
		again, err := BackUpDaily(s.Ctx(), s.Store.Store)
		s.Must(err)
		cachetest.Equal(t, "second backup of a day", again, "")
		s.Advance(24 * time.Hour)
	}
	info, err := os.Stat(path)
	s.Must(err)
	cachetest.Equal(t, "permissions", info.Mode().Perm(), os.FileMode(0o600))
	info, err = os.Stat(filepath.Dir(path))
	s.Must(err)
	cachetest.Equal(t, "permissions of the directory", info.Mode().Perm(), os.FileMode(0o700))
	entries, err := os.ReadDir(filepath.Dir(path))
	s.Must(err)
	cachetest.Equal(t, "files", len(entries), len(ListBackups(s.Path())))
	var days []string
	for _, b := range ListBackups(s.Path()) {
		days = append(days, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(b), "cache-"), ".zip"))
	}
	cachetest.Equal(t, "days", days, []string{"2027-01-31", "2027-01-30", "2027-01-29", "2027-01-28", "2027-01-27", "2027-01-26", "2027-01-25",
		"2027-01-24", "2026-12-31", "2026-11-30"})
}

// TestBackupLines checks that the lines formatted by hand are those of encoding/json.
func TestBackupLines(t *testing.T) {
	at := noon.Add(123456 * time.Microsecond)
	for _, l := range []MarkLine{
		{Feed: `https://a.example/?a="b"&c=<d>`, Item: identityHex(-1), Flag: "read", On: true, At: at},
		{Feed: "https://b.example/ü", Item: identityHex(1), Flag: "hidden", At: noon},
		{Feed: "b", Item: identityHex(1), Flag: "starred", On: true, At: noon, Title: "A \"title\"", Link: "c"},
		{Feed: "b", Item: identityHex(1), Flag: cache.FlagProgress, On: true, Permille: 7},
	} {
		var b bytes.Buffer
		if err := NewMarkWriter(&b).Write(l); err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		cachetest.Equal(t, "line", b.String(), string(want)+"\n")
	}
}
