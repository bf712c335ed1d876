// Package cli is dateline without a screen: commands for people, scripts and cron.
// They use the same store and source as the screen.
//
// Start in [Run]. The command "dateline NAME" is in the file command_NAME.go. The other
// files help all commands: they check arguments, find a feed by its name, parse a
// query, print, and end a command after a signal (interrupt.go).
//
// Data goes to stdout. Progress goes to stderr, and only if stderr is a terminal. The
// exit code is 0 after success, 1 after a failure, and 2 if the command was done in
// part. What --json prints is a contract (print_json.go): keys may be added, but never
// renamed or removed.
package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/query"
)

// Deps is what the commands need from package main.
type Deps struct {
	// Version is what --version prints.
	Version string
	Now     func() time.Time
	// OpenScreen opens what the screen works on. run runs the screen, and returns when
	// the user has quit and everything is saved.
	OpenScreen func(ctx context.Context, f Files) (run func() error, err error)
	// OpenSession reads the configuration and opens the database.
	OpenSession func(ctx context.Context, f Files) (*Session, error)
	// Paths returns the paths of the configuration and the database. The files need
	// not exist.
	Paths func(f Files) (config, db string, err error)
	// CheckConfig reads the configuration. If the configuration has mistakes, the
	// error lists them.
	CheckConfig func(f Files) (ConfigSummary, error)
	// ExampleConfig is the configuration that applies if there is no file.
	ExampleConfig []byte
}

// Files are the files named on the command line, empty if the default applies.
type Files struct {
	Config, DB string
	// MayBegin is set if the command may begin the file Config. For any other command
	// a missing Config is an error.
	MayBegin bool
}

// Session is what a command works on.
type Session struct {
	Store  *cache.Store
	Source feed.Source
	// Rules are all rules of the configuration, including expired rules.
	Rules []query.Rule
	// Width is the configured width of an article, in columns.
	Width int
	// NotifyCommand runs the configured program for a notification. It is nil if no
	// program is configured.
	NotifyCommand func(ctx context.Context, title, body string) error
	// Repaired says how a damaged database was replaced when it was opened. It is empty
	// if the database was not damaged.
	Repaired string
	// Exposed says that other users can read secrets in the configuration; empty if
	// they cannot.
	Exposed string
	// CheckAccountName returns an error if an account cannot have this name.
	CheckAccountName func(name string) error
	// FindServer returns the kind of the server at an address, and the address of its
	// programming interface. It sends no secret.
	FindServer func(ctx context.Context, address string, insecure bool) (kind, base string, err error)
	// TryAccount logs in to the server of an account, and returns how many subscriptions it
	// has. AddAccount writes the account into the configuration.
	TryAccount func(ctx context.Context, n NewAccount) (feeds int, err error)
	AddAccount func(ctx context.Context, n NewAccount) error
	// SyncFolder returns the state of the sync folder. If write is set, it tries whether a
	// file can be written there.
	SyncFolder func(ctx context.Context, write bool) (feed.SyncFolder, error)
	Close      func() error
}

// ConfigSummary describes a configuration without mistakes.
type ConfigSummary struct {
	// Exists is false if there is no file. Then the example applies.
	Exists         bool
	Feeds, Queries int
	Accounts       int
	// Exposed says that other users can read secrets in the file; empty if they
	// cannot.
	Exposed string
}

// app is one run of the program.
type app struct {
	Deps
	files   Files
	noColor bool
	out     io.Writer
	err     io.Writer
	// onScreen is true while the screen runs. It saves what the user did before it
	// ends, however long that takes.
	onScreen atomic.Bool
}

// Run runs the command line args and returns the exit code. After a signal that ends the
// process, it returns within two seconds, except while the screen saves what the user did.
func Run(ctx context.Context, d Deps, args []string) int {
	if slices.Contains(args, "--no-color") {
		_ = os.Setenv("NO_COLOR", "1") // for the help and the screen; cannot fail for this name
	}
	// Without a handler for SIGPIPE, writing to a closed pipe would end the process in
	// the middle of a write. With a handler the commands get an error instead.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	// The system sends SIGHUP when the window of the terminal closes. Under nohup
	// SIGHUP is ignored and must stay so.
	if !signal.Ignored(syscall.SIGHUP) {
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(ctx, ends...)
	defer stop()
	a := &app{Deps: d, out: os.Stdout, err: os.Stderr}
	root := a.rootCommand()
	root.SetArgs(separateTerms(root, args))
	err := runCommand(ctx, func() error { return execute(ctx, root, d.Version, args) }, a.onScreen.Load)
	var partial *partialError
	switch {
	case errors.Is(err, errAbandoned):
		reportAbandoned(os.Stderr)
		return 1
	case err == nil, errors.Is(err, syscall.EPIPE):
		return 0
	case errors.As(err, &partial):
		return 2
	default:
		return 1
	}
}

// execute runs the command. Only help, manual, completion and version use fang. Fang
// asks the terminal for its colours when it prints an error, and waits if the terminal
// does not respond.
func execute(ctx context.Context, root *cobra.Command, version string, args []string) error {
	for _, word := range []string{"help", "--help", "-h", "man", "completion", "--version", "-v"} {
		if slices.Contains(args, word) {
			return fang.Execute(ctx, root, fang.WithVersion(version),
				fang.WithErrorHandler(func(w io.Writer, _ fang.Styles, err error) { reportError(w, err) }))
		}
	}
	err := root.ExecuteContext(ctx)
	if err != nil {
		reportError(os.Stderr, err)
	}
	return err
}

// rootCommand returns the command dateline with all its subcommands. Without a
// subcommand it opens the screen.
func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "dateline",
		Short: "Read the news in a terminal",
		Long: "Read the news in a terminal. dateline reads RSS, Atom and JSON Feed, and stores everything in one\n" +
			"file on your computer. Without a command it opens the screen.",
		Example: "dateline\ndateline add https://example.org/\ndateline refresh && dateline list is:unread since:1d",
		Args:    rejectUnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !isTerminal(a.out) {
				return errors.New("dateline needs a terminal; commands such as `dateline list` do not (see `dateline --help`)")
			}
			run, err := a.OpenScreen(cmd.Context(), a.files)
			if err != nil {
				return err
			}
			a.onScreen.Store(true)
			return run()
		},
		PersistentPreRunE:          rejectEmptyFiles,
		SilenceErrors:              true,
		SuggestionsMinimumDistance: 2,
		SilenceUsage:               true,
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.files.Config, "config", "", "use this configuration file")
	flags.StringVar(&a.files.DB, "db", "", "use this database file")
	flags.BoolVar(&a.noColor, "no-color", false, "print without colours")
	root.SetFlagErrorFunc(explainFlagError)
	root.AddCommand(
		a.refreshCommand(), a.listCommand(), a.showCommand(), a.markCommand(), a.feedsCommand(), a.statsCommand(), a.rulesCommand(),
		a.addCommand(), a.removeCommand(), a.moveCommand(), a.importCommand(), a.exportCommand(),
		a.accountsCommand(), a.loginCommand(),
		a.configCommand(), a.doctorCommand(), a.backupCommand(), a.restoreCommand(),
	)
	return root
}

// beginning returns the function of a command that needs a session and may begin the
// configuration file.
func (a *app) beginning(do func(ctx context.Context, s *Session, args []string) error) func(*cobra.Command, []string) error {
	run := a.withSession(do)
	return func(cmd *cobra.Command, args []string) error {
		a.files.MayBegin = true
		return run(cmd, args)
	}
}

// withSession returns the function of a command that needs a session. It opens the
// session, calls do, and closes the session.
func (a *app) withSession(do func(ctx context.Context, s *Session, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		s, err := a.OpenSession(cmd.Context(), a.files)
		if err != nil {
			return err
		}
		err = do(cmd.Context(), s, args)
		return errors.Join(err, s.Close())
	}
}
