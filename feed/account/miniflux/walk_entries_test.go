package miniflux

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dateline/feed/account/minifluxtest"
)

// TestEntriesYieldsWhatIsWanted protects that exactly the wanted entries come, once each,
// whatever is known of the lists and however the wanted ones are spread.
func TestEntriesYieldsWhatIsWanted(t *testing.T) {
	web, s := start(t)
	random := rand.New(rand.NewPCG(1, 2))
	var all []int64
	for i := range 6 {
		all = append(all, fill(web, 150+i)...)
		web.SkipIDs(int64(random.IntN(3000)))
	}
	for i, id := range all {
		web.MarkRead(i%3 > 0, id)
		web.MarkStarred(i%50 == 0, id)
	}
	for round := range 30 {
		if random.IntN(3) == 0 {
			s = connect(web, s.settings)
		}
		for _, list := range []func() error{
			func() error { _, err := s.Unread(t.Context()); return err },
			func() error { _, err := s.Starred(t.Context()); return err },
			func() error { _, _, err := s.Newest(t.Context(), random.IntN(len(all))+1); return err },
		} {
			if random.IntN(2) == 0 {
				if err := list(); err != nil {
					t.Fatal(err)
				}
			}
		}
		// What was learned is old by now.
		web.MarkRead(random.IntN(2) == 0, all[random.IntN(len(all))], all[random.IntN(len(all))])
		s.pageSize = random.IntN(400) + minPageSize
		var wanted []string
		share := random.Float64() * random.Float64()
		for i, id := range all {
			if random.Float64() < share || i == round {
				wanted = append(wanted, entryID(id))
			}
		}
		unknown := entryID(all[len(all)-1] + 5)
		got := fetchAll(t, s, append(wanted, unknown, "0", "x"))
		if !slices.Equal(sorted(got), wanted) || len(got) != len(wanted) {
			t.Fatalf("round %d: %d of %d entries", round, len(got), len(wanted))
		}
	}
}

// TestCostOfEntries protects that entries cost few requests, and few entries that nobody
// wanted.
func TestCostOfEntries(t *testing.T) {
	web, s := start(t)
	ids := fill(web, 20_000)
	read := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id%10 == 0 })
	web.MarkRead(true, read...)
	ctx := t.Context()
	unread, err := s.Unread(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Newest(ctx, 2000); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name              string
		wanted            []string
		requests, entries int
	}{
		{"one", entryIDs(ids[100:101]), 1, 1},
		{"the newest five", entryIDs(ids[19_995:]), 1, 5},
		{"two ends", entryIDs([]int64{ids[0], ids[19_999]}), 2, 2},
		{"three in a row and one far away", entryIDs([]int64{ids[5], ids[6], ids[7], ids[15_000]}), 2, 4},
		{"2000 unread of 20,000", unread, 7, 2010},
		{"1000 in a row", entryIDs(ids[8000:9000]), 5, 1000},
	} {
		s.pageSize = firstPageSize
		web.ResetCounts()
		got := fetchAll(t, s, c.wanted)
		if n := web.Counts(); len(got) != len(c.wanted) || len(n.Paths) > c.requests || n.Entries > c.entries {
			t.Errorf("%s: %d of %d entries, %d requests, %d entries sent", c.name, len(got), len(c.wanted), len(n.Paths), n.Entries)
		}
	}
}

// TestReadMeanwhile protects that an entry which was read after the list of unread ones was
// read is still fetched.
func TestReadMeanwhile(t *testing.T) {
	web, s := start(t)
	ids := fill(web, 3000)
	web.MarkRead(true, ids[100:]...)
	unread, err := s.Unread(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	web.MarkRead(true, ids[:90]...)
	web.Delete(ids[95])
	if got := fetchAll(t, s, unread); len(got) != len(unread)-1 {
		t.Errorf("%d of %d entries", len(got), len(unread)-1)
	}
}

// TestLargePages protects that large entries come in shorter pages, and that a page which is
// too large for a response is asked for in parts.
func TestLargePages(t *testing.T) {
	web, s := start(t)
	f := web.AddFeed("https://example.org/large", "", "")
	text := strings.Repeat("<p>Some words. ", 4000)
	for i := range 150 {
		web.AddEntries(f, minifluxtest.Entry{Content: text, GUID: strconv.Itoa(i)})
	}
	all, err := s.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.maxPage = int64(100 * len(text))
	if got := fetchAll(t, s, all); len(got) != len(all) {
		t.Errorf("%d of %d entries", len(got), len(all))
	}
	if most := pageBytes / len(text); s.pageSize > most {
		t.Errorf("then %d entries a page; %d fit", s.pageSize, most)
	}
	s.maxPage = 10
	if err := s.Entries(t.Context(), all, nil); err == nil {
		t.Error("a page that is always too large has no end")
	}
}

// TestTooLargeEntry protects that an entry which is too large for a response does not keep
// the others from coming.
func TestTooLargeEntry(t *testing.T) {
	web, s := start(t)
	f := web.AddFeed("https://example.org/one-large", "", "")
	for i := range 60 {
		text := "short"
		if i == 30 {
			text = strings.Repeat("long ", 4000)
		}
		web.AddEntries(f, minifluxtest.Entry{Content: text, GUID: strconv.Itoa(i)})
	}
	all, err := s.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.maxPage = 15_000
	if got := fetchAll(t, s, all); len(got) != len(all)-1 {
		t.Errorf("%d of %d entries", len(got), len(all)-1)
	}
}
