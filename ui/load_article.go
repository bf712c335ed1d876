package ui

import (
	"container/list"
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/markup"
	"dateline/ui/article"
	"dateline/ui/gallery"
	"dateline/ui/pane"
	"dateline/ui/style"
)

// articleView loads and lays out what the article pane shows.
type articleView struct {
	*env
	pane.Article
	*geometry
	sources   *sourceList
	headlines *headlineList

	// plain are the lines without pictures. Lines has the pictures that are shown, too.
	// stale reports whether plain has changed since they were put there.
	plain []article.Line
	stale bool
	// key names the rendering that is shown or being loaded.
	key   pageKey
	links []article.Link
	// chosen reports whether the user chose a text that is not the default of the item.
	chosen bool
	// from is the item that was shown before. It shows in which direction the user
	// moves.
	from int64
	// generation numbers the waits before loading. Only the last wait loads an article.
	generation int
	// loading numbers the loads. Lines of an earlier one are dropped.
	loading int
	pages   *pageCache
}

// pageKey identifies a rendering.
type pageKey struct {
	id      int64
	version version
	width   int
	style   style.Article
}

// page is a rendered article: styled lines no wider than its key's width.
type page struct {
	article.Rendering
	// whole reports whether the page has all lines.
	whole bool
}

// noProgress means that there is no reading progress to return to.
const noProgress = -1

// articleLoaded brings a piece of an article. The first message also brings its item. If
// next is not nil, it returns the following piece.
type articleLoaded struct {
	key pageKey
	// loading is the number of the load, see [articleView.loading].
	loading  int
	item     feed.Item
	piece    article.Piece
	progress int
	first    bool
	// replace reports whether the piece replaces all lines before.
	replace bool
	next    func() articleLoaded
	err     error
}

// articleDebounced reports that the cursor has stayed on a row for articleDelay.
type articleDebounced struct{ generation int }

// progressLoaded brings the reading progress, in permille, of an article whose lines were
// loaded already.
type progressLoaded struct {
	id int64
	at int
}

// pagePrefetched brings a rendering for later.
type pagePrefetched struct {
	key  pageKey
	page page
}

const (
	// articleDelay is how long the cursor must stay on a row before its article is
	// rendered, so that nothing is rendered while a key is held.
	articleDelay = 60 * time.Millisecond
	// headSize is how much of a long body, in bytes, is sanitised and rendered first. It
	// fills a screen even if it has much markup.
	headSize = 24 << 10
	// prefetchMax is the largest body, in bytes, that is rendered in advance.
	prefetchMax = 64 << 10
)

// renderOptions holds what a rendering depends on, apart from the article.
type renderOptions struct {
	width   int
	noColor bool
	ascii   bool
	theme   style.Theme
	// head is what stands before the text.
	head article.Head
	// zone is the user's time zone.
	zone *time.Location
}

func (o renderOptions) article() article.Options {
	return article.Options{Width: o.width, Style: o.theme.Article, Colors: !o.noColor, ASCII: o.ascii, Head: o.head, Links: true}
}

// loadArticle reads an article and renders its first lines. The field next of the message
// renders the others.
func loadArticle(ctx context.Context, store *cache.Store, key pageKey, o renderOptions) tea.Cmd {
	if key.version == versionDiff {
		return loadDiff(ctx, store, key, o)
	}
	return func() tea.Msg {
		a, err := store.Article(ctx, key.id)
		if err == nil {
			a.Body, err = bodyOf(ctx, store, a, key.version)
		}
		if err != nil {
			return articleLoaded{key: key, first: true, err: err}
		}
		o.head = article.HeadOf(a)
		progress, _ := store.Progress(ctx, key.id)
		msg := firstLines(a.Body, key, o)
		msg.item, msg.first, msg.progress = a.Item, true, progress
		return msg
	}
}

// firstLines renders the start of a body. Sanitising a long body takes longer than a user
// should wait, so its start is shown until the whole body is rendered.
func firstLines(b markup.Body, key pageKey, o renderOptions) articleLoaded {
	whole := func() articleLoaded { return nextLines(article.Start(b.Safe(), o.article()), key) }
	head, cut := b.Head(headSize)
	if !cut {
		return whole()
	}
	piece, _ := article.Start(head.Safe(), o.article()).Next()
	piece.Whole = false
	return articleLoaded{key: key, piece: piece, next: func() articleLoaded {
		msg := whole()
		msg.replace = true
		return msg
	}}
}

// nextLines renders the next piece of a job.
func nextLines(job *article.Job, key pageKey) articleLoaded {
	piece, more := job.Next()
	msg := articleLoaded{key: key, piece: piece}
	if more {
		msg.next = func() articleLoaded { return nextLines(job, key) }
	}
	return msg
}

// options returns the options for rendering on this screen.
func (a *articleView) options() renderOptions {
	s := a.deps.Settings
	return renderOptions{
		width: a.lineWidth(), noColor: s.NoColor, ascii: s.Icons == "ascii",
		theme: a.theme, zone: a.now().Location(),
	}
}

func (a *articleView) pageKey(i feed.Item) pageKey {
	return pageKey{id: i.ID, version: a.versionOf(i), width: a.lineWidth(), style: a.theme.Article}
}

// show shows an item, with the cached page if there is one.
func (a *articleView) show(i feed.Item, key pageKey) {
	a.Article = pane.Article{ID: i.ID, Item: i, Width: key.width, Restore: noProgress}
	a.loading++
	a.key, a.plain, a.links, a.chosen, a.from = key, nil, nil, false, 0
	if p, ok := a.pages.get(key); ok {
		a.plain, a.Lines, a.links, a.Whole, a.Loaded = p.Lines, p.Lines, p.Links, p.whole, true
	}
}

// clear shows no article.
func (a *articleView) clear() {
	a.Article = pane.Article{Restore: noProgress}
	a.key, a.plain, a.links, a.chosen, a.from = pageKey{}, nil, nil, false, 0
}

// preview shows the item under the cursor beside the list without marking it. If the
// item is not rendered yet, rendering waits until the cursor stays on it.
func (a *articleView) preview() tea.Cmd {
	row, ok := a.headlines.List.Current()
	if !ok {
		a.leave()
		a.clear()
		return nil
	}
	if a.ID == row.ID && a.key == a.pageKey(row.Item) && a.Loaded {
		a.Item = row.Item
		return nil
	}
	from := a.from
	if a.ID != row.ID {
		a.leave()
		from = a.ID
	}
	a.show(row.Item, a.pageKey(row.Item))
	a.from = from
	a.generation++
	if !a.shows(areaArticle) {
		return nil
	}
	generation := a.generation
	return a.after(a.ctx, articleDelay, func(time.Time) tea.Msg { return articleDebounced{generation} })
}

// debounced loads the article on which the cursor stays, and prefetches its neighbor.
func (a *articleView) debounced(msg articleDebounced) tea.Cmd {
	if msg.generation != a.generation || a.ID == 0 {
		return nil
	}
	if a.Whole {
		return tea.Batch(a.loadProgress(), a.prefetchNext())
	}
	return tea.Batch(a.load(), a.prefetchNext())
}

// load loads the article that the pane shows.
func (a *articleView) load() tea.Cmd {
	if a.ID == 0 {
		return nil
	}
	a.loading++
	return numbered(a.loading, loadArticle(a.ctx, a.deps.Store, a.key, a.options()))
}

// numbered gives the messages of a load its number.
func numbered(loading int, load tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		msg := load()
		if loaded, ok := msg.(articleLoaded); ok {
			loaded.loading = loading
			return loaded
		}
		return msg
	}
}

// loadUnlessShown loads the article at once, unless all of it is shown already.
func (a *articleView) loadUnlessShown() tea.Cmd {
	a.generation++
	if a.Loaded && a.Whole {
		return a.loadProgress()
	}
	return a.load()
}

// prefetchNext renders the row below, or the row above if the user comes from below. The
// other neighbor was rendered when it was shown.
func (a *articleView) prefetchNext() tea.Cmd {
	rows, at := a.headlines.List.Rows(), a.headlines.List.Index()
	next := at + 1
	if next >= len(rows) || a.from != 0 && rows[next].ID == a.from {
		next = at - 1
	}
	if next < 0 || next >= len(rows) {
		return nil
	}
	key := a.pageKey(rows[next].Item)
	if _, ok := a.pages.get(key); ok {
		return nil
	}
	return prefetch(a.ctx, a.deps.Store, key, a.options())
}

// prefetch renders an article for later.
func prefetch(ctx context.Context, store *cache.Store, key pageKey, o renderOptions) tea.Cmd {
	return func() tea.Msg {
		a, err := store.Article(ctx, key.id)
		if err == nil {
			a.Body, err = bodyOf(ctx, store, a, key.version)
		}
		if err != nil || len(a.Body.Raw) > prefetchMax {
			return nil
		}
		o.head = article.HeadOf(a)
		r := article.Render(a.Body.Safe(), o.article())
		return pagePrefetched{key, page{r, true}}
	}
}

// take adds lines. Those of another article, width or load are dropped.
func (a *articleView) take(msg articleLoaded) tea.Cmd {
	if msg.key != a.key || msg.loading != a.loading {
		return nil
	}
	if msg.err != nil {
		a.Failed = userMessage(msg.err)
		return nil
	}
	pictured := len(a.Lines) > len(a.plain)
	if pictured && (msg.first || msg.replace) {
		a.setLines(a.plain)
		pictured = false
	}
	if msg.first {
		fresh := msg.item
		fresh.Read, fresh.Starred = a.Item.Read, a.Item.Starred
		a.Relay()
		a.Item, a.plain, a.links, a.Whole, a.Loaded = fresh, nil, nil, false, true
		own := a.ownVersion(fresh)
		if !a.chosen && own != a.key.version {
			// The row was loaded before the page's text was fetched.
			return a.showVersion(own)
		}
		if !a.Moved && a.Restore == noProgress && msg.progress > 0 && own == a.key.version {
			a.Restore = msg.progress
		}
	}
	if msg.replace {
		a.Relay()
		a.plain, a.links = nil, nil
	}
	shown := article.Rendering{Lines: a.plain, Links: a.links}
	if !shown.Add(msg.piece) {
		return nil
	}
	if a.plain, a.links, a.stale = shown.Lines, shown.Links, pictured; !pictured {
		a.Lines = shown.Lines
	}
	if msg.piece.Whole && !a.Whole {
		a.Whole = true
		a.RestoreProgress()
	}
	if msg.next != nil {
		next := msg.next
		return numbered(msg.loading, func() tea.Msg { return next() })
	}
	a.pages.put(a.key, page{shown, true})
	return nil
}

// setLines replaces the lines that are shown: by plain, or by plain with pictures. What is first
// on the screen stays there.
func (a *articleView) setLines(lines []article.Line) {
	if first := a.TopLine(); first > 0 {
		a.Top += gallery.Anchor(a.Lines, lines, first) - first
	}
	a.Lines, a.stale = lines, false
}

// reshow renders the article again if its width has changed or it was hidden
// before.
func (a *articleView) reshow() tea.Cmd {
	if a.ID == 0 || !a.shows(areaArticle) {
		return nil
	}
	key := a.pageKey(a.Item)
	if key == a.key && a.Loaded {
		return nil
	}
	a.showAgain(key, a.Place())
	a.generation++
	if a.Loaded {
		a.RestoreProgress()
		return nil
	}
	return a.load()
}

// recolor renders the article again in other colours. The lines that are shown stay until
// the new ones replace all of them, so that nothing moves.
func (a *articleView) recolor() tea.Cmd {
	key := a.pageKey(a.Item)
	if a.ID == 0 || !a.Loaded || !a.Whole || key.version == versionDiff {
		return a.reshow()
	}
	ctx, store, o := a.ctx, a.deps.Store, a.options()
	a.key = key
	a.generation++
	a.loading++
	return numbered(a.loading, func() tea.Msg {
		item, err := store.Article(ctx, key.id)
		if err == nil {
			item.Body, err = bodyOf(ctx, store, item, key.version)
		}
		if err != nil {
			return articleLoaded{key: key, err: err}
		}
		o.head = article.HeadOf(item)
		r := article.Render(item.Body.Safe(), o.article())
		return articleLoaded{key: key, replace: true, piece: article.Piece{Lines: r.Lines, Links: r.Links, Whole: true}}
	})
}

// showAgain shows another rendering of the same item, at a place.
func (a *articleView) showAgain(key pageKey, at pane.Place) {
	chosen, height, restore, moved := a.chosen, a.Height, a.Restore, a.Moved
	a.show(a.Item, key)
	a.chosen, a.Height, a.Restore, a.Moved = chosen, height, restore, moved
	a.Return(at)
}

// loadProgress reads the reading progress of an article that is shown already.
func (a *articleView) loadProgress() tea.Cmd {
	ctx, store, id := a.ctx, a.deps.Store, a.ID
	return func() tea.Msg {
		at, err := store.Progress(ctx, id)
		if err != nil || at == 0 {
			return nil
		}
		return progressLoaded{id, at}
	}
}

func (a *articleView) showProgress(msg progressLoaded) {
	if a.ID == msg.id && !a.Moved && a.Whole && a.key.version == a.ownVersion(a.Item) {
		a.Restore = msg.at
		a.RestoreProgress()
	}
}

// leave saves the reading progress of an article that was scrolled.
func (a *articleView) leave() {
	if a.ID == 0 || !a.Moved || !a.Whole {
		return
	}
	a.Moved = false
	if a.key.version != a.ownVersion(a.Item) {
		return
	}
	a.saver.Add(cache.SetProgress{Item: a.ID, Permille: a.textPermille()})
}

// pageCache holds the renderings that were used last, up to pageCacheMax bytes.
type pageCache struct {
	byKey map[pageKey]*list.Element
	order *list.List
	bytes int
}

type cachedPage struct {
	key   pageKey
	page  page
	bytes int
}

const (
	pageCacheMax = 16 << 20
	// lineSize is about the size in bytes of a line without its texts.
	lineSize = 136
)

func newPageCache() *pageCache {
	return &pageCache{byKey: map[pageKey]*list.Element{}, order: list.New()}
}

func (c *pageCache) get(k pageKey) (page, bool) {
	e, ok := c.byKey[k]
	if !ok {
		return page{}, false
	}
	c.order.MoveToFront(e)
	return e.Value.(cachedPage).page, true
}

func (c *pageCache) put(k pageKey, p page) {
	if e, ok := c.byKey[k]; ok {
		c.drop(e)
	}
	size := 256
	for _, l := range p.Lines {
		size += lineSize + len(l.Text)
		for _, picture := range l.Pictures {
			size += len(picture.URL) + len(picture.Alt)
		}
	}
	c.byKey[k] = c.order.PushFront(cachedPage{k, p, size})
	c.bytes += size
	for c.bytes > pageCacheMax && c.order.Len() > 1 {
		c.drop(c.order.Back())
	}
}

// forget drops everything, because the articles may have changed.
func (c *pageCache) forget() {
	clear(c.byKey)
	c.order.Init()
	c.bytes = 0
}

func (c *pageCache) drop(e *list.Element) {
	k := e.Value.(cachedPage)
	delete(c.byKey, k.key)
	c.order.Remove(e)
	c.bytes -= k.bytes
}
