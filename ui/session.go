package ui

import (
	"context"
	"encoding/json"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/text"
)

// session is what makes the screen come back as it was left.
type session struct {
	dirty bool
	// resting says that the session is about to be kept.
	resting bool
	// restored says that the last session's place has been taken, so that a
	// place is not overwritten before it is read.
	restored bool
	// touched says that a key was pressed since the start.
	touched bool
	// begun says that the polling has been begun.
	begun bool
	// first says that there was no session before this one.
	first bool
}

// kept is the session as it is stored.
type kept struct {
	Source  string   `json:"source"`
	Item    int64    `json:"item"`
	Pane    pane     `json:"pane"`
	Compact bool     `json:"compact"`
	Unread  bool     `json:"unread_only"`
	Oldest  bool     `json:"oldest"`
	Zen     bool     `json:"zen"`
	Folded  []string `json:"folded"`
	Splits  splits   `json:"splits"`
}

const sessionKey = "screen"

// sessionLoaded brings the last session and all that is needed to show it.
type sessionLoaded struct {
	kept kept
	// first says that there was no session before this one.
	first   bool
	sources sourcesLoaded
	// rows are those of the source where the reader was, as of the instant
	// opened; nil when they could not be read beside the sources.
	rows   *rowsLoaded
	opened time.Time
}

// loadSession reads where the reader was, the feeds and the headlines there: the
// first frame shows all of it.
func (m *Model) loadSession() tea.Cmd {
	ctx, s, now := m.ctx, m.saver, m.now()
	fresh := kept{Source: keyUnread, Pane: paneHeadlines, Compact: m.headlines.compact}
	return func() tea.Msg {
		msg := sessionLoaded{kept: fresh, first: true, sources: readSources(ctx, s.store, now), opened: now}
		text, err := s.store.Setting(ctx, sessionKey)
		if err == nil && text != "" {
			var k kept
			if json.Unmarshal([]byte(text), &k) == nil {
				msg.kept, msg.first = k, false
			}
		}
		msg.rows = readPlace(ctx, s, msg.kept, now)
		return msg
	}
}

// tallest is the screen, in lines, that the first rows fill.
const tallest = 60

// readPlace reads the rows of the source where the session was left. Those of a
// saved query come later, for it may ask for more than an index has ready.
func readPlace(ctx context.Context, s *saver, k kept, now time.Time) *rowsLoaded {
	query, ok := queryOf(k.Source)
	if !ok {
		return nil
	}
	h := newHeadlinesPane(k.Compact)
	h.place(k)
	h.source = source{key: k.Source, query: query}
	ctx, gen := h.ask(ctx, now)
	rows, _ := loadRows(ctx, s, h.view, gen, replaceRows, k.Item, windowSize(tallest/h.rowHeight()))().(rowsLoaded)
	return &rows
}

// place takes over how the session had the headlines.
func (p *headlinesPane) place(k kept) {
	p.compact, p.unreadOnly, p.oldest = k.Compact, k.Unread, k.Oldest
}

// restore takes the last session's place; its rows begin the polling.
func (m *Model) restore(msg sessionLoaded) tea.Cmd {
	m.session.restored, m.session.first = true, msg.first
	k := msg.kept
	m.headlines.place(k)
	m.zen, m.splits = k.Zen, k.Splits
	for _, tag := range k.Folded {
		m.sources.folded[tag] = true
	}
	cmds := []tea.Cmd{m.showSources(msg.sources)}
	if !m.sources.find(k.Source) {
		m.sources.find(keyUnread)
	}
	m.focus = min(max(k.Pane, paneSources), paneArticle)
	if m.focus == paneArticle && k.Item == 0 {
		m.focus = paneHeadlines
	}
	m.arrange()
	m.session.touched = k.Item != 0
	if s, ok := m.sources.selected(); ok && s.key == k.Source && msg.rows != nil {
		cmds = append(cmds, m.showSource(s, msg.opened, *msg.rows), m.beginSoon())
	} else if ok {
		cmds = append(cmds, m.openSource(s, k.Item))
	}
	m.session.dirty = false
	if m.session.first {
		m.status.say(m.welcome())
	}
	if notice := m.deps.Settings.Notice; notice != "" {
		m.status.fail(text.Clean(notice))
	}
	return tea.Batch(cmds...)
}

// beginAfter lets the first frame leave before the work of a refresh begins.
const beginAfter = 50 * time.Millisecond

// begun says that the first rows have been on the screen for a moment.
type begun struct{}

// beginSoon lets the polling begin with the first answer to a list, once.
func (m *Model) beginSoon() tea.Cmd {
	if m.session.begun || !m.session.restored {
		return nil
	}
	m.session.begun = true
	return m.after(m.ctx, beginAfter, func(time.Time) tea.Msg { return begun{} })
}

// beginPolling polls what is due and finishes what an earlier run left.
func (m *Model) beginPolling() tea.Cmd {
	if m.deps.Shown != nil {
		m.deps.Shown()
	}
	due := feed.RefreshRequest{DueOnly: !m.deps.Settings.RefreshOnStart}
	return tea.Batch(m.start(due, false), m.catchUp())
}

// welcome names the keys that are enough to begin with.
func (m *Model) welcome() string {
	if m.width < 64 {
		return "Enter opens, n next unread, ? all keys"
	}
	return "Welcome: Enter opens, n is the next unread, ? shows all keys"
}

// saveSession queues the session for the cache when it has changed.
func (m *Model) saveSession() {
	if !m.session.dirty || !m.session.restored {
		return
	}
	m.session.dirty = false
	k := kept{
		Source: m.headlines.source.key, Pane: m.focus, Compact: m.headlines.compact,
		Unread: m.headlines.unreadOnly, Oldest: m.headlines.oldest, Zen: m.zen, Splits: m.splits,
	}
	if m.headlines.search != nil {
		k.Source, k.Item = m.headlines.back.source, m.headlines.back.item
		k.Pane = paneHeadlines
	} else if row, ok := m.headlines.list.Current(); ok {
		k.Item = row.ID
	}
	for tag, on := range m.sources.folded {
		if on {
			k.Folded = append(k.Folded, tag)
		}
	}
	text, err := json.Marshal(k)
	if err != nil {
		return
	}
	m.saver.add(write{do: func(ctx context.Context, s *cache.Store) (outcome, error) {
		return outcome{}, s.SetSetting(ctx, sessionKey, string(text))
	}})
}

// sourcesLoaded brings the feeds and their counts.
type sourcesLoaded struct {
	feeds  []feed.Feed
	counts cache.Counts
	err    error
}

// queriesCounted brings the unread hits of the saved queries.
type queriesCounted struct{ counts map[string]int }

func readSources(ctx context.Context, store *cache.Store, now time.Time) sourcesLoaded {
	feeds, counts, err := store.Sources(ctx, now)
	return sourcesLoaded{feeds, counts, err}
}

// loadSources reads feeds and counts anew.
func (m *Model) loadSources() tea.Cmd {
	ctx, store, now := m.ctx, m.deps.Store, m.now()
	return func() tea.Msg { return readSources(ctx, store, now) }
}

// showSources takes feeds and counts in. Counts that are older than what the
// reader did since are left to the load that follows the write.
func (m *Model) showSources(msg sourcesLoaded) tea.Cmd {
	if msg.err != nil {
		if m.ctx.Err() == nil {
			m.status.fail(sentence(msg.err))
		}
		return nil
	}
	if m.saver.unsaved() && m.sources.loaded {
		return nil
	}
	m.sources.feeds, m.sources.counts, m.sources.loaded = msg.feeds, msg.counts, true
	m.sources.rebuild()
	m.syncSource()
	m.renewSheet()
	return m.countQueries()
}

// syncSource gives the headlines the fresh row of their source.
func (m *Model) syncSource() {
	for _, s := range m.sources.list.Rows() {
		if s.key == m.headlines.source.key {
			m.headlines.source = s
			return
		}
	}
}

// countQueries counts the unread hits of the saved queries.
func (m *Model) countQueries() tea.Cmd {
	if len(m.sources.queries) == 0 {
		return nil
	}
	ctx, store, queries := m.ctx, m.deps.Store, m.sources.queries
	return func() tea.Msg {
		counts := map[string]int{}
		for _, q := range queries {
			n, err := store.Count(ctx, cache.View{Query: q.Query.And(mustQuery("is:unread"))}, queryCountMax)
			if err != nil {
				return nil
			}
			counts[q.Name] = n
		}
		return queriesCounted{counts}
	}
}

// loadCounts reads the counts anew, after a write that changed nothing else of
// the sources.
func (m *Model) loadCounts() tea.Cmd {
	ctx, store, now := m.ctx, m.deps.Store, m.now()
	return func() tea.Msg {
		c, err := store.Counts(ctx, now)
		return countsLoaded{c, err}
	}
}

// countsLoaded brings the counts without the feeds.
type countsLoaded struct {
	counts cache.Counts
	err    error
}

// showCounts takes counts in, under the same terms as [Model.showSources].
func (m *Model) showCounts(msg countsLoaded) tea.Cmd {
	if msg.err != nil || m.saver.unsaved() || !m.sources.loaded {
		return nil
	}
	m.sources.setCounts(msg.counts)
	m.syncSource()
	return m.countQueries()
}
