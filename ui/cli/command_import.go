package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"dateline/feed"
	"dateline/feed/opml"
	"dateline/feed/text"
)

func (a *app) importCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "import FILE|-",
		Short:   "Subscribe to the feeds of an OPML file",
		Long:    "Subscribe to the feeds of an OPML file, or of stdin if FILE is -. Folders become tags. Existing\nsubscriptions do not change.",
		Example: "dateline import subscriptions.opml",
		Args:    requireArgs(1, "an OPML file, or - for stdin"),
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			subs, err := orInterrupted(ctx, func() ([]feed.Subscription, error) { return readOPML(args[0]) })
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if len(subs) == 0 {
				return fmt.Errorf("import %s: %w", args[0], noFeeds(err))
			}
			if failed := a.importAll(ctx, s, subs); failed != nil {
				return failed
			}
			if err != nil {
				return &partialError{fmt.Errorf("import %s: the file has an error, and only the feeds before it were imported: %w", args[0], err)}
			}
			return nil
		}),
	}
}

// noFeeds returns the error for a file without feeds. err is the error of reading it,
// nil if there was none.
func noFeeds(err error) error {
	if err == nil {
		return errors.New("the file has no feeds; export your subscriptions as OPML in the program that you used before")
	}
	return err
}

// readOPML reads a file, or stdin if name is "-".
func readOPML(name string) ([]feed.Subscription, error) {
	if name == "-" {
		return opml.Parse(os.Stdin)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return opml.Parse(f)
}

// importAll subscribes to feeds and prints how many of them were new.
func (a *app) importAll(ctx context.Context, s *Session, subs []feed.Subscription) error {
	before, err := s.Store.Feeds(ctx)
	if err != nil {
		return err
	}
	subscribed := map[string]bool{}
	for _, f := range before {
		subscribed[f.URL] = true
	}
	if err := s.Source.Subscribe(ctx, subs...); err != nil {
		return err
	}
	added := 0
	for _, sub := range subs {
		if address := withoutLogin(sub.URL); !subscribed[address] {
			subscribed[address] = true
			added++
		}
	}
	message := "Subscribed to " + text.Plural(added, "feed")
	if known := len(subs) - added; known > 0 {
		message += "; already subscribed to " + text.Number(known)
	}
	return a.print(message + ".\n")
}
