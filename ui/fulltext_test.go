package ui

import (
	"strings"
	"testing"

	"dateline/feed"
	"dateline/feed/markup"
)

// TestFullText checks that the page's text is fetched once, stored, and shown with its
// origin, and that the feed's text can be shown again.
func TestFullText(t *testing.T) {
	for _, size := range []struct {
		name string
		w, h int
	}{{"80x24", 80, 24}, {"120x40", 120, 40}} {
		s := newScreen(t, size.w, size.h, func(_ *Deps, f *fakeSource) {
			f.page = feed.PageText{Body: markup.Body{Raw: "<p>" + strings.Repeat("The whole story. ", 200) + "</p>"}}
		})
		s.press("t", "type:nato", "enter", "enter")
		s.expect(map[int]string{80: "x fetches the full text", 120: "x full text"}[size.w])
		s.press("x")
		s.expect("The whole story", "full text of nato.example, x shows the feed's")
		s.golden("fulltext-" + size.name)
		s.expectWidth()
		s.press("G", "x")
		s.expect("Both sides are asked", "x shows the full text")
		s.press("x", "J", "K")
		s.expect("Both sides are asked")
		if s.source.pages != 1 {
			t.Errorf("the page was fetched %d times", s.source.pages)
		}
	}
}

// TestFullTextFails checks that the feed's text stays and a message says why if the page
// has no text.
func TestFullTextFails(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, f *fakeSource) {
		f.page = feed.PageText{Error: "nato.example refuses to give the page (403 Forbidden): o opens it in the browser"}
	})
	s.press("t", "type:nato", "enter", "enter", "x")
	s.expect("refuses to give the page", "Both sides are asked")
	s.press("x")
	if s.source.pages != 2 {
		t.Errorf("the page was fetched %d times", s.source.pages)
	}
}

// TestFeedsWithFullText checks that items of a feed with the option fulltext open with the
// page's text if it is stored.
func TestFeedsWithFullText(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, f *fakeSource) {
		f.subs[0].Settings.Fulltext = true
		f.page = feed.PageText{Body: markup.Body{Raw: "<p>The whole story.</p>"}}
	})
	s.press("t", "type:nato", "enter", "enter", "x", "q", "j", "k", "enter")
	s.expect("The whole story.")
	s.press("x")
	s.expect("Both sides are asked")
}

// TestFetchingStops checks that Esc stops the fetch of a page, and that a late result
// changes nothing.
func TestFetchingStops(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:nato", "enter", "enter")
	s.m.pageText.fetch(s.m.article.Item)
	s.expect("fetching the page of nato.example")
	item := s.m.article.ID
	s.press("esc")
	s.expectNot("fetching the page")
	s.expect("stopped")
	s.send(pageFetched{item: item, text: feed.PageText{Body: markup.Body{Raw: "late"}}})
	s.expect("Both sides are asked")
}
