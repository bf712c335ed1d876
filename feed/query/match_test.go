package query

import (
	"strings"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/markup"
)

// sample returns an item that each kind of term can be tested on.
func sample() (feed.Article, FeedInfo, Env) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	a := feed.Article{
		Item: feed.Item{
			Title: "Grain deal in node.js: Café Zürich", Author: "Zoë Smith", Link: "https://Example.org/2026/a?b=1",
			Comments: "https://example.org/c", Date: now.Add(-48 * time.Hour), FirstSeen: now.Add(-time.Hour),
			Starred: true, Edited: true, Labels: []string{"Read Later"}, Image: true,
			Enclosures: []feed.Enclosure{{URL: "https://example.org/x.mp3"}},
		},
		Body: markup.Body{Raw: "<p>The budget of <b>1,000</b> C++ programmers.</p><p>東京で地震があった。</p>"},
	}
	f := FeedInfo{Title: "The Go Blog", URL: "https://go.dev/feed.atom", Tags: []string{"Tech", "a b", "News/World"}, Account: "Zuhause"}
	return a, f, Env{Now: now, NewSince: now.Add(-time.Hour)}
}

// TestMatchWords checks that words are found as whole words or prefixes, in any script, and
// only in the field of the term.
func TestMatchWords(t *testing.T) {
	checkMatch(t, map[string]bool{
		"":                  true,
		"budget":            true,
		"bud":               true,
		"udget":             false,
		`"bud"`:             false,
		"GRAIN cafe zurich": true,
		`"grain deal"`:      true,
		`"deal grain"`:      false,
		`"zurich the"`:      false, // a phrase does not extend from the title into the body
		"node.js":           true,
		"node.j":            true,
		"c++":               true,
		"b":                 false,
		"++":                false,
		"1,000":             true,
		"東京":                true,
		"京で":                true,
		"京東":                false,
		`"地"`:               true,
		"title:budget":      false,
		"title:grain":       true,
		"text:grain":        false,
		"text:budget":       true,
		"author:zoe":        true,
		`author:"zoe smi"`:  false,
		"author:++":         false,
		"!budget":           false,
		"NOT nothing":       true,
		"grain & deal":      true,
		"nothing | grain":   true,
		"grain –nothing":    true,
		"grain AND nothing": false,
	})
}

// TestMatchTerms checks that all other terms select what the guide says.
func TestMatchTerms(t *testing.T) {
	checkMatch(t, map[string]bool{
		"link:EXAMPLE.ORG/2026":          true,
		"link:comments":                  false,
		"feed:blog":                      true,
		"feed:go.dev":                    true,
		`feed:"go blog"`:                 true,
		"feed:rust":                      false,
		"feed:=https://go.dev/feed.atom": true,
		"feed:=https://go.dev/":          false,
		"tag:tech":                       true,
		"tag:tec":                        false,
		"tag:news":                       true,
		"tag:news/world":                 true,
		"tag:world":                      false,
		`tag:"A B"`:                      true,
		"account:zuHAUSE":                true,
		"account:zu":                     false,
		`account:""`:                     false,
		`label:"read later"`:             true,
		"label:read":                     false,
		"is:unread":                      true,
		"is:read":                        false,
		"is:starred":                     true,
		"is:unstarred":                   false,
		"is:hidden":                      false,
		"is:snoozed":                     false,
		"is:edited":                      true,
		"is:new":                         true,
		"is:labelled":                    true,
		"has:enclosure":                  true,
		"has:image":                      true,
		"has:fulltext":                   false,
		"has:comments":                   true,
		"since:2d":                       true,
		"since:47h":                      false,
		"before:2d":                      false,
		"before:47h":                     true,
		"since:sat":                      true,
		"before:2026-11-22":              true,
		"budget or nothing":              true,
		"nothing budget":                 false,
		"(nothing or bud) -x":            true,
		"sort:title limit:1":             true,
	})
}

// checkMatch checks whether each query matches the sample, and that its negation gives the
// opposite.
func checkMatch(t *testing.T, queries map[string]bool) {
	t.Helper()
	a, f, env := sample()
	for in, want := range queries {
		if got := mustParse(t, in).Match(a, f, env); got != want {
			t.Errorf("%q matches: %v, want %v", in, got, want)
		}
		if in == "" || strings.Contains(in, "sort:") {
			continue
		}
		if got := mustParse(t, "-("+in+")").Match(a, f, env); got == want {
			t.Errorf("%q and its negation both match: %v", in, got)
		}
	}
}

// TestMatchHidden checks that hidden and snoozed items match only queries with is:hidden
// or is:snoozed.
func TestMatchHidden(t *testing.T) {
	a, f, env := sample()
	match := func(a feed.Article, q string) bool { return mustParse(t, q).Match(a, f, env) }
	hidden, snoozed, expired := a, a, a
	hidden.Hidden = true
	snoozed.Snoozed = env.Now.Add(time.Second)
	expired.Snoozed = env.Now
	if match(hidden, "") || match(hidden, "-is:hidden") || !match(hidden, "is:hidden") || !match(hidden, "is:hidden budget") {
		t.Error("a hidden item must match only is:hidden")
	}
	if match(snoozed, "") || !match(snoozed, "is:snoozed") {
		t.Error("a snoozed item must match only is:snoozed")
	}
	if !match(expired, "") || match(expired, "is:snoozed") {
		t.Error("an item whose snooze has ended must match like any other")
	}
}

// TestMatchNew checks that no item is new before the first refresh, and none that is older
// than the latest refresh.
func TestMatchNew(t *testing.T) {
	a, f, env := sample()
	env.NewSince = time.Time{}
	if mustParse(t, "is:new").Match(a, f, env) {
		t.Error("is:new matches without a refresh")
	}
	env.NewSince = a.FirstSeen.Add(time.Nanosecond)
	if mustParse(t, "is:new").Match(a, f, env) {
		t.Error("is:new matches an item from before the latest refresh")
	}
}

func BenchmarkMatch(b *testing.B) {
	a, f, env := sample()
	a.Body.Raw = "<p>" + strings.Repeat("The quick brown fox jumps over the lazy dog. ", 45) + "</p>"
	for name, s := range map[string]string{
		"state": "is:unread tag:tech since:3d",
		"text":  "is:unread lazy -elephant",
	} {
		q := mustParse(b, s)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				q.Match(a, f, env)
			}
		})
	}
}
