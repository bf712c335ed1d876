package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
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
		Long:    "Subscribe to the feeds of an OPML file, or of stdin. Folders become tags; feeds that are subscribed\nalready are left alone.",
		Example: "dateline import subscriptions.opml",
		Args:    needs(1, "an OPML file, or - for stdin"),
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			subs, err := readOPML(args[0])
			if len(subs) == 0 {
				return fmt.Errorf("import %s: %w", args[0], nothingIn(err))
			}
			if broken := a.importAll(ctx, s, subs); broken != nil {
				return broken
			}
			if err != nil {
				return &partError{fmt.Errorf("import %s: the file breaks off, and only the feeds before that were taken: %w", args[0], err)}
			}
			return nil
		}),
	}
}

func nothingIn(err error) error {
	if err == nil {
		return errors.New("there is no feed in it; export the subscriptions of the other reader as OPML")
	}
	return err
}

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

// importAll subscribes and says how many feeds were new.
func (a *app) importAll(ctx context.Context, s *Session, subs []feed.Subscription) error {
	before, err := s.Store.Feeds(ctx)
	if err != nil {
		return err
	}
	if err := s.Source.Subscribe(ctx, subs...); err != nil {
		return err
	}
	after, err := s.Store.Feeds(ctx)
	if err != nil {
		return err
	}
	fresh := len(after) - len(before)
	out := a.printer()
	fmt.Fprintf(out, "Subscribed to %s; %d of the file were there already.\n", text.Plural(fresh, "feed"), len(subs)-fresh)
	return out.finish(nil)
}

func (a *app) exportCommand() *cobra.Command {
	export := &cobra.Command{
		Use:   "export",
		Short: "Print the subscriptions for other programs",
		RunE:  oneOf("opml"),
	}
	export.AddCommand(&cobra.Command{
		Use:     "opml",
		Short:   "Print the subscriptions as OPML 2.0",
		Example: "dateline export opml > subscriptions.opml",
		Args:    cobra.NoArgs,
		RunE: a.withSession(func(ctx context.Context, s *Session, _ []string) error {
			feeds, err := s.Store.Feeds(ctx)
			if err != nil {
				return err
			}
			return a.export(feeds)
		}),
	})
	return export
}

func (a *app) export(feeds []feed.Feed) error {
	out := a.printer()
	return out.finish(opml.Write(io.Writer(out), "dateline subscriptions", feeds, a.Now()))
}
