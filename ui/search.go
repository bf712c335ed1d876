package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"dateline/feed/query"
	"dateline/feed/text"
)

// startSearch asks for a search over everything, answered as it is typed.
func (m *Model) startSearch() tea.Cmd {
	h := &m.headlines
	if h.search == nil {
		h.back = m.place()
	}
	p := newPrompt("/", h.searchText)
	p.changed = (*Model).searchTyped
	p.accept = func(m *Model, text string) tea.Cmd { return m.acceptSearch(m.searchTyped(text)) }
	p.cancel = (*Model).endSearch
	m.openPrompt(p)
	return nil
}

// startFilter asks for a filter on the list in hand.
func (m *Model) startFilter() tea.Cmd {
	h := &m.headlines
	if h.search == nil && h.filter == nil {
		h.back = m.place()
	}
	p := newPrompt(`\`, h.filterText)
	p.changed = (*Model).filterTyped
	p.accept = func(m *Model, text string) tea.Cmd { return m.acceptSearch(m.filterTyped(text)) }
	p.cancel = func(m *Model) tea.Cmd { return m.filterTyped("") }
	m.openPrompt(p)
	return nil
}

func (m *Model) place() place {
	p := place{source: m.headlines.source.key}
	if row, ok := m.headlines.list.Current(); ok {
		p.item = row.ID
	}
	return p
}

// searchTyped searches for what is typed so far. Text that is no query yet
// says why at its end, and the last answer stays.
func (m *Model) searchTyped(text string) tea.Cmd {
	h := &m.headlines
	if text == h.searchText && h.search != nil {
		return nil
	}
	q, ok := m.typedQuery(text)
	if !ok {
		return nil
	}
	h.searchText, h.search = text, &q
	h.filter, h.filterText = nil, ""
	if strings.TrimSpace(text) == "" {
		h.search = nil
	}
	return m.askRows(replaceRows, 0)
}

func (m *Model) filterTyped(text string) tea.Cmd {
	h := &m.headlines
	if text == h.filterText {
		return nil
	}
	q, ok := m.typedQuery(text)
	if !ok {
		return nil
	}
	h.filterText, h.filter = text, &q
	if strings.TrimSpace(text) == "" {
		h.filter, h.filterText = nil, ""
	}
	return m.askRows(replaceRows, 0)
}

// typedQuery parses what stands in the prompt and notes there what is wrong.
func (m *Model) typedQuery(s string) (query.Query, bool) {
	q, err := query.Parse(s)
	if m.prompt != nil {
		m.prompt.note = ""
	}
	if err != nil {
		if m.prompt != nil {
			m.prompt.note = text.Clean(err.Error())
		}
		return q, false
	}
	return q, true
}

// acceptSearch ends the prompt and goes to the hits; a malformed query keeps
// the prompt open.
func (m *Model) acceptSearch(cmd tea.Cmd) tea.Cmd {
	if m.prompt.note != "" {
		return cmd
	}
	m.prompt = nil
	return tea.Batch(cmd, m.setFocus(paneHeadlines))
}

// endSearch drops a filter, else the search, and goes back to where it began.
func (m *Model) endSearch() tea.Cmd {
	h := &m.headlines
	if h.search != nil && h.filter != nil {
		return m.filterTyped("")
	}
	if h.search == nil && h.filter == nil {
		h.searchText, h.filterText = "", ""
		return nil
	}
	back := h.back
	m.sources.find(back.source)
	if s, ok := m.sources.selected(); ok {
		return m.openSource(s, back.item)
	}
	return m.openSource(h.source, back.item)
}

// goView goes to one of the views.
func (m *Model) goView(key string) tea.Cmd {
	if !m.sources.find(key) {
		return nil
	}
	s, _ := m.sources.selected()
	return tea.Batch(m.openSource(s, 0), m.setFocus(paneHeadlines))
}

// goNew shows what the last refresh brought.
func (m *Model) goNew() tea.Cmd {
	s := source{kind: sourceView, key: keyNew, name: "New since the last refresh", query: mustQuery("is:new")}
	return tea.Batch(m.openSource(s, 0), m.setFocus(paneHeadlines))
}

func (m *Model) goSources() tea.Cmd { return m.setFocus(paneSources) }
