package ui

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/corpus"
	"dateline/feed/markup"
	"dateline/feed/parse"
	"dateline/feed/query"
	"dateline/feed/text"
	"dateline/ui/pane"
	"dateline/ui/style"
)

const (
	evilRSS  = "https://evil.example/rss"
	evilAtom = "https://evil.example/atom"
	evilJSON = "https://evil.example/json"
)

// hostileScreen returns a screen with hostile feeds, servers and programs. Documents pass through
// the parser. Messages of servers, programs and the disk are hostile text.
func hostileScreen(t *testing.T, w, h, items int, change ...func(*Deps, *fakeSource)) *screen {
	t.Helper()
	var tries atomic.Int32 // a program at work opens pages side by side
	var source *fakeSource
	s := newScreen(t, w, h, append([]func(*Deps, *fakeSource){func(d *Deps, f *fakeSource) {
		source = f
		hostileSource(t, f, items)
		hostileSettings(t, d)
		d.Source = unwilling{f}
		f.nextDue = func() (time.Time, error) { return time.Time{}, errors.New(corpus.HostileText("nextdue", 0)) }
		d.Open = func(_ context.Context, url string, _ bool) (Browser, error) {
			n := int(tries.Add(1))
			if n%2 == 0 {
				panic(corpus.HostileText("panic", n))
			}
			err := fmt.Errorf("exec %s: %s", url, corpus.HostileText("open", n))
			if n%3 == 0 {
				return Browser{Failed: func() error { return err }}, nil
			}
			return Browser{}, err
		}
	}}, change...)...)
	s.send(tea.EnvMsg{"TERM=xterm-256color"})
	s.hostileMarks()
	// The publishers edit what they have sent, so that there are differences.
	maps.Copy(source.docs, hostileDocs(t, items, 7))
	delete(source.states, evilRSS)
	s.press("R")
	return s
}

// unwilling is a source that refuses to change subscriptions, with hostile messages.
type unwilling struct{ *fakeSource }

func (unwilling) Subscribe(context.Context, ...feed.Subscription) error {
	return errors.New(corpus.HostileText("subscribe", 30))
}
func (unwilling) Unsubscribe(context.Context, string) error {
	return errors.New(corpus.HostileText("unsubscribe", 31))
}
func (unwilling) Move(context.Context, string, string) error {
	return errors.New(corpus.HostileText("move", 32))
}

// hostileDocs returns feeds in each format. Each turn has the attacks in another order.
func hostileDocs(t *testing.T, items, turn int) map[string]*feed.Document {
	t.Helper()
	docs := map[string]*feed.Document{}
	for url, s := range map[string]string{
		evilRSS: corpus.HostileRSS("https://evil.example", items), evilAtom: corpus.HostileAtom("https://evil.example", items), evilJSON: corpus.HostileJSON("https://evil.example", items),
	} {
		doc, err := parse.Parse([]byte(s), parse.Origin{URL: url})
		if err != nil || len(doc.Items) != items {
			t.Fatalf("%s: %v", url, err)
		}
		for i := range doc.Items {
			if turn > 0 {
				doc.Items[i].Title = text.PlainTitle(corpus.HostileText("edited", i+turn))
				doc.Items[i].Body.Raw = corpus.HostileBody("https://evil.example", i+turn)
			}
		}
		docs[url] = doc
	}
	return docs
}

func hostileSource(t *testing.T, f *fakeSource, items int) {
	t.Helper()
	f.docs = hostileDocs(t, items, 0)
	f.docs["https://evil.example/preview"] = f.docs[evilJSON]
	name := text.Clean(corpus.HostileText("name", 3))
	tags := []string{text.Clean(corpus.HostileText("tag", 4)), "Evil"}
	typed, _ := text.SafeURL("https://evil.example/" + corpus.HostileText("address", 5))
	moved := "https://evil.example/moved"
	f.subs = []feed.Subscription{
		{URL: evilRSS, Tags: tags}, {URL: evilAtom, Name: name, Tags: tags[1:]}, {URL: evilJSON, Settings: feed.Settings{Fulltext: true}},
		{URL: typed}, {URL: moved, Name: name}, {URL: "https://evil.example/paused", Settings: feed.Settings{Paused: true}},
	}
	now := f.clock.now()
	f.errors = map[string]string{typed: corpus.HostileText("error", 6)}
	f.states = map[string]feed.PollState{
		moved: {LastChecked: now, LastOK: now, NextCheck: now, Status: 200, Reason: corpus.HostileText("reason", 7), FinalURL: corpus.HostileText("final", 8), MovedTo: "https://evil.example/" + corpus.HostileText("movedto", 9),
			MovedSince: now.AddDate(0, -3, 0), MovedTimes: 99, ETag: corpus.HostileText("etag", 10)},
		evilRSS: {LastChecked: now, LastOK: now, NextCheck: now.Add(time.Hour), Status: 200, Reason: corpus.HostileText("reason", 11), FinalURL: corpus.HostileText("final", 12)},
	}
	f.found = []feed.Candidate{
		{URL: "https://evil.example/" + corpus.HostileText("found", 13), Title: corpus.HostileText("foundtitle", 14), Type: corpus.HostileText("foundtype", 15), Note: corpus.HostileText("note", 16)},
		{URL: "https://evil.example/preview", Title: corpus.HostileText("foundtitle", 17)},
	}
	f.page = feed.PageText{Body: markup.Body{Raw: corpus.HostileBody("https://evil.example", 18)}}
	f.notices = []feed.NewItem{{Item: 1, Title: corpus.HostileText("notice", 19), FeedTitle: corpus.HostileText("noticefeed", 20)}, {Title: corpus.HostileText("notice", 21)}}
}

func hostileSettings(t *testing.T, d *Deps) {
	t.Helper()
	q, err := query.Parse(`title:"` + strings.ReplaceAll(corpus.HostileText("query", 22), `"`, "") + `" or is:unread or is:read`)
	if err != nil {
		t.Fatal(err)
	}
	d.Settings.Queries = []SavedQuery{{Name: text.Clean(corpus.HostileText("saved", 23)), Query: q}}
	d.Settings.ConfigPath, d.Settings.Version, d.Settings.Notice = corpus.HostileText("config", 24), corpus.HostileText("version", 25), corpus.HostileText("started", 26)
	d.Settings.NotifyWith = "osc777"
	d.Store.SetRules([]query.Rule{{Name: text.Clean(corpus.HostileText("rule", 27)), Query: pane.MustQuery("title:duration or author:author"), Labels: []string{text.Clean(corpus.HostileText("rulelabel", 28))}, Notify: true}})
}

// hostileMarks gives items labels and hides an item by a rule. The names are hostile and were not
// cleaned.
func (s *screen) hostileMarks() {
	s.t.Helper()
	rows := s.m.headlines.List.Rows()
	if len(rows) == 0 {
		s.t.Fatal("no headline is shown")
	}
	var ids []int64
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	mark := feed.Mark{Items: ids, Flag: feed.Label, Label: corpus.HostileText("label", 29), On: true, At: s.clock.now()}
	if _, err := s.m.deps.Store.Apply(s.t.Context(), cache.MarkItems{mark}); err != nil {
		s.t.Fatal(err)
	}
}

// stage drives a screen inside a real program, step by step. It checks the bytes that a terminal
// would get.
type stage struct {
	s       *screen
	program *tea.Program
	out     output
	done    chan error
	// seen holds the lines that were written, found what must not be written.
	seen  map[string]bool
	found map[string]string
}

// step is an action on the stage. A nil step lets the renderer catch up.
type step func()

func newStage(s *screen, env ...string) *stage {
	s.t.Helper()
	// Nobody writes to the pipe, and the program does not wait for input.
	in, keyboard, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { in.Close(); keyboard.Close() })
	st := &stage{s: s, done: make(chan error, 1), seen: map[string]bool{}, found: map[string]string{}}
	st.program = tea.NewProgram(st, tea.WithContext(s.t.Context()), tea.WithOutput(&st.out), tea.WithInput(in), tea.WithWindowSize(s.m.width, s.m.height),
		tea.WithEnvironment(append([]string{"TERM=xterm-256color", "TTY_FORCE=1"}, env...)), tea.WithoutSignals())
	go func() {
		_, err := st.program.Run()
		st.done <- err
	}()
	return st
}

// Init does nothing, because the screen was started before.
func (st *stage) Init() tea.Cmd { return nil }

// Update takes steps and passes what they send to the terminal to the program.
func (st *stage) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	do, ok := msg.(step)
	if !ok || do == nil {
		return st, nil
	}
	s := st.s
	s.raw, s.copied = nil, nil
	do()
	var cmds []tea.Cmd
	for _, raw := range s.raw {
		cmds = append(cmds, tea.Raw(raw))
	}
	for _, text := range s.copied {
		cmds = append(cmds, tea.SetClipboard(text))
	}
	return st, tea.Batch(cmds...)
}

// View returns the view of the screen.
func (st *stage) View() tea.View { return st.s.m.View() }

// do takes a step and scans the output. where describes the step in messages.
func (st *stage) do(where string, do func()) {
	st.s.t.Helper()
	var page string
	st.program.Send(step(func() {
		do()
		page = st.s.m.View().Content
	}))
	// The second message is handled after the first.
	st.program.Send(step(nil))
	if fresh := st.fresh(page); fresh != "" {
		st.note(where+", on the page", foreign(fresh, true))
		st.note(where+", on the page", torn(page, st.s.m.width, st.s.m.height))
		st.flush()
	}
	st.note(where, foreign(st.out.take(), false))
}

// fresh returns the lines of a page that were not seen before.
func (st *stage) fresh(page string) string {
	var b strings.Builder
	for line := range strings.Lines(page) {
		if line = strings.TrimSuffix(line, "\n"); !st.seen[line] {
			st.seen[line] = true
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// torn finds lines that are not as wide as the screen, and pages with too many lines.
func torn(page string, w, h int) []string {
	if w < 40 || h < 12 {
		return nil
	}
	lines := strings.Split(page, "\n")
	if len(lines) != h {
		return []string{fmt.Sprintf("%d lines in %q", len(lines), page)}
	}
	var found []string
	for _, l := range lines[:h-1] {
		if n := style.Width(l); n != w {
			found = append(found, fmt.Sprintf("%d cells in %q", n, l))
		}
	}
	return found
}

// flush makes the renderer write everything.
func (st *stage) flush() {
	st.s.t.Helper()
	if err := st.program.ReleaseTerminal(); err != nil {
		st.s.t.Fatal(err)
	}
	if err := st.program.RestoreTerminal(); err != nil {
		st.s.t.Fatal(err)
	}
}

func (st *stage) note(where string, found []string) {
	for _, f := range found {
		what, _, _ := strings.Cut(f, " in ")
		if key := what + f[max(len(f)-60, 0):]; st.found[key] == "" {
			st.found[key] = where + ": " + f
		}
	}
}

// end ends the program and reports everything that was found.
func (st *stage) end() {
	t := st.s.t
	t.Helper()
	st.flush()
	st.program.Quit()
	if err := <-st.done; err != nil {
		t.Fatal(err)
	}
	st.note("at the end", foreign(st.out.take(), false))
	if len(st.seen) < 50 {
		t.Errorf("only %d lines were written", len(st.seen))
	}
	told := 0
	for f := range maps.Values(st.found) {
		if told++; told > 20 {
			t.Errorf("and %d more", len(st.found)-20)
			return
		}
		t.Error(f)
	}
}
