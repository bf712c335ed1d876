package ui

import tea "charm.land/bubbletea/v2"

func (m *Model) toggleShowRead() tea.Cmd {
	h := &m.headlines
	h.unreadOnly = !h.unreadOnly
	m.session.dirty = true
	if h.unreadOnly {
		m.status.say("unread items only; zu shows the read ones again")
	} else {
		m.status.say("read and unread items")
	}
	return m.askSame()
}

func (m *Model) toggleOrder() tea.Cmd {
	h := &m.headlines
	h.oldest = !h.oldest
	m.session.dirty = true
	if h.oldest {
		m.status.say("oldest first; zs turns it round")
	} else {
		m.status.say("newest first")
	}
	return m.askRows(replaceRows, 0)
}

// dropRead asks the view again, so that what was read in it goes.
func (m *Model) dropRead() tea.Cmd {
	m.status.say("read rows dropped")
	return m.askSame()
}

// askSame asks the view anew at the row in hand.
func (m *Model) askSame() tea.Cmd {
	var around int64
	if row, ok := m.headlines.list.Current(); ok && m.headlines.list.Index() > 0 {
		around = row.ID
	}
	return m.askRows(replaceRows, around)
}

func (m *Model) toggleDensity() tea.Cmd {
	m.headlines.compact = !m.headlines.compact
	m.session.dirty = true
	return nil
}

func (m *Model) toggleZen() tea.Cmd {
	m.zen = !m.zen
	m.session.dirty = true
	m.arrange()
	if m.zen && m.focus != paneArticle {
		m.status.say("an opened article now has the screen to itself; zm turns it back")
	} else if m.focus != paneArticle {
		m.status.say("an opened article shares the screen with the lists")
	}
	return m.reshow()
}

// toggleFold folds the group under the cursor, or the one its feed stands in.
func (m *Model) toggleFold() tea.Cmd {
	rows := m.sources.list.Rows()
	for i := m.sources.list.Index(); i >= 0 && i < len(rows); i-- {
		if rows[i].kind == sourceTag {
			m.sources.folded[rows[i].name] = !rows[i].folded
			m.sources.list.Go(i)
			m.sources.rebuild()
			m.session.dirty = true
			return m.followSource()
		}
		if rows[i].kind == sourceGap {
			break
		}
	}
	m.status.say("there is no group here; tags in the configuration make groups")
	return nil
}

func (m *Model) redraw() tea.Cmd { return tea.ClearScreen }
