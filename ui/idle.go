package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/cache/rescue"
)

const (
	// tidyAfter is how long no key was pressed before the cache is tidied,
	// tidyEvery the least time from one tidying to the next.
	tidyAfter = time.Minute
	tidyEvery = time.Hour
	// indexStep is how many items are indexed between two looks at the context.
	indexStep = 500
)

// idle remembers when the reader and the cache were last busy.
type idle struct {
	key  time.Time
	tidy time.Time
}

// catchUp indexes what an earlier run left unindexed.
func (m *Model) catchUp() tea.Cmd {
	ctx, store := m.ctx, m.deps.Store
	return func() tea.Msg {
		indexRest(ctx, store)
		return nil
	}
}

// indexRest indexes until nothing is left. What fails here is found by
// searches all the same and tried again at the next start.
func indexRest(ctx context.Context, store *cache.Store) {
	for last := -1; ; {
		left, err := store.IndexPending(ctx, indexStep)
		if err != nil || left == 0 || left == last || ctx.Err() != nil {
			return
		}
		last = left
	}
}

// tidy makes the daily backup and lets the cache remove what is not kept and
// give room back, when the
// reader has paused and nothing is being refreshed.
func (m *Model) tidy() tea.Cmd {
	now := m.now()
	if m.refresh.running || now.Sub(m.idle.key) < tidyAfter || now.Sub(m.idle.tidy) < tidyEvery {
		return nil
	}
	m.idle.tidy = now
	ctx, store := m.ctx, m.deps.Store
	return func() tea.Msg {
		indexRest(ctx, store)
		_, err := rescue.BackUpDaily(ctx, store)
		if err := store.Maintain(ctx); err != nil {
			return nil
		}
		return tidied{err}
	}
}

// tidied says that old items may be gone from the cache, and whether today's
// backup failed.
type tidied struct{ backup error }

// showTidied brings what is shown up to date.
func (m *Model) showTidied(msg tidied) tea.Cmd {
	if msg.backup != nil && m.ctx.Err() == nil {
		m.status.fail("there is no backup of today: " + sentence(msg.backup))
	}
	return m.loadSources()
}
