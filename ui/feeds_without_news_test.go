package ui

import (
	"strings"
	"testing"

	"dateline/feed"
	"dateline/ui/pane"
)

// newsScreen is a screen with nested folders, of which one feed has no items.
func newsScreen(t *testing.T, w, h int) *screen {
	return newScreen(t, w, h, func(_ *Deps, src *fakeSource) {
		src.subs[0].Tags = []string{"News/World", "News"}
		src.subs[1].Tags = []string{"News/Tech"}
		src.subs[2].Tags = []string{"News/Tech"}
		src.subs[3].Tags = []string{"Ailing"}
	})
}

// sourceNames returns the rows of the sources, folders with their indent.
func (s *screen) sourceNames() string {
	var names []string
	for _, row := range s.m.sources.List.Rows() {
		if row.Kind != pane.KindGap && row.Kind != pane.KindView {
			names = append(names, strings.Repeat(" ", row.Depth)+row.Name+" "+row.CountText())
		}
	}
	return strings.Join(names, "\n")
}

// TestFeedsWithoutNews checks what zf hides, that a feed stays after it was read until the
// view is asked for again, and that the last line and a jump show hidden feeds.
func TestFeedsWithoutNews(t *testing.T) {
	s := newsScreen(t, 120, 40)
	s.press("g", "f", "z", "f")
	s.expect("1 feed without news", "zf shows them again")
	s.golden("newsonly-120x40")
	if names := s.sourceNames(); strings.Contains(names, "Old Planet") || strings.Contains(names, "Ailing") {
		t.Errorf("a feed without news is shown:\n%s", names)
	}
	s.press("t", "type:nato", "enter", "A", "g", "f")
	if names := s.sourceNames(); strings.Contains(names, "NATO") {
		t.Errorf("a read feed is shown after the sources were asked for:\n%s", names)
	}
	s.press("t", "type:nato", "enter")
	s.expect("▌    NATO News")
	s.press("g", "f", "g", "g", "G")
	s.expect("▌  1 feed without news")
	s.press("enter")
	s.expect("Old Planet", "▌  Unread")
	s.press("z", "f")
	s.restart(120, 40)
	s.expectNot("Old Planet")
	s.press("t", "type:old planet", "enter")
	s.expect("Old Planet")
}

// TestReadFeedStays checks that a feed that becomes read does not leave the screen.
func TestReadFeedStays(t *testing.T) {
	s := newsScreen(t, 120, 40)
	s.press("z", "f", "t", "type:go blog", "enter")
	before := len(s.m.sources.List.Rows())
	s.press("A", "g", "a")
	s.expect("The Go Blog")
	if got := len(s.m.sources.List.Rows()); got != before {
		t.Errorf("%d rows, were %d", got, before)
	}
	s.press("u", "u")
	s.expect("The Go Blog      3")
}

// TestNestedFolders checks the indent, that a feed with two tags counts once in the folder
// around them, and that folders fold.
func TestNestedFolders(t *testing.T) {
	s := newsScreen(t, 120, 40)
	want := "News 47\n NATO News 4\n News/World 4\n  NATO News 4\n News/Tech 43\n  The Go Blog 3\n  LWN 40\nAiling \n Old Planet "
	if got := s.sourceNames(); got != want {
		t.Errorf("rows:\n%s\nwant:\n%s", got, want)
	}
	s.golden("folders-120x40")
	s.press("t", "type:lwn", "enter", "g", "f", "z", "a")
	want = strings.Replace(want, "\n  The Go Blog 3\n  LWN 40", "", 1)
	if got := s.sourceNames(); got != want {
		t.Errorf("rows with a folded folder:\n%s\nwant:\n%s", got, want)
	}
	s.expect("▸ Tech")
	s.press("t", "type:news", "enter")
	if got := s.m.headlines.Source.Key; got != "tag:News" {
		t.Errorf("news finds %q", got)
	}
	s.press("t", "type:nt", "enter")
	if got := s.m.headlines.Source.Key; got != "tag:News/Tech" {
		t.Errorf("nt finds %q", got)
	}
}

// TestFuzzySources checks that letters of a name find it, the best match first.
func TestFuzzySources(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, src *fakeSource) {
		src.subs = append(src.subs, feed.Subscription{URL: "https://h.example/", Name: "The Harbour Post", Tags: []string{"World", "Tech"}})
	})
	s.press("t", "type:hbp")
	s.expect("▌ The Harbour Post")
	listed := 0
	for _, row := range s.m.modes.Overlay().Rows {
		if row.Left == "The Harbour Post" {
			listed++
		}
	}
	if listed != 1 {
		t.Errorf("a feed with two tags is listed %d times", listed)
	}
	s.press("type:qqq")
	s.expect("nothing matches; Backspace shortens the filter")
}
