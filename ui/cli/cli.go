// Package cli is the face of dateline without a screen: commands over the same
// store and source that the reader uses, for people, for scripts and for cron.
//
// Data goes to stdout, progress to stderr and only to a terminal. The exit
// code is 0 when all went well, 1 when the command failed, 2 when it was done
// in part. What --json prints is a contract; it is written down in json.go.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/query"
)

// Deps is what the commands need of the program around them.
type Deps struct {
	// Version is what --version prints.
	Version string
	Now     func() time.Time
	// Read opens the reader and returns when the reader was left.
	Read func(ctx context.Context, f Files) error
	// Open reads the configuration and opens the cache.
	Open func(ctx context.Context, f Files) (*Session, error)
	// Paths says where the files are, whether they exist or not.
	Paths func(f Files) (config, db string, err error)
	// Check reads the configuration and counts what it holds.
	Check func(f Files) (Checked, error)
	// Example is the configuration that holds without a file.
	Example []byte
}

// Files are the files named on the command line; empty means the usual place.
type Files struct{ Config, DB string }

// Session is an open cache and the way to new news.
type Session struct {
	Store  *cache.Store
	Source feed.Source
	// Rules are those of the configuration, also the expired ones.
	Rules []query.Rule
	// Width is the configured measure of an article, in columns.
	Width int
	// NotifyCommand tells of new items; nil when nothing is to tell of them.
	NotifyCommand func(ctx context.Context, title, body string) error
	Close         func() error
}

// Checked tells what a good configuration holds.
type Checked struct {
	// Exists is false when the example holds for want of a file.
	Exists         bool
	Feeds, Queries int
}

// app is one run of the program.
type app struct {
	Deps
	files   Files
	noColor bool
	out     io.Writer
	err     io.Writer
}

// Run executes one command line and gives the exit code.
func Run(ctx context.Context, d Deps, args []string) int {
	if slices.Contains(args, "--no-color") {
		_ = os.Setenv("NO_COLOR", "1") // help and the reader look there; the name is a valid one
	}
	// With someone listening, writing to a pipe that was closed is an error that
	// the commands see, not the end of the process in the middle of a write.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	// A terminal window that closes is a way to leave the reader; under nohup it
	// is none.
	if !signal.Ignored(syscall.SIGHUP) {
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(ctx, ends...)
	defer stop()
	root := Command(d)
	root.SetArgs(keepTerms(root, args))
	err := execute(ctx, root, d.Version, args)
	var part *partError
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE):
		return 0
	case errors.As(err, &part):
		return 2
	default:
		return 1
	}
}

// execute runs the command. fang is for what it is good at, help and manual: on
// an error it would ask the terminal for its colours, and wait where none
// answers.
func execute(ctx context.Context, root *cobra.Command, version string, args []string) error {
	for _, word := range []string{"help", "--help", "-h", "man", "completion", "--version", "-v"} {
		if slices.Contains(args, word) {
			return fang.Execute(ctx, root, fang.WithVersion(version),
				fang.WithErrorHandler(func(w io.Writer, _ fang.Styles, err error) { printError(w, err) }))
		}
	}
	err := root.ExecuteContext(ctx)
	if err != nil {
		printError(os.Stderr, err)
	}
	return err
}

// Command is the whole tree of commands; the root opens the reader.
func Command(d Deps) *cobra.Command {
	a := &app{Deps: d, out: os.Stdout, err: os.Stderr}
	root := &cobra.Command{
		Use:   "dateline",
		Short: "Read the news in a terminal",
		Long: "Read the news in a terminal: RSS, Atom and JSON Feed, kept in one file that you own.\n" +
			"Without a command the reader opens.",
		Example: "dateline\ndateline add https://example.org/\ndateline refresh && dateline list is:unread since:1d",
		Args:    noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !isTerminal(a.out) {
				return errors.New("the reader needs a terminal to show itself on; list and the other commands work without one (dateline --help)")
			}
			return a.Read(cmd.Context(), a.files)
		},
		SilenceErrors:              true,
		SuggestionsMinimumDistance: 2,
		SilenceUsage:               true,
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.files.Config, "config", "", "use this configuration file")
	flags.StringVar(&a.files.DB, "db", "", "use this database file")
	flags.BoolVar(&a.noColor, "no-color", false, "print without colours")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; %s --help lists the flags", err, cmd.CommandPath())
	})
	root.AddCommand(
		a.refreshCommand(), a.listCommand(), a.showCommand(), a.markCommand(), a.feedsCommand(), a.rulesCommand(),
		a.addCommand(), a.removeCommand(), a.moveCommand(), a.importCommand(), a.exportCommand(),
		a.configCommand(), a.doctorCommand(), a.backupCommand(), a.restoreCommand(),
	)
	return root
}

// withSession runs a command on an open cache and closes it.
func (a *app) withSession(do func(ctx context.Context, s *Session, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		s, err := a.Open(cmd.Context(), a.files)
		if err != nil {
			return err
		}
		err = do(cmd.Context(), s, args)
		return errors.Join(err, s.Close())
	}
}
