// Package ui shows the news: one Bubble Tea model, three panes that are plain
// structs, and one table of actions ([action]) that keys, footer hints and the
// help page all read.
//
// A message goes through Update to one method. Whatever needs the disk, the
// network or glamour leaves as a command that is given values, and comes back
// as a message that names the question it answers (a generation, an item, a
// width), so that a late answer to an old question is dropped. What the reader
// did goes through [saver], which outlives the program's last frame.
package ui

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/query"
	"dateline/ui/frame"
)

// Deps are what the screen is given to work with.
type Deps struct {
	Store  *cache.Store
	Source feed.Source
	// NextDue says when the next feed may be asked unbidden; zero means none.
	NextDue func(context.Context) (time.Time, error)
	// Open shows a URL in the reader's browser. It gets the URL as an argument
	// and must not pass it through a shell.
	Open func(ctx context.Context, url string, background bool) error
	// NotifyCommand tells of new items by a program of the reader's; nil when
	// there is none and the terminal does it. It gets both texts as arguments and
	// must not pass them through a shell.
	NotifyCommand func(ctx context.Context, title, body string) error
	// Crashed keeps a fault of dateline's own, which the reader is told of by the
	// screen; nil forgets it. It is called from many goroutines.
	Crashed func(*feed.PanicError)
	// Shown is called once, when the first rows have been on the screen for a
	// moment and before the work of a refresh begins; nil for nobody.
	Shown    func()
	Settings Settings
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Settings are the options of the configuration that concern the screen.
type Settings struct {
	// Layout is "auto", "columns", "stack" or "single"; empty means auto.
	Layout string
	// Icons is "unicode" or "ascii", Theme "auto", "dark" or "light", Density
	// "comfortable" or "compact"; empty means the first.
	Icons   string
	Theme   string
	Density string
	// Keymap names a preset; Keys maps a key to actions, none unbinds it.
	Keymap string
	Keys   map[string][]string
	// Width is the most cells a line of an article takes; zero means 76.
	Width int
	Mouse bool
	// RefreshOnStart asks every feed as soon as the reader opens; without it
	// only those that are due.
	RefreshOnStart bool
	// NotifyWith is how the terminal tells of new items: "auto", "osc9",
	// "osc777", "osc99" or "off"; empty means off.
	NotifyWith string
	// NoColor leaves out colours inside articles; the rest follows what the
	// environment says of the terminal.
	NoColor    bool
	Queries    []SavedQuery
	ConfigPath string
	Version    string
	// Notice is a sentence that the reader is told at the start; empty for none.
	Notice string
}

// SavedQuery is a query of the configuration, shown among the sources.
type SavedQuery struct {
	Name  string
	Query query.Query
}

// Model is the whole screen.
type Model struct {
	ctx  context.Context
	deps Deps
	now  func() time.Time
	// after is the function of that name; tests do not wait.
	after func(context.Context, time.Duration, func(time.Time) tea.Msg) tea.Cmd

	width, height int
	layout        layout
	splits        splits
	theme         theme
	focus         pane
	zen           bool
	// focused is false while the terminal is elsewhere.
	focused bool

	sources   sourcesPane
	headlines headlinesPane
	article   articlePane
	pages     *pageCache

	keys    keymap
	typed   []string
	count   int
	prompt  *prompt
	sheet   *sheet
	status  status
	refresh refresh
	saver   *saver
	// unsaved is the sentence that the reader was told when a write failed last,
	// empty once all is written.
	unsaved  string
	session  session
	idle     idle
	notifier notifier
	fetching fetching
	moving   moving
	drag     dragging
	click    lastClick

	version int64
	// tickGen numbers the chains of ticks; only the last one goes on. untick ends
	// its wait.
	tickGen int
	untick  context.CancelFunc
	// retrying says that a failed write is about to be tried again.
	retrying bool
	dirty    bool
	drawn    tea.View
	// program is what draws the screen, nil in tests that draw none; pulse
	// follows from it with the first message.
	program *tea.Program
	pulse   *pulse
	// painter paints the frames; nil leaves that to Bubble Tea.
	painter *frame.Painter
	// stops brings the stop that was typed or sent elsewhere than on the screen.
	stops chan os.Signal
	// fallen is the panic that ended the screen, nil as long as there is none.
	fallen *feed.PanicError
}

// New makes the screen; nothing is read or asked before Init.
func New(ctx context.Context, d Deps) (*Model, error) {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Settings.Width == 0 {
		d.Settings.Width = 76
	}
	keys, err := newKeymap(d.Settings.Keymap, d.Settings.Keys)
	if err != nil {
		return nil, err
	}
	m := &Model{
		ctx: ctx, deps: d, now: d.Now, after: after, untick: func() {}, keys: keys,
		focus: paneHeadlines, focused: true, dirty: true,
		theme:   newTheme(d.Settings.Theme != "light", d.Settings.Icons),
		sources: newSourcesPane(d.Settings.Queries),
		pages:   newPageCache(),
		saver:   newSaver(d.Store, d.Crashed),
		stops:   make(chan os.Signal, 1),
	}
	m.idle.key = m.now()
	m.headlines = newHeadlinesPane(d.Settings.Density == "compact")
	return m, nil
}

// Run shows the screen until the reader quits or ctx ends, then writes what is
// still unsaved. The end of ctx is a way to quit and no error: signals are left
// to whoever made ctx. Options are for tests; with any, Bubble Tea paints.
func Run(ctx context.Context, d Deps, options ...tea.ProgramOption) error {
	outer := ctx
	ctx, cancel := context.WithCancel(outer)
	defer cancel()
	m, err := New(ctx, d)
	if err != nil {
		return err
	}
	usual := []tea.ProgramOption{tea.WithContext(ctx), tea.WithFPS(framesPerSecond), tea.WithoutSignalHandler()}
	if options == nil {
		usual = append(usual, m.paintOn(os.Stdout))
	}
	m.program = tea.NewProgram(m, append(usual, options...)...)
	go m.obeyStops()
	watchStops(m.stops)
	_, err = m.program.Run()
	signal.Stop(m.stops)
	close(m.stops)
	if m.painter != nil {
		m.painter.Close()
	}
	if errors.Is(err, tea.ErrProgramKilled) && outer.Err() != nil {
		err = nil
	}
	if m.fallen != nil {
		err = m.fallen
	}
	cancel()
	if saveErr := m.Finish(); err == nil {
		err = saveErr
	}
	return err
}

// Finish waits for a running refresh to put away what it fetched and writes
// everything the reader did that is not in the cache yet. Call it once, after
// the program has ended and its context was cancelled.
func (m *Model) Finish() error {
	m.refresh.wait()
	m.leaveArticle()
	m.saveSession()
	return m.saver.drain(context.WithoutCancel(m.ctx))
}

// Init asks for the terminal's background and loads the last session; what is on
// the screen follows from the answers.
func (m *Model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.ahead(m.loadSession()), m.tick(0)}
	if s := m.deps.Settings.Theme; s == "" || s == "auto" {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return m.guard(tea.Batch(cmds...))
}

// ahead is a command that works already. Bubble Tea gets round to those of Init
// when it has drawn its first page.
func (m *Model) ahead(cmd tea.Cmd) tea.Cmd {
	cmd = m.guard(cmd)
	answer := make(chan tea.Msg, 1)
	go func() { answer <- cmd() }()
	return func() tea.Msg { return <-answer }
}
