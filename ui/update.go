package ui

import (
	tea "charm.land/bubbletea/v2"
)

// Update hands a message to the method that is meant for it.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.dirty = true
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		return m, m.resize(msg.Width, msg.Height)
	case tea.BackgroundColorMsg:
		return m, m.setBackground(msg.IsDark())
	case tea.KeyPressMsg:
		return m, m.press(msg)
	case tea.PasteMsg:
		return m, m.paste(msg.Content)
	case tea.MouseClickMsg:
		return m, m.clicked(msg.Mouse())
	case tea.MouseWheelMsg:
		return m, m.wheeled(msg.Mouse())
	case tea.MouseMotionMsg:
		return m, m.dragged(msg.Mouse())
	case tea.MouseReleaseMsg:
		return m, m.released()
	case tea.FocusMsg:
		return m, m.gotFocus()
	case tea.BlurMsg:
		m.lostFocus()
	case tea.EnvMsg:
		m.chooseNotifier(msg)
	case notified:
		m.showNotified(msg)
	case sessionLoaded:
		return m, m.restore(msg)
	case sourcesLoaded:
		return m, m.showSources(msg)
	case queriesCounted:
		m.sources.setQueryCounts(msg.counts)
	case rowsLoaded:
		return m, m.showRows(msg)
	case rowFound:
		return m, m.goFound(msg)
	case articleLoaded:
		return m, m.showArticle(msg)
	case articleRested:
		return m, m.rested(msg)
	case pagePrefetched:
		m.pages.put(msg.key, msg.page)
	case positionLoaded:
		m.showPosition(msg)
	case reported:
		return m, m.showReports(msg)
	case dueLoaded:
		return m, m.waitDue(msg)
	case duePassed:
		return m, m.pollDue(msg)
	case ticked:
		return m, m.ticked(msg)
	case tidied:
		return m, m.showTidied(msg)
	case saved:
		return m, m.showSaved(msg)
	case pageFetched:
		return m, m.showPage(msg)
	case infoLoaded:
		return m, m.showLoadedInfo(msg)
	case discovered:
		return m, m.showDiscovered(msg)
	case previewed:
		return m, m.showPreview(msg)
	case subscribed:
		return m, m.showSubscribed(msg)
	case opened:
		m.showOpened(msg)
	}
	return m, nil
}
