package ui

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed/corpus"
	"dateline/feed/text"
	"dateline/ui/frame"
)

// output is a terminal that records every byte.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
	// program repaints everything while a test waits for a text, because a change is
	// written in parts. It may be nil.
	program *tea.Program
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// take returns what was written since the last call.
func (o *output) take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	defer o.b.Reset()
	return o.b.String()
}

func (o *output) waitFor(t *testing.T, text string) {
	t.Helper()
	for i, deadline := 1, time.Now().Add(60*time.Second); time.Now().Before(deadline); i++ {
		if strings.Contains(o.String(), text) {
			return
		}
		if i%50 == 0 && o.program != nil {
			o.program.Send(tea.ClearScreen())
		}
		time.Sleep(5 * time.Millisecond)
	}
	all := o.String()
	t.Fatalf("%q never came out; the last was:\n%q", text, all[max(len(all)-4000, 0):])
}

// hostileLook is a terminal with settings of dateline.
type hostileLook struct {
	name  string
	w, h  int
	icons string
	env   []string
}

func hostileLooks() []hostileLook {
	return []hostileLook{
		{"80x24", 80, 24, "unicode", []string{"COLORTERM=truecolor"}},
		{"40x12 plain", 40, 12, "ascii", []string{"NO_COLOR=1"}},
		{"200x60 without colours", 200, 60, "unicode", []string{"NO_COLOR=1"}},
	}
}

// scene is a state of the screen and the keys that lead to it.
type scene struct {
	name string
	keys []string
	// there reports whether the scene is on the screen.
	there func(*Model) bool
}

func scenes() []scene {
	inPane := func(a area) func(*Model) bool {
		return func(m *Model) bool { return m.modes.Overlay() == nil && m.modes.Prompt() == nil && m.focus == a }
	}
	overlay := func(title string) func(*Model) bool {
		return func(m *Model) bool {
			return m.modes.Overlay() != nil && strings.HasPrefix(m.modes.Overlay().Title, title)
		}
	}
	prompt := func(label string) func(*Model) bool {
		return func(m *Model) bool {
			return m.modes.Prompt() != nil && strings.HasPrefix(m.modes.Prompt().Label, label)
		}
	}
	found := []string{"a", "type:evil.example", "enter"}
	return []scene{
		{"sources", []string{"g", "f"}, inPane(areaSources)},
		{"headlines", []string{"g", "a"}, inPane(areaHeadlines)},
		{"article", []string{"g", "a", "enter"}, func(m *Model) bool { return inPane(areaArticle)(m) && m.article.key.version != versionDiff }},
		{"edits", []string{"g", "a", "enter", "g", "d"}, func(m *Model) bool { return m.focus == areaArticle && m.article.key.version == versionDiff }},
		{"help", []string{"?"}, overlay("Keys")},
		{"links", []string{"g", "a", "enter", "U"}, overlay("Links")},
		{"go to", []string{"t"}, overlay("Go to")},
		{"problems", []string{"g", "e"}, overlay("Feeds with problems")},
		{"info", []string{"g", "a", "i"}, overlay("Info")},
		{"unsubscribe", []string{"g", "a", "X"}, overlay("Unsubscribe")},
		{"offer", found, overlay("This page offers")},
		{"preview", append(slices.Clone(found), "down", "enter"), overlay("Subscribe to")},
		{"search", []string{"/"}, prompt("")},
		{"filter", []string{"g", "a", "\\"}, prompt("")},
		{"add", []string{"a"}, prompt("")},
	}
}

// away closes everything that is open and goes to the scene.
func (s *screen) away(sc scene) {
	s.t.Helper()
	if sc.there(s.m) {
		return
	}
	for range 9 {
		if s.m.modes.Overlay() == nil && s.m.modes.Prompt() == nil && s.m.article.key.version != versionDiff {
			break
		}
		s.press("esc")
	}
	s.m.headlines.UnreadOnly, s.m.zen = false, false
	s.press(sc.keys...)
	if !sc.there(s.m) {
		s.t.Errorf("%q did not lead to the scene %q:\n%s", sc.keys, sc.name, s.text())
	}
}

// TestEveryKeyOnHostileFeeds checks the bytes that the whole program writes to the terminal.
// With hostile text in every field, it presses each key on each pane, overlay and prompt, at
// each size and with each settings. Only dateline's own sequences may be written.
func TestEveryKeyOnHostileFeeds(t *testing.T) {
	for i, l := range hostileLooks() {
		if testing.Short() && i != 1 {
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			s := hostileScreen(t, l.w, l.h, 4, func(d *Deps, _ *fakeSource) {
				d.Settings.Icons, d.Settings.NoColor = l.icons, slices.Contains(l.env, "NO_COLOR=1")
			})
			st := newStage(s, l.env...)
			var keys []string
			for _, a := range actions(new(Model)) {
				keys = append(keys, a.keys[0])
			}
			keys = append(keys, "enter", "y", "n", "r", "backspace", "esc", "enter")
			for _, sc := range scenes() {
				for _, key := range keys {
					st.do(sc.name+", "+key, func() {
						s.away(sc)
						s.pressWritten(key)
					})
				}
			}
			st.end()
		})
	}
}

// TestEveryAttackInEveryField checks the same for each attack in each field and part of an
// article. Every item is opened, scrolled to its end, copied, and its information is shown.
func TestEveryAttackInEveryField(t *testing.T) {
	n := corpus.HostileItems()
	if testing.Short() {
		n /= 4
	}
	s := hostileScreen(t, 120, 40, n)
	st := newStage(s)
	for _, keys := range [][]string{{"g", "a"}, {"g", "f", "j"}} {
		st.do("the first", func() { s.press(keys...) })
	}
	st.do("the first", func() { s.press("g", "a", "g", "g", "enter") })
	for i := range n {
		for _, key := range []string{"Y", "i", "esc", "o", "G", "J"} {
			st.do("item "+text.Number(i)+", "+key, func() { s.press(key) })
		}
	}
	st.end()
}

// TestHostileKeysPastesAndMice checks the same for input from the terminal: attacks that are
// pasted or arrive as keys, clicks on each cell, and a changing size.
func TestHostileKeysPastesAndMice(t *testing.T) {
	s := hostileScreen(t, 80, 24, 3)
	st := newStage(s)
	for _, sc := range scenes() {
		switch sc.name {
		case "headlines", "article", "help", "search", "add":
		default:
			continue
		}
		st.do(sc.name+", pastes", func() {
			s.away(sc)
			for n := range corpus.HostileItems() {
				s.send(tea.PasteMsg{Content: corpus.HostileText("pasted", n)})
			}
		})
		for i, attack := range corpus.Attacks() {
			if testing.Short() && i%4 > 0 {
				continue
			}
			st.do(sc.name+", keys", func() {
				s.away(sc)
				for _, r := range attack {
					if r < ' ' || r >= 0x7f { // the others are keys that do something
						s.send(tea.KeyPressMsg{Code: r, Text: string(r)})
					}
				}
				s.send(tea.KeyPressMsg{Code: tea.KeyExtended, Text: attack})
			})
		}
		st.do(sc.name+", enter", func() { s.press("enter") })
		for y := 0; y < 24; y += 3 {
			st.do(sc.name+", mouse", func() {
				s.away(sc)
				at := tea.Mouse{X: y * 3, Y: y, Button: tea.MouseLeft}
				s.send(tea.MouseClickMsg(at))
				s.send(tea.MouseClickMsg(at))
				s.send(tea.MouseReleaseMsg(at))
				s.send(tea.MouseWheelMsg{X: at.X, Y: at.Y, Button: tea.MouseWheelDown})
			})
		}
		for _, size := range [][2]int{{40, 12}, {20, 5}, {1, 1}, {80, 24}} {
			st.program.Send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			st.do(sc.name+", resized", func() { s.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]}) })
		}
	}
	st.end()
}

// TestHostileNotifications checks the text of notifications after a refresh, for the terminal and
// for the notification command.
func TestHostileNotifications(t *testing.T) {
	s := hostileScreen(t, 80, 24, 1)
	s.send(tea.BlurMsg{})
	for _, dialect := range []string{"osc9", "osc99", "osc777"} {
		s.m.notifier.Dialect, s.raw = dialect, nil
		s.send(duePassed{s.m.refresh.next.generation})
		if len(s.raw) != 1 {
			t.Errorf("%s: notified %d times", dialect, len(s.raw))
		}
		for _, f := range foreign(strings.Join(s.raw, ""), false) {
			t.Errorf("%s: %s", dialect, f)
		}
	}
	s = hostileScreen(t, 80, 24, 1, func(d *Deps, _ *fakeSource) {
		d.NotifyCommand = func(_ context.Context, title, body string) error {
			if bad := corpus.FindUnsafe(title + body); bad != "" || strings.ContainsAny(title+body, "\n\t") {
				t.Errorf("%s for the command: %q, %q", bad, title, body)
			}
			return errors.New(corpus.HostileText("command", 1))
		}
	})
	s.send(tea.BlurMsg{})
	s.send(duePassed{s.m.refresh.next.generation})
	s.expect("notify_command failed")
}

// TestNothingHostileReachesTheTerminal checks the same in a running program: the requests to the
// terminal at the start, commands in the background, a panic, and the end.
func TestNothingHostileReachesTheTerminal(t *testing.T) {
	s := hostileScreen(t, 120, 40, 3)
	var out output
	s.m.painter = frame.NewPainter(&out, "")
	go s.m.painter.Run()
	defer s.m.painter.Close()
	p := tea.NewProgram(s.m, tea.WithContext(t.Context()), tea.WithOutput(s.m.painter), tea.WithInput(nil), tea.WithWindowSize(120, 40),
		tea.WithEnvironment([]string{"TERM=xterm-256color", "COLORTERM=truecolor", "TTY_FORCE=1"}), tea.WithoutSignals())
	out.program = p
	done := make(chan error, 1)
	go func() { _, err := p.Run(); done <- err }()
	out.waitFor(t, "edited")
	p.Send(keyPress("enter"))
	p.Send(keyPress("i"))
	out.waitFor(t, "Info") // it opens when the disk has answered, and would take the keys
	for _, k := range []string{"esc", "U", "esc", "t", "esc", "X", "esc", "y", "Y", "o", "o", "z", "d", "R", "a"} {
		p.Send(keyPress(k))
	}
	p.Send(tea.PasteMsg{Content: corpus.HostileText("evil.example", 3)})
	p.Send(keyPress("enter"))
	out.waitFor(t, "This page offers 2 feeds")
	p.Send(keyPress("esc"))
	p.Send(keyPress("/"))
	p.Send(tea.PasteMsg{Content: corpus.HostileText("pasted", 4) + "ENDOFTEST"})
	out.waitFor(t, "ENDOFTEST")
	p.Quit()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for _, f := range foreign(out.String(), false) {
		t.Error(f)
	}
	if strings.Contains(out.String(), ";javascript:") {
		t.Error("a javascript: link came out")
	}
}
