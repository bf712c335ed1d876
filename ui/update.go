package ui

import (
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/text"
	"dateline/ui/frameticker"
	"dateline/ui/mode"
	"dateline/ui/suspend"
)

// opener decides what the answers of a mode do. It is stored with the mode on the stack.
type opener interface {
	answered(m *Model, a mode.Answer) tea.Cmd
}

// rebuilder is an opener whose overlay shows feeds. rebuild returns the overlay with the
// changed feeds; nil if there is nothing left to show.
type rebuilder interface {
	rebuild(m *Model) *mode.Overlay
}

// Update handles a message. It recovers panics: see [Model.guard] and
// [Model.quitAfterPanic].
func (m *Model) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	if m.panicked != nil {
		return m, tea.Quit
	}
	if crash := feed.Recover("handling a message", m.deps.Crashed, func() { cmd = m.guard(m.update(msg)) }); crash != nil {
		return m, m.quitAfterPanic(crash)
	}
	return m, cmd
}

// update handles a message. Messages that change nothing on the screen do not draw it.
func (m *Model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pagePrefetched:
		m.article.pages.put(msg.key, msg.page)
		return nil
	case articleDebounced:
		return m.article.debounced(msg)
	case sessionDebounced:
		return m.session.saveNow()
	case dueLoaded:
		return m.refresh.waitDue(msg)
	case sendDue:
		return m.accounts.due()
	case sendAgain:
		return m.accounts.again(msg)
	case crashed:
		m.status.fail(msg.crash.UserMessage())
	}
	m.dirty = true
	if m.ticker == nil {
		m.ticker = frameticker.New(m.program, frameticker.Rates())
		m.ticker.Wake()
	}
	cmd := m.take(msg)
	m.fitList()
	return tea.Batch(cmd, m.pictures.follow(), m.jumps.settle(), m.headlines.wantPassages(), m.session.debounce())
}

// take passes a message to its method.
func (m *Model) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.EnvMsg:
		m.notifier.choose(msg)
	case notified:
		m.notifier.show(msg)
	case sessionLoaded:
		return m.restore(msg)
	case sourcesLoaded:
		return m.showSources(msg)
	case countsLoaded:
		return m.showCounts(msg)
	case queriesCounted:
		m.sources.SetQueryCounts(msg.counts)
	case accountsLoaded:
		return showAccounts(m, msg)
	case rowsLoaded:
		return m.showRows(msg)
	case rowFound:
		return m.navigate.goFound(msg)
	case articleLoaded:
		return m.article.take(msg)
	case progressLoaded:
		m.article.showProgress(msg)
	case reported:
		return m.showReports(msg)
	case begun:
		return m.beginPolling()
	case duePassed:
		return m.refresh.startDue(msg)
	case retryPassed:
		return m.marks.retry()
	case ticked:
		return m.ticked(msg)
	case watching:
		return m.showWatching(msg)
	case changedOutside:
		return m.showChanges(msg)
	case maintained:
		return m.showMaintained(msg)
	case saved:
		return m.showSaved(msg)
	case pictureMode, pictureRest, pictureLoaded, picturesClosed:
		return m.pictures.handle(msg)
	case pageFetched:
		return m.showPageText(msg)
	case infoLoaded:
		return m.showLoadedInfo(msg)
	case discovered:
		return m.showDiscovered(msg)
	case previewed:
		return m.showPreview(msg)
	case subscribed:
		return m.showSubscribed(msg)
	default:
		return m.takeInput(msg)
	}
	return nil
}

// takeInput passes a message from the terminal, or about what a key opened, to its method.
func (m *Model) takeInput(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case accountResolved:
		return showResolved(m, msg)
	case linkPaused:
		return m.keys.linkPaused(msg)
	case foundInText:
		m.jumps.take(msg)
		return nil
	case passagesDue:
		return m.headlines.loadPassages(msg)
	case passagesLoaded:
		m.headlines.showPassages(msg)
		return nil
	case historyLoaded:
		return m.history.show(msg)
	case querySaved:
		return m.queries.show(msg)
	case opened:
		return m.browser.show(msg)
	case browserEnded:
		return m.browser.showEnded(msg)
	case tea.WindowSizeMsg:
		return m.resize(msg.Width, msg.Height)
	case tea.BackgroundColorMsg, tea.ForegroundColorMsg, tea.ColorProfileMsg:
		return m.learnColors(msg)
	case tea.KeyPressMsg:
		return m.press(msg)
	case tea.PasteMsg:
		return m.paste(msg.Content)
	case tea.MouseClickMsg:
		return m.clicked(msg.Mouse())
	case tea.MouseWheelMsg:
		return m.wheeled(msg.Mouse())
	case tea.MouseMotionMsg:
		return m.dragged(msg.Mouse())
	case tea.MouseReleaseMsg:
		return m.released()
	case tea.FocusMsg:
		return m.gotFocus()
	case tea.BlurMsg:
		return m.lostFocus()
	case tea.ModeReportMsg:
		m.learnTerminal(msg)
	}
	// All other messages are Bubble Tea's own. Most of them write something.
	m.pictures.learn(msg)
	m.ticker.Wake()
	return nil
}

// press passes a key to the mode on top, or else to the actions bound to it. It also
// refreshes feeds that have become due while the computer was asleep. A letter of another
// keyboard layout acts as the key at its place if it does nothing itself and is no text.
func (m *Model) press(k tea.KeyPressMsg) tea.Cmd {
	m.begin()
	k, at, known := mode.Typed(k)
	top, by := m.modes.Top()
	if top == nil {
		name := mode.KeyName(k)
		if known && !m.keys.bound(name) && m.keys.bound(mode.KeyName(at)) {
			name = mode.KeyName(at)
		}
		return tea.Batch(m.keys.press(name), m.refresh.catchUp())
	}
	if m.keys.suspends(k) {
		return suspend.Command()
	}
	answer, cmd := top.Key(k)
	if o, isOverlay := top.(*mode.Overlay); isOverlay && known && answer == nil && k.Code >= utf8.RuneSelf && !o.TakesText() {
		answer, cmd = top.Key(at)
	}
	if h, choosing := top.(*mode.Hints); choosing && known && !h.Takes(k.Text) {
		answer, cmd = top.Key(at)
	}
	return tea.Batch(m.answered(by, answer, cmd), m.refresh.catchUp())
}

// paste passes pasted text to the mode on top. Without a mode it does nothing.
func (m *Model) paste(s string) tea.Cmd {
	top, by := m.modes.Top()
	if top == nil {
		return nil
	}
	if _, isAddress := by.(*addressPrompt); isAddress {
		s = text.PastedAddress(s) // the line ends are lost in the prompt
	}
	answer, cmd := top.Paste(text.Clean(s))
	return m.answered(by, answer, cmd)
}

// answered passes a mode's answer to its opener. A cancelled mode is closed first.
func (m *Model) answered(by opener, a mode.Answer, cmd tea.Cmd) tea.Cmd {
	if a == nil {
		return cmd
	}
	if _, cancelled := a.(mode.Cancelled); cancelled {
		m.modes.Close()
	}
	return tea.Batch(cmd, by.answered(m, a))
}

// rebuildOverlays updates the overlays that show feeds.
func (m *Model) rebuildOverlays() {
	m.modes.Rebuild(func(by opener) (*mode.Overlay, bool) {
		r, ok := by.(rebuilder)
		if !ok {
			return nil, false
		}
		return r.rebuild(m), true
	})
}

// begin records that the user does something, and removes the message about the last
// action.
func (m *Model) begin() {
	m.status.clear()
	m.refresh.result = ""
	m.session.touched = true
	m.presence.lastKey = m.now()
}

// crashed reports that a command has panicked.
type crashed struct{ crash *feed.PanicError }

// guard turns a panic of a command, or of the commands that it returns, into a message.
// Without it, Bubble Tea would end the program.
func (m *Model) guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	record := m.deps.Crashed
	return func() (msg tea.Msg) {
		crash := feed.Recover("working in the background", record, func() { msg = cmd() })
		if crash != nil {
			return crashed{crash}
		}
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i := range batch {
				batch[i] = m.guard(batch[i])
			}
		}
		return msg
	}
}

// quitAfterPanic quits the program after Update or View has panicked. The state of the
// model may be wrong, but the terminal is restored and changes are saved.
func (m *Model) quitAfterPanic(crash *feed.PanicError) tea.Cmd {
	m.panicked = crash
	if m.program != nil {
		go m.program.Quit()
	}
	return tea.Quit
}
