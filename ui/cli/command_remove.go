package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"dateline/feed/text"
)

func (a *app) removeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove FEED",
		Short: "Unsubscribe from a feed",
		Long: "Unsubscribe from a feed. FEED is its URL, or a part of its title that no other feed has. Its items\n" +
			"and marks stay in the database; `dateline doctor --purge` deletes them. If the feed belongs to an\n" +
			"account, the server unsubscribes at once.",
		Example: "dateline remove https://example.org/feed.xml\ndateline remove \"nato news\"",
		Args:    requireArgs(1, "a feed: its URL or a part of its title"),

		ValidArgsFunction: a.completeFeed,
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			feeds, err := s.Store.Feeds(ctx)
			if err != nil {
				return err
			}
			f, err := findFeed(feeds, args[0])
			if err != nil {
				return err
			}
			if err := s.Source.Unsubscribe(ctx, f.URL); err != nil {
				return err
			}
			at := ""
			if f.Account != "" { // another account may have it, too
				at = " at " + text.Clean(f.Account)
			}
			return a.print(fmt.Sprintf("Unsubscribed from %s (%s)%s\n", text.Clean(f.DisplayTitle()), text.Clean(f.URL), at))
		}),
	}
}
