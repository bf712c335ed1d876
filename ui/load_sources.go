package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/ui/pane"
)

// sourceList loads what the sources pane shows.
type sourceList struct {
	*env
	pane.Sources
}

// sourcesLoaded brings the feeds and their counts.
type sourcesLoaded struct {
	feeds  []feed.Feed
	counts pane.Counts
	err    error
}

// countsLoaded brings the counts without the feeds.
type countsLoaded struct {
	counts pane.Counts
	err    error
}

// queriesCounted brings the number beside each saved query.
type queriesCounted struct{ counts map[string]int }

// readSources reads feeds and counts.
func readSources(ctx context.Context, store *cache.Store, now time.Time) sourcesLoaded {
	feeds, counts, err := store.Sources(ctx, now)
	return sourcesLoaded{feeds, shownCounts(counts), err}
}

// shownCounts converts the counts of the store to counts of the pane.
func shownCounts(c cache.Counts) pane.Counts {
	feeds := make(map[string]pane.FeedCount, len(c.Feeds))
	for url, f := range c.Feeds {
		feeds[url] = pane.FeedCount{Total: f.Total, Unread: f.Unread}
	}
	return pane.Counts{Total: c.Total, Unread: c.Unread, Starred: c.Starred, Today: c.Today, Feeds: feeds}
}

// load reads feeds and counts again.
func (s *sourceList) load() tea.Cmd {
	ctx, store, now := s.ctx, s.deps.Store, s.now()
	return func() tea.Msg { return readSources(ctx, store, now) }
}

// loadCounts reads only the counts again, after a write that changed no feed.
func (s *sourceList) loadCounts() tea.Cmd {
	ctx, store, now := s.ctx, s.deps.Store, s.now()
	return func() tea.Msg {
		c, err := store.Counts(ctx, now)
		return countsLoaded{shownCounts(c), err}
	}
}

// countQueries counts the unread items that match each saved query, or all that match if
// [pane.CountsAll] holds for it.
func (s *sourceList) countQueries() tea.Cmd {
	if len(s.Queries) == 0 {
		return nil
	}
	ctx, store, queries := s.ctx, s.deps.Store, s.Queries
	return func() tea.Msg {
		counts := map[string]int{}
		for _, q := range queries {
			counted := q.Query
			if !pane.CountsAll(counted) {
				counted = counted.And(pane.MustQuery("is:unread"))
			}
			n, err := store.Count(ctx, cache.View{Query: counted}, pane.QueryCountMax)
			if err != nil {
				return nil
			}
			counts[q.Name] = n
		}
		return queriesCounted{counts}
	}
}

// take sets feeds and counts and reports whether it did. While a change of the user is
// not saved yet, counts are dropped, because they are too old. They are loaded again
// after the write.
func (s *sourceList) take(msg sourcesLoaded) bool {
	if msg.err != nil {
		if s.ctx.Err() == nil {
			s.status.fail(userMessage(msg.err))
		}
		return false
	}
	if s.saver.Unsaved() && s.Loaded {
		return false
	}
	s.Feeds, s.Counts, s.Loaded = msg.feeds, msg.counts, true
	s.Rebuild()
	return true
}

// takeCounts sets counts, under the same conditions as take.
func (s *sourceList) takeCounts(msg countsLoaded) bool {
	if msg.err != nil || s.saver.Unsaved() || !s.Loaded {
		return false
	}
	s.SetCounts(msg.counts)
	return true
}

// showSources shows feeds and counts, and updates what depends on them.
func (m *Model) showSources(msg sourcesLoaded) tea.Cmd {
	if !m.sources.take(msg) {
		return nil
	}
	m.headlines.sync()
	m.rebuildOverlays()
	return m.sources.countQueries()
}

// showCounts shows counts, and updates what depends on them.
func (m *Model) showCounts(msg countsLoaded) tea.Cmd {
	if !m.sources.takeCounts(msg) {
		return nil
	}
	m.headlines.sync()
	return m.sources.countQueries()
}
