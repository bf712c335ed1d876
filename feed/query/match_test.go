package query

import (
	"strings"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/markup"
)

// sample is one item that every kind of term can be asked of.
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
	f := FeedInfo{Title: "The Go Blog", URL: "https://go.dev/feed.atom", Tags: []string{"Tech", "a b"}}
	return a, f, Env{Now: now, NewSince: now.Add(-time.Hour)}
}

// Words are found as words, in any script, in the fields they are asked for.
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
		`"zurich the"`:      false, // a phrase does not run from title to body
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
	})
}

// Every other term chooses what the guide says.
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
		`tag:"A B"`:                      true,
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

// checkMatch asks each query of the sample, and its negation for the opposite.
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

// Hidden items, and snoozed ones until their time comes, stay out of sight
// unless they are asked for.
func TestMatchHidden(t *testing.T) {
	a, f, env := sample()
	match := func(a feed.Article, q string) bool { return mustParse(t, q).Match(a, f, env) }
	hidden, asleep, awake := a, a, a
	hidden.Hidden = true
	asleep.Snoozed = env.Now.Add(time.Second)
	awake.Snoozed = env.Now
	if match(hidden, "") || match(hidden, "-is:hidden") || !match(hidden, "is:hidden") || !match(hidden, "is:hidden budget") {
		t.Error("a hidden item must show for is:hidden alone")
	}
	if match(asleep, "") || !match(asleep, "is:snoozed") {
		t.Error("a snoozed item must show for is:snoozed alone")
	}
	if !match(awake, "") || match(awake, "is:snoozed") {
		t.Error("an item whose time has come is an ordinary one")
	}
}

// Before the first round there is nothing new.
func TestMatchNew(t *testing.T) {
	a, f, env := sample()
	env.NewSince = time.Time{}
	if mustParse(t, "is:new").Match(a, f, env) {
		t.Error("new without a round")
	}
	env.NewSince = a.FirstSeen.Add(time.Nanosecond)
	if mustParse(t, "is:new").Match(a, f, env) {
		t.Error("new although it came before the last round")
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
