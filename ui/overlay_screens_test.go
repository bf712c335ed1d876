package ui

import (
	"strings"
	"testing"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dateline/feed"
	"dateline/ui/style"
)

// overlayScreens are the keys that open each overlay.
func overlayScreens() map[string][]string {
	return map[string][]string{
		"help":        {"?"},
		"help-filter": {"?", "type:mark"},
		"choose":      {"t"},
		"choose-gobl": {"t", "type:gobl"},
		"links":       {"t", "type:nato", "enter", "j", "enter", "U"},
		"unsubscribe": {"t", "type:nato", "enter", "X"},
		"offers":      {"a", "type:one.example", "enter"},
		"subscribe":   {"a", "type:one.example", "enter", "enter"},
	}
}

// overlayScreen returns a screen on which a page offers two feeds.
func overlayScreen(t *testing.T, w, h int, icons string) *screen {
	t.Helper()
	return newScreen(t, w, h, func(d *Deps, src *fakeSource) {
		d.Settings.Icons = icons
		src.docs["https://new.example/feed"] = &feed.Document{
			Title: "New Feed", Site: "https://new.example/", Description: "Everything that is new, and some of what is old, from all who write here.",
			Items: []feed.Article{testItem("First of the new feed", src.clock.now(), "First.")},
		}
		src.found = []feed.Candidate{
			{URL: "https://new.example/feed", Title: "New Feed", Type: "Atom"},
			{URL: "https://new.example/comments/feed", Title: "Comments on New Feed", Type: "RSS"},
		}
	})
}

// TestOverlayScreens compares each overlay with its golden screen, and checks its frame.
func TestOverlayScreens(t *testing.T) {
	for name, keys := range overlayScreens() {
		s := overlayScreen(t, 80, 24, "")
		s.press(keys...)
		s.golden("overlay_" + name + "-80x24")
		s.expectWidth()
		expectFrame(t, s)
	}
	for _, name := range []string{"help", "choose", "subscribe", "links"} {
		s := overlayScreen(t, 40, 12, "")
		s.press(overlayScreens()[name]...)
		s.golden("overlay_" + name + "-40x12")
		s.expectWidth()
		expectFrame(t, s)
		s = overlayScreen(t, 200, 60, "")
		s.press(overlayScreens()[name]...)
		s.golden("overlay_" + name + "-200x60")
		s.expectWidth()
		expectFrame(t, s)
	}
}

// expectFrame fails unless the frame's corners and sides stand in the same columns, with a
// blank cell beside each side.
func expectFrame(t *testing.T, s *screen) {
	t.Helper()
	g := style.New(true, "").Glyphs
	lines := strings.Split(s.text(), "\n")
	left, right := -1, -1
	for _, l := range lines {
		cut := func(x, n int) string { return ansi.Cut(l+strings.Repeat(" ", 200), x, x+n) }
		switch {
		case left < 0 && strings.Contains(l, g.TopLeft):
			left = style.Width(l[:strings.Index(l, g.TopLeft)])
			right = style.Width(l[:strings.Index(l, g.TopRight)])
		case left < 0 || cut(left, 1) == g.TeeLeft && cut(right, 1) == g.TeeRight:
		case cut(left, 1) == g.BottomLeft:
			if cut(right, 1) != g.BottomRight {
				t.Errorf("the corners do not meet: %q", l)
			}
			return
		case cut(left, 2) != g.Column+" " || cut(right-1, 2) != " "+g.Column:
			t.Errorf("no frame with air around %q", l)
		}
	}
	t.Error("the frame does not end")
}

// TestASCIIScreen checks that icons = "ascii" shows no symbol beyond ASCII, in a list, an
// article and an overlay.
func TestASCIIScreen(t *testing.T) {
	s := overlayScreen(t, 80, 24, "ascii")
	var all strings.Builder
	for _, keys := range [][]string{{"t", "type:nato", "enter"}, {"j", "enter"}, {"i"}, {"esc", "?"}, {"esc", "X"}} {
		s.press(keys...)
		all.WriteString(s.text())
	}
	for _, r := range all.String() {
		if r > unicode.MaxASCII {
			t.Errorf("%q is not ASCII", r)
		}
	}
	s.golden("overlay_ascii-80x24")
}

// clickOn clicks the first cell of a text on the screen.
func (s *screen) clickOn(content string) {
	s.t.Helper()
	for y, l := range strings.Split(s.text(), "\n") {
		if at := strings.LastIndex(l, content); at >= 0 {
			s.send(tea.MouseClickMsg{X: style.Width(l[:at]), Y: y, Button: tea.MouseLeft})
			return
		}
	}
	s.t.Fatalf("the screen does not show %q:\n%s", content, s.text())
}

// TestOverlaysByMouse checks that a click on a row chooses it, that the wheel scrolls, and that
// a click outside closes.
func TestOverlaysByMouse(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.press("t")
	s.clickOn("LWN  ")
	s.expect("LWN  ", "of 40")
	s.press("?")
	s.expect("1 of ")
	for range 40 {
		s.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	}
	s.expect("suspend")
	s.expectWidth()
	s.send(tea.MouseClickMsg{X: 0, Y: 0, Button: tea.MouseLeft})
	s.expectNot("suspend")
	s.press("X")
	s.clickOn("keep the feed")
	s.expectNot("Unsubscribe from")
	s.press("?", "type:alone")
	s.clickOn("the open article")
	s.expect("zen mode on")
}

// TestStatusWordsByMouse checks that a click on a word of the status line does what its key
// does, also in a message.
func TestStatusWordsByMouse(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.press("t", "type:nato", "enter", "j")
	s.clickOn("open  m read")
	s.expect("underway")
	if s.m.focus != areaArticle {
		t.Error("the article was not opened")
	}
	s.clickOn("q list")
	if s.m.focus != areaHeadlines {
		t.Error("a click on a word did not go back")
	}
	s.press("A")
	s.clickOn("u undoes")
	s.expect("undone")
	s.press("g")
	s.clickOn("s starred")
	s.expect("Nothing is starred.")
	s.press("/", "type:report")
	s.clickOn("accept")
	s.expect("Esc ends", "next hit")
	s.clickOn("n next hit")
	s.expect("hit 2 of 40")
}

// TestUnknownKeysNameTheNearest checks that a key that means nothing says so once, and names the
// nearest one.
func TestUnknownKeysNameTheNearest(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("H")
	s.expect("H does nothing here; h is: one level out")
	s.press("H")
	s.expectNot("does nothing here")
	s.press("j", "H")
	s.expect("H does nothing here")
	s.press("g", "r")
	s.expect("gr does nothing here; r is: refresh this feed")
	s.press("g", "U")
	s.expect("gU does nothing here; gu is: all unread items")
}

// TestStatusOffersOnlyWhatActs checks that the status line leaves out keys that would do nothing,
// and whole keys if there is no room.
func TestStatusOffersOnlyWhatActs(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:lwn", "enter", "j")
	s.expect("space page", "A all read", "⏎ open")
	s.expectNot("u undo")
	s.press("A", "t", "type:lwn", "enter", "j", "enter")
	s.expectNot("A all read", "U links")
	s.press("t", "type:starred", "enter", "j")
	s.expectNot("space page", "⏎ open", "m read")
	for w := 20; w < 120; w++ {
		s.send(tea.WindowSizeMsg{Width: w, Height: 24})
		lines := strings.Split(strings.TrimRight(s.text(), "\n"), "\n")
		for word := range strings.SplitSeq(strings.TrimSpace(lines[len(lines)-1]), "  ") {
			if !strings.Contains("/ search|? help|r refresh|u undo|", strings.TrimSpace(word)+"|") {
				t.Errorf("%d cells: %q is half a word", w, word)
			}
		}
	}
}
