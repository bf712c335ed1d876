package ui

import (
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/text"
	"dateline/ui/article"
)

// loadDiff renders what the publisher changed in an item.
func loadDiff(ctx context.Context, store *cache.Store, key pageKey, l look) tea.Cmd {
	return func() tea.Msg {
		answer := articleLoaded{key: key, first: true}
		a, err := store.Article(ctx, key.id)
		if err == nil {
			var was feed.Revision
			if was, err = store.Revision(ctx, key.id); err == nil {
				answer.item, answer.lines = a.Item, l.diff(was, a)
			}
		}
		if errors.Is(err, cache.ErrNotFound) {
			err = errors.New("the earlier text of this item was not kept")
		}
		answer.err = err
		return answer
	}
}

// diff sets the difference between two states of an article.
func (l look) diff(was feed.Revision, now feed.Article) []string {
	legend := "Edit seen on " + was.Replaced.In(l.zone).Format("Monday 2 January 2006, 15:04") + ": " +
		l.marked(text.Removed, "removed") + ", " + l.marked(text.Added, "added") + "."
	lines := l.wrap(legend)
	if was.Title != now.Title {
		lines = append(append(lines, ""), l.paragraphs(text.Diff(was.Title, now.Title))...)
	}
	parts := text.Diff(longLines(was.Body), longLines(now.Body))
	if len(parts) == 0 || len(parts) == 1 && parts[0].Op == text.Same && was.Title == now.Title {
		parts = append([]text.DiffPart{{Text: "No word was changed, only how the text is set.\n"}}, parts...)
	}
	return append(append(lines, ""), l.paragraphs(parts)...)
}

// longLines is a body as text with each paragraph on one line.
func longLines(b markup.Body) string { return article.Text(b.Safe(), longLine) }

const longLine = 1 << 16

// paragraphs sets a difference with a blank line between its paragraphs.
func (l look) paragraphs(parts []text.DiffPart) []string {
	var lines []string
	var line strings.Builder
	// replaced says that the paragraph so far is a removed part.
	replaced := false
	end := func() {
		if line.Len() > 0 {
			lines = append(append(lines, l.wrap(line.String())...), "")
			line.Reset()
		}
	}
	for _, p := range parts {
		s, joined := strings.CutPrefix(p.Text, "\n")
		switch {
		case joined && p.Op == text.Removed && s == "":
			// Two paragraphs became one.
			line.WriteString(l.marked(p.Op, l.theme.glyphs.paragraph))
		case joined:
			end()
		}
		for i, paragraph := range strings.Split(s, "\n") {
			if i > 0 {
				end()
			}
			if i == 0 && p.Op == text.Added && replaced {
				line.WriteByte(' ')
			}
			replaced = p.Op == text.Removed && line.Len() == 0
			line.WriteString(l.marked(p.Op, paragraph))
		}
	}
	end()
	return lines[:max(len(lines)-1, 0)]
}

// marked shows text as removed or added: in colours, or between the signs that
// wdiff uses. A blank before it stays outside.
func (l look) marked(op text.DiffOp, s string) string {
	bare := strings.TrimSpace(s)
	if op == text.Same || bare == "" {
		return s
	}
	before, after, _ := strings.Cut(s, bare)
	style, open, shut := l.theme.added, "{+", "+}"
	if op == text.Removed {
		style, open, shut = l.theme.removed, "[-", "-]"
	}
	if l.noColor || l.ascii {
		return before + open + bare + shut + after
	}
	return before + paint(style, bare) + after
}

// wrap breaks styled text into lines of the look's width.
func (l look) wrap(s string) []string {
	return strings.Split(lipgloss.Wrap(s, l.width, ""), "\n")
}
