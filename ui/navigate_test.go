package ui

import (
	"fmt"
	"testing"
	"time"

	"dateline/feed"
)

// TestEdgesAreReported checks that keys at the first and last item say so, and that marking
// nothing does not offer an undo.
func TestEdgesAreReported(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:nato", "enter", "enter", "K")
	s.expect("this is the first article here")
	s.press("J", "J", "J", "J")
	s.expect("this is the last article here")
	s.press("q", "g", "g", "[", "r")
	s.expect("nothing to mark: no unread items there")
	s.expectNot("u undoes")
}

// TestPreviousUnreadGoesBack checks that N goes to the source before if no item before the
// window is unread.
func TestPreviousUnreadGoesBack(t *testing.T) {
	var long []feed.Article
	s := newScreen(t, 120, 40, func(_ *Deps, src *fakeSource) {
		for i := range 300 {
			long = append(long, testItem(fmt.Sprintf("Report %03d", i), src.clock.t.Add(-time.Duration(i)*time.Hour), "<p>x</p>"))
		}
		src.docs[lwnURL] = testDoc("LWN.net", "", "https://lwn.example/", long)
	})
	s.press("t", "type:lwn", "enter", "G")
	if s.m.headlines.List.HeadLoaded() {
		t.Fatal("the list is too short to be a window")
	}
	s.press("[", "r", "N")
	s.expect("The Go Blog", "3 unread")
}
