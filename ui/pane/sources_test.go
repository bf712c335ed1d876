package pane

import (
	"fmt"
	"strings"
	"testing"

	"dateline/feed"
	"dateline/ui/style"
)

// manyFeeds returns a pane with n feeds in thirty folders, some of them inside others. Every
// third feed has news.
func manyFeeds(n int) *Sources {
	p := NewSources(nil)
	counts := Counts{Feeds: map[string]FeedCount{}}
	for i := range n {
		tag := fmt.Sprintf("Group %d", i%6)
		if i%30 >= 6 {
			tag += fmt.Sprintf("/Part %d", i%30)
		}
		f := feed.Feed{URL: fmt.Sprintf("https://example.org/%d.xml", i), Title: fmt.Sprintf("Feed %d", i), Tags: []string{tag, "Everyone"}[:1+i%2]}
		p.Feeds = append(p.Feeds, f)
		if i%3 == 0 {
			counts.Feeds[f.URL] = FeedCount{Total: 9, Unread: i%7 + 1}
		}
	}
	p.SetCounts(counts)
	p.Rebuild()
	return &p
}

// TestRowsOfManyFeeds checks that all rows are there, that those without news can be hidden,
// and that the last line stands at the bottom only if all rows fit.
func TestRowsOfManyFeeds(t *testing.T) {
	p := manyFeeds(20)
	theme := style.New(true, "")
	p.HideRead(true)
	for _, h := range []int{12, 60, 20} {
		lines := p.Render(Rect{W: 30, H: h}, theme, true)
		last := strings.Contains(lines[len(lines)-1], "13 feeds without news")
		if fits := p.List.Len() <= h-SourcesHeaderHeight; last != fits {
			t.Errorf("on %d lines the hidden feeds are on the last line: %v, want %v", h, last, fits)
		}
	}
	p.List.Go(p.List.Len() - 1)
	if !p.OnRest() {
		t.Error("the last row is not that of the hidden feeds")
	}
	if _, ok := p.Selected(); ok {
		t.Error("the row of the hidden feeds is a source")
	}
	p.Move(-1)
	if s, ok := p.Selected(); !ok || s.Kind != KindFeed {
		t.Errorf("above the last row is %+v", s)
	}
}

// TestNewsOfHiddenFeedShows checks that a hidden feed appears when it gets news, that the
// selected row does not move, and that no row goes when feeds are read.
func TestNewsOfHiddenFeedShows(t *testing.T) {
	p := manyFeeds(12)
	p.HideRead(true)
	p.List.SetHeight(40)
	if !p.Find("tag:Group 3") {
		t.Fatal("no folder")
	}
	counts := Counts{Feeds: map[string]FeedCount{"https://example.org/1.xml": {Unread: 2}}}
	before, line := p.List.Len(), p.List.Index()-p.List.Top()
	p.SetCounts(counts)
	found := false
	for _, s := range p.List.Rows() {
		found = found || s.Name == "Feed 1" && s.Unread == 2
	}
	if s, _ := p.Selected(); !found || s.Key != "tag:Group 3" || p.List.Len() < before {
		t.Errorf("the feed with news is shown: %v; selected is %q; %d rows were %d", found, s.Key, p.List.Len(), before)
	}
	if got := p.List.Index() - p.List.Top(); got < line {
		t.Errorf("the cursor went from line %d to %d", line, got)
	}
}

// BenchmarkManyFeeds measures what a key can cost with 1,000 feeds: a mark, and hiding the
// feeds without news.
func BenchmarkManyFeeds(b *testing.B) {
	theme := style.New(true, "")
	b.Run("mark", func(b *testing.B) {
		p := manyFeeds(1000)
		p.HideRead(true)
		for i := 0; b.Loop(); i++ {
			p.Adjust(p.Feeds[i%1000].URL, -1)
			p.Recount()
			p.Render(Rect{W: 30, H: 60}, theme, true)
		}
	})
	b.Run("hide", func(b *testing.B) {
		p := manyFeeds(1000)
		for i := 0; b.Loop(); i++ {
			p.HideRead(i%2 == 0)
			p.Render(Rect{W: 30, H: 60}, theme, true)
		}
	})
	b.Run("move", func(b *testing.B) {
		p := manyFeeds(1000)
		for b.Loop() {
			if !p.Move(1) {
				p.List.Go(0)
			}
			p.Render(Rect{W: 30, H: 60}, theme, true)
		}
	})
}
