package account

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// at returns noon and some seconds.
func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

// TestDecide protects the rules of the merge: see [Decide].
func TestDecide(t *testing.T) {
	const µs = time.Microsecond
	now := at(100)
	for name, c := range map[string]struct {
		d       Difference
		changed time.Time
		take    bool
		at      time.Time
		agree   Word
		since   time.Time
	}{
		"no item":                          {Difference{Server: true, Agreed: Word{At: at(1)}}, at(5), false, time.Time{}, Word{true, at(1)}, time.Time{}},
		"theirs, no times":                 {Difference{Server: true, HasItem: true, Agreed: Word{At: at(1)}, Ours: Word{At: at(1)}}, time.Time{}, true, at(1).Add(µs), Word{true, at(1).Add(µs)}, time.Time{}},
		"theirs, nobody's word before":     {Difference{Server: true, HasItem: true, FirstSeen: at(7)}, time.Time{}, true, at(7).Add(µs), Word{true, at(7).Add(µs)}, time.Time{}},
		"theirs, after the last lists":     {Difference{Server: true, HasItem: true, Agreed: Word{At: at(1)}, Ours: Word{At: at(1)}}, time.Time{}, true, at(20).Add(µs), Word{true, at(20).Add(µs)}, at(20)},
		"theirs, lists of the future":      {Difference{Server: true, HasItem: true}, time.Time{}, true, now, Word{true, now}, at(200)},
		"theirs, with its time":            {Difference{Server: true, HasItem: true, Agreed: Word{At: at(1)}, Ours: Word{At: at(1)}}, at(9), true, at(9), Word{true, at(9)}, time.Time{}},
		"theirs, from the future":          {Difference{Server: true, HasItem: true}, at(1e9), true, now, Word{true, now}, time.Time{}},
		"theirs, before what was agreed":   {Difference{Server: true, HasItem: true, Agreed: Word{At: at(8)}, Ours: Word{At: at(8)}}, at(2), true, at(8).Add(µs), Word{true, at(8).Add(µs)}, time.Time{}},
		"ours is from the future":          {Difference{Server: true, HasItem: true, Agreed: Word{At: at(200)}, Ours: Word{At: at(200)}}, at(300), true, at(300), Word{true, at(300)}, time.Time{}},
		"both the same":                    {Difference{Server: true, HasItem: true, Ours: Word{true, at(5)}}, at(6), false, time.Time{}, Word{true, at(5)}, time.Time{}},
		"both went apart, ours is later":   {Difference{Server: true, HasItem: true, Ours: Word{false, at(5)}}, at(4), false, time.Time{}, Word{true, time.Time{}}, time.Time{}},
		"both went apart, at one time":     {Difference{Server: true, HasItem: true, Ours: Word{false, at(5)}}, at(5), false, time.Time{}, Word{true, time.Time{}}, time.Time{}},
		"both went apart, theirs is later": {Difference{Server: true, HasItem: true, Ours: Word{false, at(5)}}, at(6), true, at(6), Word{true, at(6)}, time.Time{}},
		"both went apart, no times":        {Difference{Server: true, HasItem: true, Ours: Word{false, at(5)}}, time.Time{}, false, time.Time{}, Word{true, time.Time{}}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			c.d.ID, c.d.Flag = "7", feed.Starred
			s := Decide(c.d, c.changed, c.since, now)
			if s.Take != c.take || !s.At.Equal(c.at) || !s.Agree.Equal(c.agree) || s.ID != "7" || s.Flag != feed.Starred {
				t.Errorf("got %+v", s)
			}
			if s.Take && !s.At.After(c.d.Ours.At) {
				t.Error("the mark that is taken would lose against ours")
			}
		})
	}
}

// TestSplitMass protects that so many articles do not become unread because a server was
// restored, while everything else that the server says counts.
func TestSplitMass(t *testing.T) {
	word := Word{On: true, At: at(1)}
	mass := Difference{Flag: feed.Read, HasItem: true, Agreed: word, Ours: word}
	ours := Difference{Flag: feed.Read, HasItem: true, Agreed: word, Ours: Word{At: at(2)}}
	read := Difference{Flag: feed.Read, Server: true, HasItem: true}
	star := Difference{Flag: feed.Starred, HasItem: true, Agreed: word, Ours: word}
	for name, c := range map[string]struct {
		list []Difference // mass and others
		mass int
		read int
		held int
		// stars are taken away, of 100 that were agreed.
		stars int
	}{
		"few":                      {nil, massChange, massChange, 0, 0},
		"one too many":             {nil, massChange + 1, massChange + 1, massChange + 1, 0},
		"a fifth":                  {nil, massChange + 1, massChangeShare * (massChange + 1), 0, 0},
		"more than a fifth":        {nil, massChange + 1, massChangeShare*(massChange+1) - 1, massChange + 1, 0},
		"others are no part of it": {[]Difference{ours, read, star}, massChange, 1, 0, 0},
		"others count":             {[]Difference{ours, read, star}, massChange + 1, 1, massChange + 1, 0},
		"few stars":                {nil, 0, 1, 0, massChange},
		"stars":                    {nil, 0, 1, massChange + 1, massChange + 1},
		"each flag by itself":      {nil, massChange, 1, 0, massChange},
		"both":                     {nil, massChange + 1, 1, 2 * (massChange + 1), massChange + 1},
	} {
		t.Run(name, func(t *testing.T) {
			all := append([]Difference{}, c.list...)
			for range c.mass {
				all = append(all, mass)
			}
			for range c.stars {
				all = append(all, star)
			}
			rest, held := splitMass(all, map[feed.Flag]int{feed.Read: c.read, feed.Starred: 100})
			if len(held) != c.held || len(rest)+len(held) != len(all) {
				t.Fatalf("%d rest and %d held, want %d held of %d", len(rest), len(held), c.held, len(all))
			}
			for _, d := range held {
				if d != mass && d != star {
					t.Errorf("%+v is held back", d)
				}
			}
		})
	}
}

// failedRequest is an error of package fetch.
type failedRequest struct{ words string }

func (f failedRequest) Error() string                       { return "fetch" }
func (f failedRequest) UserMessage() string                 { return f.words }
func (f failedRequest) AsksForPause() (time.Duration, bool) { return 0, false }

// TestMessage protects what every message is: one line of at most 300 bytes that names the
// account, without anything that a terminal would obey.
func TestMessage(t *testing.T) {
	long := strings.Repeat("ü", 32/2) // as long as a name can be
	for _, err := range []error{
		errPaused, errTooLong, errStillRefused, ErrUnstable, ErrCannot, ErrSubscribed,
		fmt.Errorf("read the list: %w", ErrUnstable),
		fmt.Errorf("read the list: %w: check token", ErrRefused),
		failedRequest{strings.Repeat("ü words ", 100)},
		errors.New("the server says: \x1b[31m\u202ered\r\nand more" + strings.Repeat("ü", 10_000)),
		errors.New(""),
	} {
		for _, name := range []string{"home", long} {
			m := Message(name, noon, err)
			if !strings.HasPrefix(m, "account "+name+": ") || len(m) > 300 || strings.ContainsAny(m, "\x1b\r\n\u202e") || strings.ContainsRune(m, '\ufffd') {
				t.Errorf("%v: %q", err, m)
			}
		}
	}
	for want, err := range map[string]error{
		"account home: the server refuses the login: check token; or run `dateline login` again": fmt.Errorf("read the list: %w: check token", ErrRefused),
		"account home: the server cannot be used: check url":                                     fmt.Errorf("read the list: %w: check url", ErrUnsuitable),
		"account home: the server cannot do this; do it in its web interface":                    ErrCannot,
		"account home: the server cannot do this: give it a name":                                fmt.Errorf("rename: %w: give it a name", ErrCannot),
		Message("home", noon, errPaused):                                                         fmt.Errorf("read the list: %w", pauseError{}),
	} {
		if m := Message("home", noon, err); m != want {
			t.Errorf("%v: %q, want %q", err, m, want)
		}
	}
	both := slices.Concat(slices.Repeat([]Difference{{Flag: feed.Read}}, 100_000), slices.Repeat([]Difference{{Flag: feed.Starred}}, 100_000))
	if m := heldBack(long, both); len(m) > 300 || !strings.Contains(m, "accounts accept "+long) || !strings.Contains(m, "accounts push "+long) {
		t.Errorf("%d bytes: %q", len(m), m)
	}
}
