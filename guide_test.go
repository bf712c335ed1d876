package main

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dateline/ui"
)

// TestGuide checks that every article has a title, a text and a date, and that the first
// article is "First steps".
func TestGuide(t *testing.T) {
	raw, ok := builtin()("guide")
	if !ok {
		_, err := guideFeed(guideFiles)
		t.Fatalf("no guide: %v", err)
	}
	var doc struct{ Items []guideItem }
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Items) == 0 || doc.Items[0].ID != "guide/01-first-steps" {
		t.Fatalf("the guide begins with %+v", doc.Items)
	}
	for _, item := range doc.Items {
		if item.Title == "" || !strings.Contains(item.HTML, "<p>") || strings.Contains(item.HTML, "<h1>") {
			t.Errorf("%s has title %q and text %.60q", item.ID, item.Title, item.HTML)
		}
		day, err := time.Parse(time.RFC3339, item.Published)
		if err != nil || day.Year() < 2026 || item.Published != doc.Items[0].Published {
			t.Errorf("%s is dated %q: a later day than the first steps' would put it above them", item.ID, item.Published)
		}
	}
}

// TestGuideNeedsHeaders checks that a file without a date or a title is an error.
func TestGuideNeedsHeaders(t *testing.T) {
	for _, text := range []string{"# Title\n\ntext", "<!-- published: 2026-11-23 -->\ntext", ""} {
		if doc, err := guideFeed(fstest.MapFS{"docs/guide/x.md": {Data: []byte(text)}}); err == nil {
			t.Errorf("%q was accepted: %s", text, doc)
		}
	}
	if _, ok := builtin()("nothing"); ok {
		t.Error("builtin:nothing exists")
	}
}

var update = flag.Bool("update", false, "write generated files again")

const keysHeader = `<!-- published: 2026-11-23 -->
# Keys

Lower case letters act on one item, capitals on the whole list. The last line of
the screen shows the keys of the moment, and ` + "`?`" + ` all of them; type there to find
one. A key that cannot act now says why.

A number before a key that moves repeats it. In an article a digit opens the link of
that number.

The name is what ` + "`[keys]`" + ` in the configuration calls the action, to bind it to another
key. ` + "`keymap = \"newsboat\"`" + ` there starts from newsboat's keys.
`

// TestKeysPageIsFresh checks that the guide's page on keys agrees with the keys of the
// screen. With -update it writes the page.
func TestKeysPageIsFresh(t *testing.T) {
	const path = "docs/guide/03-keys.md"
	want := keysHeader + ui.KeyTable()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s does not agree with the keys (%v); run `make golden` to write it again", path, err)
	}
}
