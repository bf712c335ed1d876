package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dateline/feed"
)

func (a *app) feedsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "feeds",
		Short: "Print the subscriptions and how they fare",
		Long:  "Print each subscription with its unread and all items, when it was last checked and is checked\nnext, and why the last check failed, if it did.",
		Args:  cobra.NoArgs,
		RunE: a.withSession(func(ctx context.Context, s *Session, _ []string) error {
			feeds, err := s.Store.Feeds(ctx)
			if err != nil {
				return err
			}
			return a.feeds(feeds, asJSON)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per feed")
	return cmd
}

func (a *app) feeds(feeds []feed.Feed, asJSON bool) error {
	out := a.printer()
	now := a.Now()
	lines := jsonLines(out)
	for _, f := range feeds {
		if asJSON {
			if err := lines.Encode(jsonOfFeed(f, now)); err != nil {
				return out.finish(err)
			}
			continue
		}
		fmt.Fprintf(out, "%5d/%-6d %s %s\n", f.Unread, f.Total, fit(out.paint(bold(), feed.Clean(f.DisplayTitle())), 32), checked(f.Poll, now))
		fmt.Fprintf(out, "%s%s%s\n", strings.Repeat(" ", 13), out.paint(faint(), feed.Clean(f.URL)), tagList(f.Tags))
		if f.Poll.Error != "" {
			fmt.Fprintf(out, "%s%s\n", strings.Repeat(" ", 13), out.paint(red(), feed.Clean(f.Poll.Error)))
		}
	}
	return out.finish(nil)
}

// checked tells a feed's last and next check.
func checked(p feed.PollState, now time.Time) string {
	text := "checked " + feed.Ago(p.LastChecked, now)
	switch {
	case p.LastChecked.IsZero():
		return "never checked"
	case p.Gone:
		return text + ", gone for good: asked only on demand"
	}
	if next := feed.Until(p.NextCheck, now); next != "now" {
		return text + ", next in " + next
	}
	return text + ", next now"
}

func tagList(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return "  " + feed.Clean("#"+strings.Join(tags, " #"))
}
