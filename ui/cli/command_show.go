package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/text"
	"dateline/ui/article"
)

func showFormats() []string { return []string{"text", "markdown", "html", "json"} }

func (a *app) showCommand() *cobra.Command {
	var format string
	var width int
	var diff, full bool
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Print one article",
		Long: "Print one article. dateline list gives the IDs. Printing does not mark it read. With --diff, print\n" +
			"what its publisher has changed since it came.",
		Example: "dateline show 123\ndateline show 123 --format markdown\ndateline show 123 --diff",
		Args:    needs(1, "the ID of an item"),
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			if !slices.Contains(showFormats(), format) {
				return fmt.Errorf("there is no format %q; choose one of %s", format, strings.Join(showFormats(), ", "))
			}
			if diff && format != "text" {
				return errors.New("--diff prints text; leave out --format")
			}
			if diff && full {
				return errors.New("--diff is about the feed's own text; leave out --fulltext")
			}
			item, err := findItem(ctx, s, args[0])
			if err != nil {
				return err
			}
			width := cmp.Or(width, s.Width)
			if diff {
				return a.showDiff(ctx, s, item, width)
			}
			if full {
				if item.Body, err = keptFulltext(ctx, s, item.ID); err != nil {
					return err
				}
			}
			return a.show(item, format, width)
		}),
	}
	cmd.Flags().StringVar(&format, "format", "text", "print as "+strings.Join(showFormats(), ", "))
	cmd.Flags().IntVar(&width, "width", 0, "break the lines of text at so many columns")
	cmd.Flags().BoolVar(&full, "fulltext", false, "print the text of the article's page that was kept")
	cmd.Flags().BoolVar(&diff, "diff", false, "print what the publisher changed, word by word")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(showFormats(), cobra.ShellCompDirectiveNoFileComp)) // fails only for a flag that does not exist
	return cmd
}

// keptFulltext is the text of an item's page.
func keptFulltext(ctx context.Context, s *Session, id int64) (markup.Body, error) {
	t, err := s.Store.Fulltext(ctx, id)
	switch {
	case err != nil:
		return markup.Body{}, err
	case t.Fetched.IsZero():
		return markup.Body{}, fmt.Errorf("the page of item %d was never fetched: press x in the reader, or set fulltext = true for its feed", id)
	case t.Error != "":
		return markup.Body{}, errors.New(t.Error)
	}
	return t.Body, nil
}

// findItem reads the item of an ID as it was typed.
func findItem(ctx context.Context, s *Session, arg string) (feed.Article, error) {
	id, err := parseID(arg)
	if err != nil {
		return feed.Article{}, err
	}
	item, err := s.Store.Article(ctx, id)
	if errors.Is(err, cache.ErrNotFound) {
		return item, fmt.Errorf("no item has the ID %d; dateline list gives the IDs", id)
	}
	return item, err
}

func parseID(s string) (int64, error) {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || id <= 0 {
		return 0, fmt.Errorf("%q is not an ID; dateline list gives the IDs", s)
	}
	return id, nil
}

func (a *app) show(item feed.Article, format string, width int) error {
	out := a.printer()
	var err error
	switch format {
	case "json":
		err = jsonLines(out).Encode(jsonOfItem(item, true, a.Now()))
	case "html":
		_, err = fmt.Fprintln(out, item.Body.Safe().String())
	case "markdown":
		s := strings.TrimSpace(article.Markdown(item.Body.Safe()))
		_, err = fmt.Fprintf(out, "# %s\n\n%s\n\n%s\n", text.Clean(item.DisplayTitle()), a.byline(item.Item), s)
	default:
		content := strings.TrimRight(article.Text(item.Body.Safe(), width), "\n")
		_, err = fmt.Fprintf(out, "%s\n%s\n\n%s\n", out.paint(out.theme.Strong, text.Clean(item.DisplayTitle())), a.byline(item.Item), content)
	}
	return out.finish(err)
}

// byline says where an article comes from: feed, author, date and age, address.
func (a *app) byline(i feed.Item) string {
	parts := []string{i.FeedTitle, i.Author, i.Date.In(a.Now().Location()).Format("2006-01-02 15:04"), feed.Ago(i.Date, a.Now())}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	line := text.Clean(strings.Join(parts, " · "))
	if i.Hidden {
		line += " " + hiddenNote(i)
	}
	if i.Link != "" {
		line += "\n" + text.Clean(i.Link)
	}
	return line
}
