package ui

import (
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/ui/frame"
	"dateline/ui/pane"
)

// TestSessionComesWithItsRows protects the first frame: the message with the session shows the
// source, the headlines and the row where the user was, for every source and filter.
func TestSessionComesWithItsRows(t *testing.T) {
	all := func(s *screen) { s.turnTo(pane.KeyEverything) }
	for name, source := range map[string]func(*screen){
		"a view":       all,
		"a tag":        func(s *screen) { s.turnTo("tag:Tech") },
		"a feed":       func(s *screen) { s.turnTo(pane.FeedKey(lwnURL, "Tech")) },
		"unread only":  func(s *screen) { all(s); s.press("m"); s.clock.t = s.clock.t.Add(time.Minute); s.press("z", "u") },
		"oldest first": func(s *screen) { all(s); s.press("z", "s") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScreen(t, 120, 40)
			source(s)
			s.press("j")
			if s.m.headlines.List.Len() < 3 {
				t.Fatalf("%s has %d rows", s.m.headlines.Source.Key, s.m.headlines.List.Len())
			}
			if err := s.m.Finish(); err != nil {
				t.Fatal(err)
			}
			m, err := New(t.Context(), s.m.deps)
			if err != nil {
				t.Fatal(err)
			}
			m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
			m.Update(m.session.load()())
			if is, was := m.where(), s.m.where(); !reflect.DeepEqual(is, was) {
				t.Errorf("the session came back at\n%+v, was left at\n%+v", is, was)
			}
		})
	}
}

// whereabouts are a list and the position in it.
type whereabouts struct {
	source             string
	unreadOnly, oldest bool
	items              []int64
	at                 int
}

func (m *Model) where() whereabouts {
	h := &m.headlines
	w := whereabouts{source: h.Source.Key, unreadOnly: h.UnreadOnly, oldest: h.Oldest, at: h.List.Index()}
	for _, row := range h.List.Rows() {
		w.items = append(w.items, row.ID)
	}
	return w
}

// turnTo shows a source from the top.
func (s *screen) turnTo(key string) {
	s.t.Helper()
	if !s.m.sources.Find(key) {
		s.t.Fatalf("there is no source %q", key)
	}
	source, _ := s.m.sources.Selected()
	s.run(s.m.headlines.open(source, 0))
}

// TestSessionOfASourceThatIsGone checks that the unread items are shown if the feed of the
// session is not subscribed any more.
func TestSessionOfASourceThatIsGone(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.turnTo(pane.FeedKey(lwnURL, "Tech"))
	s.source.subs = s.source.subs[:1]
	s.restart(120, 40)
	if s.m.headlines.Source.Key != pane.KeyUnread {
		t.Fatalf("at %q", s.m.headlines.Source.Key)
	}
	for _, r := range s.m.headlines.List.Rows() {
		if r.Feed == lwnURL {
			t.Errorf("the unread ones have %q of a feed that is gone", r.Title)
		}
	}
}

// TestNothingIsPaintedBeforeTheCacheAnswers protects the first frame from telling
// of no feeds and nothing unread.
func TestNothingIsPaintedBeforeTheCacheAnswers(t *testing.T) {
	s := newScreen(t, 120, 40)
	m, err := New(t.Context(), s.m.deps)
	if err != nil {
		t.Fatal(err)
	}
	var out output
	m.painter = frame.NewPainter(&out, "")
	m.painter.Write([]byte("\x1b[?1049h"))
	go m.painter.Run()
	defer m.painter.Close()
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	m.View()
	m.Update(m.session.load()())
	m.View()
	out.waitFor(t, "Go 2 is not coming")
	if before, _, _ := strings.Cut(out.String(), "Go 2 is not coming"); strings.Contains(before, "m0 unread") {
		t.Errorf("a frame that knows nothing came first: %q", before)
	}
}
