package ui

import (
	tea "charm.land/bubbletea/v2"

	"dateline/feed"
)

// Update takes a message in. A panic in what follows from it, here or later, is
// caught: see [Model.guard] and [Model.fall].
func (m *Model) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	if m.fallen != nil {
		return m, tea.Quit
	}
	if crash := feed.Recover("taking in what happened", m.deps.Crashed, func() { cmd = m.guard(m.update(msg)) }); crash != nil {
		return m, m.fall(crash)
	}
	return m, cmd
}

// update takes a message in. What nobody sees draws nothing.
func (m *Model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pagePrefetched:
		m.pages.put(msg.key, msg.page)
		return nil
	case articleRested:
		return m.rested(msg)
	case sessionRested:
		return m.keepSession()
	case dueLoaded:
		return m.waitDue(msg)
	case crashed:
		m.status.fail(msg.crash.UserMessage())
	}
	m.dirty = true
	if m.pulse == nil {
		m.pulse = newPulse(m.program, pulsePaces())
		m.pulse.beat()
	}
	cmd := m.take(msg)
	return tea.Batch(cmd, m.restSession())
}

// take hands a message to the method that is meant for it.
func (m *Model) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.EnvMsg:
		m.chooseNotifier(msg)
	case notified:
		m.showNotified(msg)
	case sessionLoaded:
		return m.restore(msg)
	case sourcesLoaded:
		return m.showSources(msg)
	case countsLoaded:
		return m.showCounts(msg)
	case queriesCounted:
		m.sources.setQueryCounts(msg.counts)
	case rowsLoaded:
		return tea.Batch(m.showRows(msg), m.beginSoon())
	case rowFound:
		return m.goFound(msg)
	case articleLoaded:
		return m.showArticle(msg)
	case positionLoaded:
		m.showPosition(msg)
	case reported:
		return m.showReports(msg)
	case begun:
		return m.beginPolling()
	case duePassed:
		return m.pollDue(msg)
	case retryPassed:
		m.retrying = false
		return m.drain()
	case ticked:
		return m.ticked(msg)
	case tidied:
		return m.showTidied(msg)
	case saved:
		return m.showSaved(msg)
	case pageFetched:
		return m.showPage(msg)
	case infoLoaded:
		return m.showLoadedInfo(msg)
	case discovered:
		return m.showDiscovered(msg)
	case previewed:
		return m.showPreview(msg)
	case subscribed:
		return m.showSubscribed(msg)
	case opened:
		m.showOpened(msg)
	default:
		return m.takeInput(msg)
	}
	return nil
}

// takeInput is take for what comes from the terminal.
func (m *Model) takeInput(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.pulse.beat()
		return m.resize(msg.Width, msg.Height)
	case tea.BackgroundColorMsg:
		return m.setBackground(msg.IsDark())
	case tea.KeyPressMsg:
		return tea.Batch(m.press(msg), m.watchDue())
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
	case tea.ModeReportMsg, tea.ColorProfileMsg:
		m.learnTerminal(msg)
	}
	// What is left are Bubble Tea's own messages, and most have something written.
	m.pulse.beat()
	return nil
}
