package folder

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"dateline/cache/cachetest"
	"dateline/feed"
)

// TestLastYear protects the sync from times at the end of the year 9999: JSON has no later ones,
// so a change after such a word, or a snooze in another time zone, could not be written.
func TestLastYear(t *testing.T) {
	a, b := pair(t, 1)
	syncAll(a, b)
	const id, last = "0123456789abcdef", "9999-12-31T23:59:59.999999"
	write(t, filepath.Join(b.dir, subscriptionsPrefix+id+subscriptionsSuffix), `{"dateline":"subscriptions","format":1,"database":"`+id+`"}`+"\n"+
		`{"feed":"`+testFeed+`","on":true,"at":"`+last+`Z","name":"Last","name_at":"`+last+`Z","tags":["x"],"tags_at":"`+last+`Z"}`+"\n"+
		`{"feed":"https://zone.example/","on":true,"at":"`+last+`-12:00"}`+"\n")
	var identity int64
	b.Must(b.Readers().QueryRow(`SELECT identity FROM items`).Scan(&identity))
	z, err := zstd.NewWriter(nil)
	b.Must(err)
	marks := z.EncodeAll([]byte(`{"dateline":"marks","format":1,"database":"`+id+`","generation":"`+id+`"}`+"\n"), nil)
	marks = z.EncodeAll(fmt.Appendf(nil, `{"feed":%q,"item":"%016x","flag":"snooze","on":true,"at":"2026-11-23T12:00:01Z","until":"%s-12:00"}`+"\n", testFeed, uint64(identity), last), marks)
	write(t, filepath.Join(b.dir, marksPrefix+id+marksSuffix), string(marks))
	if told := strings.Join(b.sync().Problems, "\n"); strings.Count(told, id) != 2 {
		t.Errorf("told: %s", told)
	}
	syncAll(b, a)
	b.subs[0].Name, b.subs[0].Tags = "Mine", []string{"y"}
	syncAll(b, a)
	b.subs = append(b.subs[1:], feed.Subscription{URL: "https://d.example/feed"})
	syncAll(b, a)
	cachetest.Equal(t, "subscriptions", a.list(), b.list())
	cachetest.Equal(t, "marks", a.marks(), b.marks())
	quiet(t, []*computer{a, b})
}
