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
		Short: "Change the URL of a feed",
		Long: "Change the URL of a feed in the configuration to URL. Without URL the new one is the URL\n" +
			"that the server permanently redirects to. The feed's items, marks and settings stay.",
		Example: "dateline move \"nato news\"\ndateline move https://example.org/old.xml https://example.org/new.xml",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 || len(args) == 2 {
				return nil
			}
			return requireArgs(1, "a feed, and its new URL if the server does not redirect to it")(cmd, args)
		},
		ValidArgsFunction: a.completeFeed,
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			return a.move(ctx, s, args[0], append(args[1:], "")[0])
		}),
	}
}

// move changes the address of the feed name to to. If to is empty, the address that the
// server redirects to is used.
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
		return noNewAddress(f)
	}
	if err := s.Source.Move(ctx, f.URL, to); err != nil {
		return err
	}
	return a.print(fmt.Sprintf("Moved %s to %s\n", text.Clean(f.DisplayTitle()), text.Clean(withoutLogin(to))))
}

// noNewAddress returns the error for a feed that cannot be moved without an address.
func noNewAddress(f feed.Feed) error {
	if f.Poll.MovedTo != "" {
		return fmt.Errorf("the server redirects to %s, but only since recently; to move anyway, run `dateline move FEED %[1]s`", text.Clean(f.Poll.MovedTo))
	}
	return errors.New("the server reports no new address; run `dateline move FEED URL`")
}
