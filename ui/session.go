package ui

import (
	"context"
	"encoding/json"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/text"
	"dateline/ui/pane"
	"dateline/ui/saver"
)

// session saves the state of the screen and restores it at the next start.
type session struct {
	*env
	*geometry
	sources   *sourceList
	headlines *headlineList

	dirty bool
	// debouncing reports whether a changed session is about to be saved.
	debouncing bool
	// restored reports whether the last session was restored, so that it is not
	// overwritten before it is read.
	restored bool
	// touched reports whether a key was pressed since the start.
	touched bool
	// begun reports whether polling has begun.
	begun bool
	// first reports whether there was no session before this one.
	first bool
}

// savedSession is the session as it is stored.
type savedSession struct {
	Source    string   `json:"source"`
	Item      int64    `json:"item"`
	Pane      area     `json:"pane"`
	Compact   bool     `json:"compact"`
	Unread    bool     `json:"unread_only"`
	Oldest    bool     `json:"oldest"`
	Zen       bool     `json:"zen"`
	NoPreview bool     `json:"no_preview,omitempty"`
	Folded    []string `json:"folded"`
	Splits    splits   `json:"splits"`
	// NewsOnly reports whether feeds without news are hidden.
	NewsOnly bool `json:"news_only,omitempty"`
}

const sessionKey = "screen"

// sessionLoaded brings the last session and the data to show it.
type sessionLoaded struct {
	saved savedSession
	// first reports whether there was no session before this one.
	first   bool
	sources sourcesLoaded
	// rows are the headlines of the session, as of the time opened. If rows is nil, they
	// must be loaded.
	rows   *rowsLoaded
	opened time.Time
}

// sessionDebounced reports that saveAfter has passed since the session changed.
type sessionDebounced struct{}

// begun reports that beginAfter has passed since the first rows were shown.
type begun struct{}

const (
	// tallest is the height of a screen, in lines, that the first rows fill.
	tallest = 60
	// saveAfter is how long a changed session waits before it is saved, so that moving
	// through a list does not write each row.
	saveAfter = time.Second
	// beginAfter is how long the polling waits, so that the first frame is painted before
	// the work of a refresh.
	beginAfter = 50 * time.Millisecond
)

// load reads the last session, the feeds and the headlines. The first frame shows all of
// them.
func (s *session) load() tea.Cmd {
	ctx, store, unsaved, now := s.ctx, s.deps.Store, s.saver, s.now()
	fresh := savedSession{Source: pane.KeyUnread, Pane: areaHeadlines, Compact: s.headlines.Compact}
	return func() tea.Msg {
		msg := sessionLoaded{saved: fresh, first: true, sources: readSources(ctx, store, now), opened: now}
		text, err := store.Setting(ctx, sessionKey)
		if err == nil && text != "" {
			var k savedSession
			if json.Unmarshal([]byte(text), &k) == nil {
				msg.saved, msg.first = k, false
			}
		}
		msg.rows = readRows(ctx, store, unsaved, msg.saved, msg.sources.feeds, now)
		return msg
	}
}

// readRows reads the headlines of the source of the session. For a saved query it returns
// nil, because the query may take long.
func readRows(ctx context.Context, store *cache.Store, s *saver.Saver, k savedSession, feeds []feed.Feed, now time.Time) *rowsLoaded {
	query, ok := pane.QueryOf(k.Source, feeds)
	if !ok {
		return nil
	}
	h := pane.NewHeadlines(k.Compact)
	h.Source = pane.Source{Key: k.Source, Query: query}
	h.UnreadOnly = k.Unread
	view := cache.View{Query: h.Query(), Opened: now, Oldest: k.Oldest}
	rows, _ := loadRows(ctx, store, s, view, 0, replaceRows, k.Item, windowSize(tallest/h.RowHeight()))().(rowsLoaded)
	return &rows
}

// restore shows the last session. When its rows are shown, the polling begins.
func (m *Model) restore(msg sessionLoaded) tea.Cmd {
	m.session.restored, m.session.first = true, msg.first
	k, h := msg.saved, &m.headlines
	h.Compact, h.UnreadOnly, h.Oldest = k.Compact, k.Unread, k.Oldest
	m.zen, m.noPreview, m.splits = k.Zen, k.NoPreview, k.Splits
	m.sources.NewsOnly = k.NewsOnly
	for _, tag := range k.Folded {
		m.sources.Folded[tag] = true
	}
	cmds := []tea.Cmd{m.showSources(msg.sources)}
	if !m.sources.Find(k.Source) {
		m.sources.Find(pane.KeyUnread)
	}
	m.focus = min(max(k.Pane, areaSources), areaArticle)
	if m.focus == areaArticle && k.Item == 0 {
		m.focus = areaHeadlines
	}
	m.reading = m.focus == areaArticle
	m.fitList()
	m.arrange()
	m.session.touched = k.Item != 0
	if s, ok := m.sources.Selected(); ok && s.Key == k.Source && msg.rows != nil {
		h.turnTo(s)
		_, msg.rows.generation = h.startQuery(msg.opened)
		h.Count = h.total()
		cmds = append(cmds, m.navigate.showRows(*msg.rows), m.session.beginSoon())
	} else if ok {
		cmds = append(cmds, h.open(s, k.Item))
	}
	m.session.dirty = false
	if m.session.first && len(m.sources.Feeds) > 0 { // without feeds the empty list names the keys
		m.status.say(m.session.welcome())
	}
	if notice := m.deps.Settings.Notice; notice != "" {
		m.status.fail(text.Clean(notice))
	}
	return tea.Batch(cmds...)
}

// welcome returns the message for the first start, with the most important keys.
func (s *session) welcome() string {
	if s.width < 64 {
		return s.keymap.tips("open", "opens", "next-unread", "next unread", "help", "all keys")
	}
	return s.withTips("Welcome", ": ", "open", "opens", "next-unread", "is the next unread", "help", "shows all keys")
}

// beginSoon starts the polling after beginAfter. Only the first call does so.
func (s *session) beginSoon() tea.Cmd {
	if s.begun || !s.restored {
		return nil
	}
	s.begun = true
	return s.after(s.ctx, beginAfter, func(time.Time) tea.Msg { return begun{} })
}

// beginPolling refreshes the feeds that are due, indexes what an earlier run has not
// indexed, and watches for changes of other processes. It makes the database ready for
// marks first.
func (m *Model) beginPolling() tea.Cmd {
	if m.deps.Shown != nil {
		m.deps.Shown()
	}
	due := feed.RefreshRequest{DueOnly: !m.deps.Settings.RefreshOnStart}
	return tea.Batch(m.maintenance.beginLog(), m.refresh.start(due, false), m.accounts.load(true), m.maintenance.catchUp(), m.changes.watch(), m.pictures.askTerminal())
}

// debounce saves a changed session after saveAfter.
func (s *session) debounce() tea.Cmd {
	if !s.dirty || !s.restored || s.debouncing {
		return nil
	}
	s.debouncing = true
	return s.after(s.ctx, saveAfter, func(time.Time) tea.Msg { return sessionDebounced{} })
}

// saveNow queues the session if it has changed, and writes the queue.
func (s *session) saveNow() tea.Cmd {
	s.debouncing = false
	if s.save(); !s.saver.Unsaved() {
		return nil
	}
	return s.drain()
}

// save queues the session if it has changed.
func (s *session) save() {
	if !s.dirty || !s.restored {
		return
	}
	s.dirty = false
	h := s.headlines
	k := savedSession{
		Source: h.Source.Key, Pane: s.focus, Compact: h.Compact,
		Unread: h.UnreadOnly, Oldest: h.Oldest, Zen: s.zen, NoPreview: s.noPreview, Splits: s.splits,
	}
	if h.Search != nil {
		k.Source, k.Item = h.back.source, h.back.item
		k.Pane = areaHeadlines
	} else if row, ok := h.List.Current(); ok {
		k.Item = row.ID
	}
	k.NewsOnly = s.sources.NewsOnly
	for tag, on := range s.sources.Folded {
		if on {
			k.Folded = append(k.Folded, tag)
		}
	}
	text, err := json.Marshal(k)
	if err != nil {
		return
	}
	s.saver.Add(cache.SetSetting{Key: sessionKey, Value: string(text)})
}
