package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dateline/feed"
	"dateline/ui/pane"
)

// essay is an article with headings, footnotes, an anchor, and more than nine links, one of
// which is broken over two lines.
func essay() string {
	var b strings.Builder
	b.WriteString(`<p>Every few years somebody asks me why I keep a log of the cellar.<sup><a href="#n1" id="r1">1</a></sup> ` +
		`<a href="#history">The history</a> is <a href="https://cellar.example/log">long, but it is told in the book of all the years that the log has</a>.</p>`)
	for i := range 10 {
		fmt.Fprintf(&b, `<p>Year %d: <a href="https://cellar.example/%d">the sheet</a>, as cold as the cellar ever was.</p>`, i, i)
	}
	b.WriteString(`<h2>An empty part</h2><p>Nothing.</p>` + strings.Repeat(`<p>A line about potatoes.</p>`, 30))
	b.WriteString(`<h2 id="history">A very short history</h2><p>My grandfather began.</p><h3>The thermometer</h3>` + strings.Repeat(`<p>It fell.</p>`, 30))
	b.WriteString(`<h2>Conclusion</h2><p>The Cellar stays cold.</p><hr><ol><li id="n1">It is below the stair. <a href="#r1">↩</a></li></ol>`)
	return b.String()
}

// newEssayScreen opens the essay.
func newEssayScreen(t *testing.T, w, h int) *screen {
	t.Helper()
	s := newScreen(t, w, h, func(_ *Deps, source *fakeSource) {
		now := source.clock.now()
		source.docs[goURL] = testDoc("The Go Blog", "", "https://go.example/blog/", []feed.Article{
			testItem("The cellar book", now.Add(-3600e9), essay()),
			testItem("A potato", now.Add(-7200e9), "<p>No heading and no link.</p>"),
		})
	})
	s.press("t", "type:go blog", "enter", "enter")
	return s
}

// marked returns the screen with signs around what is painted as a hit ⟦⟧, as the current hit
// ⟪⟫ and as a hint ‹›.
func (s *screen) marked() string {
	s.m.dirty = true
	shown, t := s.m.View().Content, s.m.theme
	for style, signs := range map[string][2]string{t.Hit: {"⟦", "⟧"}, t.Match: {"⟪", "⟫"}, t.Hint: {"‹", "›"}} {
		parts := strings.Split(shown, style)
		for i := 1; i < len(parts); i++ {
			text, rest, _ := strings.Cut(parts[i], ansi.ResetStyle)
			parts[i] = signs[0] + text + signs[1] + rest
		}
		shown = strings.Join(parts, "")
	}
	var lines []string
	for l := range strings.SplitSeq(shown, "\n") {
		lines = append(lines, strings.TrimRight(ansi.Strip(l), " "))
	}
	return strings.Join(lines, "\n") + "\n"
}

// goldenMarked compares what marked returns with testdata/NAME.txt.
func (s *screen) goldenMarked(name string) {
	s.t.Helper()
	s.expectWidth()
	file := filepath.Join("testdata", name+".txt")
	got := s.marked()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			s.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	if got != string(want) {
		s.t.Errorf("%s differs (go test ./ui -update rewrites it); got:\n%s", file, got)
	}
}

// expectMarked fails unless the screen has every text, with the signs of marked.
func (s *screen) expectMarked(texts ...string) {
	s.t.Helper()
	shown := s.marked()
	for _, want := range texts {
		if !strings.Contains(shown, want) {
			s.t.Errorf("the screen does not show %q:\n%s", want, shown)
		}
	}
}

// TestJumpScreens compares the screens of link letters, contents and hits with the golden files.
func TestJumpScreens(t *testing.T) {
	for _, size := range []struct {
		name string
		w, h int
	}{{"80x24", 80, 24}, {"120x40", 120, 40}, {"40x12", 40, 12}} {
		t.Run(size.name, func(t *testing.T) {
			s := newEssayScreen(t, size.w, size.h)
			s.press("f")
			s.goldenMarked("hints-" + size.name)
			s.press("esc", "g", "O")
			s.goldenMarked("contents-" + size.name)
			s.press("esc", `\`, "type:cell", "enter", "n")
			s.goldenMarked("find-" + size.name)
			s.press("esc", "q", "/", "type:cellar or potato", "enter")
			s.goldenMarked("hits-" + size.name)
			s.press("enter")
			s.goldenMarked("hits-article-" + size.name)
		})
	}
}

// TestLinkLetters checks that letters follow every visible link, more than nine, that a broken
// link has one, and that an address can be copied.
func TestLinkLetters(t *testing.T) {
	s := newEssayScreen(t, 120, 40)
	s.press("f")
	hints := s.m.jumps.hints()
	if len(hints) != 13 {
		t.Fatalf("%d letters for 13 links: %v", len(hints), hints)
	}
	s.press("type:" + hints[12].Text)
	if len(s.opened) != 1 || s.opened[0] != "https://cellar.example/9" {
		t.Errorf("%q opened %q", hints[12].Text, s.opened)
	}
	if s.m.modes.Hints() != nil {
		t.Error("the letters stay")
	}
	s.press("F", "f")
	if len(s.copied) != 1 || s.copied[0] != "https://cellar.example/log" {
		t.Errorf("copied %q", s.copied)
	}
	s.press("f", "esc")
	s.expectNot("type the letters")
	s.press("f")
	s.send(tea.MouseWheelMsg{X: 50, Y: 20, Button: tea.MouseWheelDown})
	s.expectNot("type the letters")
	s.press("G", "f")
	s.expectMarked("‹f›")
	s.press("esc", "J", "f")
	s.expect("this article has no links; o opens its page")
}

// TestFootnotesJumpThereAndBack checks that a reference leads to its note, that the note's link
// and ctrl+o lead back to exactly what was shown, and that nothing is opened.
func TestFootnotesJumpThereAndBack(t *testing.T) {
	s := newEssayScreen(t, 80, 24)
	s.press("j", "j")
	before := s.m.article.Top
	there := func(keys ...string) {
		t.Helper()
		s.press(keys...)
		s.expect("It is below the stair.", "ctrl+o goes back to where you read")
		if s.m.article.Top == before {
			t.Error("nothing moved")
		}
	}
	back := func(keys ...string) {
		t.Helper()
		s.press(keys...)
		if s.text(); s.m.article.Top != before {
			t.Errorf("line %d, it was %d:\n%s", s.m.article.Top, before, s.text())
		}
		s.expect("back to where you read")
	}
	there("f", "f")
	back("ctrl+o")
	there("f", "f")
	back("f", "f")
	s.press("ctrl+o")
	s.expect("there is no jump to take back")
	line := strings.Split(s.text(), "\n")
	for y, l := range line {
		if i := strings.Index(l, "¹"); i >= 0 {
			s.send(tea.MouseClickMsg{X: ansi.StringWidth(l[:i]), Y: y, Button: tea.MouseLeft})
		}
	}
	s.expect("It is below the stair.")
	back("ctrl+o")
	s.press("f", "j")
	s.expect("A very short history", "goes back")
	if len(s.opened) > 0 {
		t.Errorf("opened %q", s.opened)
	}
}

// TestHeadings checks the keys for headings and the contents.
func TestHeadings(t *testing.T) {
	s := newEssayScreen(t, 80, 24)
	first := func(want string) {
		t.Helper()
		s.text()
		if line := s.m.article.Marked(); line < 0 || ansi.Strip(s.m.article.Lines[line].Text) != want {
			t.Errorf("line %d is marked, want %q:\n%s", line, want, s.text())
		}
	}
	for _, want := range []string{"An empty part", "A very short history", "The thermometer", "Conclusion"} {
		s.press("]", "]")
		first(want)
	}
	s.press("]", "]")
	s.expect("this is the last heading; gO lists them all")
	s.press("[", "[")
	first("The thermometer")
	s.press("g", "O", "type:conc", "enter")
	first("Conclusion")
	s.expect("at “Conclusion”; ctrl+o goes back")
	s.press("ctrl+o", "g", "g", "[", "[")
	s.expect("this is the first heading; gg goes to the top")
	s.press("J", "g", "O")
	s.expect("this article has no headings")
}

// TestFindInTheArticle checks that hits are marked and walked, whatever their case, and what ends
// that.
func TestFindInTheArticle(t *testing.T) {
	s := newEssayScreen(t, 80, 24)
	top := s.m.article.Top
	s.press(`\`, "type:cellar")
	s.expectMarked("⟪cellar⟫", "hit 1 of 12")
	s.press("esc")
	if s.text(); s.m.article.Top != top || s.m.jumps.finding() {
		t.Errorf("Esc leaves line %d, it was %d", s.m.article.Top, top)
	}
	s.press(`\`, "type:CELLAR", "enter")
	s.expect("hit 1 of 12 · n next · Esc ends")
	s.press("N")
	s.expectMarked("hit 12 of 12, from the end again", "⟪Cellar⟫")
	s.press("n")
	s.expect("hit 1 of 12, from the top again")
	s.press("n", "j")
	s.expect("hit 2 of 12 · n next")
	s.send(tea.WindowSizeMsg{Width: 60, Height: 24})
	s.expect("hit 2 of 12")
	s.press("esc")
	s.expectNot("hit 2")
	if s.m.focus != areaArticle {
		t.Error("Esc left the article")
	}
	s.press("n")
	s.expect("A potato")
	s.press(`\`, "type:zebra", "enter")
	s.expect("“zebra” is not in this text; / searches all articles")
	s.press(`\`, "up", "up")
	s.expectMarked(`\ CELLAR`)
	s.press("esc", "q", `\`, "type:potato", "down")
	s.expect("hit 1 of 2 · n next · Esc ends")
}

// TestSearchShowsWhatItFound checks that hits are marked in titles, passages and articles, but not
// the words of negated terms.
func TestSearchShowsWhatItFound(t *testing.T) {
	s := newEssayScreen(t, 120, 40)
	s.press("q", "/", "type:grandfather -zebra")
	s.expectMarked("…", "My ⟦grandfather⟧ began.", "hit 1 of 1")
	s.press("enter")
	s.expect("hit 1 of 1 · Esc ends")
	s.press("enter", "G")
	s.expect("hit 1 of 1")
	s.press("q", "esc", "/", "type:title:cellar -stair")
	s.expect("no hits")
	for range len("-stair") {
		s.press("backspace")
	}
	s.expectMarked("The ⟦cellar⟧ book")
	if strings.Contains(s.marked(), "log of the ⟦") {
		t.Error("a term for titles is marked in the text")
	}
}

// TestSearchHistory checks that Up brings back the last search, also after a restart.
func TestSearchHistory(t *testing.T) {
	s := newEssayScreen(t, 120, 40)
	s.press("q", "/", "type:grandfather", "enter", "esc", "/", "type:potatoes", "down", "esc")
	s.press("/", "up", "up")
	s.expect("/ grandfather", "hit 1 of 1")
	s.press("down", "esc", "esc")
	s.restart(120, 40)
	s.press("/", "up")
	s.expect("/ potatoes")
	s.press("ctrl+p")
	s.expect("/ grandfather")
	s.press("ctrl+n", "ctrl+n")
	s.expectNot("/ potatoes")
}

// TestSaveSearch checks that a search becomes a saved query at once, and what is said if it cannot.
func TestSaveSearch(t *testing.T) {
	var saved []string
	var failure error
	s := newScreen(t, 120, 40, func(d *Deps, _ *fakeSource) {
		d.Settings.Queries = []SavedQuery{{Name: "Old", Query: pane.MustQuery("is:starred")}}
		d.Settings.ConfigPath = "/home/reader/config.toml"
		d.SaveQuery = func(_ context.Context, name, query string) error {
			saved = append(saved, name+": "+query)
			return failure
		}
	})
	s.press("g", "S")
	s.expect("there is no search to keep; / searches everything")
	s.press("/", "type:maritime or cyber", "enter", "g", "S", "type:Old")
	s.expect("already a saved query of this name")
	s.press("enter", "type: sea", "enter")
	s.expect("kept as “Old sea” among the sources", "to undo it, remove its [[queries]] table from", "Old sea              2")
	if len(saved) != 1 || saved[0] != "Old sea: maritime or cyber" {
		t.Errorf("saved %q", saved)
	}
	s.press(`\`, "type:is:unread maritime", "enter", "g", "S", "type:Both", "enter")
	if len(saved) != 2 || saved[1] != "Both: (maritime or cyber) is:unread maritime" {
		t.Errorf("saved %q", saved)
	}
	failure = errors.New("the file is read-only")
	s.press("/", "type:x", "enter", "g", "S", "type:X", "enter")
	s.expect("the file is read-only")
}

// TestHostileTextForgesNoHints checks that only dateline paints letters on links and marks hits,
// whatever a feed writes.
func TestHostileTextForgesNoHints(t *testing.T) {
	var hint string
	s := newScreen(t, 120, 40, func(_ *Deps, source *fakeSource) {
		hint = "\x1b[1;38;5;75;7m"
		source.docs[goURL] = testDoc("The Go Blog", "", "https://go.example/blog/", []feed.Article{
			testItem("Title f", source.clock.now(), `<p>&#27;[7mf&#27;[m `+hint+`f<a href="https://a.example/">`+hint+"sd\x1b[m ‹f›</a> and <a href=\"#"+hint+"x\">x</a></p>"),
		})
	})
	s.press("t", "type:go blog", "enter", "enter")
	painted := func() int { s.m.dirty = true; return strings.Count(s.m.View().Content, s.m.theme.Hint) }
	if n := painted(); n != 0 {
		t.Errorf("%d hints before f", n)
	}
	s.press("f")
	if n := painted(); n != len(s.m.jumps.hints()) || n == 0 {
		t.Errorf("%d hints for %d links", n, len(s.m.jumps.hints()))
	}
	if strings.Contains(s.m.View().Content, hint) && s.m.theme.Hint != hint {
		i := strings.Index(s.m.View().Content, hint)
		t.Errorf("the feed's own sequence is on the screen: %q (hints are %q)", s.m.View().Content[max(i-200, 0):i+100], s.m.theme.Hint)
	}
}
