package main

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// TestGuide: every article has what a reader needs, and a newcomer meets the
// first steps first.
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

// TestGuideNeedsHeads: a file without its day or its title is found before a
// release, not by a reader.
func TestGuideNeedsHeads(t *testing.T) {
	for _, text := range []string{"# Title\n\ntext", "<!-- published: 2026-11-23 -->\ntext", ""} {
		if doc, err := guideFeed(fstest.MapFS{"docs/guide/x.md": {Data: []byte(text)}}); err == nil {
			t.Errorf("%q was taken: %s", text, doc)
		}
	}
	if _, ok := builtin()("nothing"); ok {
		t.Error("builtin:nothing has an answer")
	}
}
