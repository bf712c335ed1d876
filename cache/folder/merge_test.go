package folder

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/cache/cachetest"
	"dateline/feed"
)

func subs(list ...string) (s []feed.Subscription) {
	for _, one := range list {
		url, rest, _ := strings.Cut(one, " ")
		name, tags, _ := strings.Cut(rest, " ")
		s = append(s, feed.Subscription{URL: url, Name: name, Tags: strings.Fields(tags)})
	}
	return s
}

func printed(list []feed.Subscription) string {
	var parts []string
	for _, s := range list {
		parts = append(parts, strings.TrimSpace(fmt.Sprint(s.URL, " ", s.Name, " ", strings.Join(s.Tags, " "))))
	}
	return strings.Join(parts, ", ")
}

// TestMerge protects the rule of subscriptions: the latest word wins, joining and an empty
// configuration remove nothing, and what does not travel stays.
func TestMerge(t *testing.T) {
	now := cachetest.Noon()
	at := func(hours int) time.Time { return now.Add(time.Duration(hours) * time.Hour) }
	const a, b = "https://a.example/", "https://b.example/"
	on := func(url string, hours int, name string, tags ...string) Word {
		return Word{URL: url, On: true, At: at(hours), Name: name, NameAt: at(hours), Tags: tags, TagsAt: at(hours)}
	}
	off := func(url string, hours int) Word { return Word{URL: url, At: at(hours)} }
	for _, c := range []struct {
		what                    string
		view                    View
		others                  []Word
		added, removed, changed string
		// words are the addresses that are on afterwards.
		words string
	}{
		{what: "joins an empty folder", view: View{Now: subs(a)}, words: a},
		{what: "a fresh computer gets everything", view: View{}, others: []Word{on(a, -2, "A", "x")}, added: a + " A x", words: a},
		{what: "joining adds to what the others have", view: View{Now: subs(a)}, others: []Word{on(b, -2, "")}, added: b, words: a + " " + b},
		{what: "joining adds a feed again that was removed", view: View{Now: subs(a)}, others: []Word{off(a, -1)}, words: a},
		{what: "joining joins tags and takes the name", view: View{Now: subs(a + " Mine y")}, others: []Word{on(a, -2, "A", "x")}, changed: a + " A x y", words: a},
		{what: "joining names what has no name", view: View{Now: subs(a + " Mine")}, others: []Word{on(a, -2, "")}, words: a},
		{what: "added here", view: View{Now: subs(a, b), Before: subs(a), Words: []Word{on(a, -2, "")}}, words: a + " " + b},
		{what: "removed here", view: View{Now: subs(a), Before: subs(a, b), Words: []Word{on(a, -2, ""), on(b, -2, "")}}, words: a},
		{what: "removed there", view: View{Now: subs(a, b), Before: subs(a, b), Words: []Word{on(a, -2, ""), on(b, -2, "")}}, others: []Word{off(b, -1)}, removed: b, words: a},
		{what: "removed there, but earlier than added here", view: View{Now: subs(a, b), Before: subs(a), Words: []Word{on(a, -2, ""), off(b, -3)}}, others: []Word{off(b, -1)}, words: a + " " + b},
		{what: "removed there after what happened here", view: View{Now: subs(a, b), Before: subs(a), Words: []Word{on(a, -2, ""), off(b, -3)}}, others: []Word{off(b, 1)}, removed: b, words: a},
		{what: "removed here, by a clock that is behind", view: View{Now: subs(a), Before: subs(a, b), Words: []Word{on(a, -2, ""), on(b, 9, "")}}, others: []Word{on(b, 9, "")}, words: a},
		{what: "an empty configuration removes nothing", view: View{Before: subs(a, b), Words: []Word{on(a, -2, ""), on(b, -2, "")}}, added: a + ", " + b, words: a + " " + b},
		{what: "renamed and tagged there", view: View{Now: subs(a + " A x"), Before: subs(a + " A x"), Words: []Word{on(a, -2, "A", "x")}}, others: []Word{on(a, -1, "B", "y")}, changed: a + " B y", words: a},
		{what: "renamed there, tagged here", view: View{Now: subs(a + " A z"), Before: subs(a + " A x"), Words: []Word{on(a, -2, "A", "x")}}, others: []Word{on(a, -1, "B", "y")}, changed: a + " B z", words: a},
		{what: "a change that was not made comes again", view: View{Now: subs(a), Before: subs(a), Words: []Word{on(a, -2, ""), on(b, -1, "")}}, added: b, words: a + " " + b},
		{what: "a change that was made is no word", view: View{Now: subs(a, b), Before: subs(a), Words: []Word{on(a, -2, ""), on(b, -1, "")}}, words: a + " " + b},
		{what: "other spellings are the same feed", view: View{Now: subs("HTTPS://A.example:443"), Before: subs("HTTPS://A.example:443"), Words: []Word{on(a, -2, "")}}, words: a},
		{what: "files and commands stay here", view: View{Now: subs("file:/x", "exec:curl -H secret", "builtin:guide")}},
		{what: "passwords stay here", view: View{Now: subs("https://ann:secret@a.example/")}, words: a},
		{what: "a feed of an account is not added", view: View{Now: []feed.Subscription{{URL: a, Account: "home"}}, Elsewhere: []string{a}}, others: []Word{on(a, -2, "")}, words: a},
		{what: "a feed that moved to an account is not removed", view: View{Now: append(subs(b), feed.Subscription{URL: a, Account: "home"}), Elsewhere: []string{a}, Before: subs(a, b), Words: []Word{on(a, -2, ""), on(b, -2, "")}}, words: a + " " + b},
	} {
		words, changes := Merge(c.view, c.others, now)
		var got []string
		for _, w := range words {
			if w.On {
				got = append(got, w.URL)
			}
		}
		cachetest.Equal(t, c.what+": words", strings.Join(got, " "), c.words)
		cachetest.Equal(t, c.what+": added", printed(changes.Added), c.added)
		cachetest.Equal(t, c.what+": removed", printed(changes.Removed), c.removed)
		cachetest.Equal(t, c.what+": changed", printed(changes.Changed), c.changed)
		c.view.Words, c.view.Before = words, slices.Concat(c.view.Now, []feed.Subscription{})
		if again, _ := Merge(c.view, words, now.Add(time.Hour)); len(c.view.Now) > 0 {
			cachetest.Equal(t, c.what+": merged twice", again, words)
		}
	}
}

// edited returns a list after a random change of the feed url, which is at an index or missing.
func edited(list []feed.Subscription, at int, url string, r *rand.Rand) []feed.Subscription {
	switch {
	case at < 0:
		return append(list, feed.Subscription{URL: url})
	case r.IntN(2) == 0:
		return slices.Delete(list, at, at+1)
	}
	list[at].Name, list[at].Tags = fmt.Sprint("name", r.IntN(9)), []string{fmt.Sprint("tag", r.IntN(9))}
	return list
}

// TestSubscriptionsAgree protects that computers which add, remove, rename and tag at random,
// with clocks that differ, have the same list in the end, and what was done last.
func TestSubscriptionsAgree(t *testing.T) {
	for seed := range 20 {
		r := rand.New(rand.NewPCG(uint64(seed), 2))
		type side struct {
			View
			skew time.Duration
		}
		sides := make([]side, 3)
		for i := range sides {
			sides[i].skew = time.Duration(r.IntN(5)-2) * time.Hour
		}
		now := cachetest.Noon()
		sync := func(i int) {
			s := &sides[i]
			var others []Word
			for j := range sides {
				if j != i {
					others = append(others, sides[j].Words...)
				}
			}
			words, changes := Merge(s.View, others, now.Add(s.skew))
			s.Words, s.Before = words, append([]feed.Subscription{}, s.Now...)
			c := &computer{subs: slices.Clone(s.Now)}
			if _, err := changes.apply(t.Context(), editor{c}); err != nil {
				t.Fatal(err)
			}
			s.Now = c.subs
			now = now.Add(time.Minute)
		}
		for i := range sides {
			sides[i].Now = subs(fmt.Sprintf("https://own%d.example/", i), "https://common.example/")
			sync(i)
		}
		for range 40 {
			i := r.IntN(len(sides))
			s := &sides[i]
			sync(i) // a person acts on what the computer shows
			sync(i)
			url := fmt.Sprintf("https://feed%d.example/", r.IntN(4))
			at := slices.IndexFunc(s.Now, func(sub feed.Subscription) bool { return sub.URL == url })
			s.Now = slices.Clone(s.Now)
			s.Now = edited(s.Now, at, url, r)
			want := (&computer{subs: s.Now}).list()
			sync(i)
			cachetest.Equal(t, "what was done here stays", (&computer{subs: s.Now}).list(), want)
		}
		for range 3 {
			for i := range sides {
				sync(i)
			}
		}
		for i := range sides {
			cachetest.Equal(t, fmt.Sprint("list of ", i), (&computer{subs: sides[i].Now}).list(), (&computer{subs: sides[0].Now}).list())
		}
	}
}
