// Dateline reads the news in a terminal.
//
// This package only wires: settings from the configuration file go to the
// cache, the poller, the commands and the reader as arguments, and nothing can
// import them from here.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"dateline/cache"
	"dateline/cache/rescue"
	"dateline/feed/fetch"
	"dateline/feed/poll"
	"dateline/feed/text"
	"dateline/ui"
	"dateline/ui/cli"
)

// heap is how much room the heap gets: how many bytes it is kept to where that can
// be had by collecting more often, and by how many percent it may grow from one
// collection to the next.
type heap struct {
	limit   int64
	percent int
}

var (
	// commandHeap is for a command, which is over soon: most are before the heap
	// has the 16 MB at which this first collects.
	commandHeap = heap{64 << 20, 400}
	// restHeap is for reading, which makes little garbage: an open reader should
	// stay small, and the garbage of one huge document not double the program.
	restHeap = heap{64 << 20, 50}
	// refreshHeap is for a refresh, which makes garbage as fast as it can and would
	// be collecting a quarter of its time.
	refreshHeap = heap{144 << 20, 130}
)

// use gives the heap this room, unless the user has said otherwise.
func (h heap) use() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(h.limit)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(h.percent)
	}
}

// startTarget is how far the heap grows before it is collected at all, until the
// first rows are on the screen: collecting what the libraries and the
// configuration leave behind would take a fifth of a start.
const startTarget = 48 << 20

// collectLater puts the collector off until it is told to begin, unless the user
// has said otherwise.
func collectLater() (begin func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	heap{startTarget, -1}.use()
	return restHeap.use
}

// hurry has the program start as fast as it can, until it is told that the first
// rows are on the screen. Besides putting the collector off it lets one goroutine
// more run than there are processors: the one that waits for keys waits in the
// kernel, where Go lets it keep its turn for up to ten milliseconds, and with it
// the timer by which Bubble Tea puts the screen up.
func hurry() (arrived func()) {
	collect := collectLater()
	if os.Getenv("GOMAXPROCS") != "" {
		return collect
	}
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	return func() {
		runtime.SetDefaultGOMAXPROCS()
		collect()
	}
}

func main() {
	findHome()
	commandHeap.use()
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

// program is everything that the commands and the reader share.
type program struct {
	paths  paths
	config Config
	store  *cache.Store
	source *source
	// notice is what the reader has to be told before anything else; mostly empty.
	notice string
	// crashes keeps the faults of the program itself.
	crashes crashLog
}

// open reads the configuration, then opens the cache; a damaged one is salvaged.
// With a mistake in the configuration nothing is opened. meanwhile gets a cache
// that is open while the configuration is still being read.
func open(ctx context.Context, f cli.Files, meanwhile func(*cache.Store)) (*program, error) {
	p, err := findPaths(f.Config, f.DB)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	early := openEarly(ctx, p.db, meanwhile)
	c, err := loadConfig(p.config)
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
	started, err := start(ctx, p, c, o)
	if !errors.Is(err, cache.ErrCorrupt) {
		return started, err
	}
	tell("the database is damaged; what can be read is being saved, which takes minutes if it is large")
	saved, err := rescue.Salvage(ctx, p.db, cache.Options{Now: time.Now})
	if err != nil {
		return nil, err
	}
	started, err = start(ctx, p, c, openCache(ctx, p.db))
	if err == nil && saved.Old != "" {
		started.notice = saved.Sentence()
	}
	return started, err
}

// openedCache is what opening the cache has come to.
type openedCache struct {
	store *cache.Store
	// notice says that an outdated database was taken over; empty otherwise.
	notice string
	err    error
}

func openCache(ctx context.Context, db string) openedCache {
	store, r, err := rescue.Open(ctx, db, cache.Options{Now: time.Now}, tell)
	o := openedCache{store: store, err: err}
	if r.Old != "" {
		o.notice = r.Sentence()
	}
	return o
}

// openEarly opens a cache that exists while the configuration is still being
// read. Nothing comes of one that does not: with a mistake in the configuration
// none is to be made.
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

// start makes the subscriptions of an opened cache those of the configuration.
func start(ctx context.Context, p paths, c Config, o openedCache) (*program, error) {
	if o.err != nil {
		return nil, o.err
	}
	store := o.store
	crashes := crashLog{p.crashes, time.Now}
	client := fetch.New(fetch.Options{UserAgent: "dateline/" + version(), Builtin: builtin()})
	s, err := newSource(ctx, &editor{path: p.config, lock: p.lock}, c, store, poll.Options{
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

// tell says something on stderr that is no error.
func tell(sentence string) { fmt.Fprintln(os.Stderr, "dateline: "+text.Clean(sentence)) }

// openCommand opens what the commands work on.
func openCommand(ctx context.Context, f cli.Files) (*cli.Session, error) {
	p, err := open(ctx, f, func(*cache.Store) {})
	if err != nil {
		return nil, err
	}
	if p.notice != "" {
		tell(p.notice)
	}
	return &cli.Session{
		Store:         p.store,
		Source:        p.source,
		Rules:         p.config.rules(),
		Width:         p.config.Width,
		NotifyCommand: p.config.NotifyCommand.notifier(),
		Close:         p.store.Close,
	}, nil
}

func check(f cli.Files) (cli.Checked, error) {
	p, err := findPaths(f.Config, f.DB)
	if err != nil {
		return cli.Checked{}, err
	}
	c, err := loadConfig(p.config)
	if err != nil {
		return cli.Checked{}, fmt.Errorf("the configuration can't be used:\n%w", err)
	}
	_, missing := os.Stat(p.config)
	return cli.Checked{Exists: missing == nil, Feeds: len(c.Feeds), Queries: len(c.Queries)}, nil
}

// read opens the reader and stays until it is left.
func read(ctx context.Context, f cli.Files) error {
	shown := hurry()
	p, err := open(ctx, f, func(s *cache.Store) { s.Prefetch(ctx) })
	if err != nil {
		return err
	}
	// Go's own answer to SIGQUIT would leave the terminal as it is.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGQUIT)
	defer stop()
	p.source.stays = true
	settings, err := p.config.screen()
	if err == nil {
		settings.ConfigPath, settings.Version, settings.Notice = p.paths.config, version(), p.notice
		err = ui.Run(ctx, ui.Deps{
			Store:         p.store,
			Source:        p.source,
			NextDue:       p.source.NextDue,
			Open:          p.config.Browser.openURL,
			NotifyCommand: p.config.NotifyCommand.notifier(),
			Crashed:       p.crashes.add,
			Shown:         shown,
			Settings:      settings,
			Now:           time.Now,
		})
	}
	return errors.Join(err, p.store.Close())
}

// version is the release that was installed, else the commit it was built
// from, else "devel".
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
