package greader

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/account/greadertest"
	"dateline/feed/fetch"
)

// TestItemIDs protects that both forms of an ID are one ID, and that those which are no
// numbers of 64 bits stay texts.
func TestItemIDs(t *testing.T) {
	for _, c := range []struct{ list, long, want string }{
		{"1", longPrefix + "0000000000000001", "1"},
		{"1700000000000001", longPrefix + "00060a24181e4001", "1700000000000001"},
		{"-1", longPrefix + "ffffffffffffffff", "-1"},
		{"18446744073709551615", longPrefix + "ffffffffffffffff", "-1"},
		{"51d49b79d1716c7b18000025", longPrefix + "51d49b79d1716c7b18000025", "51d49b79d1716c7b18000025"},
		{"515151515151515151515151", longPrefix + "515151515151515151515151", "515151515151515151515151"},
	} {
		if a, b := itemID(c.list), itemID(c.long); a != c.want || b != c.want || longID(c.want) != c.long {
			t.Errorf("%s: %s and %s, long %s", c.list, a, b, longID(c.want))
		}
	}
}

// pagings are the ways in which lists continue.
func pagings(t *testing.T, test func(t *testing.T, d greadertest.Dialect, opaque bool)) {
	t.Run("offset", func(t *testing.T) { test(t, greadertest.Miniflux, false) })
	t.Run("last ID", func(t *testing.T) { test(t, greadertest.FreshRSS, false) })
	t.Run("opaque", func(t *testing.T) { test(t, greadertest.Miniflux, true) })
}

// TestListsThatShift protects that an entry which leaves the list between two pages does
// not hide others: the list is read again, and in the end it is an error.
func TestListsThatShift(t *testing.T) {
	pagings(t, func(t *testing.T, d greadertest.Dialect, opaque bool) {
		fake, s, ids := start(t, d, 60)
		fake.Set(func(q *greadertest.Quirks) { q.MaxPage, q.OpaquePages, q.ShiftLists = 10, opaque, 3 })
		unread, err := s.Unread(context.Background())
		var want []string
		for _, id := range ids {
			if read, _, _ := fake.State(id); !read {
				want = append(want, id)
			}
		}
		slices.Sort(unread)
		slices.Sort(want)
		if err != nil || !slices.Equal(unread, want) || len(want) >= 60 {
			t.Errorf("%d unread, not %d; %v", len(unread), len(want), err)
		}
		fake.MarkRead(false, ids...)
		fake.Set(func(q *greadertest.Quirks) { q.ShiftLists = 100 })
		if unread, err := s.Unread(context.Background()); !errors.Is(err, account.ErrUnstable) || unread != nil {
			t.Errorf("unread %v, %v", unread, err)
		}
	})
}

// TestBrokenLists protects that a list which is not whole is an error and no shorter list.
func TestBrokenLists(t *testing.T) {
	pagings(t, func(t *testing.T, d greadertest.Dialect, opaque bool) {
		for _, c := range []struct {
			name   string
			quirks func(q *greadertest.Quirks)
			status int
		}{
			{"truncated", func(q *greadertest.Quirks) { q.Truncate = 1 }, 200},
			{"500 in the middle", func(q *greadertest.Quirks) { q.FailAfter = 2 }, 500},
			{"not implemented", func(q *greadertest.Quirks) { q.Unknown = []string{"stream/items/ids"} }, 0},
			{"a page for people", func(q *greadertest.Quirks) { q.Pages = true }, 0},
		} {
			fake, s, _ := start(t, d, 9)
			if _, err := s.Feeds(context.Background()); err != nil {
				t.Fatal(err)
			}
			fake.Set(func(q *greadertest.Quirks) { q.MaxPage, q.OpaquePages = 3, opaque; c.quirks(q) })
			ids, err := s.Unread(context.Background())
			var failed *fetch.Error
			switch {
			case ids != nil || err == nil:
				t.Errorf("%s: %v, %v", c.name, ids, err)
			case c.status == 0 && !errors.Is(err, account.ErrUnsuitable):
				t.Errorf("%s: %v", c.name, err)
			case c.status > 0 && (!errors.As(err, &failed) || failed.Status != c.status):
				t.Errorf("%s: %v", c.name, err)
			}
		}
	})
}

// TestRoundIsCheap protects the budget of a round in which nothing is new, and that the
// stream of read entries, by which FreshRSS means all, is never asked for.
func TestRoundIsCheap(t *testing.T) {
	dialects(t, func(t *testing.T, d greadertest.Dialect) {
		ctx := context.Background()
		fake, s, ids := start(t, d, 280)
		fake.MarkRead(true, ids[:200]...)
		fake.MarkStarred(true, ids[:20]...)
		var all [4][]string
		var errs [4]error
		_, errs[0] = s.Feeds(ctx)
		all[1], errs[1] = s.Unread(ctx)
		all[2], errs[2] = s.Starred(ctx)
		all[3], _, errs[3] = s.Newest(ctx, 250)
		if err := errors.Join(errs[:]...); err != nil || len(all[1]) != 80 || len(all[2]) != 20 || len(all[3]) != 250 {
			t.Errorf("%d unread, %d starred, %d newest, %v", len(all[1]), len(all[2]), len(all[3]), err)
		}
		c := fake.Counts()
		if len(c.Paths) > 6 || c.Bytes > 20_000 {
			t.Errorf("%d requests, %d bytes: %q", len(c.Paths), c.Bytes, c.Paths)
		}
		for _, p := range c.Paths {
			_, query, _ := strings.Cut(p, "?")
			if asked, err := url.ParseQuery(query); err != nil || asked.Get("s") == ownUser+stateRead {
				t.Errorf("the list of read entries was asked for: %s, %v", p, err)
			}
		}
	})
}

// TestMarksInParts protects that a request has one flag and at most 500 entries, and that
// marks may be repeated: after an answer was lost, nobody knows whether they were made.
func TestMarksInParts(t *testing.T) {
	dialects(t, func(t *testing.T, d greadertest.Dialect) {
		for _, flag := range []feed.Flag{feed.Read, feed.Starred} {
			for _, n := range []int{3, 1100} {
				ctx := context.Background()
				fake, s, ids := start(t, d, n)
				fake.Set(func(q *greadertest.Quirks) { q.Toggles = d == greadertest.Miniflux })
				has := func(id string) bool {
					read, starred, _ := fake.State(id)
					return flag == feed.Read && read || flag == feed.Starred && starred
				}
				if _, err := s.Feeds(ctx); err != nil {
					t.Fatal(err)
				}
				lose := func(q *greadertest.Quirks) { q.LoseRequests = 1 }
				for try := range 3 {
					fake.Set(lose)
					fake.ResetCounts()
					err := s.Mark(ctx, flag, true, ids)
					for i := 0; err != nil && i < 5; i++ {
						err = s.Mark(ctx, flag, true, ids)
					}
					if err != nil {
						t.Fatal(err)
					}
					for i, id := range ids {
						if !has(id) {
							t.Fatalf("%s, try %d: entry %d is not marked", flag, try, i)
						}
					}
					if fake.Counts().MostIDs > marksSize {
						t.Errorf("%d IDs in a request", fake.Counts().MostIDs)
					}
					for _, form := range fake.Counts().Forms {
						if strings.Count("&"+form, "&a=")+strings.Count("&"+form, "&r=") > 1 {
							t.Error("a request has two flags")
						}
					}
					lose = func(q *greadertest.Quirks) { q.LoseAnswers = 1 }
				}
				fake.Set(func(q *greadertest.Quirks) { q.LoseAnswers = 0 })
				if err := s.Mark(ctx, flag, false, ids[:2]); err != nil || has(ids[0]) || has(ids[1]) || !has(ids[2]) {
					t.Errorf("taken back: %v %v %v, %v", has(ids[0]), has(ids[1]), has(ids[2]), err)
				}
			}
		}
	})
}
