package ui

import (
	"strings"
	"testing"

	"dateline/feed"
	"dateline/feed/markup"
)

// TestFullText protects the way to the page's text and back: fetched once, kept,
// and said where it is from.
func TestFullText(t *testing.T) {
	for _, size := range []struct {
		name string
		w, h int
	}{{"80x24", 80, 24}, {"120x40", 120, 40}} {
		s := newScreen(t, size.w, size.h, func(_ *Deps, f *fakeSource) {
			f.page = feed.Fulltext{Body: markup.Body{Raw: "<p>" + strings.Repeat("The whole story. ", 200) + "</p>"}}
		})
		s.press("t", "type:nato", "enter", "enter")
		s.expect("x fetches the full text")
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

// TestFullTextFails protects the feed's text from a page that has none: it
// stays, and a sentence says why.
func TestFullTextFails(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, f *fakeSource) {
		f.page = feed.Fulltext{Error: "nato.example refuses to give the page (403 Forbidden): o opens it in the browser"}
	})
	s.press("t", "type:nato", "enter", "enter", "x")
	s.expect("refuses to give the page", "Both sides are asked")
	s.press("x")
	if s.source.pages != 2 {
		t.Errorf("the page was fetched %d times", s.source.pages)
	}
}

// TestFeedsWithFullText protects the option fulltext: its items open with the
// page's text where it is kept.
func TestFeedsWithFullText(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, f *fakeSource) {
		f.subs[0].Settings.Fulltext = true
		f.page = feed.Fulltext{Body: markup.Body{Raw: "<p>The whole story.</p>"}}
	})
	s.press("t", "type:nato", "enter", "enter", "x", "q", "j", "k", "enter")
	s.expect("The whole story.")
	s.press("x")
	s.expect("Both sides are asked")
}

// TestFetchingStops protects Esc while a page is being fetched: its late answer
// changes nothing.
func TestFetchingStops(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:nato", "enter", "enter")
	s.m.fetchPage(s.m.article.item)
	s.expect("fetching the page of nato.example")
	item := s.m.article.id
	s.press("esc")
	s.expectNot("fetching the page")
	s.expect("stopped")
	s.send(pageFetched{item: item, text: feed.Fulltext{Body: markup.Body{Raw: "late"}}})
	s.expect("Both sides are asked")
}
