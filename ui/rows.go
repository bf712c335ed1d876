package ui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/ui/list"
)

// how says what a window of rows is for.
type how int

const (
	// replaceRows shows the answer to a new question.
	replaceRows how = iota
	// openRows does so and opens the article under the cursor.
	openRows
	// reloadRows shows the same question anew and keeps the cursor's line.
	reloadRows
	appendRows
	prependRows
	countRows
)

// rowsLoaded answers the question with the number gen.
type rowsLoaded struct {
	gen        int
	how        how
	rows       []cache.Row
	index      int
	head, tail bool
	count      int
	err        error
}

// windowSize is how many rows a window is loaded with, for a screen of height
// rows.
func windowSize(height int) int { return max(3*height, 90) }

// loadRows loads a window of a view: from the top, or round an item.
func loadRows(ctx context.Context, s *saver, v cache.View, gen int, how how, around int64, n int) tea.Cmd {
	return func() tea.Msg {
		answer := rowsLoaded{gen: gen, how: how}
		// What the reader did a moment ago must show in what is loaded now; a
		// write that cannot be done is told by the drain that follows it.
		_ = s.drain(context.WithoutCancel(ctx))
		if around != 0 {
			answer.rows, answer.index, answer.err = s.store.Around(ctx, v, around, n/2, n/2)
			answer.head = answer.index < n/2
			answer.tail = len(answer.rows)-answer.index-1 < n/2
			return answer
		}
		answer.rows, answer.err = s.store.After(ctx, v, cache.Pos{}, n)
		answer.head, answer.tail = true, len(answer.rows) < n
		return answer
	}
}

// loadEnd loads the last rows of a view.
func loadEnd(ctx context.Context, s *saver, v cache.View, gen, n int) tea.Cmd {
	return func() tea.Msg {
		answer := rowsLoaded{gen: gen, how: replaceRows, tail: true}
		answer.rows, answer.err = s.store.Before(ctx, v, cache.Pos{}, n)
		answer.index, answer.head = len(answer.rows)-1, len(answer.rows) < n
		return answer
	}
}

// loadMore loads the rows behind an edge of the window.
func loadMore(ctx context.Context, store *cache.Store, v cache.View, gen int, edge list.Edge, from cache.Pos, n int) tea.Cmd {
	return func() tea.Msg {
		answer := rowsLoaded{gen: gen}
		if edge == list.Tail {
			answer.how = appendRows
			answer.rows, answer.err = store.After(ctx, v, from, n)
			answer.tail = len(answer.rows) < n
			return answer
		}
		answer.how = prependRows
		answer.rows, answer.err = store.Before(ctx, v, from, n)
		answer.head = len(answer.rows) < n
		return answer
	}
}

// countView counts the rows of a view for the header.
func countView(ctx context.Context, store *cache.Store, v cache.View, gen int) tea.Cmd {
	return func() tea.Msg {
		n, err := store.Count(ctx, v, countMax)
		return rowsLoaded{gen: gen, how: countRows, count: n, err: err}
	}
}

// openSource shows a source from the top, or round an item.
func (m *Model) openSource(s source, item int64) tea.Cmd {
	m.turnTo(s)
	return m.askRows(replaceRows, item)
}

// turnTo makes a source the one that is shown.
func (m *Model) turnTo(s source) {
	h := &m.headlines
	h.source = s
	h.search, h.filter, h.searchText, h.filterText = nil, nil, "", ""
	m.session.dirty = true
}

// showSource shows a source with the rows that it had at an instant.
func (m *Model) showSource(s source, opened time.Time, rows rowsLoaded) tea.Cmd {
	m.turnTo(s)
	_, rows.gen = m.headlines.ask(m.ctx, opened)
	return m.showRows(rows)
}

// askRows puts the pane's question to the cache.
func (m *Model) askRows(how how, around int64) tea.Cmd {
	h := &m.headlines
	opened, shown := m.now(), h.loaded
	if how == reloadRows {
		opened = h.view.Opened
	} else {
		h.count = -1
	}
	ctx, gen := h.ask(m.ctx, opened)
	if how == reloadRows && shown {
		// What is shown stays the answer until the fresh one is here; only its
		// edges are not followed meanwhile.
		h.loaded, h.more = true, true
	}
	cmds := []tea.Cmd{loadRows(ctx, m.saver, h.view, gen, how, around, windowSize(h.list.Height()))}
	if h.search != nil || h.filter != nil || h.source.kind == sourceQuery {
		cmds = append(cmds, countView(ctx, m.deps.Store, h.view, gen))
	}
	return tea.Batch(cmds...)
}

// askAgain begins the question in hand anew: what was read in the list stays.
func (m *Model) askAgain() (context.Context, int) {
	return m.headlines.ask(m.ctx, m.headlines.view.Opened)
}

// reloadRows asks the same question again, because the cache has changed. The
// row in hand stays where it is; only a list that nobody has touched yet, as it
// fills at the start, stays at its top.
func (m *Model) reloadRows() tea.Cmd {
	h := &m.headlines
	cur, ok := h.list.Current()
	if !ok || !m.session.touched && h.list.Index() == 0 && h.list.HeadLoaded() {
		return m.askTop()
	}
	return m.askRows(reloadRows, cur.ID)
}

// showRows takes an answer in; one to an old question is dropped.
func (m *Model) showRows(msg rowsLoaded) tea.Cmd {
	h := &m.headlines
	if msg.gen != h.gen || errors.Is(msg.err, context.Canceled) {
		return nil
	}
	if msg.err != nil {
		// The rows of another question must not pass for the answer to this one.
		h.failed = sentence(msg.err)
		h.list.Replace(nil, 0, true, true)
		return m.preview()
	}
	if msg.how == countRows {
		h.count = msg.count
		return nil
	}
	h.loaded, h.more = true, false
	before, had := h.list.Current()
	switch msg.how {
	case replaceRows, openRows:
		h.list.Replace(msg.rows, msg.index, msg.head, msg.tail)
	case reloadRows:
		h.list.Reload(msg.rows, msg.index, msg.head, msg.tail)
	case appendRows:
		h.list.Append(msg.rows, msg.tail)
		h.list.Trim(windowKeep)
	case prependRows:
		h.list.Prepend(msg.rows, msg.head)
		h.list.Trim(windowKeep)
	}
	if msg.how == openRows {
		return tea.Batch(m.wantMore(), m.openArticle())
	}
	after, has := h.list.Current()
	if msg.how == replaceRows || had != has || before.ID != after.ID || m.article.id == 0 {
		return tea.Batch(m.wantMore(), m.preview())
	}
	return m.wantMore()
}

// wantMore loads rows where the cursor nears an edge of the window.
func (m *Model) wantMore() tea.Cmd {
	h := &m.headlines
	edge := h.list.Wants(edgeMargin)
	if edge == list.NoEdge || h.more || !h.loaded || h.list.Len() == 0 {
		return nil
	}
	h.more = true
	rows := h.list.Rows()
	from := rows[0].Pos
	if edge == list.Tail {
		from = rows[len(rows)-1].Pos
	}
	return loadMore(m.ctx, m.deps.Store, h.view, h.gen, edge, from, windowSize(h.list.Height()))
}

// emptyWords say why the list is empty and which key changes that.
func (m *Model) emptyWords() []string {
	h := &m.headlines
	switch {
	case h.failed != "":
		return []string{h.failed, "", "R tries again; `dateline doctor` looks into the cache."}
	case !h.loaded:
		return nil
	case h.filter != nil:
		return []string{"Nothing here matches the filter.", "", `\ changes it, Esc drops it.`}
	case h.search != nil:
		return []string{"Nothing found.", "", "/ changes the search, Esc goes back."}
	case len(m.sources.feeds) == 0:
		return []string{"No feeds yet.", "", "a subscribes to one: type the address of a feed or of any page.", "? shows every key."}
	case m.refresh.running && m.sources.counts.Total == 0:
		return []string{"The feeds are being asked; what they bring appears here.", "", "? shows every key meanwhile."}
	case h.source.feed != nil && h.source.feed.Poll.LastChecked.IsZero():
		return []string{"This feed has not been asked yet.", "", "r asks it now."}
	case h.source.feed != nil && h.source.feed.Poll.Error != "":
		return []string{"Nothing is kept of this feed: it could not be read.", "", "r asks it again, i tells more, X unsubscribes."}
	case h.source.key == keyUnread || h.unreadOnly:
		return []string{"Everything is read.", "", "ga shows everything, R looks for news, a adds a feed."}
	case h.source.key == keyStarred:
		return []string{"Nothing is starred.", "", "s stars an item, and starred items are kept for good."}
	}
	return []string{"Nothing here.", "", "r looks for news, ga shows everything."}
}
