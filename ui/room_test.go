package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
)

// numberedArticle is a text of paragraphs with numbers, each of some lines.
func numberedArticle(paragraphs int) string {
	var b strings.Builder
	for i := range paragraphs {
		fmt.Fprintf(&b, "<p>Paragraph %d begins here. %s</p>", i, strings.Repeat("Some words that fill the lines of it. ", 8))
	}
	return b.String()
}

// longScreen returns a screen with a feed of two long articles among others, and opens the first.
func longScreen(t *testing.T, w, h, paragraphs int) *screen {
	t.Helper()
	s := newScreen(t, w, h, func(_ *Deps, f *fakeSource) {
		items := []feed.Article{
			testItem("The long one", f.clock.t, numberedArticle(paragraphs)),
			testItem("The other long one", f.clock.t.AddDate(0, 0, -1), numberedArticle(paragraphs)),
		}
		for i := range 40 {
			items = append(items, testItem(fmt.Sprintf("Short %02d", i), f.clock.t.AddDate(0, 0, -2-i), "<p>Short.</p>"))
		}
		f.docs[lwnURL] = testDoc("LWN.net", "", "https://lwn.example/", items)
	})
	s.press("t", "type:lwn", "enter")
	return s
}

// TestAnOpenArticleHasTheRoom protects the purpose of the screen: how many rows of text an open
// article has at the usual sizes, with a title of one and of two lines.
func TestAnOpenArticleHasTheRoom(t *testing.T) {
	for size, want := range map[[2]int]int{{80, 24}: 18, {120, 40}: 30, {200, 60}: 50, {60, 20}: 14} {
		s := longScreen(t, size[0], size[1], 80)
		for _, title := range []string{"The long one", strings.Repeat("Title of words ", 6)} {
			s.press("enter")
			s.m.article.Item.Title = title
			first := 0
			for _, l := range strings.Split(s.text(), "\n") {
				if strings.Contains(l, "Paragraph 0 begins") {
					break
				}
				first++
			}
			if rows := s.m.layout.status.Y - first; rows < want {
				t.Errorf("%dx%d has %d rows of text, want %d:\n%s", size[0], size[1], rows, want, s.text())
			}
			s.press("q")
		}
	}
}

// TestScreensOfEveryShape is the picture of a long list and of its open article, zen and without
// a preview, at every size.
func TestScreensOfEveryShape(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {80, 24}, {120, 40}, {200, 60}} {
		name := fmt.Sprintf("-%dx%d", size[0], size[1])
		s := longScreen(t, size[0], size[1], 30)
		s.press("j", "j", "k")
		s.golden("room-list" + name)
		s.expectWidth()
		s.press("z", "p")
		s.golden("room-nopreview" + name)
		s.expectWidth()
		s.press("z", "p", "enter", "space")
		s.golden("room-article" + name)
		s.expectWidth()
		s.press("z", "m")
		s.golden("room-zen" + name)
		s.expectWidth()
	}
}

// TestOnlyOpeningMovesTheBorder checks that opening an article and going back move the border of
// a stack, and the focus alone does not.
func TestOnlyOpeningMovesTheBorder(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		s := longScreen(t, size[0], size[1], 30)
		height := func() int { return s.m.layout.areas[areaHeadlines].H }
		list := height()
		if s.m.headlines.List.Height() < 8 {
			t.Errorf("the list shows %d rows", s.m.headlines.List.Height())
		}
		s.press("tab")
		if s.m.focus != areaArticle || height() != list {
			t.Errorf("Tab moved the border from %d to %d", list, height())
		}
		s.press("tab", "tab", "enter")
		strip := height()
		if strip > 4 || strip >= list {
			t.Errorf("the strip has %d lines, the list had %d", strip, list)
		}
		s.press("tab")
		s.press("tab")
		if s.m.focus != areaHeadlines || height() != strip {
			t.Errorf("Tab moved the border of the strip to %d", height())
		}
		top := s.m.headlines.List.Top()
		s.press("q")
		if s.m.focus != areaHeadlines || height() != list {
			t.Errorf("going back gives the list %d lines in pane %d, had %d", height(), s.m.focus, list)
		}
		if s.m.headlines.List.Top() != 0 {
			t.Errorf("the list begins at row %d after row %d of the strip", s.m.headlines.List.Top(), top)
		}
	}
}

// TestAShortListGivesRoomBack checks that a list has no more lines than its rows need, and that
// news do not move the border.
func TestAShortListGivesRoomBack(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:go", "space", "type:blog", "enter")
	if h := s.m.layout.areas[areaHeadlines].H; h != 1+3*2 {
		t.Errorf("a list of 3 items has %d lines", h)
	}
	doc := s.source.docs["https://go.example/blog/feed.atom"]
	if doc == nil {
		t.Fatal("no such feed")
	}
	doc.Items = append(doc.Items, testItem("One more", s.clock.t, "<p>x</p>"))
	s.press("j", "r")
	s.expect("of 4")
	if h := s.m.layout.areas[areaHeadlines].H; h != 1+3*2 {
		t.Errorf("a new item moved the border to %d", h)
	}
}

// TestHitsGiveRoomBack checks that the list of a search or a filter keeps its room while the text is
// typed, and then has no more lines than its rows need.
func TestHitsGiveRoomBack(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("g", "a")
	for _, key := range []string{"/", `\`} {
		before := s.m.layout.areas[areaHeadlines].H
		s.press(key, "type:report", "space", "type:07")
		s.expect("1 found")
		if h := s.m.layout.areas[areaHeadlines].H; h != before {
			t.Errorf("typing after %s moved the border from %d to %d", key, before, h)
		}
		s.press("enter")
		if h := s.m.layout.areas[areaHeadlines].H; h != 1+2 {
			t.Errorf("the list of one hit of %s has %d lines", key, h)
		}
		s.press("esc")
		if h := s.m.layout.areas[areaHeadlines].H; h != before {
			t.Errorf("the end of %s leaves %d lines, want %d", key, h, before)
		}
	}
}

// TestTheFirstNewsAreCounted checks the number of rows after news came into an empty list that
// nobody has touched, and of which only a part is loaded.
func TestTheFirstNewsAreCounted(t *testing.T) {
	s := newScreen(t, 80, 24, func(_ *Deps, f *fakeSource) {
		var items []feed.Article
		for i := range 300 {
			items = append(items, testItem(fmt.Sprintf("Short %03d", i), f.clock.t.AddDate(0, 0, -2-i), "<p>Short.</p>"))
		}
		f.docs[lwnURL] = testDoc("LWN.net", "", "https://lwn.example/", items)
	})
	s.expect("1 of 307")
}

// TestBordersMove checks the keys and the mouse that move borders, that reading and the list have
// their own, and that a restart brings them back.
func TestBordersMove(t *testing.T) {
	s := longScreen(t, 120, 40, 30)
	h := func() int { return s.m.layout.areas[areaHeadlines].H }
	list := h()
	s.press("<", "<", ">", "<")
	if h() != list-2 {
		t.Errorf("the list has %d lines, want %d", h(), list-2)
	}
	s.press("enter", ">", ">")
	strip := h()
	if strip != 4+2 {
		t.Errorf("the strip has %d lines, want 6", strip)
	}
	s.press("q")
	if h() != list-2 {
		t.Errorf("the strip's border moved the list's to %d", h())
	}
	s.press("g", "f")
	w := s.m.layout.areas[areaSources].W
	s.press("3", ">")
	if got := s.m.layout.areas[areaSources].W; got != w+3*columnStep {
		t.Errorf("the sources are %d wide, were %d", got, w)
	}
	r := s.m.layout.areas[areaArticle]
	s.send(tea.MouseClickMsg(tea.Mouse{X: r.X + 5, Y: r.Y - 1, Button: tea.MouseLeft}))
	s.send(tea.MouseMotionMsg(tea.Mouse{X: r.X + 5, Y: 15, Button: tea.MouseLeft}))
	s.send(tea.MouseReleaseMsg(tea.Mouse{X: r.X + 5, Y: 15}))
	if h() != 15 {
		t.Errorf("dragging to line 15 gives the list %d lines", h())
	}
	s.press("enter", "z", "p")
	s.restart(120, 40)
	if h() != s.m.layout.status.Y {
		t.Errorf("the list has %d lines without a preview", h())
	}
	s.press("<")
	s.expect("the preview is hidden, so there is no border to move; zp shows it")
	s.press("z", "p")
	if h() != 15 {
		t.Errorf("the list has %d lines after the restart", h())
	}
	if s.press("enter"); h() != strip {
		t.Errorf("the strip has %d lines after the restart", h())
	}
}

// TestResizingKeepsTheParagraph checks that the paragraph at the top of an article stays there at
// another width, in zen mode, and when a border moves.
func TestResizingKeepsTheParagraph(t *testing.T) {
	s := longScreen(t, 80, 24, 60)
	s.press("enter", "space", "space", "space", "space", "j")
	top := func() string {
		a := &s.m.article
		s.text()
		block := a.Lines[max(a.Top-1, 0)].Block
		for _, l := range a.Lines {
			if l.Block == block && block != 0 {
				return strings.Join(strings.Fields(l.Text)[:2], " ")
			}
		}
		return ""
	}
	for top() == "" {
		s.press("j")
	}
	want := s.m.article.Place()
	for _, size := range [][2]int{{60, 20}, {120, 40}, {200, 60}, {44, 12}, {80, 24}} {
		s.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		if s.text(); s.m.article.Place() != want {
			t.Errorf("%v is at %+v, want %+v", size, s.m.article.Place(), want)
		}
	}
	line := s.m.article.Top
	s.press("z", "m")
	s.text()
	s.press("z", "m")
	if s.text(); s.m.article.Top != line {
		t.Errorf("zen and back is at line %d, was %d", s.m.article.Top, line)
	}
}

// TestKeysWhileALongArticleIsLaidOut checks that G and space land right if an article is still
// laid out when they are pressed.
func TestKeysWhileALongArticleIsLaidOut(t *testing.T) {
	for _, keys := range [][]string{{"G"}, {"space", "space", "space"}, {"space", "G", "k"}} {
		whole := longScreen(t, 80, 24, 600)
		whole.press("enter")
		whole.press(keys...)
		s := longScreen(t, 80, 24, 600)
		held := s.hold("enter")
		for _, k := range keys {
			s.hold(k)
		}
		for len(held) > 0 {
			held = append(held[1:], s.step(held[0])...)
		}
		s.text()
		if got, want := s.m.article.Top, whole.m.article.Top; got != want || !s.m.article.Whole {
			t.Errorf("%v is at line %d, want %d", keys, got, want)
		}
	}
}

// hold presses a key and returns the commands that follow without carrying them out.
func (s *screen) hold(key string) []tea.Cmd {
	_, cmd := s.m.Update(keyPress(key))
	s.m.View()
	return []tea.Cmd{cmd}
}

// step carries out one command and returns the commands that follow.
func (s *screen) step(cmd tea.Cmd) []tea.Cmd {
	if cmd == nil {
		return nil
	}
	switch msg := cmd().(type) {
	case nil:
		return nil
	case tea.BatchMsg:
		return msg
	default:
		_, next := s.m.Update(msg)
		s.m.View()
		return []tea.Cmd{next}
	}
}

// TestTheCursorFollows checks where the terminal's cursor stands: on the selected row, at the
// text, in an overlay and in a prompt.
func TestTheCursorFollows(t *testing.T) {
	s := longScreen(t, 120, 40, 30)
	at := func() string {
		lines := strings.Split(s.text(), "\n")
		p, _ := s.m.cursor()
		line := []rune(lines[p.Y])
		return strings.TrimSpace(string(line[min(p.X, len(line)):]))
	}
	for _, c := range []struct {
		keys []string
		want string
	}{
		{[]string{"j", "j"}, "Short 00"},
		{[]string{"k", "enter"}, "The other long one"},
		{[]string{"space"}, "Paragraph 5"},
		{[]string{"tab"}, "LWN"},
		{[]string{"tab"}, "The other long one"},
		{[]string{"g", "f"}, "LWN"},
		{[]string{"t", "down"}, "Today"},
	} {
		s.press(c.keys...)
		if got := at(); !strings.Contains(got[:min(len(got), 30)], c.want) {
			t.Errorf("after %v the cursor is at %q, want %q:\n%s", c.keys, got, c.want, s.text())
		}
	}
	s.press("esc", "/", "type:ab")
	if p, typing := s.m.cursor(); !typing || p.Y != 39 {
		t.Errorf("the cursor is at %v", p)
	}
}

// TestListsSayWhereYouAre checks the position of the cursor in a list of which only a part is
// loaded.
func TestListsSayWhereYouAre(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, f *fakeSource) {
		var items []feed.Article
		for i := range 900 {
			items = append(items, testItem(fmt.Sprintf("Short %03d", i), f.clock.t.AddDate(0, 0, -2-i), "<p>Short.</p>"))
		}
		f.docs[lwnURL] = testDoc("LWN.net", "", "https://lwn.example/", items)
	})
	s.press("t", "type:lwn", "enter")
	s.expect("1 of 900")
	s.press("1", "2", "j")
	s.expect("13 of 900")
	s.press("G")
	s.expect("900 of 900", "Short 899")
	for range 60 {
		s.press("pgup")
	}
	s.press("G", "8", "0", "k", "8", "0", "k", "8", "0", "k", "8", "0", "k", "8", "0", "k")
	row, _ := s.m.headlines.List.Current()
	var n int
	if _, err := fmt.Sscanf(row.Title, "Short %d", &n); err != nil || n > 600 {
		t.Fatalf("the cursor is on %q: %v", row.Title, err)
	}
	s.expect(fmt.Sprintf("%d of 900", n+1))
	s.restart(120, 40)
	s.expect(fmt.Sprintf("%d of 900", n+1))
	s.press("z", "s", "z", "s")
	s.expect("1 of 900")
	s.press("/", "type:short", "enter", "j")
	s.expect("2 of 900 found")
	s.press("esc", "t", "type:tech", "enter")
	s.expect("1 of 903")
}

// TestARestartShowsTheWholeList checks that the list goes on below the rows that are loaded first
// if the selected item is not in it any more.
func TestARestartShowsTheWholeList(t *testing.T) {
	s := newScreen(t, 80, 24, func(_ *Deps, f *fakeSource) {
		var items []feed.Article
		for i := range 300 {
			items = append(items, testItem(fmt.Sprintf("Short %03d", i), f.clock.t.AddDate(0, 0, -2-i), "<p>Short.</p>"))
		}
		f.docs[lwnURL] = testDoc("LWN.net", "", "https://lwn.example/", items)
	})
	s.press("g", "u", "4", "j", "enter", "q")
	s.clock.t = s.clock.t.Add(time.Hour)
	s.restart(80, 24)
	s.expect(" of 306")
	s.press("G")
	s.expect("306 of 306", "Short 299")
}
