package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/cache/rescue"
)

// presence records whether the user is looking at the screen.
type presence struct {
	// focused is false while the terminal does not have the focus.
	focused bool
	// reports reports whether the terminal reports its focus.
	reports bool
	// lastKey is when a key was pressed last.
	lastKey time.Time
}

const (
	// absentAfter is the time without a key after which the user counts as absent. It
	// is used if the terminal does not report its focus.
	absentAfter = time.Minute
	// tickEvery is how often the ages on an idle screen are updated.
	tickEvery = time.Minute
	// versionWait is how long a tick waits for a busy database.
	versionWait = 250 * time.Millisecond
	// changePause is how long reported changes are gathered before they are shown.
	changePause = 200 * time.Millisecond
	// maintainAfter is the time without a key after which the database is maintained,
	// and maintainEvery the shortest time between two runs of the maintenance.
	maintainAfter = time.Minute
	maintainEvery = time.Hour
	// othersPause is how long other processes have written nothing when the texts that
	// they left out of the search index are indexed. A refresh of another process
	// comes to its end first.
	othersPause = 5 * time.Second
	// indexStep is how many items are indexed at once. Then the context is checked.
	indexStep = 500
)

// watching reports whether the user is looking at the screen. Then no notification is
// needed.
func (p *presence) watching(now time.Time) bool {
	return p.focused && (p.reports || now.Sub(p.lastKey) < absentAfter)
}

// changeListener notices changes that other processes make to the database. The source
// reports changes at once. If it does not, they are noticed once a minute while the
// terminal has the focus. Snoozes that end are noticed then, too.
type changeListener struct {
	*env
	// version is the version of the database that the screen shows; 0 if unknown.
	version int64
	// snoozesAt is up to when the ends of snoozes are shown.
	snoozesAt time.Time
	// told reports whether the user knows that the file was replaced.
	told bool
	// generation numbers the chains of ticks. Only the last chain continues. untick
	// ends its wait.
	generation int
	untick     context.CancelFunc
	// changed is the source's channel; nil if it reports no changes.
	changed <-chan struct{}
}

// ticked comes once a minute while the terminal has the focus.
type ticked struct {
	generation int
	version    int64
	snoozes    snoozeLook
	replaced   error
}

// snoozeLook is the result of looking for snoozes that have ended. at is the time of the
// look; the zero time if it failed.
type snoozeLook struct {
	at    time.Time
	ended bool
}

// changedOutside reports that another process changed the database, or, if replaced is not
// nil, its file.
type changedOutside struct {
	version  int64
	replaced error
}

// tick starts a chain of ticks and ends the chain before. The first tick comes after in.
func (w *changeListener) tick(in time.Duration) tea.Cmd {
	w.stop()
	ctx, cancel := context.WithCancel(w.ctx)
	w.untick = cancel
	generation, store, since, now := w.generation, w.deps.Store, w.snoozesAt, w.now
	return w.after(ctx, in, func(time.Time) tea.Msg {
		return ticked{generation, readVersion(ctx, store), lookForSnoozes(ctx, store, since, now()), store.Replaced()}
	})
}

// stop ends the chain of ticks and its timer at once, so that the timer does not wake
// the processor.
func (w *changeListener) stop() {
	w.generation++
	w.untick()
}

// watching brings the channel of the source's changes, and the version of the database
// when it was opened.
type watching struct {
	changed <-chan struct{}
	version int64
}

// watch lets the source watch for changes.
func (w *changeListener) watch() tea.Cmd {
	ctx, source, store := w.ctx, w.deps.Source, w.deps.Store
	return func() tea.Msg { return watching{source.Changed(ctx), readVersion(ctx, store)} }
}

// wait waits for the next reported change, and changePause longer for further changes.
// It uses no processor time while there are none.
func (w *changeListener) wait() tea.Cmd {
	ctx, changed, store := w.ctx, w.changed, w.deps.Store
	if changed == nil {
		return nil
	}
	pause := w.after(ctx, changePause, func(time.Time) tea.Msg { return changedOutside{readVersion(ctx, store), store.Replaced()} })
	return func() tea.Msg {
		select {
		case _, open := <-changed:
			if open {
				return pause()
			}
		case <-ctx.Done():
		}
		return nil
	}
}

// readVersion returns the database's version; 0 if it cannot be read now.
func readVersion(ctx context.Context, store *cache.Store) int64 {
	ctx, cancel := context.WithTimeout(ctx, versionWait)
	defer cancel()
	v, err := store.Version(ctx)
	if err != nil {
		return 0
	}
	return v
}

// lookForSnoozes looks for snoozes that ended later than since and not later than now.
func lookForSnoozes(ctx context.Context, store *cache.Store, since, now time.Time) snoozeLook {
	ctx, cancel := context.WithTimeout(ctx, versionWait)
	defer cancel()
	ended, err := store.SnoozeEnded(ctx, since, now)
	if err != nil {
		return snoozeLook{}
	}
	return snoozeLook{now, ended}
}

// differs records a version and reports whether another process has written since the
// last version.
func (w *changeListener) differs(version int64) bool {
	before := w.version
	if version == 0 || version == before {
		return false
	}
	w.version = version
	return before != 0
}

// after returns a command that waits for d and then returns the message of f. If ctx
// ends first, it returns nil.
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

// ticked shows changes of other processes and items whose snooze has ended, and starts the
// work for idle times.
func (m *Model) ticked(msg ticked) tea.Cmd {
	if msg.generation != m.changes.generation {
		return nil
	}
	if !msg.snoozes.at.IsZero() {
		m.changes.snoozesAt = msg.snoozes.at
	}
	cmds := []tea.Cmd{m.refresh.catchUp(), m.maintenance.run()}
	if m.presence.focused {
		cmds = append(cmds, m.changes.tick(tickEvery))
	}
	m.tellReplaced(msg.replaced)
	load := m.followVersion(msg.version)
	if load == nil && msg.snoozes.ended {
		// Also during a refresh: if it brings nothing new, it does not load the rows.
		load = tea.Batch(m.sources.load(), m.headlines.reload())
	}
	return tea.Batch(append(cmds, load)...)
}

// showWatching shows changes that were made before the source was watching, and waits
// for more.
func (m *Model) showWatching(msg watching) tea.Cmd {
	m.changes.changed = msg.changed
	return m.showChanges(changedOutside{version: msg.version})
}

// showChanges shows changes of other processes and waits for more. If the version could not
// be read because this process was writing, everything is loaded again.
func (m *Model) showChanges(msg changedOutside) tea.Cmd {
	if msg.replaced != nil {
		m.tellReplaced(msg.replaced)
		return m.changes.wait()
	}
	known := m.changes.version != 0 && msg.version == m.changes.version
	if msg.version != 0 {
		m.changes.version = msg.version
	}
	if known {
		return m.changes.wait()
	}
	return tea.Batch(m.loadChanges(), m.changes.wait())
}

// tellReplaced tells the user, once, that another program has replaced the database.
func (m *Model) tellReplaced(why error) {
	if why == nil || m.changes.told {
		return
	}
	m.changes.told = true
	m.status.fail(userMessage(why) + "; what you mark until then is kept for it")
}

// followVersion loads everything again if another process has changed the database.
func (m *Model) followVersion(version int64) tea.Cmd {
	if !m.changes.differs(version) {
		return nil
	}
	return m.loadChanges()
}

// loadChanges loads everything again. During a refresh it does nothing, because the refresh
// loads everything itself.
func (m *Model) loadChanges() tea.Cmd {
	if m.refresh.running {
		return nil
	}
	m.article.pages.forget()
	return tea.Batch(m.sources.load(), m.headlines.reload(), m.refresh.loadNextDue(), m.accounts.load(false), m.maintenance.indexOthers())
}

// lostFocus ends the ticks and saves the session, because the terminal may stay without
// the focus for days.
func (m *Model) lostFocus() tea.Cmd {
	m.presence.focused, m.presence.reports = false, true
	m.changes.stop()
	return m.session.saveNow()
}

// gotFocus looks at once for changes that were made meanwhile, and for snoozes that ended.
func (m *Model) gotFocus() tea.Cmd {
	m.presence.focused, m.presence.reports = true, true
	return m.changes.tick(0)
}

// maintenance keeps the database in order while nobody is waiting.
type maintenance struct {
	*env
	presence *presence
	refresh  *refresher
	last     time.Time
	// stopWaiting ends the wait of indexOthers.
	stopWaiting context.CancelFunc
}

// maintained reports that the maintenance has ended. It may have removed old items.
// backup is the error of today's backup.
type maintained struct{ backup error }

// catchUp indexes what an earlier run left unindexed.
func (t *maintenance) catchUp() tea.Cmd {
	ctx, store := t.ctx, t.deps.Store
	return func() tea.Msg {
		indexPending(ctx, store)
		return nil
	}
}

// beginLog makes the database ready for marks.
func (t *maintenance) beginLog() tea.Cmd {
	ctx, store := t.ctx, t.deps.Store
	return func() tea.Msg {
		cache.BeginLog(ctx, store)
		return nil
	}
}

// indexOthers indexes what other processes left unindexed, after they have written
// nothing for othersPause.
func (t *maintenance) indexOthers() tea.Cmd {
	t.stopWaiting()
	ctx, cancel := context.WithCancel(t.ctx)
	t.stopWaiting = cancel
	index := t.catchUp()
	return t.after(ctx, othersPause, func(time.Time) tea.Msg { return index() })
}

// indexPending indexes until nothing is left. If it fails, searches still find the items
// that are not indexed, and the next start tries again.
func indexPending(ctx context.Context, store *cache.Store) {
	for last := -1; ; {
		left, err := store.IndexPending(ctx, indexStep)
		if err != nil || left == 0 || left == last || ctx.Err() != nil {
			return
		}
		last = left
	}
}

// run makes the daily backup and maintains the database: items that are not retained are
// removed, and free space is given back. It does nothing if a key was pressed within
// maintainAfter or a refresh is running.
func (t *maintenance) run() tea.Cmd {
	now := t.now()
	if t.refresh.running || now.Sub(t.presence.lastKey) < maintainAfter || now.Sub(t.last) < maintainEvery {
		return nil
	}
	t.last = now
	ctx, store := t.ctx, t.deps.Store
	return func() tea.Msg {
		indexPending(ctx, store)
		_, err := rescue.BackUpDaily(ctx, store)
		if err := store.Maintain(ctx); err != nil {
			return nil
		}
		cache.BeginLog(ctx, store) // Maintain has emptied the log
		return maintained{err}
	}
}

// showMaintained updates the counts and reports a failed backup.
func (m *Model) showMaintained(msg maintained) tea.Cmd {
	if msg.backup != nil && m.ctx.Err() == nil {
		m.status.fail("today's backup failed: " + userMessage(msg.backup))
	}
	return m.sources.load()
}
