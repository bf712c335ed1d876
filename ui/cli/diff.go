package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/text"
	"dateline/ui/article"
)

// unbroken is a width at which a paragraph stays on one line.
const unbroken = 1 << 16

// showDiff prints what the publisher changed in an article, word by word:
// [-removed-] and {+added+}.
func (a *app) showDiff(ctx context.Context, s *Session, item feed.Article, width int) error {
	was, err := s.Store.Revision(ctx, item.ID)
	if errors.Is(err, cache.ErrNotFound) {
		return fmt.Errorf("no earlier version of item %d was kept: dateline list is:edited gives those that were changed", item.ID)
	}
	if err != nil {
		return err
	}
	out := a.printer()
	seen := "Edit seen on " + was.Replaced.In(a.Now().Location()).Format("2006-01-02 15:04")
	title := out.difference(text.Diff(text.Clean(was.Title), text.Clean(item.Title)))
	text := out.difference(text.Diff(article.Text(was.Body.Safe(), unbroken), article.Text(item.Body.Safe(), unbroken)))
	_, err = fmt.Fprintf(out, "%s\n%s\n%s\n\n%s\n", ansi.Wordwrap(title, width, ""), a.byline(item.Item), out.paint(faint(), seen), ansi.Wordwrap(text, width, ""))
	return out.finish(err)
}

// difference writes the parts of a difference, each of its lines marked by
// itself.
func (p *printer) difference(parts []text.DiffPart) string {
	var b strings.Builder
	for _, part := range parts {
		for i, line := range strings.Split(part.Text, "\n") {
			if i > 0 {
				b.WriteByte('\n')
			}
			switch s := strings.TrimSpace(line); {
			case s == "" || part.Op == text.Same:
				b.WriteString(line)
			case part.Op == text.Removed:
				b.WriteString(strings.Replace(line, s, p.paint(red(), "[-"+s+"-]"), 1))
			default:
				b.WriteString(strings.Replace(line, s, p.paint(bold(), "{+"+s+"+}"), 1))
			}
		}
	}
	return strings.TrimSpace(b.String())
}
