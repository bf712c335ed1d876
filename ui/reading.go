package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/markup"
	"dateline/ui/article"
)

// articleLoaded brings an article's lines: the first ones with its item, more
// with next.
type articleLoaded struct {
	key      pageKey
	item     feed.Item
	lines    []string
	links    []article.Link
	position int
	first    bool
	// anew says that the lines take the place of those before.
	anew bool
	next func() articleLoaded
	err  error
}

// articleRested says that the cursor has stayed on a row for a moment.
type articleRested struct{ gen int }

// positionLoaded brings the reading position, in permille, of an article whose
// lines were there already.
type positionLoaded struct {
	id int64
	at int
}

// pagePrefetched brings a rendering nobody has asked for yet.
type pagePrefetched struct {
	key  pageKey
	page page
}

// restDelay is how long the cursor must stay before an article is rendered, so
// that holding a key costs no rendering.
const restDelay = 60 * time.Millisecond

// look is what a rendering depends on beside the article.
type look struct {
	width   int
	dark    bool
	noColor bool
	ascii   bool
	theme   theme
	// zone is the reader's time zone.
	zone *time.Location
}

func (l look) options() article.Options {
	return article.Options{Width: l.width, Dark: l.dark, Colors: !l.noColor, ASCII: l.ascii, Links: true}
}

// loadArticle reads an article and renders its first part; what follows comes
// by calling next.
func loadArticle(ctx context.Context, store *cache.Store, key pageKey, l look) tea.Cmd {
	if key.version == versionDiff {
		return loadDiff(ctx, store, key, l)
	}
	return func() tea.Msg {
		a, err := store.Article(ctx, key.id)
		if err == nil {
			a.Body, err = bodyOf(ctx, store, a, key.version)
		}
		if err != nil {
			return articleLoaded{key: key, first: true, err: err}
		}
		position, _ := store.ReadingPosition(ctx, key.id)
		answer := firstLines(a.Body, key, l)
		answer.item, answer.first, answer.position = a.Item, true, position
		return answer
	}
}

// headSize is how much of a long body, in bytes, is made safe and rendered before
// the whole is: a screen's worth, also with much markup.
const headSize = 24 << 10

// firstLines renders the beginning of a body. Making a long one safe takes longer
// than a reader should wait, so that its head is shown until the whole is there.
func firstLines(b markup.Body, key pageKey, l look) articleLoaded {
	whole := func() articleLoaded { return nextLines(article.Start(b.Safe(), l.options()), key) }
	head, cut := b.Head(headSize)
	if !cut {
		return whole()
	}
	lines, links, _ := article.Start(head.Safe(), l.options()).Next()
	return articleLoaded{key: key, lines: lines, links: links, next: func() articleLoaded {
		answer := whole()
		answer.anew = true
		return answer
	}}
}

func nextLines(job *article.Job, key pageKey) articleLoaded {
	lines, links, more := job.Next()
	answer := articleLoaded{key: key, lines: lines, links: links}
	if more {
		answer.next = func() articleLoaded { return nextLines(job, key) }
	}
	return answer
}

func loadPosition(ctx context.Context, store *cache.Store, id int64) tea.Cmd {
	return func() tea.Msg {
		at, err := store.ReadingPosition(ctx, id)
		if err != nil || at == 0 {
			return nil
		}
		return positionLoaded{id, at}
	}
}

func (m *Model) showPosition(msg positionLoaded) {
	if a := &m.article; a.id == msg.id && !a.moved && a.page.whole && a.key.version == m.ownVersion(a.item) {
		a.restore = msg.at
		a.settle()
	}
}

// prefetch renders an article for later.
func prefetch(ctx context.Context, store *cache.Store, key pageKey, l look) tea.Cmd {
	return func() tea.Msg {
		a, err := store.Article(ctx, key.id)
		if err == nil {
			a.Body, err = bodyOf(ctx, store, a, key.version)
		}
		if err != nil || len(a.Body.Raw) > prefetchMax {
			return nil
		}
		r := article.Render(a.Body.Safe(), l.options())
		return pagePrefetched{key, page{r.Lines, r.Links, true}}
	}
}

// prefetchMax is the largest body, in bytes, that is rendered unasked.
const prefetchMax = 64 << 10

// look is how articles are rendered on this screen.
func (m *Model) look() look {
	return look{
		width: m.measure(), dark: m.theme.dark, noColor: m.deps.Settings.NoColor,
		ascii: m.deps.Settings.Icons == "ascii", theme: m.theme, zone: m.now().Location(),
	}
}

// measure is the width of an article's lines: the pane's, up to the option.
func (m *Model) measure() int {
	w := m.layout.panes[paneArticle].w
	if w == 0 {
		w = m.width
	}
	return max(min(m.deps.Settings.Width, w-2*articleMargin), 10)
}

const articleMargin = 3

func (m *Model) pageKey(i feed.Item) pageKey {
	return pageKey{id: i.ID, version: m.versionOf(i), width: m.measure(), dark: m.theme.dark}
}

// preview shows the item under the cursor beside the list without marking it.
// What is not rendered yet waits until the cursor rests.
func (m *Model) preview() tea.Cmd {
	row, ok := m.headlines.list.Current()
	if !ok {
		m.leaveArticle()
		m.article = articlePane{gen: m.article.gen, restore: -1}
		return nil
	}
	if m.article.id == row.ID && m.article.key == m.pageKey(row.Item) && m.article.loaded {
		m.article.item = row.Item
		return nil
	}
	if m.article.id != row.ID {
		m.leaveArticle()
	}
	from := m.article.from
	if m.article.id != row.ID {
		from = m.article.id
	}
	m.article = articlePane{id: row.ID, item: row.Item, key: m.pageKey(row.Item), from: from, gen: m.article.gen + 1, restore: -1}
	if p, ok := m.pages.get(m.article.key); ok {
		m.article.page, m.article.loaded = p, true
	}
	if m.layout.panes[paneArticle].w == 0 {
		return nil
	}
	gen := m.article.gen
	return m.after(m.ctx, restDelay, func(time.Time) tea.Msg { return articleRested{gen} })
}

// rested loads the article the cursor rests on, and the one that is likely next.
func (m *Model) rested(msg articleRested) tea.Cmd {
	if msg.gen != m.article.gen || m.article.id == 0 {
		return nil
	}
	if m.article.page.whole {
		return tea.Batch(loadPosition(m.ctx, m.deps.Store, m.article.id), m.prefetchNext())
	}
	return tea.Batch(m.loadShown(), m.prefetchNext())
}

// loadShown loads the article of the pane.
func (m *Model) loadShown() tea.Cmd {
	if m.article.id == 0 {
		return nil
	}
	return loadArticle(m.ctx, m.deps.Store, m.article.key, m.look())
}

// prefetchNext renders the row below, or the one above for a reader who comes
// from below; what lies behind was rendered when it was shown.
func (m *Model) prefetchNext() tea.Cmd {
	rows, at := m.headlines.list.Rows(), m.headlines.list.Index()
	next := at + 1
	if next >= len(rows) || m.article.from != 0 && rows[next].ID == m.article.from {
		next = at - 1
	}
	if next < 0 || next >= len(rows) {
		return nil
	}
	key := m.pageKey(rows[next].Item)
	if _, ok := m.pages.get(key); ok {
		return nil
	}
	return prefetch(m.ctx, m.deps.Store, key, m.look())
}

// showArticle takes lines in; those of another article or width are dropped.
func (m *Model) showArticle(msg articleLoaded) tea.Cmd {
	a := &m.article
	if msg.key != a.key {
		return nil
	}
	if msg.err != nil {
		a.failed = sentence(msg.err)
		return nil
	}
	if msg.first {
		fresh := msg.item
		fresh.Read, fresh.Starred = a.item.Read, a.item.Starred
		a.item, a.page, a.loaded = fresh, page{}, true
		own := m.ownVersion(fresh)
		if !a.chosen && own != a.key.version {
			// The row did not know yet that the page's text is there.
			return m.showVersion(own)
		}
		if !a.moved && a.restore < 0 && msg.position > 0 && own == a.key.version {
			a.restore = msg.position
		}
	}
	if msg.anew {
		a.page.lines, a.page.links = nil, nil
	}
	a.page.lines = append(a.page.lines, msg.lines...)
	a.page.links = append(a.page.links, msg.links...)
	if msg.next != nil {
		next := msg.next
		return func() tea.Msg { return next() }
	}
	a.page.whole = true
	m.pages.put(a.key, a.page)
	a.settle()
	return nil
}
