// Dateline reads the news in a terminal.
//
// Package main connects the other packages and decides which files and programs they
// use. Start in main: it passes the arguments to package cli, which calls openScreen for
// the screen or openSession for a command. Both call open, which reads the configuration
// and opens the database.
//
// The other files of this package find the files (paths.go), edit subscriptions
// (local_source.go, move_feed.go), add an account (login_account.go), fetch pictures (fetch_pictures.go), start programs
// without a terminal (start_browser.go, run_notify_command.go, detach_unix.go,
// detach_other.go) or on it (lend_terminal_unix.go, lend_terminal_other.go), make the
// built-in feed of the guide (guide.go), write the reports of panics (crash_log.go), and set
// the limits of the garbage collector (memory_limits.go) and of requests at the same time
// (request_limit.go, open_files_unix.go, open_files_other.go).
//
// Never keep the configuration in a global variable: options are passed as arguments to
// the other packages.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"dateline/cache"
	"dateline/cache/remotes"
	"dateline/cache/rescue"
	"dateline/config"
	"dateline/feed/fetch"
	"dateline/feed/poll"
	"dateline/feed/text"
	"dateline/ui"
	"dateline/ui/cli"
)

// exampleConfig is the configuration that applies if there is no file. Package config
// has a test that writes it.
//
//go:embed config.example.toml
var exampleConfig []byte

func main() {
	discardLog()
	findHome()
	commandLimits.use()
	os.Exit(cli.Run(context.Background(), cli.Deps{
		Version:     version(),
		Now:         time.Now,
		OpenScreen:  openScreen,
		OpenSession: openSession,
		Paths: func(f cli.Files) (config, db string, err error) {
			p, err := findPaths(f.Config, f.DB)
			return p.config, p.db, err
		},
		CheckConfig:   checkConfig,
		ExampleConfig: exampleConfig,
	}, os.Args[1:]))
}

// discardLog discards what libraries write to the standard logger and to the default
// logger of slog, which writes to the standard one. net/http logs bytes that a server
// sent, and they must not reach the terminal.
func discardLog() { log.SetOutput(io.Discard) }

// program is what the commands and the screen share.
type program struct {
	paths  paths
	config config.Config
	store  *cache.Store
	source *accountSource
	client *fetch.Client
	// notice is a message for the user at the start, empty if there is none.
	notice string
	// exposed says that other users can read secrets in the configuration; empty if
	// they cannot.
	exposed string
	// repaired is the part of notice that says how a damaged database was replaced,
	// empty if it was not damaged.
	repaired string
	// readOnly says why the database could not be written at the start, empty if it could.
	readOnly string
	// crashes is the log of panics.
	crashes crashLog
}

// open reads the configuration and opens the database. A damaged database is salvaged.
// If the configuration has mistakes, open returns an error. If the database exists, open
// reads the configuration while the database is being opened, and calls meanwhile as
// soon as the database is open.
func open(ctx context.Context, f cli.Files, meanwhile func(*cache.Store)) (*program, error) {
	p, err := findPaths(f.Config, f.DB)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	early := openEarly(ctx, p.db, meanwhile)
	file := configFile(p, f)
	c, err := loadConfig(file)
	if err != nil {
		cancel()
		if o := <-early; o.store != nil {
			err = errors.Join(err, o.store.Close())
		}
		return nil, err
	}
	o, isEarly := <-early
	if !isEarly {
		o = openDatabase(ctx, p.db)
	}
	started, err := connect(ctx, p, file, c, o)
	if !errors.Is(err, cache.ErrCorrupt) {
		return started, err
	}
	warn("the database is damaged; recovering what can be read, which can take minutes")
	salvaged, err := rescue.Salvage(ctx, p.db, cache.Options{Now: time.Now})
	if err != nil {
		return nil, err
	}
	started, err = connect(ctx, p, file, c, openDatabase(ctx, p.db))
	if err == nil && salvaged.Old != "" {
		started.repaired = salvaged.UserMessage()
		started.notice = join(started.repaired, started.notice)
	}
	return started, err
}

// configFile returns the configuration file at p, with the checks of other packages. The
// example does not stand in for a file that the user has named: its name may be misspelled.
// A command that begins a named file begins it empty.
func configFile(p paths, f cli.Files) *config.File {
	example := exampleConfig
	if f.Config != "" {
		example = []byte{}
	}
	return &config.File{
		Path:     p.config,
		Lock:     p.lock,
		Example:  example,
		Required: f.Config != "" && !f.MayBegin,
		Checks: config.Checks{
			Key: func(key string, actions []string) error {
				return ui.CheckKeys("", map[string][]string{key: actions})
			},
			Theme:   ui.CheckTheme,
			Color:   ui.CheckColor,
			IsLocal: fetch.IsLocal,
			Local:   fetch.CheckLocal,
			Proxy:   fetch.CheckProxy,
			Builtin: guideURL,
		},
	}
}

// loadConfig reads the configuration. If it has mistakes, the error lists them.
func loadConfig(file *config.File) (config.Config, error) {
	c, err := file.Load()
	if wrong := (*config.Error)(nil); errors.As(err, &wrong) {
		err = fmt.Errorf("the configuration has errors:\n%w", err)
	}
	return c, err
}

// openedDatabase is the result of opening the database.
type openedDatabase struct {
	store *cache.Store
	// notice says that the database of an older version was converted, empty if it
	// was not.
	notice string
	// repaired is notice if the database was damaged, else empty.
	repaired string
	err      error
}

// openDatabase opens the database. The database of an older version is converted first.
func openDatabase(ctx context.Context, db string) openedDatabase {
	store, r, err := rescue.Open(ctx, db, cache.Options{Now: time.Now}, warn)
	o := openedDatabase{store: store, err: err}
	if r.Old != "" {
		o.notice = r.UserMessage()
		if !r.Outdated {
			o.repaired = o.notice
		}
	}
	if err == nil {
		o.notice = join(o.notice, store.Notice(), takeUnsaved(ctx, store))
	}
	return o
}

// takeUnsaved takes in what earlier processes could not write. While another process keeps
// the database locked, that waits for the next start. It returns a message for the user,
// empty if there is none.
func takeUnsaved(ctx context.Context, store *cache.Store) string {
	ctx, cancel := context.WithTimeoutCause(ctx, takePatience, cache.ErrLocked)
	defer cancel()
	return rescue.TakeUnsaved(ctx, store).UserMessage()
}

// takePatience is how long a start waits for another process before it leaves the changes of
// an earlier one for later.
const takePatience = 3 * time.Second

// join joins messages that are not empty.
func join(messages ...string) string {
	return strings.Join(slices.DeleteFunc(messages, func(m string) bool { return m == "" }), "; ")
}

// openEarly opens the database in the background if its file exists, and then calls
// meanwhile. If the file does not exist, the returned channel is closed. Then the caller
// creates the database after it has read the configuration, because no database must be
// created if the configuration has mistakes.
func openEarly(ctx context.Context, db string, meanwhile func(*cache.Store)) <-chan openedDatabase {
	opened := make(chan openedDatabase, 1)
	if _, err := os.Stat(db); err != nil {
		close(opened)
		return opened
	}
	go func() {
		o := openDatabase(ctx, db)
		if o.err == nil {
			meanwhile(o.store)
		}
		opened <- o
	}()
	return opened
}

// connect returns a program with an opened database and the configuration c. It replaces
// the subscriptions in the database by the subscriptions of the configuration.
func connect(ctx context.Context, p paths, file *config.File, c config.Config, o openedDatabase) (*program, error) {
	if o.err != nil {
		return nil, o.err
	}
	store := o.store
	crashes := crashLog{p.crashes, time.Now}
	files := openFileLimit()
	client := fetch.New(fetch.Options{UserAgent: "dateline/" + version(), Builtin: builtin(), Files: connectionFiles(files)})
	accounts := remotes.New(store)
	local, err := newLocalSource(ctx, file, c, store, poll.Options{
		Client:  client,
		Now:     time.Now,
		Workers: limitRequests(cmp.Or(c.Workers, maxRequests(files)), files),
		PerHost: c.PerHost,
		Crashed: crashes.add,
	}, subscriptionsOf(accounts))
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	s := &accountSource{localSource: local, client: client, remotes: accounts, now: time.Now, connect: connectServer,
		servers: map[string]connected{}, busy: map[string]time.Time{}}
	file.RemoveLeftovers()
	rescue.RemoveLeftovers(ctx, store)
	started := &program{
		paths: p, config: c, store: store, source: s, client: client, crashes: crashes,
		notice: o.notice, repaired: o.repaired, exposed: file.Exposed(c),
	}
	if why := store.ReadOnly(); why != nil {
		started.readOnly = "read-only for now: " + why.Error()
	}
	return started, nil
}

// warn prints a message that is not an error on stderr.
func warn(message string) { fmt.Fprintln(os.Stderr, "dateline: "+text.Clean(message)) }

// openSession opens what a command works on.
func openSession(ctx context.Context, f cli.Files) (*cli.Session, error) {
	p, err := open(ctx, f, func(*cache.Store) {})
	if err != nil {
		return nil, err
	}
	if notice := join(p.readOnly, p.notice); notice != "" {
		warn(notice)
	}
	return &cli.Session{
		Store:         p.store,
		Source:        p.source,
		Rules:         p.config.ParsedRules(),
		Width:         p.config.Width,
		NotifyCommand: notifier(p.config.NotifyCommand),
		Repaired:      p.repaired,
		Close:         p.store.Close,
		Exposed:       p.exposed,

		CheckAccountName: config.CheckAccountName,
		FindServer:       p.findServer,
		TryAccount:       p.tryAccount,
		AddAccount:       p.addAccount,
		SyncFolder:       p.source.folderState,
	}, nil
}

// checkConfig reads the configuration for "dateline config check".
func checkConfig(f cli.Files) (cli.ConfigSummary, error) {
	p, err := findPaths(f.Config, f.DB)
	if err != nil {
		return cli.ConfigSummary{}, err
	}
	file := configFile(p, f)
	c, err := loadConfig(file)
	if err != nil {
		return cli.ConfigSummary{}, err
	}
	_, missing := os.Stat(p.config)
	return cli.ConfigSummary{Exists: missing == nil, Feeds: len(c.Feeds), Queries: len(c.Queries), Accounts: len(c.AccountTables), Exposed: file.Exposed(c)}, nil
}

// openScreen opens what the screen works on. run runs the screen until the user quits.
func openScreen(ctx context.Context, f cli.Files) (run func() error, err error) {
	shown := fastStart()
	p, err := open(ctx, f, func(s *cache.Store) { s.Prefetch(ctx) })
	if err != nil {
		return nil, err
	}
	return func() error { return runScreen(ctx, p, shown) }, nil
}

// runScreen runs the screen until the user quits, and closes the database. shown is
// called when the screen shows something.
func runScreen(ctx context.Context, p *program, shown func()) error {
	// Go's default handling of SIGQUIT would not restore the terminal.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGQUIT)
	defer stop()
	p.source.longRunning = true
	settings, err := screenSettings(p.config)
	if err == nil {
		readOnly := p.readOnly
		if readOnly != "" {
			readOnly += "; your changes are kept and saved later"
		}
		settings.ConfigPath, settings.Version, settings.Notice = p.paths.config, version(), join(readOnly, p.notice, p.exposed)
		err = ui.Run(ctx, ui.Deps{
			Store:         p.store,
			Source:        p.source,
			Open:          browser(p.config.Browser),
			NotifyCommand: notifier(p.config.NotifyCommand),
			SaveQuery:     p.source.saveQuery,
			Crashed:       p.crashes.add,
			Pictures:      pictures{p.source, p.client},
			PictureDir:    p.paths.pictures,
			Shown:         shown,
			Settings:      settings,
			Now:           time.Now,
		})
		if problem := p.source.leaveMarks(ctx); problem != "" {
			warn(problem)
		}
	}
	return errors.Join(err, p.store.Close())
}

// screenSettings returns the options of the screen.
func screenSettings(c config.Config) (ui.Settings, error) {
	s := ui.Settings{
		Layout:         c.Layout,
		Icons:          c.Icons,
		Theme:          c.Theme,
		Colors:         colorsOf(c.Colors.ColorSet),
		DarkColors:     colorsOf(c.Colors.Dark),
		LightColors:    colorsOf(c.Colors.Light),
		Density:        c.Density,
		ImageProtocol:  c.ImageProtocol,
		Keymap:         c.Keymap,
		Keys:           c.Bindings(),
		Width:          c.Width,
		Mouse:          c.Mouse,
		RefreshOnStart: c.RefreshOnStart,
		NotifyWith:     c.NotifyWith,
		ColorFGBG:      os.Getenv("COLORFGBG"),
		Tmux:           os.Getenv("TMUX") != "",
		NoColor:        os.Getenv("NO_COLOR") != "",
	}
	queries, err := c.SavedQueries()
	for _, q := range queries {
		s.Queries = append(s.Queries, ui.SavedQuery(q))
	}
	return s, err
}

// colorsOf returns colours of the configuration as the screen takes them.
func colorsOf(c config.ColorSet) ui.Colors {
	return ui.Colors{
		Accent: string(c.Accent), Dim: string(c.Dim), Code: string(c.Code),
		Heading: string(c.Heading), Failure: string(c.Failure), Selection: string(c.Selection),
	}
}

// version returns the installed release. If the release is unknown, it returns the
// commit, and if that is unknown too, "devel".
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}
