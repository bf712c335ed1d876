package folder

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"dateline/cache/cachetest"
)

// FuzzForeignFiles protects the database from whatever is in the files of others: reading them
// neither fails nor takes memory without end, reading them twice changes nothing, and the
// subscriptions of this computer stay or are removed by a word about them.
func FuzzForeignFiles(f *testing.F) {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		f.Fatal(err)
	}
	const id = "0123456789abcdef"
	marks := `{"dateline":"marks","format":1,"database":"` + id + `","generation":"` + id + `"}` + "\n"
	line := func(flag, rest string) string {
		return fmt.Sprintf(`{"feed":%q,"item":"000000000000000a","flag":%q,"on":true,"at":"2026-11-23T12:00:01Z"%s}`+"\n", testFeed, flag, rest)
	}
	words := `{"dateline":"subscriptions","format":1,"database":"` + id + `"}` + "\n"
	pack := func(parts ...string) (all []byte) {
		for _, p := range parts {
			all = z.EncodeAll([]byte(p), all)
		}
		return all
	}
	f.Add(pack(marks, line("read", ""), line("label", `,"label":"x"`)), []byte(words+`{"feed":"https://b.example/","on":true,"at":"2026-11-23T12:00:00Z","name":"B","tags":["x"]}`+"\n"))
	f.Add(pack(marks, line("snooze", `,"until":"9999-11-23T12:00:01Z"`))[:90], []byte(words+`{"feed":"`+testFeed+`","on":false,"at":"2027-11-23T12:00:00Z"}`+"\n"))
	f.Add(pack(marks, line("place", `,"permille":1000`), line("later", "")), []byte(words+`{"feed":"exec:x","on":true}`+"\n{"))
	f.Fuzz(func(t *testing.T, marks, subscriptions []byte) {
		c := newComputer(t, filepath.Join(t.TempDir(), "shared"), cachetest.NewClock(cachetest.Noon()), 1)
		c.sync()
		for name, content := range map[string][]byte{marksPrefix + id + marksSuffix: marks, subscriptionsPrefix + id + subscriptionsSuffix: subscriptions} {
			if err := os.WriteFile(filepath.Join(c.dir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		c.sync()
		before, list := c.marks(), c.list()
		later := time.Now().Add(time.Hour)
		for _, name := range []string{marksPrefix + id + marksSuffix, subscriptionsPrefix + id + subscriptionsSuffix} {
			if err := os.Chtimes(filepath.Join(c.dir, name), later, later); err != nil {
				t.Fatal(err)
			}
		}
		c.sync()
		cachetest.Equal(t, "marks", c.marks(), before)
		cachetest.Equal(t, "subscriptions", c.list(), list)
		c.CheckCounts()
	})
}
