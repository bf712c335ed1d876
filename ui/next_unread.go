package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/ui/pane"
	"dateline/ui/saver"
)

// nextSource goes to the next source with unread items.
func (n *navigator) nextSource(by int) tea.Cmd {
	s, ok := n.sources.NextUnread(n.headlines.Source.Key, sign(by))
	if !ok {
		n.status.say("nothing else is unread")
		return nil
	}
	n.sources.Find(s.Key)
	return n.headlines.open(s, 0)
}

// nextUnread goes to the next unread item of the list, then to the next source
// that has one. During a search it goes to the next match.
func (n *navigator) nextUnread(by int) tea.Cmd {
	h := n.headlines
	if h.Search != nil {
		if !h.List.Move(by) {
			n.status.say(n.withTips("no more hits", "; ", "escape", "ends the search"))
			return nil
		}
		return n.arrived()
	}
	rows := h.List.Rows()
	for i := h.List.Index() + sign(by); i >= 0 && i < len(rows); i += sign(by) {
		if !rows[i].Read {
			h.List.Go(i)
			return n.arrived()
		}
	}
	if by > 0 && !h.List.TailLoaded() || by < 0 && !h.List.HeadLoaded() {
		return n.findUnread(by)
	}
	return n.crossSource(by)
}

// arrived shows the item after a jump. If the article has the focus, the item is opened.
func (n *navigator) arrived() tea.Cmd {
	if n.focus == areaArticle {
		return tea.Batch(n.headlines.wantMore(), n.openArticle())
	}
	return n.moved()
}

// crossSource continues in the next source with unread items.
func (n *navigator) crossSource(by int) tea.Cmd {
	h := n.headlines
	s, ok := n.sources.NextUnread(h.Source.Key, sign(by))
	if !ok || h.Source.Kind == pane.KindView && h.Source.Key == pane.KeyUnread {
		n.status.say("nothing else is unread")
		return nil
	}
	n.sources.Find(s.Key)
	h.Source, h.Filter, h.FilterText = s, nil, ""
	ctx, generation := h.startQuery(n.now())
	return findRow(ctx, n.deps.Store, n.saver, h.view, generation, cache.Pos{}, by < 0, n.focus == areaArticle)
}

// rowFound brings the item to jump to; 0 if there is none.
type rowFound struct {
	generation int
	id         int64
	back       bool
	open       bool
	err        error
}

// findUnread finds the next unread item beyond the loaded rows.
func (n *navigator) findUnread(by int) tea.Cmd {
	h := n.headlines
	row, ok := h.List.Current()
	if !ok {
		return nil
	}
	return findRow(n.ctx, n.deps.Store, n.saver, h.view, h.generation, cache.Pos(row.Pos), by < 0, n.focus == areaArticle)
}

// findRow finds the first unread row of a view after a position or, if back is set,
// before it.
func findRow(ctx context.Context, store *cache.Store, s *saver.Saver, v cache.View, generation int, from cache.Pos, back, open bool) tea.Cmd {
	return func() tea.Msg {
		_ = s.Drain(context.WithoutCancel(ctx))
		result := rowFound{generation: generation, back: back, open: open}
		// Without the time of opening, rows that were read since do not count as unread.
		v.Query, v.Opened = v.Query.And(pane.MustQuery("is:unread")), time.Time{}
		var rows []cache.Row
		if back {
			rows, result.err = store.Before(ctx, v, from, 1)
		} else {
			rows, result.err = store.After(ctx, v, from, 1)
		}
		if len(rows) > 0 {
			result.id = rows[0].ID
		}
		return result
	}
}

// goFound goes to the item that a jump found.
func (n *navigator) goFound(msg rowFound) tea.Cmd {
	h := n.headlines
	if msg.generation != h.generation {
		return nil
	}
	if msg.err != nil {
		n.status.fail(userMessage(msg.err))
		return nil
	}
	if msg.id == 0 && h.Loaded {
		if msg.back {
			return n.crossSource(-1)
		}
		return n.crossSource(1)
	}
	how := replaceRows
	if msg.open && msg.id != 0 {
		how = openRows
	}
	ctx, generation := h.restartQuery()
	return loadRows(ctx, n.deps.Store, n.saver, h.view, generation, how, msg.id, h.windowSize())
}
