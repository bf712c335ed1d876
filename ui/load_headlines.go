package ui

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
	"dateline/ui/list"
	"dateline/ui/pane"
	"dateline/ui/saver"
)

// headlineList loads what the headlines pane shows.
type headlineList struct {
	*env
	pane.Headlines
	*geometry
	sources *sourceList
	session *session
	// back is where the user was when the search began.
	back bookmark

	view cache.View
	// generation numbers the queries. A result with another number is dropped.
	generation int
	// cancel ends the loading for the query before.
	cancel context.CancelFunc
	// loading is the context of the query. opened reports whether the rows of another list
	// came, so that the layout may fit it.
	loading context.Context
	opened  bool
	// passagesFor is the generation whose passages are being loaded; 0 if none are.
	passagesFor int
	// loadingMore reports whether the rows beyond an edge are being loaded.
	loadingMore bool
}

// bookmark is a source and an item in it, to return to.
type bookmark struct {
	source string
	item   int64
}

const (
	// edgeMargin is how many rows before an edge of the window more are loaded.
	edgeMargin = 30
	// windowKeep is how many rows on either side of the cursor stay in memory.
	windowKeep = 400
)

// how is what loaded rows are used for.
type how int

const (
	// replaceRows shows the result of a new query.
	replaceRows how = iota
	// openRows also opens the article under the cursor.
	openRows
	// reloadRows shows the same query again and keeps the line of the cursor.
	reloadRows
	appendRows
	prependRows
	// countRows brings only the number of rows.
	countRows
)

// rowsLoaded brings rows, or their count, for the query with the number generation.
type rowsLoaded struct {
	generation int
	how        how
	rows       []pane.Row
	index      int
	head, tail bool
	// before is the number of rows of the list before the first row; -1 if it is unknown.
	before int
	count  int
	// capped reports whether counting stopped at count.
	capped bool
	err    error
}

// windowSize returns how many rows are loaded at once for a screen of height rows.
func windowSize(height int) int { return max(3*height, 90) }

func (h *headlineList) windowSize() int { return windowSize(h.List.Height()) }

// shownRows converts rows of the store to rows of the pane.
func shownRows(rows []cache.Row, err error) ([]pane.Row, error) {
	shown := make([]pane.Row, len(rows))
	for i, r := range rows {
		shown[i] = pane.Row{Item: r.Item, Pos: pane.Position(r.Pos)}
	}
	return shown, err
}

// loadRows loads n rows of a view, around an item or, if around is 0, from the top.
func loadRows(ctx context.Context, store *cache.Store, s *saver.Saver, v cache.View, generation int, how how, around int64, n int) tea.Cmd {
	return func() tea.Msg {
		result := rowsLoaded{generation: generation, how: how}
		// The rows must show what the user did a moment ago. If it cannot be written,
		// the next drain reports the error.
		_ = s.Drain(context.WithoutCancel(ctx))
		if around != 0 {
			rows, index, err := store.Around(ctx, v, around, n/2, n/2)
			result.rows, result.err = shownRows(rows, err)
			result.index = index
			result.head = result.index < n/2
			below := len(result.rows) - result.index
			if below > 0 && result.rows[result.index].ID == around {
				below-- // without the item itself, which the view may not have
			}
			result.tail = below < n/2
			result.before = rowsBefore(ctx, store, v, result)
			return result
		}
		result.rows, result.err = shownRows(store.After(ctx, v, cache.Pos{}, n))
		result.head, result.tail = true, len(result.rows) < n
		return result
	}
}

// rowsBefore counts the rows of the list before the first row of a result; -1 if there are too
// many to count.
func rowsBefore(ctx context.Context, store *cache.Store, v cache.View, result rowsLoaded) int {
	if result.head || len(result.rows) == 0 {
		return 0
	}
	n, err := cache.CountBefore(ctx, store, v, cache.Pos(result.rows[0].Pos), pane.ListMax)
	if err != nil || n >= pane.ListMax {
		return -1
	}
	return n
}

// loadMore loads n rows beyond an edge of the window. from is the position of the row at
// the edge.
func loadMore(ctx context.Context, store *cache.Store, v cache.View, generation int, edge list.Edge, from cache.Pos, n int) tea.Cmd {
	return func() tea.Msg {
		result := rowsLoaded{generation: generation}
		if edge == list.Tail {
			result.how = appendRows
			result.rows, result.err = shownRows(store.After(ctx, v, from, n))
			result.tail = len(result.rows) < n
			return result
		}
		result.how = prependRows
		result.rows, result.err = shownRows(store.Before(ctx, v, from, n))
		result.head = len(result.rows) < n
		return result
	}
}

// startQuery starts a new query. It returns a context that ends with the next query, and
// the number that the result must have.
func (h *headlineList) startQuery(opened time.Time) (context.Context, int) {
	h.cancel()
	ctx, cancel := context.WithCancel(h.ctx)
	h.cancel, h.loading = cancel, ctx
	h.generation++
	h.view = cache.View{Query: h.Query(), Opened: opened, Oldest: h.Oldest}
	h.Loaded, h.loadingMore, h.Failed = false, false, ""
	return ctx, h.generation
}

// restartQuery starts the current query again. Items that were read in the list stay in it.
func (h *headlineList) restartQuery() (context.Context, int) { return h.startQuery(h.view.Opened) }

// open shows a source, around an item or, if item is 0, from the top.
func (h *headlineList) open(s pane.Source, item int64) tea.Cmd {
	h.turnTo(s)
	return h.load(replaceRows, item)
}

// turnTo sets the source that is shown and ends a search or filter.
func (h *headlineList) turnTo(s pane.Source) {
	h.Source = s
	h.Search, h.Filter, h.SearchText, h.FilterText, h.Passages = nil, nil, "", "", nil
	h.session.dirty = true
}

// load loads the rows of the current query, around an item or, if around is 0, from the
// top.
func (h *headlineList) load(how how, around int64) tea.Cmd {
	opened, shown := h.now(), h.Loaded
	if how == reloadRows {
		opened = h.view.Opened
	} else {
		h.Count, h.Capped = h.total(), false
	}
	ctx, generation := h.startQuery(opened)
	if how == reloadRows && shown {
		// The rows stay on the screen until the new rows are loaded. Meanwhile no rows
		// are loaded beyond an edge.
		h.Loaded, h.loadingMore = true, true
	}
	load := loadRows(ctx, h.deps.Store, h.saver, h.view, generation, how, around, h.windowSize())
	if h.Search != nil || h.Filter != nil || h.Source.Kind == pane.KindQuery {
		return tea.Batch(load, h.countRows(ctx, generation))
	}
	return load
}

// countRows counts the rows of the view for the header.
func (h *headlineList) countRows(ctx context.Context, generation int) tea.Cmd {
	store, v, most := h.deps.Store, h.view, pane.CountMax
	if h.Search == nil && h.Filter == nil && h.Source.Kind != pane.KindQuery {
		most = pane.ListMax
	}
	return func() tea.Msg {
		n, err := store.Count(ctx, v, most)
		return rowsLoaded{generation: generation, how: countRows, count: n, capped: n >= most, err: err}
	}
}

// loadTop loads the same view from its top. Items that were read in it stay.
func (h *headlineList) loadTop() tea.Cmd {
	ctx, generation := h.restartQuery()
	return loadRows(ctx, h.deps.Store, h.saver, h.view, generation, replaceRows, 0, h.windowSize())
}

// loadEnd loads the last rows of the same view.
func (h *headlineList) loadEnd() tea.Cmd {
	ctx, generation := h.restartQuery()
	store, v, n := h.deps.Store, h.view, h.windowSize()
	return func() tea.Msg {
		result := rowsLoaded{generation: generation, how: replaceRows, tail: true}
		result.rows, result.err = shownRows(store.Before(ctx, v, cache.Pos{}, n))
		result.index, result.head = len(result.rows)-1, len(result.rows) < n
		if !result.head {
			result.before = -1
		}
		return result
	}
}

// loadHere loads the view again, around the selected row.
func (h *headlineList) loadHere() tea.Cmd {
	var around int64
	if row, ok := h.List.Current(); ok && h.List.Index() > 0 {
		around = row.ID
	}
	return h.load(replaceRows, around)
}

// reload loads the same query again, because the database has changed. The selected row
// stays where it is. Exception: if the user has not pressed a key yet and the list is at
// its top, it stays at its top.
func (h *headlineList) reload() tea.Cmd {
	cur, ok := h.List.Current()
	if !ok || !h.session.touched && h.List.Index() == 0 && h.List.HeadLoaded() {
		load := h.loadTop()
		return tea.Batch(load, h.countRows(h.loading, h.generation))
	}
	return h.load(reloadRows, cur.ID)
}

// wantMore loads rows if the cursor is near an edge of the window.
func (h *headlineList) wantMore() tea.Cmd {
	edge := h.List.Wants(edgeMargin)
	if edge == list.NoEdge || h.loadingMore || !h.Loaded || h.List.Len() == 0 {
		return nil
	}
	h.loadingMore = true
	rows := h.List.Rows()
	from := rows[0].Pos
	if edge == list.Tail {
		from = rows[len(rows)-1].Pos
	}
	return loadMore(h.ctx, h.deps.Store, h.view, h.generation, edge, cache.Pos(from), h.windowSize())
}

// rowsChange is what new rows changed on the screen.
type rowsChange int

const (
	rowsIgnored rowsChange = iota
	rowsFailed
	// rowsKept left the cursor on its item.
	rowsKept
	// rowsMoved put the cursor on another item.
	rowsMoved
	// rowsOpened put the cursor on an item to open.
	rowsOpened
)

// take sets the rows of a result. A result of an old query is dropped.
func (h *headlineList) take(msg rowsLoaded) rowsChange {
	if msg.generation != h.generation || errors.Is(msg.err, context.Canceled) {
		return rowsIgnored
	}
	if msg.err != nil {
		// The rows of the query before must not look like the result of this query.
		h.Failed = userMessage(msg.err)
		h.List.Replace(nil, 0, true, true)
		return rowsFailed
	}
	if msg.how == countRows {
		h.Count, h.Capped = msg.count, msg.capped
		h.settleCount()
		return rowsIgnored
	}
	h.Loaded, h.loadingMore = true, false
	before, had := h.List.Current()
	switch msg.how {
	case replaceRows, openRows:
		h.List.Replace(msg.rows, msg.index, msg.head, msg.tail)
		h.List.SetBefore(msg.before)
		h.opened = true
	case reloadRows:
		h.List.Reload(msg.rows, msg.index, msg.head, msg.tail)
		h.List.SetBefore(msg.before)
	case appendRows:
		h.List.Append(msg.rows, msg.tail)
		h.List.Trim(windowKeep)
	case prependRows:
		h.List.Prepend(msg.rows, msg.head)
		h.List.Trim(windowKeep)
	}
	h.settleCount()
	after, has := h.List.Current()
	switch {
	case msg.how == openRows:
		return rowsOpened
	case msg.how == replaceRows || had != has || before.ID != after.ID:
		return rowsMoved
	}
	return rowsKept
}

// wantCount counts the rows after a load if nothing else tells their number.
func (h *headlineList) wantCount(how how) tea.Cmd {
	partly := !h.List.HeadLoaded() || !h.List.TailLoaded()
	again := how == reloadRows && h.Count < pane.ListMax
	if h.loading == nil || !h.Loaded || !partly || h.Count >= 0 && !again || h.Search != nil || h.Filter != nil || h.Source.Kind == pane.KindQuery {
		return nil
	}
	return h.countRows(h.loading, h.generation)
}

// sync gives the pane the current row of its source.
func (h *headlineList) sync() {
	for _, s := range h.sources.List.Rows() {
		if s.Key == h.Source.Key {
			h.Source = s
			return
		}
	}
}

// here returns a bookmark of the selected row.
func (h *headlineList) here() bookmark {
	b := bookmark{source: h.Source.Key}
	if row, ok := h.List.Current(); ok {
		b.item = row.ID
	}
	return b
}

// emptyText returns why the list is empty, and which keys change that; nil if it has rows.
func (h *headlineList) emptyText(refreshing bool) []string {
	tips := func(why string, pairs ...string) []string {
		if tips := h.keymap.tips(pairs...); tips != "" {
			return []string{why, "", tips + "."}
		}
		return []string{why, "", ""}
	}
	switch {
	case h.List.Len() > 0:
		return nil
	case h.Failed != "":
		return []string{h.Failed, "", h.keymap.tips("refresh-all", "tries again; ") + "`dateline doctor` checks the database."}
	case !h.Loaded:
		return nil
	case h.Filter != nil:
		return tips("Nothing here matches the filter.", "filter", "changes it", "escape", "removes it")
	case h.Search != nil:
		return tips("Nothing found.", "search", "changes the search", "escape", "goes back")
	case h.Source.Problem != "":
		return tips("There are no items: "+h.Source.Problem, "refresh", "tries again", "info", "shows more")
	case h.Source.Kind == pane.KindAccount && len(h.Source.Feeds) == 0 && refreshing && !h.sources.isSynced(h.Source.Account):
		return tips("Syncing the account; its feeds and items appear here.", "help", "shows all keys")
	case h.Source.Kind == pane.KindAccount && len(h.Source.Feeds) == 0:
		return tips("This account has no feeds here yet.", "refresh", "syncs it", "add-feed", "subscribes to a feed there")
	case len(h.sources.Feeds) == 0 && len(h.sources.Accounts) > 0:
		return tips("Nothing has come from your accounts yet.", "refresh-all", "syncs them", "add-feed", "subscribes to a feed", "help", "shows all keys")
	case len(h.sources.Feeds) == 0:
		why := tips("No feeds yet.", "add-feed", "subscribes to one: type the address of a feed or of any page")
		return append(why, tips("", "help", "shows all keys", "quit", "quits")[2])
	case refreshing && h.sources.Counts.Total == 0:
		return tips("Refreshing the feeds; new items appear here.", "help", "shows all keys")
	case h.Source.Feed != nil && h.Source.Account == "" && h.Source.Feed.Poll.LastChecked.IsZero():
		return tips("This feed has not been checked yet.", "refresh", "checks it now")
	case h.Source.Feed != nil && h.Source.Feed.Poll.Error != "":
		return tips("There are no items: "+h.failureText(*h.Source.Feed), "refresh", "tries again", "info", "shows more", "remove-feed", "unsubscribes")
	case h.sources.Counts.Total == 0 && h.failing() > 0:
		why := fmt.Sprintf("Nothing has arrived yet: %d of %s could not be read.", h.failing(), text.Plural(len(h.sources.Feeds), "feed"))
		return tips(why, "problem-feeds", "lists them with the reasons", "refresh-all", "tries again")
	case h.UnreadOnly && h.Source.Key != pane.KeyUnread:
		return tips("Everything here is read.", "toggle-show-read", "shows read items too", "next-unread-source", "goes to the next source with news")
	case h.Source.Key == pane.KeyUnread:
		return tips("Everything is read.", "go-everything", "shows everything", "refresh-all", "refreshes", "add-feed", "adds a feed")
	case h.Source.Key == pane.KeyStarred:
		return tips("Nothing is starred.", "toggle-star", "stars an item; starred items are kept for good")
	}
	return tips(h.whyEmpty(), "refresh", "refreshes", "go-everything", "shows everything")
}

// whyEmpty returns why a source without a problem has no items.
func (h *headlineList) whyEmpty() string {
	switch {
	case h.Source.Key == pane.KeyToday:
		return "Nothing has arrived today."
	case h.Source.Key == pane.KeyNew:
		return "The last refresh brought nothing new."
	case h.Source.Kind == pane.KindQuery:
		return "No item matches this saved query."
	case h.Source.Feed != nil:
		return "This feed has no items."
	}
	return "There are no items yet."
}

// failing returns how many feeds could not be read at their last check.
func (h *headlineList) failing() int {
	n := 0
	for _, f := range h.sources.Feeds {
		if f.Poll.Error != "" {
			n++
		}
	}
	return n
}

// failureText returns how a feed fails, and since when.
func (h *headlineList) failureText(f feed.Feed) string {
	if _, reason := schedule.ProblemOf(f, h.now()); reason != "" {
		return text.Clean(reason)
	}
	if f.Poll.LastOK.IsZero() {
		return "this feed has not been read yet. " + text.Clean(f.Poll.Error)
	}
	return "this feed fails since " + feed.Ago(f.Poll.LastOK, h.now()) + ". " + text.Clean(f.Poll.Error)
}

// showRows shows loaded rows. After the first rows the polling begins.
func (m *Model) showRows(msg rowsLoaded) tea.Cmd {
	return tea.Batch(m.navigate.showRows(msg), m.session.beginSoon())
}

// fitList tells the layout how much room the list needs. A list that was opened just now may give
// room back. While the user types in a prompt, the list only grows.
func (m *Model) fitList() {
	h := &m.headlines
	size := listSize{header: 1, row: h.ListRowHeight(), rows: m.list.rows}
	if h.Failure(h.shownFeed()) != "" {
		size.header = 2
	}
	if h.opened {
		h.opened = false
		size.rows = h.rowsNeeded()
		if m.modes.Prompt() != nil {
			size.rows = max(size.rows, m.list.rows)
		}
	}
	if size != m.list {
		m.list = size
		m.arrange()
	}
}

// manyRows is the number of rows of a list that needs all the room there is.
const manyRows = 1 << 20

// rowsNeeded returns how many rows the list has room for. An empty list needs room for the words
// that say why.
func (h *headlineList) rowsNeeded() int {
	if h.List.Len() == 0 || !h.List.HeadLoaded() || !h.List.TailLoaded() {
		return manyRows
	}
	return h.List.Len()
}

// total returns the number of rows of a list that was opened just now, if the counts beside the
// sources tell it; -1 if they do not.
func (h *headlineList) total() int {
	s := h.Source
	switch {
	case h.Search != nil || h.Filter != nil || s.Kind == pane.KindQuery || s.Fold != "" || s.Key == pane.KeyNew:
		return -1
	case s.Key == pane.KeyUnread, s.Kind == pane.KindFeed && h.UnreadOnly:
		return s.Unread
	case h.UnreadOnly:
		return -1
	case s.Feed != nil:
		return s.Feed.Total
	}
	return s.Unread
}

// settleCount records the numbers that loaded rows tell: how many rows the list has, and how many
// are before the first loaded row.
func (h *headlineList) settleCount() {
	l := &h.List
	if at := l.Position(); at > 0 && l.TailLoaded() {
		h.Count, h.Capped = at-l.Index()-1+l.Len(), false
	} else if at == 0 && l.TailLoaded() && l.Len() > 0 && h.Count >= 0 && !h.Capped {
		l.SetBefore(max(h.Count-l.Len(), 0))
	}
}
