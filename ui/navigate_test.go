package ui

import (
	"fmt"
	"testing"
	"time"

	"dateline/feed"
)

// TestEdgesAreTold protects the keys that have nowhere to go: they name the
// edge they stand at, and marking nothing offers no undo of something else.
func TestEdgesAreTold(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:nato", "enter", "enter", "K")
	s.expect("this is the first article here")
	s.press("J", "J", "J", "J")
	s.expect("this is the last article here")
	s.press("q", "g", "g", "[", "r")
	s.expect("nothing to mark: no unread items there")
	s.expectNot("u undoes")
}

// TestPreviousUnreadGoesBack protects N at the top of a long list: when nothing
// before the window is unread, the source before this one follows.
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
	s.expect("The Go Blog", "3 of 3 unread")
}
