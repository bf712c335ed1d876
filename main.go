// Dateline reads the news in a terminal.
//
// This package only connects the others. Start in main. Options from the
// configuration file are passed as arguments to the cache, the poller, the commands
// and the reader. No other package reads the configuration, and none keeps it in a
// global variable.
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"dateline/cache"
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
		Version: version(),
		Now:     time.Now,
		Read:    read,
		Open:    openCommand,
		Paths: func(f cli.Files) (config, db string, err error) {
			p, err := findPaths(f.Config, f.DB)
			return p.config, p.db, err
		},
		Check:   check,
		Example: exampleConfig,
	}, os.Args[1:]))
}

// discardLog discards what libraries write to the standard logger and to the default
// logger of slog, which writes to the standard one. net/http logs bytes that a server
// sent, and they must not reach the terminal.
func discardLog() { log.SetOutput(io.Discard) }

// program is what the commands and the reader share.
type program struct {
	paths  paths
	config config.Config
	store  *cache.Store
	source *source
	// notice is a message for the user at the start, empty if there is none.
	notice string
	// crashes is the log of panics.
	crashes crashLog
}

// open reads the configuration and opens the cache. A damaged cache is salvaged. If the
// configuration has mistakes, nothing is opened. meanwhile is called with a cache that
// is open while the configuration is still being read.
func open(ctx context.Context, f cli.Files, meanwhile func(*cache.Store)) (*program, error) {
	p, err := findPaths(f.Config, f.DB)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	early := openEarly(ctx, p.db, meanwhile)
	file := configFile(p)
	c, err := file.Load()
	if err != nil {
		cancel()
		if o := <-early; o.store != nil {
			err = errors.Join(err, o.store.Close())
		}
		return nil, fmt.Errorf("nothing was started, since the configuration can't be used:\n%w", err)
	}
	o, begun := <-early
	if !begun {
		o = openCache(ctx, p.db)
	}
	started, err := start(ctx, p, file, c, o)
	if !errors.Is(err, cache.ErrCorrupt) {
		return started, err
	}
	warn("the database is damaged; what can be read is being saved, which takes minutes if it is large")
	saved, err := rescue.Salvage(ctx, p.db, cache.Options{Now: time.Now})
	if err != nil {
		return nil, err
	}
	started, err = start(ctx, p, file, c, openCache(ctx, p.db))
	if err == nil && saved.Old != "" {
		started.notice = saved.Sentence()
	}
	return started, err
}

// configFile returns the configuration file at p, with the checks of other packages.
func configFile(p paths) *config.File {
	return &config.File{
		Path:    p.config,
		Lock:    p.lock,
		Example: exampleConfig,
		Checks: config.Checks{
			Key: func(key string, actions []string) error {
				return ui.CheckKeys("", map[string][]string{key: actions})
			},
			IsLocal: fetch.IsLocal,
			Local:   fetch.CheckLocal,
			Proxy:   fetch.CheckProxy,
			Builtin: guideURL,
		},
	}
}

// openedCache is the result of opening the cache.
type openedCache struct {
	store *cache.Store
	// notice says that an outdated database was taken over; empty otherwise.
	notice string
	err    error
}

func openCache(ctx context.Context, db string) openedCache {
	store, r, err := rescue.Open(ctx, db, cache.Options{Now: time.Now}, warn)
	o := openedCache{store: store, err: err}
	if r.Old != "" {
		o.notice = r.Sentence()
	}
	return o
}

// openEarly opens the cache in the background if its file exists, and calls meanwhile
// with it. If the file does not exist, the returned channel is closed. Then the cache
// is made after the configuration was read, because a configuration with mistakes must
// not make one.
func openEarly(ctx context.Context, db string, meanwhile func(*cache.Store)) <-chan openedCache {
	opened := make(chan openedCache, 1)
	if _, err := os.Stat(db); err != nil {
		close(opened)
		return opened
	}
	go func() {
		o := openCache(ctx, db)
		if o.err == nil {
			meanwhile(o.store)
		}
		opened <- o
	}()
	return opened
}

// start makes the subscriptions of an opened cache those of the configuration c.
func start(ctx context.Context, p paths, file *config.File, c config.Config, o openedCache) (*program, error) {
	if o.err != nil {
		return nil, o.err
	}
	store := o.store
	crashes := crashLog{p.crashes, time.Now}
	client := fetch.New(fetch.Options{UserAgent: "dateline/" + version(), Builtin: builtin()})
	s, err := newSource(ctx, file, c, store, poll.Options{
		Client:  client,
		Now:     time.Now,
		Workers: c.Workers,
		PerHost: c.PerHost,
		Crashed: crashes.add,
	})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	started := &program{paths: p, config: c, store: store, source: s, crashes: crashes, notice: o.notice}
	if why := store.ReadOnly(); why != nil {
		started.notice = "you can read, but nothing is saved for now: " + why.Error()
	}
	return started, nil
}

// warn prints a message that is not an error on stderr.
func warn(message string) { fmt.Fprintln(os.Stderr, "dateline: "+text.Clean(message)) }

// openCommand opens what a command works on.
func openCommand(ctx context.Context, f cli.Files) (*cli.Session, error) {
	p, err := open(ctx, f, func(*cache.Store) {})
	if err != nil {
		return nil, err
	}
	if p.notice != "" {
		warn(p.notice)
	}
	return &cli.Session{
		Store:         p.store,
		Source:        p.source,
		Rules:         p.config.ActiveRules(),
		Width:         p.config.Width,
		NotifyCommand: notifier(p.config.NotifyCommand),
		Close:         p.store.Close,
	}, nil
}

// check reads the configuration for "dateline config check".
func check(f cli.Files) (cli.Checked, error) {
	p, err := findPaths(f.Config, f.DB)
	if err != nil {
		return cli.Checked{}, err
	}
	c, err := configFile(p).Load()
	if err != nil {
		return cli.Checked{}, fmt.Errorf("the configuration can't be used:\n%w", err)
	}
	_, missing := os.Stat(p.config)
	return cli.Checked{Exists: missing == nil, Feeds: len(c.Feeds), Queries: len(c.Queries)}, nil
}

// read runs the reader until the user quits.
func read(ctx context.Context, f cli.Files) error {
	shown := fastStart()
	p, err := open(ctx, f, func(s *cache.Store) { s.Prefetch(ctx) })
	if err != nil {
		return err
	}
	// Go's default handling of SIGQUIT would not restore the terminal.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGQUIT)
	defer stop()
	p.source.stays = true
	settings, err := screenSettings(p.config)
	if err == nil {
		settings.ConfigPath, settings.Version, settings.Notice = p.paths.config, version(), p.notice
		err = ui.Run(ctx, ui.Deps{
			Store:         p.store,
			Source:        p.source,
			Open:          browser(p.config.Browser),
			NotifyCommand: notifier(p.config.NotifyCommand),
			Crashed:       p.crashes.add,
			Shown:         shown,
			Settings:      settings,
			Now:           time.Now,
		})
	}
	return errors.Join(err, p.store.Close())
}

// screenSettings returns the options that concern the screen.
func screenSettings(c config.Config) (ui.Settings, error) {
	s := ui.Settings{
		Layout:         c.Layout,
		Icons:          c.Icons,
		Theme:          c.Theme,
		Density:        c.Density,
		Keymap:         c.Keymap,
		Keys:           c.Bindings(),
		Width:          c.Width,
		Mouse:          c.Mouse,
		RefreshOnStart: c.RefreshOnStart,
		NotifyWith:     c.NotifyWith,
		NoColor:        os.Getenv("NO_COLOR") != "",
	}
	queries, err := c.SavedQueries()
	for _, q := range queries {
		s.Queries = append(s.Queries, ui.SavedQuery(q))
	}
	return s, err
}

// version returns the release that was installed. If that is unknown, it returns the
// commit that was built, and otherwise "devel".
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
