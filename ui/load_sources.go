package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
	"dateline/ui/outbox"
	"dateline/ui/pane"
	"dateline/ui/saver"
	"dateline/ui/style"
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
	return tea.Batch(leaveVanished(m), m.sources.countQueries())
}

// leaveVanished goes to the unread items if the shown source is none any more, because a feed or
// an account was removed elsewhere. An open article stays.
func leaveVanished(m *Model) tea.Cmd {
	shown := m.headlines.Source
	if m.headlines.Search != nil || m.focus == areaArticle || shown.Key == "" {
		return nil
	}
	isShown := func(s pane.Source) bool { return s.Key == shown.Key }
	if slices.ContainsFunc(m.sources.List.Rows(), isShown) || slices.ContainsFunc(m.sources.All(), isShown) {
		return nil
	}
	if shown.Feed != nil {
		if _, known := m.sources.FeedOf(shown.Feed.URL); known {
			return nil // it is in another folder
		}
	}
	m.status.say(text.Clean(shown.Name) + " is not among the sources any more")
	m.sources.Find(pane.KeyUnread)
	unread, _ := m.sources.Selected()
	return m.headlines.open(unread, 0)
}

// showCounts shows counts, and updates what depends on them.
func (m *Model) showCounts(msg countsLoaded) tea.Cmd {
	if !m.sources.takeCounts(msg) {
		return nil
	}
	m.headlines.sync()
	return m.sources.countQueries()
}

// isSynced reports whether an account has been synced before.
func (s *sourceList) isSynced(account string) bool {
	return slices.ContainsFunc(s.Accounts, func(a feed.Account) bool { return a.Name == account && !a.LastSynced.IsZero() })
}

// accounts knows the accounts, and sends marks to their servers.
type accounts struct {
	*env
	sources *sourceList
	box     outbox.Outbox
	// pending is how many marks the servers do not have yet.
	pending int
	// sending has room for one call that sends.
	sending chan struct{}
	// last limits the last call before the program ends; nil before that. stopLast ends it.
	last     context.Context
	stopLast context.CancelFunc
}

func newAccounts(e *env, sources *sourceList) accounts {
	return accounts{env: e, sources: sources, sending: make(chan struct{}, 1), stopLast: func() {}}
}

// accountsLoaded brings the accounts. step is the step of the outbox that has ended. retry
// reports whether what waits is to be sent.
type accountsLoaded struct {
	accounts []feed.Account
	step     outbox.Step
	retry    bool
	err      error
	crash    *feed.PanicError
}

// sendDue reports that the outbox has waited, and sendAgain that marks which could not be sent
// have waited.
type sendDue struct{}
type sendAgain struct{ try int }

// load asks for the accounts again. If retry is set, marks that wait are then sent: those that
// were made while a refresh ran, or before the program ended without a network.
func (a *accounts) load(retry bool) tea.Cmd {
	ctx, source := a.ctx, a.deps.Source
	return func() tea.Msg {
		list, err := source.Accounts(ctx)
		return accountsLoaded{accounts: list, retry: retry, err: err}
	}
}

// marked records written changes. Marks are sent when no more of them come.
func (a *accounts) marked(outcomes []saver.Outcome) tea.Cmd {
	for _, o := range outcomes {
		if isMark(o.Change) {
			a.box.Marked(a.now())
			a.unknown = false
		}
	}
	return a.wait()
}

// isMark reports whether a change may change what a server should know.
func isMark(c cache.Change) bool {
	switch c.(type) {
	case cache.MarkItems, cache.MarkView, cache.MarkBeside, cache.UndoLast, cache.RedoLast:
		return true
	}
	return false
}

// wait waits for the next step of the outbox, if there is one.
func (a *accounts) wait() tea.Cmd {
	d, waits := a.box.Wait(a.now())
	if !waits {
		return nil
	}
	return a.after(a.ctx, d, func(time.Time) tea.Msg { return sendDue{} })
}

// due carries out the step of the outbox.
func (a *accounts) due() tea.Cmd {
	step := a.box.Passed(a.now())
	if step == outbox.Nothing {
		return a.wait()
	}
	ctx, source := a.ctx, a.deps.Source
	return func() tea.Msg {
		msg := accountsLoaded{step: step}
		// After a panic the outbox must go on, too.
		msg.crash = feed.Recover("sending marks", a.deps.Crashed, func() {
			if step == outbox.Send {
				a.send(ctx)
			}
			msg.accounts, msg.err = source.Accounts(ctx)
		})
		return msg
	}
}

// send sends what is pending, after a call that is running. An error is in the state of its
// account.
func (a *accounts) send(ctx context.Context) {
	select {
	case a.sending <- struct{}{}:
		defer func() { <-a.sending }()
		_, _ = a.deps.Source.Send(ctx)
	case <-ctx.Done():
	}
}

// unsent reports whether a server may not have all marks.
func (a *accounts) unsent() bool {
	return a.box.Unsent() || len(a.sources.Accounts) > 0 && (a.pending > 0 || a.unknown)
}

const (
	// lastSendLimit is how long marks are sent before the program ends.
	lastSendLimit = 2 * time.Second
	// stopPatience is how long the end waits for a call that was stopped.
	stopPatience = 200 * time.Millisecond
)

// quit quits after the last marks were sent. Meanwhile the screen answers: a second quit does
// not wait.
func (a *accounts) quit() tea.Cmd {
	if a.last != nil || !a.unsent() {
		return tea.Quit
	}
	a.status.say(a.withTips("sending your marks", "; ", "quit", "quits without waiting"))
	sent := a.sendLast(a.drain())
	ctx := a.last
	return func() tea.Msg {
		select {
		case <-sent:
		case <-ctx.Done():
		}
		return tea.QuitMsg{}
	}
}

// sendLast begins to send after save, and closes the channel when that has ended.
func (a *accounts) sendLast(save tea.Cmd) <-chan struct{} {
	a.last, a.stopLast = context.WithTimeout(context.WithoutCancel(a.ctx), lastSendLimit)
	ctx, sent := a.last, make(chan struct{})
	go func() {
		defer close(sent)
		feed.Recover("sending marks", a.deps.Crashed, func() {
			save()
			a.send(ctx)
		})
	}()
	return sent
}

// finish sends the last marks if [accounts.quit] did not. It never waits longer than
// lastSendLimit.
func (a *accounts) finish() {
	if a.last == nil && a.unsent() {
		select {
		case <-a.sendLast(func() tea.Msg { return nil }):
		case <-a.last.Done():
		}
	}
	a.stopLast()
	select {
	case a.sending <- struct{}{}: // no call is running
	case <-time.After(stopPatience):
	}
}

// pendingText returns the number of marks that wait, for the status line; empty if there are
// none.
func (a *accounts) pendingText(t style.Theme) string {
	if a.pending == 0 {
		return ""
	}
	return style.Paint(t.Dim, t.Glyphs.Pending+text.Number(a.pending)) + " "
}

// accountResolved brings what became of changes that were held back.
type accountResolved struct {
	done string
	err  error
}

// resolve takes what the server of an account says and was held back, or sends the marks of
// here instead.
func (a *accounts) resolve(name string, accept bool) tea.Cmd {
	ctx, source, shown := a.ctx, a.deps.Source, text.Clean(name)
	done := shown + " has your marks now"
	if accept {
		done = "took what the server of " + shown + " says"
	}
	a.status.say("asking the server of " + shown)
	return func() tea.Msg { return accountResolved{done, source.Resolve(ctx, name, accept)} }
}

// showResolved tells what became of changes that were held back, and shows the items as they
// are.
func showResolved(m *Model, msg accountResolved) tea.Cmd {
	if msg.err != nil {
		m.status.fail(userMessage(msg.err))
	} else {
		m.status.say(msg.done)
	}
	return tea.Batch(m.accounts.load(false), m.sources.load(), m.headlines.reload())
}

// showAccounts shows the state of the accounts.
func showAccounts(m *Model, msg accountsLoaded) tea.Cmd {
	var leave tea.Cmd
	a, pending := &m.accounts, -1
	if msg.crash != nil {
		m.status.fail(msg.crash.UserMessage())
	} else if msg.err == nil {
		pending = 0
		for _, one := range msg.accounts {
			pending += one.Pending
		}
		a.pending = pending
		a.box.SetAccounts(len(msg.accounts) > 0)
		before := m.sources.Accounts
		m.sources.Accounts = msg.accounts
		if m.sources.Loaded && !slices.EqualFunc(before, msg.accounts, sameRow) {
			m.sources.Rebuild()
			m.headlines.sync()
			leave = leaveVanished(m)
		}
		m.rebuildOverlays()
	}
	if msg.step != outbox.Nothing {
		a.box.Done(pending)
	}
	if msg.retry && pending > 0 {
		a.box.Retry(a.now())
	}
	if msg.step != outbox.Send {
		return tea.Batch(leave, a.wait())
	}
	return tea.Batch(leave, a.wait(), a.waitAgain(pending))
}

// waitAgain waits for sending marks again that were not sent, if there are any.
func (a *accounts) waitAgain(pending int) tea.Cmd {
	d, try, waits := a.box.Again(pending)
	if !waits {
		return nil
	}
	return a.after(a.ctx, d, func(time.Time) tea.Msg { return sendAgain{try} })
}

// again sends marks again.
func (a *accounts) again(msg sendAgain) tea.Cmd {
	if a.pending > 0 {
		a.box.TryAgain(a.now(), msg.try)
	}
	return a.wait()
}

// sameRow reports whether two states of an account have the same row among the sources.
func sameRow(a, b feed.Account) bool {
	return a.Name == b.Name && schedule.AccountProblem(a) == schedule.AccountProblem(b)
}
