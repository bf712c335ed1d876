package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
)

// waiting is the wait for the next due feed.
type waiting struct {
	// gen numbers the waits.
	gen int
	// due is when it ends by the time of day, since when it began. Its timer
	// stands while the computer sleeps.
	due, since time.Time
}

// lateness is how late a timer may be without the computer having slept, or its
// clock having been set.
const lateness = time.Minute

// late says that the wait should have ended for some time: the computer has
// slept, and its network may not be there yet.
func (w waiting) late(now time.Time) bool {
	return !w.due.IsZero() && now.Round(0).Sub(w.due) > lateness
}

// setBack says that the wait began in the future.
func (w waiting) setBack(now time.Time) bool { return w.since.Sub(now.Round(0)) > lateness }

// watchDue looks whether the time of day has left the timer of the next due feed
// behind. It is called when the reader is awake anyway: with a tick, the focus
// or a key.
func (m *Model) watchDue() tea.Cmd {
	r := &m.refresh
	switch {
	case r.running:
		return nil
	case r.next.late(m.now()):
		return m.start(feed.RefreshRequest{DueOnly: true}, false)
	case r.next.setBack(m.now()):
		return m.loadNextDue()
	}
	return nil
}

// dueLoaded says when the next feed may be asked; zero means none.
type dueLoaded struct {
	gen int
	at  time.Time
}

// duePassed says that a feed is due.
type duePassed struct{ gen int }

// loadNextDue asks the cache when to poll next.
func (m *Model) loadNextDue() tea.Cmd {
	if m.deps.NextDue == nil {
		return nil
	}
	m.refresh.next.gen++
	gen, ctx, due, retry := m.refresh.next.gen, m.ctx, m.deps.NextDue, m.now().Add(dueRetry)
	return func() tea.Msg {
		at, err := due(ctx)
		if err != nil {
			return dueLoaded{gen, retry}
		}
		return dueLoaded{gen, at}
	}
}

// duePause is the least time between two polls by time, so that a clock that
// jumps or a feed that is always due cannot make a loop.
const duePause = 2 * time.Second

// dueRetry is when to poll all the same after the cache could not say when: one
// busy moment must not end the polling.
const dueRetry = time.Minute

func (m *Model) waitDue(msg dueLoaded) tea.Cmd {
	w := &m.refresh.next
	if msg.gen != w.gen {
		return nil
	}
	*w = waiting{gen: msg.gen}
	if msg.at.IsZero() {
		return nil
	}
	gen := msg.gen
	w.due, w.since = msg.at.Round(0), m.now().Round(0)
	return m.after(m.ctx, max(msg.at.Sub(m.now()), duePause), func(time.Time) tea.Msg { return duePassed{gen} })
}

func (m *Model) pollDue(msg duePassed) tea.Cmd {
	if msg.gen != m.refresh.next.gen {
		return nil
	}
	if m.refresh.running {
		return nil
	}
	return m.start(feed.RefreshRequest{DueOnly: true}, false)
}
