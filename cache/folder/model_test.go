package folder

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// model is what all computers have to agree on: the last mark of each item and flag.
type model struct {
	t         *testing.T
	rand      *rand.Rand
	computers []*computer
	last      map[string]string
	// versions are contents that files of the folder had.
	versions map[string][][]byte
}

const modelItems = 12

// state returns the marks of a computer by item and flag.
func state(c *computer) map[string]string {
	of := map[string]string{}
	for line := range strings.Lines(c.marks()) {
		words := strings.Split(strings.TrimSpace(line), " ")
		for i := 1; i+1 < len(words); i += 2 {
			of[words[0]+" "+words[i]] = words[i+1]
		}
	}
	return of
}

// act makes a random change on a random computer. What it touches is the last word.
func (m *model) act() {
	c := m.computers[m.rand.IntN(len(m.computers))]
	before := state(c)
	key := fmt.Sprint("item", m.rand.IntN(modelItems))
	flag := []feed.Flag{feed.Read, feed.Starred, feed.Hidden}[m.rand.IntN(3)]
	on := m.rand.IntN(2) == 0
	touched := ""
	switch m.rand.IntN(8) {
	case 0:
		c.apply(cache.MarkItems{{Items: c.IDs(key), Flag: feed.Label, Label: "later", On: on, At: c.Now()}})
		touched = key + " labels"
	case 1:
		until := time.Time{}
		if on {
			until = c.Now().Add(time.Duration(m.rand.IntN(99)) * time.Hour)
		}
		c.apply(cache.MarkItems{{Items: c.IDs(key), Flag: feed.Snooze, On: on, At: c.Now(), Until: until}})
		touched = key + " snoozed"
	case 2:
		c.apply(cache.SetProgress{Item: c.ID(key), Permille: m.rand.IntN(1000)})
		touched = key + " progress"
	case 3:
		if _, err := c.Apply(c.Ctx(), cache.UndoLast{}); err == nil {
			c.Advance(time.Second)
		}
	default:
		c.mark(flag, on, key)
		touched = key + " " + string(flag)
	}
	after := state(c)
	for what, value := range after {
		if value != before[what] || what == touched {
			m.last[what] = value
		}
	}
}

// harm does to a random file of the folder what a program that copies it may do.
func (m *model) harm() {
	c := m.computers[0]
	names := c.files()
	if len(names) == 0 {
		return
	}
	name := names[m.rand.IntN(len(names))]
	path := filepath.Join(c.dir, name)
	content, err := os.ReadFile(path)
	if err != nil {
		m.t.Fatal(err)
	}
	m.versions[name] = append(m.versions[name], content)
	switch m.rand.IntN(6) {
	case 0:
		err = os.Remove(path)
	case 1:
		err = os.WriteFile(path, content[:m.rand.IntN(len(content)+1)], 0o600)
	case 2:
		err = os.WriteFile(path+" (1)", content, 0o600)
	case 3: // an older version comes back
		err = os.WriteFile(path, m.versions[name][m.rand.IntN(len(m.versions[name]))], 0o600)
	case 4:
		err = os.WriteFile(path, append(bytes.Clone(content), 0, 0, 0, 0), 0o600)
	case 5:
		if len(content) > 0 {
			content = bytes.Clone(content)
			content[m.rand.IntN(len(content))] ^= 1
		}
		err = os.WriteFile(path, content, 0o600)
	}
	if err != nil {
		m.t.Fatal(err)
	}
	c.Advance(time.Second)
}

// TestComputersAgree protects the purpose of the folder: after random marks on several
// computers, with random damage to the files, quiet rounds make all equal, and each flag is
// what somebody did last.
func TestComputersAgree(t *testing.T) {
	seeds := 12
	if testing.Short() {
		seeds = 4
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			dir, clock := filepath.Join(t.TempDir(), "shared"), cachetest.NewClock(cachetest.Noon())
			m := &model{t: t, rand: rand.New(rand.NewPCG(uint64(seed), 1)), last: map[string]string{}, versions: map[string][][]byte{}}
			for range 2 + seed%2 {
				m.computers = append(m.computers, newComputer(t, dir, clock, modelItems))
			}
			for what, value := range state(m.computers[0]) {
				m.last[what] = value
			}
			for range 60 {
				switch m.rand.IntN(6) {
				case 0:
					m.computers[m.rand.IntN(len(m.computers))].sync()
				case 1:
					m.harm()
				default:
					m.act()
				}
			}
			for range 3 {
				for _, c := range m.computers {
					c.sync()
				}
			}
			for i, c := range m.computers {
				got := state(c)
				for what, want := range m.last {
					if got[what] != want {
						t.Errorf("computer %d: %s is %s, want %s", i, what, got[what], want)
					}
				}
				c.CheckCounts()
			}
			quiet(t, m.computers)
		})
	}
}

// quiet checks that nothing is written any more.
func quiet(t *testing.T, computers []*computer) {
	t.Helper()
	sizes := func() (list []string) {
		for _, name := range computers[0].files() {
			info, err := os.Stat(filepath.Join(computers[0].dir, name))
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, fmt.Sprint(name, info.Size(), info.ModTime()))
		}
		return list
	}
	before := sizes()
	for range 2 {
		for _, c := range computers {
			r := c.sync()
			if r.Taken != 0 || r.Sent != 0 || len(r.Problems) != 0 {
				t.Errorf("a quiet round did something: %+v", r)
			}
		}
	}
	if after := sizes(); !slices.Equal(before, after) {
		t.Errorf("quiet rounds changed files:\n%v\n%v", before, after)
	}
}
