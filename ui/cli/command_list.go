package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/text"
)

func (a *app) listCommand() *cobra.Command {
	var asJSON, content bool
	var limit int
	cmd := &cobra.Command{
		Use:   "list [QUERY]",
		Short: "Print the items that match a query",
		Long: "Print the items that match a query, newest first. Without QUERY, print all items. The first column is\n" +
			"the ID for `dateline show` and `dateline mark`. N means unread, * means starred.",
		Example:           "dateline list is:unread since:2d\ndateline list --limit 20 '\"grain deal\" -feed:lwn'\ndateline list --json --content tag:world",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			q, err := parseQuery(args)
			if err != nil {
				return err
			}
			if content && !asJSON {
				return errors.New("--content works only with --json; `dateline show ID` prints one article")
			}
			if limit < 0 {
				return errors.New("--limit must be 0 (no limit) or more")
			}
			return a.list(ctx, s, q, limit, asJSON, content)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per item")
	cmd.Flags().BoolVar(&content, "content", false, "with --json: include the text of the articles as HTML")
	cmd.Flags().IntVar(&limit, "limit", 0, "print at most this many items; 0 means no limit")
	return cmd
}

func (a *app) list(ctx context.Context, s *Session, q query.Query, limit int, asJSON, content bool) error {
	out := a.printer()
	lines := jsonLines(out)
	now := a.Now()
	err := s.Store.Items(ctx, cache.View{Query: q}, limit, func(item feed.Article) error {
		if asJSON {
			return lines.Encode(jsonOfItem(item, content, now))
		}
		_, err := fmt.Fprintln(out, itemLine(out, item.Item, feed.ShortAge(item.Date, now)))
		return err
	}, content)
	return out.finish(err)
}

// itemLine returns an item as one line for people. Scripts should use --json.
func itemLine(out *printer, i feed.Item, age string) string {
	marks := []byte("  ")
	if !i.Read {
		marks[0] = 'N'
	}
	if i.Starred {
		marks[1] = '*'
	}
	title := text.Clean(i.DisplayTitle())
	if !i.Read {
		title = out.paint(out.theme.Strong, title)
	}
	if i.Hidden {
		title += "  " + out.paint(out.theme.Dim, hiddenNote(i))
	}
	return fmt.Sprintf("%6d %s %s %s %s", i.ID, marks, out.paint(out.theme.Dim, fit(age, 7)), out.paint(out.theme.Dim, fit(text.Clean(i.FeedTitle), 20)), title)
}

// hiddenNote returns a note that an item is hidden, with the rule that hid it.
func hiddenNote(i feed.Item) string {
	if i.HiddenBy != "" {
		return "(hidden by the rule " + text.Clean(i.HiddenBy) + ")"
	}
	return "(hidden)"
}
