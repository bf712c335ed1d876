package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/markdown"
	"dateline/feed/markup"
	"dateline/feed/text"
	"dateline/ui/article"
)

// showFormats returns the values of --format.
func showFormats() []string { return []string{"text", "markdown", "html", "json"} }

func (a *app) showCommand() *cobra.Command {
	var format string
	var width int
	var diff, full bool
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Print one article",
		Long: "Print one article. `dateline list` prints the IDs. The article is not marked as read. With --diff, print\n" +
			"what the publisher has changed.",
		Example: "dateline show 123\ndateline show 123 --format markdown\ndateline show 123 --diff",
		Args:    requireArgs(1, "the ID of an item"),
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			if !slices.Contains(showFormats(), format) {
				return fmt.Errorf("unknown format %q: use %s", format, strings.Join(showFormats(), ", "))
			}
			if width < 0 {
				return fmt.Errorf("--width is a number of columns, not %d", width)
			}
			if diff && format != "text" {
				return errors.New("--diff prints only text; leave out --format")
			}
			if diff && full {
				return errors.New("--diff compares the feed's own text; leave out --fulltext")
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
				if item.Body, err = pageText(ctx, s, item.ID); err != nil {
					return err
				}
			}
			return a.show(item, format, width)
		}),
	}
	cmd.Flags().StringVar(&format, "format", "text", "print as "+strings.Join(showFormats(), ", "))
	cmd.Flags().IntVar(&width, "width", 0, "wrap text at this many columns")
	cmd.Flags().BoolVar(&full, "fulltext", false, "print the text of the article's web page, if dateline has fetched it")
	cmd.Flags().BoolVar(&diff, "diff", false, "print what the publisher changed, word by word")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(showFormats(), cobra.ShellCompDirectiveNoFileComp)) // cannot fail: the flag exists
	return cmd
}

// pageText returns the stored text of an item's web page. If there is none, it returns
// an error that says why.
func pageText(ctx context.Context, s *Session, id int64) (markup.Body, error) {
	t, err := s.Store.PageText(ctx, id)
	switch {
	case err != nil:
		return markup.Body{}, err
	case t.Fetched.IsZero():
		return markup.Body{}, fmt.Errorf("the page of item %d has not been fetched; fetch it on the screen (toggle-fulltext), or set fulltext = true for its feed", id)
	case t.Error != "":
		return markup.Body{}, errors.New(t.Error)
	}
	return t.Body, nil
}

// findItem returns the item with an ID. arg is the ID as the user typed it.
func findItem(ctx context.Context, s *Session, arg string) (feed.Article, error) {
	id, err := parseID(arg)
	if err != nil {
		return feed.Article{}, err
	}
	item, err := s.Store.Article(ctx, id)
	if errors.Is(err, cache.ErrNotFound) {
		return item, fmt.Errorf("no item has the ID %d; `dateline list` prints the IDs", id)
	}
	return item, err
}

// parseID parses an ID, a whole number above 0.
func parseID(s string) (int64, error) {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || id <= 0 {
		return 0, fmt.Errorf("%q is not an ID; `dateline list` prints the IDs", s)
	}
	return id, nil
}

// show prints an article in one of the showFormats.
func (a *app) show(item feed.Article, format string, width int) error {
	out := a.printer()
	var err error
	switch format {
	case "json":
		err = jsonLines(out).Encode(jsonOfItem(item, true, a.Now()))
	case "html":
		_, err = fmt.Fprintln(out, item.Body.Safe().String())
	case "markdown":
		s := strings.TrimSpace(markdown.Of(item.Body.Safe()))
		_, err = fmt.Fprintf(out, "# %s\n\n%s\n\n%s\n", text.Clean(item.DisplayTitle()), a.byline(item.Item), s)
	default:
		content := strings.TrimRight(article.TextBelow(article.HeadOf(item), item.Body.Safe(), width), "\n")
		_, err = fmt.Fprintf(out, "%s\n%s\n\n%s\n", out.paint(out.theme.Strong, text.Clean(item.DisplayTitle())), a.byline(item.Item), content)
	}
	return out.finish(err)
}

// byline returns the feed, author, date and age of an article, and its address in a
// second line.
func (a *app) byline(i feed.Item) string {
	parts := []string{i.FeedTitle, i.Author, i.Date.In(a.Now().Location()).Format(minuteFormat), feed.Ago(i.Date, a.Now())}
	if i.Author == i.FeedTitle {
		parts[1] = ""
	}
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

// noWrap is a width at which every paragraph stays on one line.
const noWrap = 1 << 16

// showDiff prints what the publisher changed in an article, word by word. Removed words
// are written [-removed-], added words {+added+}.
func (a *app) showDiff(ctx context.Context, s *Session, item feed.Article, width int) error {
	was, err := s.Store.Revision(ctx, item.ID)
	if errors.Is(err, cache.ErrNotFound) {
		return fmt.Errorf("no earlier version of item %d is stored; `dateline list is:edited` lists the edited items", item.ID)
	}
	if err != nil {
		return err
	}
	out := a.printer()
	found := "Edit found on " + was.Replaced.In(a.Now().Location()).Format(minuteFormat)
	title := out.difference(text.Diff(text.Clean(was.Title), text.Clean(item.Title)))
	body := out.difference(text.Diff(article.Text(was.Body.Safe(), noWrap), article.Text(item.Body.Safe(), noWrap)))
	_, err = fmt.Fprintf(out, "%s\n%s\n%s\n\n%s\n", ansi.Wordwrap(title, width, ""), a.byline(item.Item), out.paint(out.theme.Dim, found), ansi.Wordwrap(body, width, ""))
	return out.finish(err)
}

// difference returns the parts of a difference as one text. A removed or added part of
// several lines is marked line by line.
func (p *printer) difference(parts []text.DiffPart) string {
	var b strings.Builder
	for _, part := range parts {
		for i, line := range strings.Split(part.Text, "\n") {
			if i > 0 {
				b.WriteByte('\n')
			}
			switch s := strings.TrimSpace(line); {
			case s == "" || part.Kind == text.DiffSame:
				b.WriteString(line)
			case part.Kind == text.DiffRemoved:
				b.WriteString(strings.Replace(line, s, p.paint(p.theme.Removed, "[-"+s+"-]"), 1))
			default:
				b.WriteString(strings.Replace(line, s, p.paint(p.theme.Added, "{+"+s+"+}"), 1))
			}
		}
	}
	return strings.TrimSpace(b.String())
}
