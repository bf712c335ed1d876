package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

func (a *app) moveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "move FEED [URL]",
		Short: "Write a feed's new address into the configuration",
		Long: "Write a feed's new address into the configuration: the one given, or the one that its server has\n" +
			"been redirecting to for good. Its items, marks and settings stay.",
		Example: "dateline move \"nato news\"\ndateline move https://example.org/old.xml https://example.org/new.xml",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 || len(args) == 2 {
				return nil
			}
			return needs(1, "a feed, and its new address unless the server has told it")(cmd, args)
		},
		ValidArgsFunction: a.completeFeed,
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			return a.move(ctx, s, args[0], append(args[1:], "")[0])
		}),
	}
}

func (a *app) move(ctx context.Context, s *Session, name, to string) error {
	feeds, err := s.Store.Feeds(ctx)
	if err != nil {
		return err
	}
	f, err := findFeed(feeds, name)
	if err != nil {
		return err
	}
	if to = cmp.Or(to, schedule.NewAddress(f.Poll)); to == "" {
		return notMoved(f)
	}
	if err := s.Source.Move(ctx, f.URL, to); err != nil {
		return err
	}
	out := a.printer()
	fmt.Fprintf(out, "%s is now %s\n", text.Clean(f.DisplayTitle()), text.Clean(withoutLogin(to)))
	return out.finish(nil)
}

func notMoved(f feed.Feed) error {
	if f.Poll.MovedTo != "" {
		return fmt.Errorf("the server has not led to %s for long enough to be sure; name that address if you are", text.Clean(f.Poll.MovedTo))
	}
	return errors.New("the server does not say that the feed has moved; name the new address behind the feed")
}
