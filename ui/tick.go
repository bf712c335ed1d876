package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

// ticked comes once a minute while the terminal has the focus: ages count on,
// and what another process changed is noticed.
type ticked struct {
	gen     int
	version int64
}

// sessionRested says that a changed session has waited for long enough.
type sessionRested struct{}

// retryPassed says that a failed write is to be tried again.
type retryPassed struct{}

const (
	// tickEvery is how often the ages of a screen at rest move.
	tickEvery = time.Minute
	// versionWait is how long a tick waits for a cache that is writing.
	versionWait = 250 * time.Millisecond
	// keepAfter is how soon a changed session is kept, retryAfter how soon a
	// failed write is tried again.
	keepAfter  = time.Second
	retryAfter = 2 * time.Second
)

// tick begins a chain of ticks, the first one in that time; a chain that began
// before ends.
func (m *Model) tick(in time.Duration) tea.Cmd {
	m.stopTicks()
	ctx, cancel := context.WithCancel(m.ctx)
	m.untick = cancel
	gen, store := m.tickGen, m.deps.Store
	return m.after(ctx, in, func(time.Time) tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, versionWait)
		defer cancel()
		v, err := store.Version(ctx)
		if err != nil {
			v = 0
		}
		return ticked{gen, v}
	})
}

// stopTicks ends the chain of ticks at once: a timer that only finds itself late
// would wake the processor, too.
func (m *Model) stopTicks() {
	m.tickGen++
	m.untick()
}

// after waits and then gives what f makes of the instant; nothing when ctx ends
// first.
func after(ctx context.Context, d time.Duration, f func(time.Time) tea.Msg) tea.Cmd {
	return func() tea.Msg {
		wait := time.NewTimer(d)
		defer wait.Stop()
		select {
		case now := <-wait.C:
			return f(now)
		case <-ctx.Done():
			return nil
		}
	}
}

// ticked follows changes of other processes and begins idle work.
func (m *Model) ticked(msg ticked) tea.Cmd {
	if msg.gen != m.tickGen {
		return nil
	}
	cmds := []tea.Cmd{m.watchDue(), m.tidy()}
	if m.focused {
		cmds = append(cmds, m.tick(tickEvery))
	}
	if msg.version != 0 && msg.version != m.version {
		if m.version != 0 && !m.refresh.running {
			cmds = append(cmds, m.loadSources(), m.reloadRows(), m.loadNextDue())
			m.pages.forget()
		}
		m.version = msg.version
	}
	return tea.Batch(cmds...)
}

// lostFocus ends the ticks and keeps the session: the terminal may stay
// elsewhere for days.
func (m *Model) lostFocus() tea.Cmd {
	m.focused, m.notifier.reports = false, true
	m.stopTicks()
	return m.keepSession()
}

// gotFocus looks at once for what changed while the terminal was elsewhere.
func (m *Model) gotFocus() tea.Cmd {
	m.focused, m.notifier.reports = true, true
	return m.tick(0)
}

// restSession lets a changed session wait for a moment, so that a walk through
// a list is not written row by row.
func (m *Model) restSession() tea.Cmd {
	if !m.session.dirty || !m.session.restored || m.session.resting {
		return nil
	}
	m.session.resting = true
	return m.after(m.ctx, keepAfter, func(time.Time) tea.Msg { return sessionRested{} })
}

// keepSession writes the session when it has changed.
func (m *Model) keepSession() tea.Cmd {
	m.session.resting = false
	if m.saveSession(); !m.saver.unsaved() {
		return nil
	}
	return m.drain()
}

// retryWrites tries again in a moment what could not be written.
func (m *Model) retryWrites() tea.Cmd {
	if m.retrying {
		return nil
	}
	m.retrying = true
	return m.after(m.ctx, retryAfter, func(time.Time) tea.Msg { return retryPassed{} })
}
