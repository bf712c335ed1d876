package ui

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
)

// TestOverlayFilterTakesSeveralWords checks that a filter may have spaces, and that the
// overlay does not move while the user types.
func TestOverlayFilterTakesSeveralWords(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.press("t")
	top := func() int {
		return slices.IndexFunc(strings.Split(s.text(), "\n"), func(l string) bool { return strings.Contains(l, "Go to") })
	}
	before := top()
	s.press("type:blog go")
	s.expect("Go to: blog go", "▌ The Go Blog")
	if top() != before {
		t.Errorf("the overlay moved from line %d to %d", before, top())
	}
	s.press("type: x")
	s.expect("nothing matches")
	s.expectWidth()
	s.press("backspace", "enter")
	s.press("t", "type:go", "space", "type:blog", "enter")
	s.expect("The Go Blog", "3 unread · 1 of 3")
}

// TestFoldedFeedsAreFoundByName checks that t lists feeds of a folded group and unfolds the
// group.
func TestFoldedFeedsAreFoundByName(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:lwn", "enter", "g", "f", "z", "a")
	s.expectNot("LWN   ")
	s.press("t", "type:lwn", "enter")
	s.expect("40 unread", "▌    LWN")
}

// TestInfoShowsTheWholeReason checks that the message of a failure is not cut off.
func TestInfoShowsTheWholeReason(t *testing.T) {
	reason := "old.example refuses to give the feed (403 Forbidden): it may need a login, or another user_agent in the settings of the feed"
	s := newScreen(t, 80, 24, func(_ *Deps, src *fakeSource) { src.errors[oldURL] = reason })
	s.press("t", "type:planet", "enter", "i")
	s.expect("settings of the feed", "Feed")
	s.expectWidth()
}

// TestOverlaysSurviveAResize checks that an overlay and a prompt stay open if the size of the
// terminal changes.
func TestOverlaysSurviveAResize(t *testing.T) {
	s := newScreen(t, 120, 40)
	for _, keys := range [][]string{{"?"}, {"t"}, {"i"}, {"X"}, {"/", "type:is:unraed foo"}} {
		s.press("t", "type:nato", "enter")
		s.press(keys...)
		for _, size := range [][2]int{{40, 12}, {20, 5}, {5, 2}, {1, 1}, {200, 60}, {120, 40}} {
			s.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			if size[0] >= 40 {
				s.expectWidth()
			}
		}
		s.press("esc")
	}
}

// TestOffersReplaceTheProgress checks that the status line no longer says that dateline looks
// for feeds when the overlay lists them.
func TestOffersReplaceTheProgress(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, src *fakeSource) {
		src.found = []feed.Candidate{{URL: "https://one.example/a"}, {URL: "https://one.example/b"}}
	})
	s.press("a", "type:one.example", "enter")
	s.expect("This page offers 2 feeds")
	s.expectNot("looking for")
}
