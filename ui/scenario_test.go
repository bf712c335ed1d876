package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
)

// TestScreensAtEverySize compares the page with the golden files: at each shape of the screen, in
// both densities, with an article open.
func TestScreensAtEverySize(t *testing.T) {
	for _, size := range []struct {
		name string
		w, h int
	}{{"40x12", 40, 12}, {"80x24", 80, 24}, {"120x40", 120, 40}, {"200x60", 200, 60}} {
		t.Run(size.name, func(t *testing.T) {
			s := newScreen(t, size.w, size.h)
			s.golden("unread-" + size.name)
			s.expectWidth()
			s.press("t", "type:nato", "enter", "j")
			s.golden("feed-" + size.name)
			s.expectWidth()
			s.press("enter")
			s.golden("article-" + size.name)
			s.expectWidth()
			s.press("q", "z", "d")
			s.golden("compact-" + size.name)
			s.expectWidth()
		})
	}
}

// TestResizeInTheMiddle checks the screen while the terminal changes its size.
func TestResizeInTheMiddle(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("n", "enter")
	for _, size := range [][2]int{{40, 12}, {20, 5}, {5, 2}, {1, 1}, {300, 90}, {60, 20}, {100, 19}, {80, 24}} {
		s.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		if size[0] >= 40 && size[1] >= 12 {
			s.expectWidth()
		}
	}
	s.expect("Right-to-left text")
}

// TestReadingAFeed opens a feed, reads on and goes back.
func TestReadingAFeed(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:nato", "enter")
	s.expect("4 unread · 1 of 4", "checked just now", "next in 30 min")
	s.press("j", "enter")
	s.expect("3 unread", "More than thirty ships", "Hunting submarines", "[1]", "[2]")
	s.press("2")
	if len(s.opened) != 1 || s.opened[0] != "https://nato.example/more" {
		t.Errorf("link 2 opened %q", s.opened)
	}
	s.press("J")
	s.expect("Ninety-nine teachers", "2 unread")
	s.press("q")
	if s.m.focus != areaHeadlines {
		t.Error("q does not lead back to the headlines")
	}
}

// TestMarksAndTheirUndo checks every way of marking, its undo and redo, and that the marks are there
// after a restart.
func TestMarksAndTheirUndo(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:lwn", "enter")
	s.expect("40 unread")
	s.press("d", "d", "m")
	s.expect("37 unread", "marked read, u undoes")
	s.press("u")
	s.expect("38 unread", "now unread")
	s.press("ctrl+r")
	s.expect("37 unread")
	s.press("s")
	s.expect("Starred              1", "★")
	s.press("j", "j", "[", "r")
	s.expect("36 unread", "marked 1 read")
	s.press("A")
	s.press("t", "type:lwn", "enter")
	s.expect("0 unread")
	s.restart(120, 40)
	s.expect("0 unread")
	s.press("u")
	s.expect("36 unread", "36 items now unread")
	s.press("g", "s")
	s.expect("1 of 1", "Kernel development report 02")
}

// TestReadRowsStayUntilLoadedAgain checks that an item read in the unread view stays, dimmed,
// until the view is loaded again.
func TestReadRowsStayUntilLoadedAgain(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("enter", "q")
	s.expect("Go 2 is not coming")
	s.clock.t = s.clock.t.Add(time.Second)
	s.press("z", "r")
	if rows := s.m.headlines.List.Rows(); rows[0].Title == "Go 2 is not coming: 日本語の見出しも正しく測る 全角文字" {
		t.Error("the read row is still there after zr")
	}
}

// TestNextUnreadCrossesFeeds checks that n goes through the list and then to the next source with
// unread items. If an article was open, the next article is opened.
func TestNextUnreadCrossesFeeds(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:nato", "enter", "enter", "n", "n", "n")
	s.expect("0 unread", "North Macedonia")
	s.press("n")
	s.expect("The Go Blog", "2 unread", "気象庁")
	if s.m.focus != areaArticle {
		t.Error("n in an article does not open the next one")
	}
}

// TestSearchAsYouType checks search and filter: matches while typing, an error with its column, n
// for the next match, and Esc to return.
func TestSearchAsYouType(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:lwn", "enter", "j", "j")
	s.press("/", "type:maritim")
	s.expect("Search: maritim", "Major maritime exercise", "1 found")
	s.press("type:e (")
	s.expect("column")
	s.press("backspace", "backspace", "enter")
	s.expect("Search: maritime")
	s.press("esc")
	s.expect("LWN")
	if row, _ := s.m.headlines.List.Current(); row.Title != "Kernel development report 02" {
		t.Errorf("Esc leads to %q", row.Title)
	}
	s.press("\\", "type:report", "space", "type:07", "enter")
	s.expect("filter: report 07", "1 found", "Kernel development report 07")
	s.press("/", "type:地震", "enter")
	s.expect("Go 2 is not coming")
	s.press("/", "ctrl+u", "type:nothinglikethis", "enter")
	s.expect("Nothing found.", "/ changes the search")
}

// TestSubscribeAndRemove checks adding a feed by the address of a page, from the choice to the
// first items, and removing a feed after a question.
func TestSubscribeAndRemove(t *testing.T) {
	const url = "https://new.example/feed"
	s := newScreen(t, 120, 40)
	s.source.docs[url] = testDoc("New Feed", "", "https://new.example/", []feed.Article{testItem("First of the new feed", s.clock.t, "<p>Hello.</p>")})
	s.source.found = []feed.Candidate{{URL: "https://new.example/comments", Title: "Comments"}, {URL: url, Title: "New Feed", Type: "RSS"}}
	s.press("a", "type:new.example", "enter")
	s.expect("This page offers 2 feeds", "Comments", "New Feed")
	s.press("enter")
	s.expect("Subscribe to Comments?", "This address gave no feed")
	s.press("esc", "down", "enter")
	s.expect("Subscribe to New Feed?", "https://new.example/", "1 item", "First of the new feed")
	s.golden("preview_120x40")
	s.press("enter")
	s.expect("First of the new feed", "subscribed to New Feed", "1 unread")
	s.press("X")
	s.expect("Unsubscribe from New Feed?", "y unsubscribes")
	s.press("n")
	s.expect("First of the new feed")
	s.press("X", "y")
	s.expect("unsubscribed from New Feed")
	s.press("t", "type:new feed")
	s.expect("nothing matches")
	s.source.found = nil
	s.press("esc", "a", "type:nowhere", "enter")
	s.expect("no feed there; try another address")
}

// TestNewsArrivesBelowTheCursor checks that new items do not move the selected row on
// the screen, and that their number is shown.
func TestNewsArrivesBelowTheCursor(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:lwn", "enter", "j", "j", "j")
	line := func() int {
		for i, l := range strings.Split(s.text(), "\n") {
			if strings.Contains(l, "▌") && strings.Contains(l, "report 03") {
				return i
			}
		}
		return -1
	}
	before := line()
	s.clock.t = s.clock.t.Add(time.Hour)
	doc := s.source.docs[lwnURL]
	fresh := testItem("Breaking: a new kernel", s.clock.t, "<p>Now.</p>")
	fresh.Link, fresh.GUID = "https://lwn.example/new", "new"
	fresh.Identify()
	doc.Items = append([]feed.Article{fresh}, doc.Items...)
	s.press("r")
	s.expect("+1 new", "41 unread")
	if got := line(); got != before || before < 0 {
		t.Errorf("the selected row moved from line %d to %d:\n%s", before, got, s.text())
	}
	s.press("g", "l")
	s.expect("New since the last refresh", "Breaking: a new kernel")
}

// TestFailedFeedSaysWhy checks that a failed feed is marked in the sources, and that the error is
// shown in the header and after the refresh.
func TestFailedFeedSaysWhy(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, f *fakeSource) {
		f.errors[oldURL] = "the server old.example does not answer; check the address or try later"
	})
	s.press("t", "type:old", "enter")
	s.expect("! Old Planet", "the server old.example does not answer")
	s.press("r")
	s.expect("check the address or try later")
}

// TestTheScreenComesBack checks that a restart restores the source, row, pane, density and reading
// progress.
func TestTheScreenComesBack(t *testing.T) {
	s := newScreen(t, 60, 20)
	s.press("t", "type:nato", "enter", "j", "enter", "ctrl+d")
	top := s.m.article.Top
	if top == 0 {
		t.Fatalf("the article does not scroll:\n%s", s.text())
	}
	s.restart(60, 20)
	s.expect("NATO News")
	if s.m.focus != areaArticle || s.m.article.Item.Title != "Major maritime exercise gets underway" {
		t.Errorf("pane %v shows %q", s.m.focus, s.m.article.Item.Title)
	}
	if s.m.article.Top != top {
		t.Errorf("the article is at line %d, was at %d", s.m.article.Top, top)
	}
}

// TestKeysThatCannotActSayWhy checks that every key that cannot act shows a message.
func TestKeysThatCannotActSayWhy(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("c")
	s.expect("this item has no comments page")
	s.press("e")
	s.expect("no file is enclosed")
	s.press("ö")
	s.expect("ö does nothing here; ? shows all keys")
	s.press("g", "f", "m")
	s.expect("choose an item first")
}

// TestHelpShowsEveryAction checks that the help page has all actions and a filter.
func TestHelpShowsEveryAction(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("?", "type:subscribe")
	s.expect("Keys: subscribe", "subscribe to the address of a feed or page")
	s.expectNot("half a page down")
	s.press("esc")
	s.expectNot("Keys: subscribe")
}

// TestCopyUsesTheTerminal checks y, Y and gy.
func TestCopyUsesTheTerminal(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:nato", "enter", "y", "Y", "g", "y")
	want := []string{
		"https://www.nato.example/item/0",
		"Statement by the Special Representative for the Caucasus and Central Asia – https://www.nato.example/item/0",
		natoURL,
	}
	if strings.Join(s.copied, "\n") != strings.Join(want, "\n") {
		t.Errorf("copied %q", s.copied)
	}
}

// TestMouse checks click, double click and wheel.
func TestMouse(t *testing.T) {
	s := newScreen(t, 120, 40)
	at := func(text string) tea.Mouse {
		for y, l := range strings.Split(s.text(), "\n") {
			if x := strings.Index(l, text); x >= 0 {
				return tea.Mouse{X: len([]rune(l[:x])), Y: y, Button: tea.MouseLeft}
			}
		}
		t.Fatalf("no %q on the screen:\n%s", text, s.text())
		return tea.Mouse{}
	}
	s.send(tea.MouseClickMsg(at("NATO News")))
	s.expect("4 unread")
	s.send(tea.MouseClickMsg(at("North Macedonia")))
	s.send(tea.MouseClickMsg(at("North Macedonia")))
	s.expect("3 unread")
	if s.m.focus != areaArticle {
		t.Error("a double click does not open")
	}
	wheel := at("The Go Blog")
	wheel.Button = tea.MouseWheelDown
	s.send(tea.MouseWheelMsg(wheel))
}

// TestBrowsersStartInOrder checks that pages are opened in the order of the keys, also if
// the commands run the other way round, and that failures are told.
func TestBrowsersStartInOrder(t *testing.T) {
	s := newScreen(t, 120, 40, func(d *Deps, _ *fakeSource) {
		open := d.Open
		d.Open = func(ctx context.Context, url string, background bool) (Browser, error) {
			b, _ := open(ctx, url, background)
			switch {
			case strings.HasSuffix(url, "/missing"):
				return b, errors.New(`exec: "xdg-open": executable file not found in $PATH`)
			case strings.HasSuffix(url, "/failing"):
				b.Failed = func() error { return errors.New("firefox: exit status 1") }
			}
			return b, nil
		}
	})
	first, second := s.m.browser.open("https://a.example/1", false), s.m.browser.open("https://a.example/2", false)
	ended := make(chan struct{})
	go func() {
		second()
		close(ended)
	}()
	first()
	<-ended
	if got := strings.Join(s.opened, " "); got != "https://a.example/1 https://a.example/2" {
		t.Errorf("opened %s", got)
	}
	s.run(s.m.browser.open("https://a.example/missing", false))
	s.expect("the browser did not start: exec: \"xdg-open\": executable file not found in $PATH; set `browser` in the configuration, y")
	s.run(s.m.browser.open("https://a.example/failing", false))
	s.expect("the browser failed: firefox: exit status 1; set `browser` in the configuration, y copies the address")
	s.run(s.m.browser.open("https://a.example/good", false))
	s.expect("opening https://a.example/good")
}
