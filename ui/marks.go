package ui

import (
	"context"
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
)

// current is the item that a key acts on: the article in the article pane, the
// row under the cursor otherwise.
func (m *Model) current() (feed.Item, bool) {
	if m.focus == paneArticle && m.article.id != 0 {
		return m.article.item, true
	}
	row, ok := m.headlines.list.Current()
	return row.Item, ok && m.focus != paneSources
}

// markRows sets a flag on items: the screen at once, the cache right after.
// done is what the status line answers; empty says nothing.
func (m *Model) markRows(ids []int64, flag feed.Flag, on bool, done string) tea.Cmd {
	if !m.showMark(ids, flag, on) {
		return nil
	}
	if done != "" {
		m.status.say(done + ", u undoes")
	}
	mark := feed.Mark{Items: ids, Flag: flag, On: on, At: m.now()}
	return m.save(write{do: func(ctx context.Context, s *cache.Store) (outcome, error) {
		return outcome{n: len(mark.Items)}, s.Mark(ctx, mark)
	}})
}

// showMark changes the rows on the screen and says whether one changed.
func (m *Model) showMark(ids []int64, flag feed.Flag, on bool) bool {
	set := make(map[int64]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	changed := false
	rows := m.headlines.list.Rows()
	for i := range rows {
		if set[rows[i].ID] && setFlag(&rows[i].Item, flag, on) {
			changed = true
			m.countMark(rows[i].Item, flag, on)
			delete(set, rows[i].ID)
		}
	}
	if a := &m.article; a.id != 0 && set[a.id] && setFlag(&a.item, flag, on) {
		changed = true
		m.countMark(a.item, flag, on)
	} else if a.id != 0 && slices.Contains(ids, a.id) {
		setFlag(&a.item, flag, on)
	}
	if changed {
		m.sources.recount()
		m.syncSource()
	}
	return changed
}

// countMark moves the counts that the screen shows.
func (m *Model) countMark(i feed.Item, flag feed.Flag, on bool) {
	switch {
	case flag == feed.Read && on:
		m.sources.adjust(i.Feed, -1)
	case flag == feed.Read:
		m.sources.adjust(i.Feed, 1)
	case flag == feed.Starred && on:
		m.sources.counts.Starred++
	case flag == feed.Starred:
		m.sources.counts.Starred--
	}
}

// setFlag sets a flag on an item and says whether that changed it.
func setFlag(i *feed.Item, flag feed.Flag, on bool) bool {
	var field *bool
	switch flag {
	case feed.Read:
		field = &i.Read
	case feed.Starred:
		field = &i.Starred
	case feed.Hidden:
		field = &i.Hidden
	default:
		return false
	}
	changed := *field != on
	*field = on
	return changed
}

func (m *Model) toggleRead() tea.Cmd {
	i, _ := m.current()
	done := "marked read"
	if i.Read {
		done = "marked unread"
	}
	return m.markRows([]int64{i.ID}, feed.Read, !i.Read, done)
}

func (m *Model) readDown() tea.Cmd {
	i, _ := m.current()
	cmd := m.markRows([]int64{i.ID}, feed.Read, true, "marked read")
	if !m.headlines.list.Move(1) {
		return cmd
	}
	if m.focus == paneArticle {
		return tea.Batch(cmd, m.wantMore(), m.openArticle())
	}
	return tea.Batch(cmd, m.moved())
}

func (m *Model) toggleStar() tea.Cmd {
	i, _ := m.current()
	done := "starred"
	if i.Starred {
		done = "star removed"
	}
	return m.markRows([]int64{i.ID}, feed.Starred, !i.Starred, done)
}

// hide takes the item out of every list, or puts a hidden one back; the cursor
// goes to its neighbour.
func (m *Model) hide() tea.Cmd {
	i, _ := m.current()
	done := "hidden"
	if i.Hidden {
		done = "shown again"
	}
	cmd := m.markRows([]int64{i.ID}, feed.Hidden, !i.Hidden, done)
	if m.focus == paneArticle {
		m.focus = paneHeadlines
		m.arrange()
	}
	if !m.headlines.list.Move(1) {
		m.headlines.list.Move(-1)
	}
	return tea.Batch(cmd, m.reloadRows())
}

// markAllRead marks what the list shows read; news that arrives after the key
// stays unread. The next source with unread items follows.
func (m *Model) markAllRead() tea.Cmd {
	h := &m.headlines
	if h.list.Len() == 0 {
		m.status.say("there is nothing to mark")
		return nil
	}
	view, at := h.view, m.now()
	m.markLoaded(func(int) bool { return true })
	cmd := m.save(write{what: "marked %s read, u undoes", do: func(ctx context.Context, s *cache.Store) (outcome, error) {
		n, err := s.MarkAll(ctx, view, feed.Read, "", true, at)
		return outcome{n: n}, err
	}})
	if h.search != nil || h.source.key == keyUnread {
		return cmd
	}
	for _, url := range h.source.feeds {
		m.sources.adjust(url, -m.sources.counts.Feeds[url].Unread)
	}
	m.sources.recount()
	m.syncSource()
	if s, ok := m.sources.nextUnread(h.source.key, 1); ok && h.filter == nil {
		m.sources.find(s.key)
		return tea.Batch(cmd, m.openSource(s, 0))
	}
	return cmd
}

func (m *Model) markAbove() tea.Cmd { return m.markFrom(true) }
func (m *Model) markBelow() tea.Cmd { return m.markFrom(false) }

// markFrom marks everything above or below the row in hand read.
func (m *Model) markFrom(above bool) tea.Cmd {
	h := &m.headlines
	row, ok := h.list.Current()
	if !ok {
		return nil
	}
	at := h.list.Index()
	m.markLoaded(func(i int) bool { return above && i < at || !above && i > at })
	view, now := h.view, m.now()
	return m.save(write{what: "marked %s read, u undoes", do: func(ctx context.Context, s *cache.Store) (outcome, error) {
		n, err := s.MarkFrom(ctx, view, row.Pos, above, feed.Read, true, now)
		return outcome{n: n}, err
	}})
}

// markLoaded shows loaded rows as read; the counts follow from the cache.
func (m *Model) markLoaded(which func(int) bool) {
	rows := m.headlines.list.Rows()
	for i := range rows {
		if which(i) {
			rows[i].Read = true
			if rows[i].ID == m.article.id {
				m.article.item.Read = true
			}
		}
	}
}

func (m *Model) undo() tea.Cmd {
	at := m.now()
	return m.save(write{what: "undo", do: func(ctx context.Context, s *cache.Store) (outcome, error) {
		step, err := s.Undo(ctx, at)
		if errors.Is(err, cache.ErrNothingToUndo) {
			return outcome{}, nil
		}
		return outcome{step: &step}, err
	}})
}

func (m *Model) redo() tea.Cmd {
	at := m.now()
	return m.save(write{what: "redo", do: func(ctx context.Context, s *cache.Store) (outcome, error) {
		step, err := s.Redo(ctx, at)
		if errors.Is(err, cache.ErrNothingToRedo) {
			return outcome{}, nil
		}
		return outcome{step: &step}, err
	}})
}
