package folder

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// computer is a database with its configuration.
type computer struct {
	cachetest.Store
	dir  string
	subs []feed.Subscription
}

const testFeed = "https://a.example/feed"

// newComputer returns a computer with the folder dir and the items 0 to n-1 of testFeed.
func newComputer(t testing.TB, dir string, clock *cachetest.Clock, n int) *computer {
	t.Helper()
	c := &computer{Store: cachetest.OpenAt(t, filepath.Join(t.TempDir(), "cache.db"), clock), dir: dir}
	c.subs = []feed.Subscription{{URL: testFeed}}
	c.fetch(n)
	return c
}

// fetch saves the items 0 to n-1 of testFeed. No mark is made at the time of their arrival.
func (c *computer) fetch(n int) {
	c.T.Helper()
	c.Subscribe(testFeed)
	var items []feed.Article
	for i := range n {
		items = append(items, cachetest.Item(fmt.Sprint("item", i), time.Duration(i+1)*time.Hour))
	}
	c.SaveItems(testFeed, items...)
	c.Advance(time.Second)
}

// sync syncs once, makes the changes of subscriptions, and moves the clock.
func (c *computer) sync() Result {
	c.T.Helper()
	r, err := Sync(c.Ctx(), c.Store.Store, c.dir, c.subs, c.Now())
	c.Must(err)
	c.Must(r.Apply(c.Ctx(), c.Store.Store, editor{c}))
	c.Advance(time.Second)
	return r
}

// editor implements [Editor] with the list of a computer.
type editor struct{ *computer }

func (e editor) Subscribe(_ context.Context, subs ...feed.Subscription) error {
	for _, sub := range subs {
		if e.find(sub.URL) < 0 {
			e.subs = append(e.subs, sub)
		}
	}
	return nil
}

func (e editor) Unsubscribe(_ context.Context, url string) error {
	e.subs = slices.Delete(e.subs, e.find(url), e.find(url)+1)
	return nil
}

func (e editor) Relabel(_ context.Context, url, name string, tags []string) error {
	e.subs[e.find(url)].Name, e.subs[e.find(url)].Tags = name, tags
	return nil
}

func (c *computer) find(url string) int {
	return slices.IndexFunc(c.subs, func(sub feed.Subscription) bool { return sub.URL == url })
}

// list returns the subscriptions with names and tags, in order of their addresses.
func (c *computer) list() string {
	var lines []string
	for _, sub := range c.subs {
		lines = append(lines, fmt.Sprint(sub.URL, " ", sub.Name, " ", sub.Tags))
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}

// marks returns all marks that the user can see, one a line.
func (c *computer) marks() string {
	c.T.Helper()
	rows, err := c.Readers().Query(`SELECT d.key || ' read ' || i.read || ' starred ' || i.starred || ' hidden ' || i.hidden || ' snoozed ' || coalesce(i.snoozed_until, 0)
		|| ' labels ' || coalesce((SELECT group_concat(l.name, ',' ORDER BY l.name) FROM labels l WHERE l.pos = i.pos AND l.held), '')
		|| ' progress ' || coalesce((SELECT p.permille FROM progress p WHERE p.id = i.id), 0) FROM items i JOIN details d ON d.id = i.id ORDER BY d.key`)
	c.Must(err)
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		c.Must(rows.Scan(&line))
		lines = append(lines, line)
	}
	c.Must(rows.Err())
	return strings.Join(lines, "\n")
}

// files returns the names of the files in the folder.
func (c *computer) files() []string {
	c.T.Helper()
	r := &round{ctx: c.Ctx(), store: c.Store.Store, dir: c.dir}
	c.Must(r.open())
	return slices.Sorted(maps.Keys(r.files))
}

// ownName returns the name of the computer's file of marks.
func (c *computer) ownName() string {
	c.T.Helper()
	id, err := c.Setting(c.Ctx(), idSetting+place(c.Path()))
	c.Must(err)
	return filepath.Join(c.dir, ownFiles{ID: id}.marks())
}

func (c *computer) apply(change cache.Change) {
	c.T.Helper()
	_, err := c.Apply(c.Ctx(), change)
	c.Must(err)
	c.Advance(time.Second)
}

func (c *computer) mark(flag feed.Flag, on bool, keys ...string) {
	c.T.Helper()
	c.apply(cache.MarkItems{{Items: c.IDs(keys...), Flag: flag, On: on, At: c.Now()}})
}
