package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/markup"
)

// version says which text of an item the article pane shows.
type version int

const (
	// versionFeed is the text that came with the feed.
	versionFeed version = iota
	// versionPage is the article of the item's page.
	versionPage
	// versionDiff is what the publisher changed.
	versionDiff
)

// ownVersion is the text that an item opens with.
func (m *Model) ownVersion(i feed.Item) version {
	if f, ok := m.sources.feedOf(i.Feed); ok && f.Fulltext && i.Fulltext {
		return versionPage
	}
	return versionFeed
}

// versionOf is the text to show of an item: what the reader chose while it
// stays open, else its own.
func (m *Model) versionOf(i feed.Item) version {
	if a := &m.article; a.id == i.ID && a.chosen {
		return a.key.version
	}
	return m.ownVersion(i)
}

// showVersion shows another text of the article in hand, from its top.
func (m *Model) showVersion(v version) tea.Cmd {
	m.leaveArticle()
	a := &m.article
	key := m.pageKey(a.item)
	key.version = v
	m.article = articlePane{
		id: a.id, item: a.item, key: key, chosen: v != m.ownVersion(a.item),
		gen: a.gen, restore: -1, height: a.height,
	}
	if p, ok := m.pages.get(key); ok {
		m.article.page, m.article.loaded = p, true
	}
	return m.loadUnlessShown()
}

// reveal opens the article in hand where it is not on the screen.
func (m *Model) reveal() tea.Cmd {
	if m.layout.panes[paneArticle].w > 0 {
		return nil
	}
	return m.openArticle()
}

// toggleDiff shows what the publisher changed, or the text again.
func (m *Model) toggleDiff() tea.Cmd {
	if m.article.key.version == versionDiff {
		return m.showVersion(m.ownVersion(m.article.item))
	}
	return tea.Batch(m.reveal(), m.showVersion(versionDiff))
}

func (m *Model) noDiff() string {
	i, ok := m.current()
	switch {
	case !ok:
		return m.noItem()
	case !i.Edited:
		return "the publisher has not edited this item since it came"
	}
	return ""
}

// bodyOf is the text of an article that a rendering is made of. Where the
// page's is missing the feed's takes its place.
func bodyOf(ctx context.Context, store *cache.Store, a feed.Article, v version) (markup.Body, error) {
	if v != versionPage {
		return a.Body, nil
	}
	t, err := store.Fulltext(ctx, a.ID)
	if err != nil || t.Body.Raw == "" {
		return a.Body, err
	}
	return t.Body, nil
}

// articleNotes are what the lines under an article's title tell beside origin
// and date: which text this is, and where there is more.
func (m *Model) articleNotes() []string {
	i := m.article.item
	var notes []string
	switch {
	case m.article.key.version == versionDiff:
		notes = append(notes, m.keyed("show-diff", "what was edited", "shows the text"))
	case m.article.key.version == versionPage:
		notes = append(notes, m.keyed("toggle-fulltext", "full text of "+host(i.Link), "shows the feed's"))
	case i.Fulltext:
		notes = append(notes, m.keyed("toggle-fulltext", "the feed's text", "shows the full text"))
	case i.Link != "" && i.Words < shortText && m.keys.keyFor("toggle-fulltext") != "":
		notes = append(notes, m.keys.keyFor("toggle-fulltext")+" fetches the full text")
	}
	if i.Edited && m.article.key.version != versionDiff {
		notes = append(notes, m.keyed("show-diff", "edited", "shows how"))
	}
	return append(notes, alsoWords(i))
}

// shortText is the number of words under which a text may be only a beginning.
const shortText = 115

// keyed adds what the key of an action does to a note, if there is such a key.
func (m *Model) keyed(action, note, does string) string {
	if key := m.keys.keyFor(action); key != "" {
		return note + ", " + key + " " + does
	}
	return note
}
