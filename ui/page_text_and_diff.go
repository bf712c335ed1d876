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
	"dateline/ui/pane"
	"dateline/ui/style"
)

// version is the text of an item that the article pane shows.
type version int

const (
	// versionFeed is the text that came with the feed.
	versionFeed version = iota
	// versionPage is the text of the item's page.
	versionPage
	// versionDiff is the difference between the text and the text before an edit.
	versionDiff
)

// ownVersion returns the text that an item opens with.
func (a *articleView) ownVersion(i feed.Item) version {
	if f, ok := a.sources.FeedOf(i.Feed); ok && f.Fulltext && i.HasPageText {
		return versionPage
	}
	return versionFeed
}

// versionOf returns the text to show of an item. While the item stays open, this is the
// text that the user has chosen. Otherwise it is the item's own text.
func (a *articleView) versionOf(i feed.Item) version {
	if a.ID == i.ID && a.chosen {
		return a.key.version
	}
	return a.ownVersion(i)
}

// showVersion shows another text of the current article. If it has the paragraph at the top of
// the pane, it begins there, or else at its top.
func (a *articleView) showVersion(v version) tea.Cmd {
	at := a.InOtherText(a.Place())
	if v == versionDiff {
		at = pane.Place{}
	}
	a.leave()
	key := a.pageKey(a.Item)
	key.version = v
	a.showAgain(key, at)
	a.chosen, a.Moved, a.Restore = v != a.ownVersion(a.Item), false, noProgress
	return a.loadUnlessShown()
}

// toggleDiff shows what the publisher has edited, or the text again.
func (n *navigator) toggleDiff() tea.Cmd {
	a := n.article
	if a.key.version == versionDiff {
		return a.showVersion(a.ownVersion(a.Item))
	}
	return tea.Batch(n.reveal(), a.showVersion(versionDiff))
}

// bodyOf returns the body of an article for a version. If the page's text is missing, it
// returns the feed's text.
func bodyOf(ctx context.Context, store *cache.Store, a feed.Article, v version) (markup.Body, error) {
	if v != versionPage {
		return a.Body, nil
	}
	t, err := store.PageText(ctx, a.ID)
	if err != nil || t.Body.Raw == "" {
		return a.Body, err
	}
	return t.Body, nil
}

// notes returns the notes below the title: which text is shown, and which keys show other
// texts.
func (a *articleView) notes(k keymap) []string {
	i := a.Item
	var notes []string
	switch {
	case a.key.version == versionDiff:
		notes = append(notes, k.keyed("show-diff", "what was edited", "shows the text"))
	case a.key.version == versionPage:
		notes = append(notes, k.keyed("toggle-fulltext", "full text of "+pane.Host(i.Link), "shows the feed's"))
	case i.HasPageText:
		notes = append(notes, k.keyed("toggle-fulltext", "the feed's text", "shows the full text"))
	}
	if i.Edited && a.key.version != versionDiff {
		notes = append(notes, k.keyed("show-diff", "edited", "shows how"))
	}
	return append(notes, pane.AlsoIn(i))
}

// tip returns which key fetches the full text of an item whose text is short; empty if that is
// no use.
func (a *articleView) tip(k keymap) string {
	i := a.Item
	if a.key.version != versionFeed || i.HasPageText || i.Link == "" || i.Words >= shortText {
		return ""
	}
	return k.tips("toggle-fulltext", "fetches the full text")
}

// shortText is the number of words below which a text may be only the start of the
// article.
const shortText = 115

// keyed adds the key of an action and what it does to a note. If the action has no key, it
// returns the note.
func (k keymap) keyed(action, note, does string) string {
	if tip := k.tips(action, does); tip != "" {
		return note + ", " + tip
	}
	return note
}

// pageFetcher fetches the text of an item's page, one at a time.
type pageFetcher struct {
	*env
	// item is 0 while nothing is being fetched.
	item   int64
	host   string
	cancel context.CancelFunc
}

// pageFetched brings the text of an item's page.
type pageFetched struct {
	item int64
	text feed.PageText
	err  error
}

// fetch fetches the page of an item. It stops another fetch.
func (p *pageFetcher) fetch(i feed.Item) tea.Cmd {
	p.stop()
	ctx, cancel := context.WithCancel(p.ctx)
	p.item, p.host, p.cancel = i.ID, text.Clean(pane.Host(i.Link)), cancel
	source := p.deps.Source
	return func() tea.Msg {
		defer cancel()
		text, err := source.PageText(ctx, i.ID)
		return pageFetched{i.ID, text, err}
	}
}

// stop ends the fetch of a page and reports whether there was one.
func (p *pageFetcher) stop() bool {
	if p.item == 0 {
		return false
	}
	p.cancel()
	p.item, p.host = 0, ""
	return true
}

// take ends the fetch and reports whether there is a text to show. If there is none, it
// shows why.
func (p *pageFetcher) take(msg pageFetched) bool {
	if msg.item != p.item {
		return false
	}
	p.item, p.host = 0, ""
	switch {
	case errors.Is(msg.err, context.Canceled):
		return false
	case msg.err != nil:
		p.status.fail(userMessage(msg.err))
		return false
	case msg.text.Error != "":
		p.status.fail(text.Clean(msg.text.Error))
		return false
	}
	return true
}

// toggleFulltext changes between the feed's text and the page's text of an article. If the
// page's text is not stored yet, it is fetched.
func (m *Model) toggleFulltext() tea.Cmd {
	reveal := m.navigate.reveal()
	a := &m.article
	switch {
	case a.key.version == versionPage:
		return tea.Batch(reveal, a.showVersion(versionFeed))
	case a.Item.HasPageText:
		return tea.Batch(reveal, a.showVersion(versionPage))
	case m.pageText.item == a.ID:
		m.status.say(m.withTips("already fetching its page", "; ", "escape", "stops"))
		return reveal
	}
	return tea.Batch(reveal, m.pageText.fetch(a.Item))
}

// showPageText shows the text of a page. If the page has none, the feed's text stays.
func (m *Model) showPageText(msg pageFetched) tea.Cmd {
	if !m.pageText.take(msg) {
		return nil
	}
	rows := m.headlines.List.Rows()
	for i := range rows {
		if rows[i].ID == msg.item {
			rows[i].HasPageText = true
		}
	}
	if m.article.ID != msg.item {
		m.status.say("full text fetched; open the article and press x")
		return nil
	}
	m.article.Item.HasPageText = true
	return m.article.showVersion(versionPage)
}

// loadDiff renders what the publisher has edited in an item.
func loadDiff(ctx context.Context, store *cache.Store, key pageKey, o renderOptions) tea.Cmd {
	return func() tea.Msg {
		msg := articleLoaded{key: key, first: true}
		a, err := store.Article(ctx, key.id)
		if err == nil {
			var was feed.Revision
			if was, err = store.Revision(ctx, key.id); err == nil {
				msg.item, msg.piece = a.Item, article.Piece{Lines: o.diff(was, a), Whole: true}
			}
		}
		if errors.Is(err, cache.ErrNotFound) {
			err = errors.New("the earlier text of this item was not saved")
		}
		msg.err = err
		return msg
	}
}

// diff lays out the difference between an earlier and the current text of an article.
func (o renderOptions) diff(was feed.Revision, now feed.Article) []article.Line {
	legend := "Edit seen on " + was.Replaced.In(o.zone).Format("Monday 2 January 2006, 15:04") + ": " +
		o.marked(text.DiffRemoved, "removed") + ", " + o.marked(text.DiffAdded, "added") + "."
	lines := o.wrap(legend)
	if was.Title != now.Title {
		lines = append(append(lines, ""), o.paragraphs(text.Diff(was.Title, now.Title))...)
	}
	parts := text.Diff(longLines(was.Body), longLines(now.Body))
	if len(parts) == 0 || len(parts) == 1 && parts[0].Kind == text.DiffSame && was.Title == now.Title {
		parts = append([]text.DiffPart{{Text: "No words were changed, only the formatting.\n"}}, parts...)
	}
	lines = append(append(lines, ""), o.paragraphs(parts)...)
	out := make([]article.Line, len(lines))
	for i, l := range lines {
		out[i].Text = l
	}
	return out
}

// longLines returns a body as text with each paragraph on one line.
func longLines(b markup.Body) string { return article.Text(b.Safe(), longLine) }

const longLine = 1 << 16

// paragraphs lays out a difference with an empty line between its paragraphs.
func (o renderOptions) paragraphs(parts []text.DiffPart) []string {
	var lines []string
	var line strings.Builder
	// replaced reports whether the paragraph so far is a removed part.
	replaced := false
	end := func() {
		if line.Len() > 0 {
			lines = append(append(lines, o.wrap(line.String())...), "")
			line.Reset()
		}
	}
	for _, p := range parts {
		s, joined := strings.CutPrefix(p.Text, "\n")
		switch {
		case joined && p.Kind == text.DiffRemoved && s == "":
			// Two paragraphs became one.
			line.WriteString(o.marked(p.Kind, o.theme.Glyphs.Paragraph))
		case joined:
			end()
		}
		for i, paragraph := range strings.Split(s, "\n") {
			if i > 0 {
				end()
			}
			if i == 0 && p.Kind == text.DiffAdded && replaced {
				line.WriteByte(' ')
			}
			replaced = p.Kind == text.DiffRemoved && line.Len() == 0
			line.WriteString(o.marked(p.Kind, paragraph))
		}
	}
	end()
	return lines[:max(len(lines)-1, 0)]
}

// marked marks text as removed or added, with colours or with the symbols of wdiff. Spaces
// around the text are not marked.
func (o renderOptions) marked(op text.DiffKind, s string) string {
	bare := strings.TrimSpace(s)
	if op == text.DiffSame || bare == "" {
		return s
	}
	before, after, _ := strings.Cut(s, bare)
	sgr, open, shut := o.theme.Added, "{+", "+}"
	if op == text.DiffRemoved {
		sgr, open, shut = o.theme.Removed, "[-", "-]"
	}
	if o.noColor || o.ascii {
		return before + open + bare + shut + after
	}
	return before + style.Paint(sgr, bare) + after
}

// wrap breaks styled text into lines.
func (o renderOptions) wrap(s string) []string {
	return strings.Split(lipgloss.Wrap(s, o.width, ""), "\n")
}
