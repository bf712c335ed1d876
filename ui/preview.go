package ui

import (
	"cmp"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// previewed is a feed read for a look before subscribing.
type previewed struct {
	candidate feed.Candidate
	preview   feed.Preview
	// back is where Esc leads; nil closes.
	back func(m *Model) tea.Cmd
	err  error
}

// lookAt reads a feed to show what it would bring. One that is subscribed
// already is gone to.
func (m *Model) lookAt(c feed.Candidate, back func(m *Model) tea.Cmd) tea.Cmd {
	if f, ok := m.sources.feedOf(c.Address()); ok {
		m.status.say("already subscribed to " + f.DisplayTitle())
		return m.goView(m.keyOf(c.Address()))
	}
	m.status.say("reading " + text.Clean(c.Address()) + m.theme.glyphs.ellipsis)
	ctx, source := m.ctx, m.deps.Source
	return func() tea.Msg {
		p, err := source.Preview(ctx, c.URL)
		return previewed{c, p, back, err}
	}
}

// showPreview asks whether to subscribe to a feed. One that cannot be read now
// may be had all the same: it may be down for an hour.
func (m *Model) showPreview(msg previewed) tea.Cmd {
	m.status.clear()
	c := msg.candidate
	s := &sheet{
		title:  "Subscribe to " + text.Clean(cmp.Or(msg.preview.Title, c.Title, c.Address())) + "?",
		foot:   "Enter subscribes, Esc leaves it",
		accept: func(m *Model) tea.Cmd { return m.subscribe(c) },
		back:   msg.back,
	}
	if msg.back != nil {
		s.foot = "Enter subscribes, Esc goes back"
	}
	rows := m.previewRows(msg.preview)
	if msg.err != nil {
		rows = []sheetRow{{left: "address", right: text.Clean(c.Address())}, {left: "trouble", right: sentence(msg.err)}}
	}
	s.rows = wrapRows(rows, sheetWidth(m.width))
	m.openSheet(s)
	return nil
}

func (m *Model) previewRows(p feed.Preview) []sheetRow {
	var rows []sheetRow
	for _, r := range []sheetRow{
		{left: "about", right: p.Description},
		{left: "address", right: text.Clean(p.Address())},
		{left: "site", right: text.Clean(p.Site)},
		{left: "posts", right: schedule.RateText(p.PostInterval)},
		{left: "now has", right: plural(p.Total, "item")},
	} {
		if r.right != "" {
			rows = append(rows, r)
		}
	}
	if len(p.Items) > 0 {
		rows = append(rows, sheetRow{head: "Newest"})
	}
	now := m.now()
	for _, i := range p.Items {
		age := ""
		if !i.Published.IsZero() {
			age = feed.ShortAge(i.Published, now)
		}
		rows = append(rows, sheetRow{left: age, right: i.DisplayTitle()})
	}
	return rows
}
