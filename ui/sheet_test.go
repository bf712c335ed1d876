package ui

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/corpus"
	"dateline/feed/text"
)

// TestSheetFilterTakesSeveralWords protects blanks in a sheet's filter, and the
// sheet's place: typing must not make it jump.
func TestSheetFilterTakesSeveralWords(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.press("t")
	top := func() int {
		return slices.IndexFunc(strings.Split(s.text(), "\n"), func(l string) bool { return strings.Contains(l, "Go to") })
	}
	before := top()
	s.press("type:blog go")
	s.expect("Go to: blog go", "▌ The Go Blog")
	if top() != before {
		t.Errorf("the sheet moved from line %d to %d", before, top())
	}
	s.press("type: x")
	s.expect("nothing matches")
	s.expectWidth()
	s.press("backspace", "enter")
	s.press("t", "type:go", "space", "type:blog", "enter")
	s.expect("go.example/blog/feed.atom")
}

// TestSheetOverAnyText protects the lines beside a sheet: whatever character its
// edge falls on, each stays as wide as the screen.
func TestSheetOverAnyText(t *testing.T) {
	th := newTheme(true, "unicode")
	for n := range corpus.HostileItems() {
		for w := 40; w < 120; w += 7 {
			var page []string
			for _, content := range []string{corpus.Hostile("日本e\u0301", n), corpus.Hostile("👩\u200d🚀 ", n)} {
				for range 6 {
					page = append(page, pad(fit(text.Clean(content), w-len(page)%4, ""), w))
				}
			}
			s := &sheet{title: "Sheet", rows: []sheetRow{{left: "a"}, {left: "b"}}}
			s.filterBy("")
			for _, line := range s.over(page, w, th) {
				if got := cells(line); got != w {
					t.Fatalf("%d cells on a screen of %d: %q", got, w, line)
				}
			}
		}
	}
}

// TestFoldedFeedsAreFoundByName protects feeds of a folded group from being out
// of reach: t offers them and unfolds the group for them.
func TestFoldedFeedsAreFoundByName(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:lwn", "enter", "g", "f", "z", "a")
	s.expectNot("LWN   ")
	s.press("t", "type:lwn", "enter")
	s.expect("40 of 40 unread", "▌    LWN")
}

// TestInfoTellsTheWholeReason protects the sentence of a failure from being cut
// off before its way out.
func TestInfoTellsTheWholeReason(t *testing.T) {
	reason := "old.example refuses to give the feed (403 Forbidden): it may need a login, or another user_agent in the settings of the feed"
	s := newScreen(t, 80, 24, func(_ *Deps, src *fakeSource) { src.errors[oldURL] = reason })
	s.press("t", "type:planet", "enter", "i")
	s.expect("settings of the feed", "Feed")
	s.expectWidth()
}

// TestSheetsSurviveAResize protects a sheet and a prompt that are open while
// the terminal changes its size.
func TestSheetsSurviveAResize(t *testing.T) {
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

// TestOffersReplaceTheWaiting protects the status line from saying that feeds
// are looked for behind the sheet that offers them.
func TestOffersReplaceTheWaiting(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, src *fakeSource) {
		src.found = []feed.Candidate{{URL: "https://one.example/a"}, {URL: "https://one.example/b"}}
	})
	s.press("a", "type:one.example", "enter")
	s.expect("This page offers 2 feeds")
	s.expectNot("looking for")
}
