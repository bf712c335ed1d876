package ui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/text"
)

// fetching is a page that is being fetched for its text; item is zero while
// there is none.
type fetching struct {
	item   int64
	host   string
	cancel context.CancelFunc
}

// pageFetched brings the text of an item's page.
type pageFetched struct {
	item int64
	text feed.Fulltext
	err  error
}

// toggleFulltext changes between the feed's text of an article and that of its
// page, which is fetched when it is not kept yet.
func (m *Model) toggleFulltext() tea.Cmd {
	reveal := m.reveal()
	a := &m.article
	switch {
	case a.key.version == versionPage:
		return tea.Batch(reveal, m.showVersion(versionFeed))
	case a.item.Fulltext:
		return tea.Batch(reveal, m.showVersion(versionPage))
	case m.fetching.item == a.id:
		m.status.say("its page is being fetched; Esc stops that")
		return reveal
	}
	return tea.Batch(reveal, m.fetchPage(a.item))
}

func (m *Model) noFulltext() string {
	i, ok := m.current()
	switch {
	case !ok:
		return m.noItem()
	case i.Link == "" && !i.Fulltext:
		return "this item has no link, so there is no page to fetch"
	}
	return ""
}

// fetchPage asks for the page of an item; one that is being fetched is left.
func (m *Model) fetchPage(i feed.Item) tea.Cmd {
	m.stopFetching()
	ctx, cancel := context.WithCancel(m.ctx)
	m.fetching = fetching{item: i.ID, host: text.Clean(host(i.Link)), cancel: cancel}
	source := m.deps.Source
	return func() tea.Msg {
		defer cancel()
		text, err := source.Fulltext(ctx, i.ID)
		return pageFetched{i.ID, text, err}
	}
}

// stopFetching ends the fetch of a page and says whether there was one.
func (m *Model) stopFetching() bool {
	if m.fetching.item == 0 {
		return false
	}
	m.fetching.cancel()
	m.fetching = fetching{}
	return true
}

// showPage shows the text of a page, or says why there is none; the feed's own
// text stays then.
func (m *Model) showPage(msg pageFetched) tea.Cmd {
	if msg.item != m.fetching.item {
		return nil
	}
	m.fetching = fetching{}
	switch {
	case errors.Is(msg.err, context.Canceled):
		return nil
	case msg.err != nil:
		m.status.fail(sentence(msg.err))
		return nil
	case msg.text.Error != "":
		m.status.fail(text.Clean(msg.text.Error))
		return nil
	}
	rows := m.headlines.list.Rows()
	for i := range rows {
		if rows[i].ID == msg.item {
			rows[i].Fulltext = true
		}
	}
	if m.article.id != msg.item {
		m.status.say("the full text has come; x shows it in its article")
		return nil
	}
	m.article.item.Fulltext = true
	return m.showVersion(versionPage)
}
