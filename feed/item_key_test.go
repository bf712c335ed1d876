package feed

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// TestIdentify checks which property of an item its key is made from.
func TestIdentify(t *testing.T) {
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for want, item := range map[string]Item{
		"guid:urn:1":                   {GUID: "urn:1", Link: "https://x.example/", Title: "t"},
		"link:https://x.example/":      {Link: "https://x.example/", Title: "t", Published: day},
		"title:t 2026-11-23T00:00:00Z": {Title: "t", Published: day},
		"title:t":                      {Title: "t"},
	} {
		a := Article{Item: item}
		if a.Identify(); a.Key != want {
			t.Errorf("%+v: %q, want %q", item, a.Key, want)
		}
	}
	for _, guid := range []string{strings.Repeat("long", 100), "evil\x1b[2J\u202e", "two\nlines"} {
		a := Article{Item: Item{GUID: guid}}
		a.Identify()
		if len(a.Key) > maxKeyLength || a.Key != text.Clean(a.Key) || !strings.HasPrefix(a.Key, "guid:sha256-") {
			t.Errorf("key %q", a.Key)
		}
	}
	first, second := Article{Body: markup.Body{Raw: "one"}}, Article{Body: markup.Body{Raw: "two"}}
	first.Identify()
	second.Identify()
	if first.Key == second.Key || first.Key == "" {
		t.Errorf("items with only a text: %q and %q", first.Key, second.Key)
	}
}

// TestKeysAreUnique checks that duplicates are dropped, that different items with the same
// GUID or link get different keys, and that the keys do not depend on the order.
func TestKeysAreUnique(t *testing.T) {
	article := func(guid, link, title string) Article {
		return Article{Item: Item{GUID: guid, Link: link, Title: title}}
	}
	dated := func(link string, day int) Article {
		return Article{Item: Item{Link: link, Published: time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC)}}
	}
	front := func(title string, day int) Article {
		a := dated("l", day)
		a.GUID, a.Title = "g", title
		return a
	}
	worded := func(title string) Article {
		a := article("g", "l", title)
		a.Body.Raw = "the same words"
		return a
	}
	for name, c := range map[string]struct {
		items []Article
		want  []string
	}{
		"same in all":             {[]Article{article("g", "l", "t"), article("g", "l", "t")}, []string{"guid:g"}},
		"same but edited":         {[]Article{worded("new"), worded("old")}, []string{"guid:g"}},
		"titles alone":            {[]Article{article("g", "l", "t1"), article("g", "l", "t2")}, []string{"guid:g l t1", "guid:g l t2"}},
		"same but moved":          {[]Article{article("g", "l2", "t"), article("g", "l1", "t")}, []string{"guid:g"}},
		"GUID reused":             {[]Article{article("g", "l1", "t1"), article("g", "l2", "t2")}, []string{"guid:g l1", "guid:g l2"}},
		"one link for all":        {[]Article{article("", "l", "t1"), article("", "l", "t2")}, []string{"link:l t1", "link:l t2"}},
		"the site's page for all": {[]Article{front("t1", 1), front("t2", 2), front("t3", 3), front("t2", 4)}, []string{"guid:g l t1", "guid:g l t2 2026-11-02T00:00:00Z", "guid:g l t2 2026-11-04T00:00:00Z", "guid:g l t3"}},
		"GUID, no link":           {[]Article{article("g", "", "t1"), article("g", "", "t2")}, []string{"guid:g t1", "guid:g t2"}},
		"GUID, no title":          {[]Article{article("g", "l1", ""), article("g", "l2", "")}, []string{"guid:g l1", "guid:g l2"}},
		"one link, dates":         {[]Article{dated("l", 1), dated("l", 2), dated("l", 1)}, []string{"link:l 2026-11-01T00:00:00Z", "link:l 2026-11-02T00:00:00Z"}},
		"one link, no title":      {[]Article{article("", "l", ""), article("", "l", "")}, []string{"link:l"}},
	} {
		for range 2 {
			var got []string
			for _, a := range IdentifyAll(slices.Clone(c.items)) {
				got = append(got, a.Key)
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
			slices.Reverse(c.items)
		}
	}
}

// TestFingerprint checks that the fingerprint changes with the words, but not with markup or
// white space.
func TestFingerprint(t *testing.T) {
	of := func(title, raw string) string {
		return Article{Item: Item{Title: title}, Body: markup.Body{Raw: raw}}.Fingerprint()
	}
	base := of("T", "<p>one two</p>")
	for _, raw := range []string{"<div class=x>one  two</div>\n", "<p>one <b>two</b></p><img src=/pixel?1>", "one\ntwo"} {
		if of("T", raw) != base {
			t.Errorf("%q counts as edited", raw)
		}
	}
	if of("T2", "<p>one two</p>") == base || of("T", "<p>one three</p>") == base {
		t.Error("a change of words does not count")
	}
}
