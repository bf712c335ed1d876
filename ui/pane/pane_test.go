package pane

import (
	"fmt"
	"testing"
	"time"

	"dateline/feed"
	"dateline/ui/article"
	"dateline/ui/style"
)

// TestPanesFillTheirRectangle checks that a pane returns exactly as many lines as its rectangle
// has, each as wide as the rectangle.
func TestPanesFillTheirRectangle(t *testing.T) {
	now := time.Date(2020, 11, 20, 9, 30, 0, 0, time.UTC)
	feeds := []feed.Feed{
		{URL: "https://one.example/feed", Tags: []string{"Tech"}, Title: "日本語の見出し"},
		{URL: "https://two.example/feed", Title: "A feed with a title that is longer than its pane", Poll: feed.PollState{Error: "it failed; try later"}},
	}
	sources := NewSources([]SavedQuery{{Name: "Reports"}})
	sources.Feeds = feeds
	sources.SetCounts(Counts{Total: 12345, Unread: 12, Feeds: map[string]FeedCount{feeds[0].URL: {Total: 20000, Unread: 12345}}})
	sources.Rebuild()
	full, compact := NewHeadlines(false), NewHeadlines(true)
	var rows []Row
	for i := range 50 {
		rows = append(rows, Row{Item: feed.Item{ID: int64(i + 1), Title: fmt.Sprintf("Headline 見出し %d of the day", i), FeedTitle: "One", Date: now.AddDate(0, 0, -i), Starred: i%3 == 0}})
	}
	full.List.Replace(rows, 7, true, true)
	compact.List.Replace(rows, 7, true, true)
	article := Article{ID: 1, Item: rows[0].Item, Width: 20, Lines: []article.Line{{Text: "one"}, {Text: "two"}, {Text: "three"}}, Whole: true, Loaded: true, Restore: -1}
	theme := style.New(true, "")
	for w := 20; w < 150; w += 9 {
		for h := 5; h < 40; h += 3 {
			r := Rect{W: w, H: h}
			for name, lines := range map[string][]string{
				"sources":                  sources.Render(r, theme, true),
				"headlines":                full.Render(r, theme, true, nil, now, nil),
				"headlines of a feed":      full.Render(r, theme, false, &sources.Feeds[1], now, nil),
				"headlines on single rows": compact.Render(r, theme, true, nil, now, nil),
				"article":                  article.Render(r, theme, true, now, []string{"a note"}),
			} {
				if len(lines) != h {
					t.Errorf("%s has %d lines in %d", name, len(lines), h)
				}
				for _, l := range lines {
					if got := style.Width(l); got != w {
						t.Fatalf("%s has a line of %d cells in %d: %q", name, got, w, l)
					}
				}
			}
		}
	}
}

// TestTheRunningLineKeepsTheFeed checks that a long title leaves room for the name of the feed in
// the line above a text in zen mode.
func TestTheRunningLineKeepsTheFeed(t *testing.T) {
	theme := style.New(true, "")
	a := Article{Item: feed.Item{Title: "A title that is longer than the line has room for", FeedTitle: "Slow Notes"}}
	for w, want := range map[int]string{
		70: "A title that is longer than the line has room for · Slow Notes",
		40: "A title that is longer tha… · Slow Notes",
		24: "A title that… · Slow No…",
	} {
		if got := a.running(w, theme); got != want {
			t.Errorf("in %d cells the line is %q, want %q", w, got, want)
		}
	}
	a.Item.FeedTitle = ""
	if got := a.running(70, theme); got != a.Item.Title {
		t.Errorf("without the name of a feed the line is %q", got)
	}
}
