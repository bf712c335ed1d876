package ui

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/ui/outbox"
)

var update = flag.Bool("update", false, "rewrite the golden screens")

// clock is a clock that stands still until the test sets it.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func testClock() *clock { return &clock{time.Date(2020, 11, 20, 9, 30, 0, 0, time.UTC)} }

// resolved is a call of Resolve.
type resolved struct {
	account string
	accept  bool
}

// fakeSource saves documents from memory in a real database.
type fakeSource struct {
	store *cache.Store
	clock *clock
	docs  map[string]*feed.Document
	subs  []feed.Subscription
	// errors holds the messages of feeds that fail.
	errors map[string]string
	found  []feed.Candidate
	asked  []feed.RefreshRequest
	// page is the text of every item's page. pages counts the fetches.
	page  feed.PageText
	pages int
	// states replaces the states of feeds.
	states map[string]feed.PollState
	// notices are the new items that each refresh reports.
	notices []feed.NewItem
	// nextDue returns when the next feed is due. If it is nil, no feed is due.
	nextDue func() (time.Time, error)
	// changes reports changes of other processes; nil reports nothing.
	changes chan struct{}
	// accounts are the accounts. listed counts how often they were asked for.
	accounts []feed.Account
	listed   int
	// synced are what the sync of each account reports. Without an entry nothing happened.
	synced map[string]feed.Report
	// send replaces what Send does. If it is nil, everything is sent. sends counts the calls.
	send  func(context.Context) (int, error)
	sends int
	// resolved are the calls of Resolve.
	resolved []resolved
	// refuse is the error of every change of the subscriptions of an account.
	refuse error
}

func (s *fakeSource) Rename(context.Context, string, string) error { return nil }

func (s *fakeSource) SetTags(context.Context, string, []string) error { return nil }

func (s *fakeSource) Resolve(_ context.Context, name string, accept bool) error {
	s.resolved = append(s.resolved, resolved{name, accept})
	if s.refuse == nil {
		s.accounts[slices.IndexFunc(s.accounts, func(a feed.Account) bool { return a.Name == name })].HeldBack = 0
	}
	return s.refuse
}

func (s *fakeSource) Accounts(context.Context) ([]feed.Account, error) {
	s.listed++
	return slices.Clone(s.accounts), nil
}

func (s *fakeSource) Send(ctx context.Context) (int, error) {
	s.sends++
	if s.send != nil {
		return s.send(ctx)
	}
	n := 0
	for i := range s.accounts {
		n += s.accounts[i].Pending
		s.accounts[i].Pending = 0
	}
	return n, nil
}

// setFeeds stores the subscriptions, and which feeds belong to an account.
func (s *fakeSource) setFeeds(ctx context.Context) error {
	if err := s.store.SetFeeds(ctx, s.subs); err != nil {
		return err
	}
	if !slices.ContainsFunc(s.subs, func(sub feed.Subscription) bool { return sub.Account != "" }) {
		return nil
	}
	other, err := sql.Open("sqlite", s.store.Path())
	if err != nil {
		return err
	}
	defer other.Close()
	for _, sub := range s.subs {
		if _, err := other.ExecContext(ctx, `UPDATE feeds SET account = ? WHERE url = ?`, sub.Account, sub.URL); err != nil {
			return err
		}
	}
	return nil
}

// syncedAccounts returns the accounts that a request syncs.
func (s *fakeSource) syncedAccounts(ask feed.RefreshRequest) (names []string) {
	if ask.Feeds == nil && ask.Accounts == nil {
		for _, a := range s.accounts {
			names = append(names, a.Name)
		}
		return names
	}
	return ask.Accounts
}

func (s *fakeSource) NextDue(context.Context) (time.Time, error) {
	if s.nextDue == nil {
		return time.Time{}, nil
	}
	return s.nextDue()
}

func (s *fakeSource) Changed(context.Context) <-chan struct{} { return s.changes }

func (s *fakeSource) Refresh(ctx context.Context, ask feed.RefreshRequest, report func(feed.Report)) error {
	s.asked = append(s.asked, ask)
	accounts := s.syncedAccounts(ask)
	var urls []string
	own := map[string]string{}
	for _, sub := range s.subs {
		own[sub.URL] = sub.Account
		local := sub.Account == "" && ask.Feeds == nil && ask.Accounts == nil
		if local || slices.Contains(ask.Feeds, sub.URL) || slices.Contains(accounts, sub.Account) {
			urls = append(urls, sub.URL)
		}
	}
	total := len(urls) + len(accounts)
	for i, url := range urls {
		now := s.clock.now()
		f := feed.Fetched{URL: url, Document: s.docs[url], RefreshStart: now, State: feed.PollState{
			LastChecked: now, LastOK: now, NextCheck: now.Add(30 * time.Minute), Status: 200, Error: s.errors[url],
		}}
		if state, ok := s.states[url]; ok {
			f.State = state
		}
		f.Log = feed.PollLogEntry{At: now, Outcome: feed.OK, Status: 200, Bytes: 48 << 10, Duration: 312 * time.Millisecond, Error: f.State.Error}
		if f.State.Error != "" {
			f.Document, f.Log.Outcome = nil, feed.Failed
		}
		saved, err := s.store.Save(ctx, f)
		if err != nil {
			return err
		}
		r := feed.Report{URL: url, Status: feed.OK, New: saved[0].New, Updated: saved[0].Updated, Done: i + 1, Total: total, Account: own[url]}
		if i == 0 {
			r.Notify = s.notices
		}
		if s.errors[url] != "" {
			r.Status, r.Error = feed.Failed, s.errors[url]
		}
		report(r)
	}
	for i, name := range accounts {
		r := s.synced[name]
		if r.Account, r.Done, r.Total = name, len(urls)+i+1, total; r.Sync == nil {
			r.Sync, r.Status = &feed.Sync{}, feed.OK
		}
		report(r)
	}
	_, err := s.store.IndexPending(ctx, 10000)
	return err
}

func (s *fakeSource) Preview(_ context.Context, url string) (feed.Preview, error) {
	doc, ok := s.docs[url]
	if !ok {
		return feed.Preview{}, errors.New("This address gave no feed: look for another on the site.")
	}
	return feed.Preview{
		Candidate: feed.Candidate{URL: url, Title: doc.Title}, Description: doc.Description, Site: doc.Site,
		Items: doc.Items[:min(5, len(doc.Items))], Total: len(doc.Items), PostInterval: schedule.PostInterval(doc.Items, s.clock.now()),
	}, nil
}

func (s *fakeSource) Discover(context.Context, string) ([]feed.Candidate, error) {
	if len(s.found) == 0 {
		return nil, fmt.Errorf("no feed there; try another address")
	}
	return s.found, nil
}

func (s *fakeSource) Subscribe(ctx context.Context, subs ...feed.Subscription) error {
	if subs[0].Account != "" && s.refuse != nil {
		return s.refuse
	}
	s.subs = append(s.subs, subs...)
	return s.setFeeds(ctx)
}

func (s *fakeSource) PageText(ctx context.Context, item int64) (feed.PageText, error) {
	s.pages++
	t := s.page
	t.Fetched = s.clock.now()
	return t, s.store.SetPageText(ctx, item, t)
}

func (s *fakeSource) Move(ctx context.Context, from, to string) error {
	for i := range s.subs {
		if s.subs[i].URL == from {
			s.subs[i].URL = to
		}
	}
	if err := s.store.MoveFeed(ctx, from, to); err != nil {
		return err
	}
	return s.setFeeds(ctx)
}

func (s *fakeSource) Unsubscribe(ctx context.Context, url string) error {
	i := slices.IndexFunc(s.subs, func(sub feed.Subscription) bool { return sub.URL == url })
	if s.subs[i].Account != "" && s.refuse != nil {
		return s.refuse
	}
	s.subs = slices.Delete(s.subs, i, i+1)
	return s.setFeeds(ctx)
}

// screen drives a model as a user would: keys in, lines out.
type screen struct {
	t      testing.TB
	m      *Model
	clock  *clock
	source *fakeSource
	path   string
	opened []string
	copied []string
	// raw is what was written to the terminal in addition to the screen.
	raw []string
	// timers are the timers that wait. [screen.pass] lets them fire.
	timers []timer
}

// timer is a command that waits until a time.
type timer struct {
	at time.Time
	f  func(time.Time) tea.Msg
}

// pass lets time pass. The timers fire in their order.
func (s *screen) pass(d time.Duration) {
	s.t.Helper()
	end := s.clock.t.Add(d)
	for {
		next := -1
		for i, w := range s.timers {
			if !w.at.After(end) && (next < 0 || w.at.Before(s.timers[next].at)) {
				next = i
			}
		}
		if next < 0 {
			s.clock.t = end
			return
		}
		w := s.timers[next]
		s.timers = slices.Delete(s.timers, next, next+1)
		s.clock.t = w.at
		s.run(func() tea.Msg { return w.f(s.clock.t) })
	}
}

// newScreen starts a screen on an empty database and refreshes the test's feeds.
func newScreen(t testing.TB, w, h int, change ...func(*Deps, *fakeSource)) *screen {
	t.Helper()
	c := testClock()
	s := &screen{t: t, clock: c, path: filepath.Join(t.TempDir(), "test.db")}
	s.source = &fakeSource{clock: c, docs: testDocs(c.t), subs: testSubs(), errors: map[string]string{}}
	s.start(w, h, change...)
	return s
}

// start opens the database and the model. A second start is a restart.
func (s *screen) start(w, h int, change ...func(*Deps, *fakeSource)) {
	s.t.Helper()
	store, err := cache.Open(s.t.Context(), s.path, cache.Options{Now: s.clock.now})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { store.Close() })
	s.source.store = store
	d := Deps{Store: store, Source: s.source, Now: s.clock.now, Settings: Settings{Theme: "dark", Mouse: true}}
	d.Open = func(_ context.Context, url string, _ bool) (Browser, error) {
		s.opened = append(s.opened, url)
		return Browser{}, nil
	}
	for _, f := range change {
		f(&d, s.source)
	}
	if err := s.source.setFeeds(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	s.m, err = New(s.t.Context(), d)
	if err != nil {
		s.t.Fatal(err)
	}
	s.m.after = func(_ context.Context, d time.Duration, f func(time.Time) tea.Msg) tea.Cmd {
		if d >= outbox.CountAfter {
			s.timers = append(s.timers, timer{s.clock.now().Add(d), f})
			return nil
		}
		return func() tea.Msg { return f(s.clock.now()) }
	}
	s.send(tea.WindowSizeMsg{Width: w, Height: h})
	s.run(s.m.Init())
}

// restart quits and starts again on the same database.
func (s *screen) restart(w, h int) {
	s.t.Helper()
	if err := s.m.Finish(); err != nil {
		s.t.Fatal(err)
	}
	if err := s.m.deps.Store.Close(); err != nil {
		s.t.Fatal(err)
	}
	s.start(w, h)
}

func (s *screen) send(msg tea.Msg) {
	s.t.Helper()
	_, cmd := s.m.Update(msg)
	s.m.View()
	s.run(cmd)
}

// run carries out a command and all commands that follow from it.
func (s *screen) run(cmd tea.Cmd) {
	s.t.Helper()
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			s.run(c)
		}
	case tea.RawMsg:
		s.raw = append(s.raw, fmt.Sprint(msg.Msg))
	case tea.QuitMsg:
		s.m.status.say("quit")
	default:
		if name := fmt.Sprintf("%T", msg); name == "tea.setClipboardMsg" {
			s.copied = append(s.copied, fmt.Sprint(msg))
			return
		}
		s.send(msg)
	}
}

// press types keys: "j", "enter", "ctrl+r", or with "type:" a run of text.
func (s *screen) press(keys ...string) {
	s.t.Helper()
	for _, k := range keys {
		if text, ok := strings.CutPrefix(k, "type:"); ok {
			for _, r := range text {
				s.send(keyPress(string(r)))
			}
			continue
		}
		s.send(keyPress(k))
	}
}

func keyPress(name string) tea.KeyPressMsg {
	special := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "backspace": tea.KeyBackspace, "up": tea.KeyUp,
		"down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp,
		"home": tea.KeyHome, "end": tea.KeyEnd,
	}
	if name == "space" {
		name = " "
	}
	if r, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: []rune(r)[0], Mod: tea.ModCtrl}
	}
	if code, ok := special[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// text returns the screen without styles and trailing spaces.
func (s *screen) text() string {
	s.m.dirty = true
	var lines []string
	for l := range strings.SplitSeq(s.m.View().Content, "\n") {
		lines = append(lines, strings.TrimRight(ansi.Strip(l), " "))
	}
	return strings.Join(lines, "\n") + "\n"
}

// expect fails unless the screen shows every text.
func (s *screen) expect(texts ...string) {
	s.t.Helper()
	shown := s.text()
	for _, want := range texts {
		if !strings.Contains(shown, want) {
			s.t.Errorf("the screen does not show %q:\n%s", want, shown)
		}
	}
}

// expectNot fails when the screen shows one of the texts.
func (s *screen) expectNot(texts ...string) {
	s.t.Helper()
	shown := s.text()
	for _, not := range texts {
		if strings.Contains(shown, not) {
			s.t.Errorf("the screen shows %q:\n%s", not, shown)
		}
	}
}

// golden compares the screen with testdata/NAME.txt.
func (s *screen) golden(name string) {
	s.t.Helper()
	s.goldenText(name, s.text())
}

// goldenText compares a text with testdata/NAME.txt.
func (s *screen) goldenText(name, got string) {
	s.t.Helper()
	file := filepath.Join("testdata", name+".txt")
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

// expectWidth fails if a line is not exactly as wide as the screen, or if the number of
// lines is wrong.
func (s *screen) expectWidth() {
	s.t.Helper()
	s.m.dirty = true
	lines := strings.Split(s.m.View().Content, "\n")
	if len(lines) != s.m.height {
		s.t.Errorf("%d lines on a screen of %d", len(lines), s.m.height)
	}
	for i, l := range lines[:len(lines)-1] {
		if w := ansi.StringWidth(l); w != s.m.width {
			s.t.Errorf("line %d is %d cells wide on a screen of %d: %q", i, w, s.m.width, ansi.Strip(l))
		}
	}
}
