package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/text"
)

// feedStats are the statistics of one feed.
type feedStats struct {
	feed.Feed
	feed.Stats
}

func (a *app) statsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "stats [FEED…]",
		Short: "Show how much each feed posts, how much you read, and its storage",
		Long: "Print statistics of all subscriptions, or of the named subscriptions, those that post most first. FEED is\n" +
			"a URL or a part of a title. The columns are the stored items, the unread and the starred ones; the posts\n" +
			"and the items that you read in the last twelve weeks; the posts of each week as bars, the last week on the\n" +
			"right; and the size of the texts in the database. Items that a rule marked read do not count as read. Items\n" +
			"that were removed because of keep_days or keep_items do not count at all.",
		Example:           "dateline stats\ndateline stats \"nato news\"\ndateline stats --json | jq -r 'select((.read_by_week | add) == 0) | .url'",
		ValidArgsFunction: a.completeFeed,
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			list, err := a.readStats(ctx, s, args)
			if err != nil {
				return err
			}
			if asJSON {
				return a.printStatsJSON(list)
			}
			return a.printStats(list)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per feed")
	return cmd
}

// readStats returns the statistics of the named feeds, or of all, sorted by their posts.
func (a *app) readStats(ctx context.Context, s *Session, names []string) ([]feedStats, error) {
	feeds, err := findFeeds(ctx, s, names)
	if err != nil {
		return nil, err
	}
	list := make([]feedStats, len(feeds))
	for i, f := range feeds {
		stats, err := cache.FeedStats(ctx, s.Store, f.URL, a.Now())
		if err != nil {
			return nil, err
		}
		list[i] = feedStats{f, stats}
	}
	slices.SortStableFunc(list, func(x, y feedStats) int {
		return cmp.Or(cmp.Compare(y.Posts.Sum(), x.Posts.Sum()), cmp.Compare(y.Items, x.Items))
	})
	return list, nil
}

func (a *app) printStatsJSON(list []feedStats) error {
	out := a.printer()
	encode := jsonLines(out)
	for _, f := range list {
		err := encode.Encode(statsJSON{
			URL: f.URL, Title: f.Title, Tags: emptyList(f.Tags), Items: f.Items, Unread: f.Unread, Starred: f.Starred,
			PostsPerDay: perDay(f.Poll.PostInterval), PostsByWeek: f.Posts, ReadByWeek: f.Read, Bytes: f.Bytes,
		})
		if err != nil {
			return out.finish(err)
		}
	}
	return out.finish(nil)
}

// printStats prints a table for people. If there are several feeds, its last line has the
// sums.
func (a *app) printStats(list []feedStats) error {
	out := a.printer()
	if len(list) == 0 {
		return a.print("There are no feeds yet; `dateline add URL` subscribes to one.\n")
	}
	row := func(f feedStats, name string) {
		fmt.Fprintf(out, "%6d %6d %7d %6d %6d  %s %9s  %s\n", f.Items, f.Unread, f.Starred, f.Posts.Sum(), f.Read.Sum(),
			out.theme.Glyphs.BarLine(f.Posts[:]), text.Size(f.Bytes), name)
	}
	fmt.Fprintf(out, "%6s %6s %7s %6s %6s  %-*s %9s  %s\n", "Items", "Unread", "Starred", "Posts", "Read", feed.StatsWeeks, "12 weeks", "Size", "Feed")
	all := feedStats{}
	for _, f := range list {
		row(f, out.paint(out.theme.Strong, text.Clean(f.DisplayTitle())))
		all.Items += f.Items
		all.Unread += f.Unread
		all.Starred += f.Starred
		all.Bytes += f.Bytes
		for week := range f.Posts {
			all.Posts[week] += f.Posts[week]
			all.Read[week] += f.Read[week]
		}
	}
	if len(list) > 1 {
		row(all, text.Plural(len(list), "feed"))
	}
	return out.finish(nil)
}
