package feed

import (
	"slices"
	"testing"
	"time"

	"dateline/feed/markup"
)

// nth returns an item of the second day of November with some properties of its own.
func nth(change func(a *Article)) Article {
	a := Article{
		Item: Item{GUID: "g", Link: "https://x.example/all", Title: "T", Published: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)},
		Body: markup.Body{Raw: "words"},
	}
	change(&a)
	return a
}

// at returns a time of a day of November.
func at(day int) time.Time { return time.Date(2026, 11, day, 9, 0, 0, 0, time.UTC) }

// revision returns an item of a paper. Its GUID is its link with more behind it.
func revision(more, title string, day int) Article {
	const link = "https://paper.example/41"
	return Article{Item: Item{GUID: link + more, Link: link, Title: title, Published: at(day)}, Body: markup.Body{Raw: title + more}}
}

// other is an item that has nothing to do with the others.
func other() Article {
	return Article{Item: Item{GUID: "other", Link: "https://x.example/other", Title: "O"}}
}

// TestItemsOfADocument is the first table of docs/decisions/identity.md: which items of a
// document are the same, whatever their order is.
func TestItemsOfADocument(t *testing.T) {
	same := func(*Article) {}
	noGUID, noLink := func(a *Article) { a.GUID = "" }, func(a *Article) { a.GUID, a.Link = "", "" }
	for name, c := range map[string]struct {
		items []Article
		want  int
	}{
		"the very same":         {[]Article{nth(same), nth(same)}, 1},
		"GUID, other title":     {[]Article{nth(same), nth(func(a *Article) { a.Title = "U" })}, 1},
		"GUID, other link":      {[]Article{nth(same), nth(func(a *Article) { a.Link = "https://x.example/moved" })}, 1},
		"GUID, other date":      {[]Article{nth(same), nth(func(a *Article) { a.Published = at(3) })}, 2},
		"GUID, other text":      {[]Article{nth(same), nth(func(a *Article) { a.Body.Raw = "others" })}, 2},
		"GUID, other file":      {[]Article{nth(same), nth(func(a *Article) { a.Enclosures = []Enclosure{{URL: "https://x.example/b.mp3"}} })}, 2},
		"GUID, other tracking":  {[]Article{nth(same), nth(func(a *Article) { a.Link += "?utm_source=x" })}, 1},
		"link, the very same":   {[]Article{nth(noGUID), nth(noGUID)}, 1},
		"link, other title":     {[]Article{nth(noGUID), nth(func(a *Article) { a.GUID, a.Title = "", "U" })}, 2},
		"link, other date":      {[]Article{nth(noGUID), nth(func(a *Article) { a.GUID, a.Published = "", at(3) })}, 2},
		"link, other text":      {[]Article{nth(noGUID), nth(func(a *Article) { a.GUID, a.Body.Raw = "", "others" })}, 2},
		"link, other anchor":    {[]Article{nth(noGUID), nth(func(a *Article) { a.GUID = ""; a.Link += "#b" })}, 2},
		"link, session number":  {[]Article{nth(noGUID), nth(func(a *Article) { a.GUID = ""; a.Link += "?PHPSESSID=1" })}, 1},
		"title, the very same":  {[]Article{nth(noLink), nth(noLink)}, 1},
		"title, other text":     {[]Article{nth(noLink), nth(func(a *Article) { a.GUID, a.Link, a.Body.Raw = "", "", "others" })}, 2},
		"title, other picture":  {[]Article{nth(func(a *Article) { noLink(a); a.Body.Raw = `<img src="a">` }), nth(func(a *Article) { noLink(a); a.Body.Raw = `<img src="b">` })}, 2},
		"text, other date":      {[]Article{nth(func(a *Article) { noLink(a); a.Title = "" }), nth(func(a *Article) { noLink(a); a.Title, a.Published = "", at(3) })}, 2},
		"text, other picture":   {[]Article{nth(func(a *Article) { noLink(a); a.Title, a.Body.Raw = "", `<img src="a">` }), nth(func(a *Article) { noLink(a); a.Title, a.Body.Raw = "", `<img src="b">` })}, 2},
		"versions of an entry":  {[]Article{nth(func(a *Article) { a.Updated = at(3) }), nth(func(a *Article) { a.Updated, a.Body.Raw = at(4), "others" })}, 1},
		"revisions":             {[]Article{revision("#2", "Back", 3), revision("#1", "Strike", 2), other()}, 1 + 1},
		"revisions alone":       {[]Article{revision("#2", "Strike", 3), revision("#1", "Strike", 2)}, 1},
		"posts of a board":      {[]Article{revision("#2", "A", 3), revision("#1", "B", 2)}, 2},
		"three posts, a title":  {[]Article{revision("#3", "T", 4), revision("#2", "T", 3), revision("#1", "T", 2)}, 3},
		"many posts of a page":  {[]Article{revision("#5", "A", 5), revision("#4", "B", 4), revision("#3", "C", 3), revision("#2", "D", 2), revision("#1", "E", 1), other()}, 5 + 1},
		"anchors of a page":     {[]Article{revision("#b", "A", 3), revision("#a", "B", 2), other()}, 2 + 1},
		"three revisions":       {[]Article{revision("#10", "C", 4), revision("#9", "B", 3), revision("#8", "A", 2), other()}, 1 + 1},
		"numbers, a front page": {[]Article{nth(func(a *Article) { a.GUID, a.Link = "g#1", "https://x.example/" }), nth(func(a *Article) { a.GUID, a.Link = "g#2", "https://x.example/" }), other()}, 2 + 1},
	} {
		for range 2 {
			got := IdentifyAll(slices.Clone(c.items))
			keys := map[string]bool{}
			for _, a := range got {
				keys[a.Key] = true
			}
			if len(got) != c.want || len(keys) != c.want {
				t.Errorf("%s: %d items, want %d: %v", name, len(got), c.want, keys)
			}
			slices.Reverse(c.items)
		}
	}
}

// TestLatestVersionStays checks that of several versions of an item the latest stays, wherever
// it is in the document.
func TestLatestVersionStays(t *testing.T) {
	for _, items := range [][]Article{
		{revision("#2", "Back", 3), revision("#10", "Rest", 4), other()},
		{nth(func(a *Article) { a.Title = "Rest"; a.Updated = at(4) }), nth(func(a *Article) { a.Title = "Rest"; a.Updated, a.Body.Raw = at(3), "before" }), other()},
	} {
		slices.Reverse(items)
		if got := IdentifyAll(items); len(got) != 2 || got[1].Title != "Rest" || got[1].Body.Raw == "before" {
			t.Errorf("not the last version: %+v", got)
		}
	}
}

// TestStoredKeys checks under which other keys an item may be stored.
func TestStoredKeys(t *testing.T) {
	alone := nth(func(a *Article) { a.GUID, a.Link = "", "https://x.example/all?utm_source=x" })
	alone.Identify()
	narrow, wide := alone.StoredKeys()
	wanted := []string{"link:https://x.example/all T", "link:https://x.example/all T 2026-11-02T09:00:00Z", "link:https://x.example/all?utm_source=x"}
	if alone.Key != "link:https://x.example/all" || !slices.Equal(narrow, wanted) || len(wide) != 0 {
		t.Errorf("%q: narrow %q, wide %q", alone.Key, narrow, wide)
	}
	shared := alone
	shared.Key = wanted[0]
	if narrow, wide := shared.StoredKeys(); !slices.Equal(narrow, wanted[1:]) || !slices.Equal(wide, []string{alone.Key}) {
		t.Errorf("narrow %q, wide %q", narrow, wide)
	}
	undated := alone
	undated.Published = time.Time{}
	if narrow, _ := undated.StoredKeys(); len(narrow) != 3 || narrow[1] != "link:https://x.example/all T "+undated.Fingerprint() {
		t.Errorf("undated: %q", narrow)
	}
	foreign := alone
	foreign.Key = "an account's own"
	if narrow, wide := foreign.StoredKeys(); len(narrow)+len(wide) != 0 {
		t.Errorf("a key of another kind: %q, %q", narrow, wide)
	}
}

// TestEarlierRevisions checks which keys the revisions before an item have.
func TestEarlierRevisions(t *testing.T) {
	of := func(guid, link string) Article { return Article{Item: Item{GUID: guid, Link: link}} }
	doc := IdentifyAll([]Article{of("a#2", "https://x.example/a"), of("b#20", "https://x.example/b"), of("c", "https://x.example/c"), of("d#1", "")})
	got := EarlierRevisions(doc)
	if !slices.Equal(got["guid:a#2"], []string{"guid:a#1", "guid:a#0"}) || len(got["guid:b#20"]) != maxEarlier || len(got) != 2 {
		t.Errorf("%q", got)
	}
}
