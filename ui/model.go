// Package ui is the screen of dateline: one Bubble Tea model with three panes.
//
// [Model] puts the parts together. Each part is a struct that owns its state, in a file
// named after what the part does. Start with update.go for messages, actions.go for what
// keys do, and view.go for drawing.
//
// Update passes each message to one method. Work on the disk, the network or the layout
// of an article runs as a command. A command gets values and returns a message. The
// message says what it belongs to: a generation, an item or a width. If the user has
// moved on meanwhile, the message is dropped.
//
// Changes that the user makes go through the [saver.Saver], which also writes them after
// the screen has closed. Prompts and overlays lie on a [mode.Stack]. They turn keys into
// answers, and their [opener] decides what an answer does.
//
// Never wait in a method: never read the disk, use the network or lay out an article
// there.
package ui

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/cache/rescue"
	"dateline/feed"
	"dateline/ui/frame"
	"dateline/ui/frameticker"
	"dateline/ui/mode"
	"dateline/ui/pane"
	"dateline/ui/saver"
	"dateline/ui/style"
	"dateline/ui/suspend"
)

// Deps are the dependencies of the screen.
type Deps struct {
	Store  *cache.Store
	Source feed.Source
	// Open shows a URL in the user's browser. It gets the URL as an argument and
	// must not pass it through a shell. If ctx ends, a browser on the terminal ends.
	Open func(ctx context.Context, url string, background bool) (Browser, error)
	// NotifyCommand runs the user's program for notifications. If it is nil, the
	// terminal shows them. It gets both texts as arguments and must not pass them
	// through a shell.
	NotifyCommand func(ctx context.Context, title, body string) error
	// Pictures fetches pictures. If it is nil, there are only their descriptions.
	Pictures Pictures
	// PictureDir is the directory in which pictures are kept; empty means nowhere.
	PictureDir string
	// SaveQuery writes a saved query into the configuration. The text of its error is a
	// user message. If it is nil, queries cannot be saved.
	SaveQuery func(ctx context.Context, name, query string) error
	// Crashed is called after a panic, which the screen reports. If it is nil, the
	// panic is not recorded. It may be called from several goroutines.
	Crashed func(*feed.PanicError)
	// Shown is called once, when the first rows have been on the screen for a
	// moment and before the work of a refresh begins. It may be nil.
	Shown    func()
	Settings Settings
	// Now returns the current time. If it is nil, time.Now is used.
	Now func() time.Time
}

// Browser is the user's browser with a page.
type Browser struct {
	// Terminal runs a browser that needs the terminal, until the user quits it. stop stops
	// dateline until the shell continues it. Terminal is nil if the browser was started in a
	// window of its own.
	Terminal func(stop func() error) error
	// Failed waits some seconds and returns how the browser failed; nil if it did not.
	// It may be nil.
	Failed func() error
}

// Settings are the options of the configuration that concern the screen.
type Settings struct {
	// Layout is "auto", "columns", "stack" or "single"; empty means auto.
	Layout string
	// Icons is "unicode" or "ascii", Theme "auto" or a name that [CheckTheme] knows,
	// Density "comfortable" or "compact"; empty means the first.
	Icons   string
	Theme   string
	Density string
	// Colors replace colours of the theme, DarkColors and LightColors only on a
	// background of that kind.
	Colors, DarkColors, LightColors Colors
	// ImageProtocol is how pictures are shown: "auto", "kitty", "iterm2", "sixel",
	// "blocks" or "off"; empty means auto. Tmux reports whether the terminal is tmux.
	ImageProtocol string
	Tmux          bool
	// Keymap names a preset. Keys maps a key to actions; an empty list unbinds it.
	Keymap string
	Keys   map[string][]string
	// Width is the most cells a line of an article takes; 0 means 76.
	Width int
	Mouse bool
	// RefreshOnStart refreshes every feed at the start, and not only the due feeds.
	RefreshOnStart bool
	// NotifyWith is the control sequence for notifications of the terminal: "auto",
	// "osc9", "osc777", "osc99" or "off"; empty means off.
	NotifyWith string
	// ColorFGBG is the environment variable of that name, such as "0;15". It tells the
	// background of a terminal that does not answer.
	ColorFGBG string
	// NoColor turns off every colour. Weights stay.
	NoColor    bool
	Queries    []SavedQuery
	ConfigPath string
	Version    string
	// Notice is a message to show at the start; empty if there is none.
	Notice string
}

// SavedQuery is a query of the configuration, shown among the sources.
type SavedQuery = pane.SavedQuery

// Colors are colours of the configuration.
type Colors = style.Colors

// CheckTheme returns what is wrong with the name of a theme, CheckColor what is wrong with a
// colour; nil if nothing is.
func CheckTheme(name string) error  { return style.CheckTheme(name) }
func CheckColor(value string) error { return style.CheckColor(value) }

// env holds what every part of the screen needs.
type env struct {
	ctx  context.Context
	deps Deps
	now  func() time.Time
	// after is the function after. Tests replace it, so that they do not wait.
	after func(context.Context, time.Duration, func(time.Time) tea.Msg) tea.Cmd
	saver *saver.Saver
	// unknown reports whether a mark was made that is not reported as written yet, so that
	// the outbox does not know it.
	unknown bool
	status  status
	// unsaved is the file for changes that cannot be written to the database.
	unsaved *rescue.Unsaved
	// saving is the context of the writes while the screen is open. stopSaving ends it.
	saving     context.Context
	stopSaving context.CancelFunc
	// keymap names the keys that messages mention.
	keymap *keymap
}

// Model is the whole screen.
type Model struct {
	*env
	geometry

	sources   sourceList
	accounts  accounts
	headlines headlineList
	article   articleView
	navigate  navigator
	selected  selection
	jumps     jumper
	history   histories
	queries   queryKeeper
	marks     marker
	keys      keyboard
	modes     mode.Stack[opener]

	refresh       refresher
	pageText      pageFetcher
	pictures      pictures
	subscriptions subscriptions
	browser       browser
	session       session
	presence      presence
	notifier      notifier
	changes       changeListener
	maintenance   maintenance
	pointer       pointer
	line          statusLine

	// dirty reports whether the screen differs from drawn.
	dirty bool
	drawn tea.View
	// program runs the screen; nil in tests without a program. ticker is created with
	// the first message.
	program *tea.Program
	ticker  *frameticker.Ticker
	// terminal is what is known about the terminal's colours.
	terminal style.Terminal
	// painter paints the frames. If it is nil, Bubble Tea paints them.
	painter *frame.Painter
	// suspends receives the signal SIGTSTP.
	suspends chan os.Signal
	// panicked is the panic that ended the screen; nil if there was none.
	panicked *feed.PanicError
}

// New returns the screen. It reads nothing from the database before Init.
func New(ctx context.Context, d Deps) (*Model, error) {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Settings.Width == 0 {
		d.Settings.Width = 76
	}
	m := &Model{
		env:      &env{ctx: ctx, deps: d, now: d.Now, after: after, saver: saver.New(d.Store.Commit, d.Crashed), unsaved: rescue.NewUnsaved(d.Store)},
		geometry: geometry{option: d.Settings.Layout, maxWidth: d.Settings.Width, focus: areaHeadlines, list: listSize{header: 1, row: 1, rows: manyRows}, theme: d.Settings.look().Theme(d.Settings.terminal())},
		terminal: d.Settings.terminal(),
		dirty:    true,
		suspends: make(chan os.Signal, 1),
	}
	m.saver.SyncWith(d.Store.Sync)
	m.saving, m.stopSaving = context.WithCancel(context.WithoutCancel(ctx))
	m.connect()
	m.env.keymap = &m.keys.keymap
	m.presence.lastKey = m.now()
	var err error
	m.keys.keymap, err = newKeymap(actions(m), d.Settings.Keymap, d.Settings.Keys)
	m.headlines.RefreshKey = m.keys.keyFor("refresh")
	return m, err
}

// connect creates the parts and gives each part the others that it needs.
func (m *Model) connect() {
	s := m.deps.Settings
	m.session = session{env: m.env, geometry: &m.geometry, sources: &m.sources, headlines: &m.headlines}
	m.sources = sourceList{env: m.env, Sources: pane.NewSources(s.Queries)}
	m.accounts = newAccounts(m.env, &m.sources)
	m.headlines = headlineList{
		env: m.env, Headlines: pane.NewHeadlines(s.Density == "compact"), geometry: &m.geometry,
		sources: &m.sources, session: &m.session, cancel: func() {},
	}
	m.article = articleView{
		env: m.env, Article: pane.Article{Restore: noProgress}, geometry: &m.geometry,
		sources: &m.sources, headlines: &m.headlines, pages: newPageCache(),
	}
	m.selected = selection{geometry: &m.geometry, sources: &m.sources, headlines: &m.headlines, article: &m.article}
	m.marks = marker{env: m.env, sources: &m.sources, headlines: &m.headlines, article: &m.article, selected: &m.selected}
	m.navigate = navigator{
		env: m.env, geometry: &m.geometry, sources: &m.sources, headlines: &m.headlines,
		article: &m.article, marks: &m.marks, session: &m.session, jumps: &m.jumps, accounts: &m.accounts,
	}
	m.jumps = jumper{
		env: m.env, geometry: &m.geometry, modes: &m.modes, headlines: &m.headlines, article: &m.article,
		browser: &m.browser, history: &m.history,
	}
	m.queries = queryKeeper{env: m.env, geometry: &m.geometry, modes: &m.modes, headlines: &m.headlines, sources: &m.sources, navigate: &m.navigate}
	m.history = newHistories(m.env)
	m.presence = presence{focused: true}
	m.notifier = notifier{env: m.env, presence: &m.presence}
	m.refresh = refresher{env: m.env, sources: &m.sources, headlines: &m.headlines, session: &m.session, notifier: &m.notifier}
	m.pageText = pageFetcher{env: m.env}
	m.pictures = newPictures(m.env, &m.geometry, &m.article, func() *frame.Painter { return m.painter })
	m.subscriptions = subscriptions{env: m.env, sources: &m.sources}
	m.browser = browser{env: m.env, geometry: &m.geometry, selected: &m.selected, marks: &m.marks}
	m.changes = changeListener{env: m.env, untick: func() {}, snoozesAt: m.now()}
	m.maintenance = maintenance{env: m.env, presence: &m.presence, refresh: &m.refresh, stopWaiting: func() {}}
	m.line = statusLine{
		env: m.env, geometry: &m.geometry, sources: &m.sources, headlines: &m.headlines, article: &m.article, selected: &m.selected,
		marks: &m.marks, refresh: &m.refresh, pageText: &m.pageText, pictures: &m.pictures, keys: &m.keys, modes: &m.modes, jumps: &m.jumps,
		accounts: &m.accounts,
	}
	m.keys = keyboard{env: m.env, geometry: &m.geometry, links: linkNumber{last: m.selected.lastLink, open: m.browser.openLink}}
}

// Run shows the screen until the user quits, the terminal is gone or ctx ends. Then it
// writes what is not saved yet. It returns nil if ctx ends: the caller handles signals and
// ends ctx. The options are for tests. If there are any, Bubble Tea paints instead of the
// painter.
func Run(ctx context.Context, d Deps, options ...tea.ProgramOption) error {
	outer := ctx
	ctx, cancel := context.WithCancel(outer)
	defer cancel()
	m, err := New(ctx, d)
	if err != nil {
		return err
	}
	usual := []tea.ProgramOption{tea.WithContext(ctx), tea.WithFPS(frameticker.FramesPerSecond), tea.WithoutSignalHandler()}
	if options == nil {
		usual = append(usual, m.paintOn(os.Stdout), m.readFrom(os.Stdin))
	}
	m.program = tea.NewProgram(m, append(usual, options...)...)
	go m.handleSuspend()
	suspend.Notify(m.suspends)
	_, err = m.program.Run()
	signal.Stop(m.suspends)
	close(m.suspends)
	if m.painter != nil {
		m.painter.Close()
	}
	if errors.Is(err, tea.ErrProgramKilled) && outer.Err() != nil {
		err = nil
	}
	if m.panicked != nil {
		err = m.panicked
	}
	cancel()
	if saveErr := m.Finish(); err == nil {
		err = saveErr
	}
	return err
}

// handleSuspend suspends the program for each signal, as the key does, until the screen
// closes.
func (m *Model) handleSuspend() {
	for range m.suspends {
		m.program.Send(suspend.Command()())
	}
}

const (
	// finishPatience is how long the last writes wait for other processes. The system
	// kills a program that takes long to end.
	finishPatience = 2 * time.Second
	// finishLimit is how long the last writes may take.
	finishLimit = 10 * time.Second
)

// Finish writes everything the user did that is not in the database yet, sends marks to the
// servers of accounts if that is quick, and waits for a running refresh to save what it fetched. What cannot be written goes to a file, which
// the next start takes in; the error names it. Call Finish once, after the program has
// ended and its context was cancelled.
func (m *Model) Finish() error {
	m.article.leave()
	m.session.save()
	m.stopSaving()
	ctx := context.WithoutCancel(m.ctx)
	limited, cancel := context.WithTimeoutCause(ctx, finishLimit, cache.ErrLocked)
	defer cancel()
	m.deps.Store.WaitForOthers(limited, finishPatience)
	err := m.saver.Drain(limited)
	kept, keepErr := m.unsaved.Keep(ctx, m.saver.Pending)
	if err = errors.Join(err, keepErr); m.saver.Unsaved() {
		err = &notSaved{err, kept}
	}
	m.accounts.finish()
	m.refresh.wait()
	return err
}

// notSaved is the error of changes that are not in the database when the screen closes.
type notSaved struct {
	why  error
	kept rescue.Kept
}

func (e *notSaved) Error() string {
	return strings.TrimSuffix(e.why.Error()+"\n"+e.kept.UserMessage(), "\n")
}

func (e *notSaved) Unwrap() error { return e.why }

// Init asks the terminal for its colours and loads the last session.
func (m *Model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.startNow(m.session.load()), m.changes.tick(0)}
	if s := m.deps.Settings.Theme; s == "" || s == "auto" {
		cmds = append(cmds, tea.RequestBackgroundColor, tea.RequestForegroundColor)
	}
	return m.guard(tea.Batch(cmds...))
}

// startNow starts a command at once and returns a command that waits for its message.
// Bubble Tea starts the commands of Init only after it has drawn the first page.
func (m *Model) startNow(cmd tea.Cmd) tea.Cmd {
	cmd = m.guard(cmd)
	result := make(chan tea.Msg, 1)
	go func() { result <- cmd() }()
	return func() tea.Msg { return <-result }
}

// drain returns a command that writes what the user did. Its message is [saved].
func (e *env) drain() tea.Cmd {
	s, ctx := e.saver, e.saving
	return func() tea.Msg {
		err := s.Drain(ctx)
		out := s.Outcomes()
		if len(out) == 0 && err == nil {
			return nil
		}
		if errors.Is(err, cache.ErrReplaced) {
			// The changes can never be written. So they are kept at once.
			kept, keepErr := e.unsaved.Keep(context.WithoutCancel(ctx), s.Pending)
			err = &notSaved{errors.Join(err, keepErr), kept}
		}
		return saved{out, err}
	}
}

// save queues a change, begins to write it at once, and returns the command that waits for
// the result. Bubble Tea would start the command only after it has drawn the screen.
func (e *env) save(c cache.Change) tea.Cmd {
	e.unknown = e.unknown || isMark(c)
	e.saver.Add(c)
	drain, result := e.drain(), make(chan tea.Msg, 1)
	go func() { result <- drain() }()
	return func() tea.Msg { return <-result }
}
