package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"dateline/feed/query"
	"dateline/feed/text"
	"dateline/ui/mode"
	"dateline/ui/pane"
)

// searching is the opener of the prompt for a search, filtering of the prompt for a
// filter.
type (
	searching struct{ prompt *mode.Prompt }
	filtering struct{ prompt *mode.Prompt }
)

// startSearch opens the prompt for a search over everything. The list shows the matches
// while the user types.
func (m *Model) startSearch() tea.Cmd {
	h := &m.headlines
	if h.Search == nil {
		h.back = h.here()
	}
	p := mode.NewPrompt("/", h.SearchText, m.width)
	m.modes.OpenPrompt(p, searching{p})
	return nil
}

// startFilter opens the prompt for a filter on the list.
func (m *Model) startFilter() tea.Cmd {
	h := &m.headlines
	if h.Search == nil && h.Filter == nil {
		h.back = h.here()
	}
	p := mode.NewPrompt(`\`, h.FilterText, m.width)
	m.modes.OpenPrompt(p, filtering{p})
	return nil
}

func (s searching) answered(m *Model, a mode.Answer) tea.Cmd {
	switch a := a.(type) {
	case mode.Changed:
		return m.headlines.search(s.prompt, a.Text)
	case mode.Accepted:
		return m.endPrompt(s.prompt, m.headlines.search(s.prompt, a.Text))
	}
	return m.navigate.endSearch()
}

func (f filtering) answered(m *Model, a mode.Answer) tea.Cmd {
	switch a := a.(type) {
	case mode.Changed:
		return m.headlines.filter(f.prompt, a.Text)
	case mode.Accepted:
		return m.endPrompt(f.prompt, m.headlines.filter(f.prompt, a.Text))
	}
	return m.headlines.filter(nil, "")
}

// endPrompt moves the focus to the matches. A malformed query keeps the prompt open.
func (m *Model) endPrompt(p *mode.Prompt, cmd tea.Cmd) tea.Cmd {
	if p.Note != "" {
		return cmd
	}
	m.modes.Close()
	return tea.Batch(cmd, m.navigate.enter(areaHeadlines))
}

// search searches for the text typed so far. If the text is not a valid query, the prompt
// shows why and the last result stays.
func (h *headlineList) search(p *mode.Prompt, text string) tea.Cmd {
	if text == h.SearchText && h.Search != nil {
		return nil
	}
	q, ok := typedQuery(p, text)
	if !ok {
		return nil
	}
	h.SearchText, h.Search = text, &q
	h.Filter, h.FilterText = nil, ""
	if strings.TrimSpace(text) == "" {
		h.Search = nil
	}
	return h.load(replaceRows, 0)
}

// filter filters the list by the text typed so far, like search.
func (h *headlineList) filter(p *mode.Prompt, text string) tea.Cmd {
	if text == h.FilterText {
		return nil
	}
	q, ok := typedQuery(p, text)
	if !ok {
		return nil
	}
	h.FilterText, h.Filter = text, &q
	if strings.TrimSpace(text) == "" {
		h.Filter, h.FilterText = nil, ""
	}
	return h.load(replaceRows, 0)
}

// typedQuery parses a text. If p is not nil, it shows the error in the prompt.
func typedQuery(p *mode.Prompt, s string) (query.Query, bool) {
	q, err := query.Parse(s)
	note := ""
	if err != nil {
		note = text.Clean(err.Error())
	}
	if p != nil {
		p.Note = note
	}
	return q, err == nil
}

// endSearch ends a filter, or else the search, and returns to the bookmark.
func (n *navigator) endSearch() tea.Cmd {
	h := n.headlines
	if h.Search != nil && h.Filter != nil {
		return h.filter(nil, "")
	}
	if h.Search == nil && h.Filter == nil {
		h.SearchText, h.FilterText = "", ""
		return nil
	}
	back := h.back
	n.sources.Find(back.source)
	if s, ok := n.sources.Selected(); ok {
		return h.open(s, back.item)
	}
	return h.open(h.Source, back.item)
}

// choosing is the opener of the list of all sources. keys holds the key of each row.
type choosing struct{ keys []string }

// chooseSource opens the list of all sources.
func (m *Model) chooseSource() tea.Cmd {
	c := &choosing{}
	m.modes.OpenOverlay(c.rebuild(m), c)
	return nil
}

// rebuild implements [rebuilder].
func (c *choosing) rebuild(m *Model) *mode.Overlay {
	var rows []mode.Row
	c.keys = nil
	listed := map[string]bool{}
	for _, s := range m.sources.All() {
		if s.Kind == pane.KindFeed && listed[s.Feed.URL] {
			continue // it has a second tag
		} else if s.Kind == pane.KindFeed {
			listed[s.Feed.URL] = true
		}
		row := mode.Row{Left: s.Name, Right: s.CountText()}
		if s.Kind == pane.KindTag {
			row.Right = strings.TrimSpace("group " + row.Right)
		}
		rows, c.keys = append(rows, row), append(c.keys, s.Key)
	}
	return &mode.Overlay{Title: "Go to", Rows: rows, Choose: true}
}

func (c *choosing) answered(m *Model, a mode.Answer) tea.Cmd {
	chosen, ok := a.(mode.Chosen)
	if !ok {
		return nil
	}
	m.modes.Close()
	return m.navigate.goTo(c.keys[chosen.Row])
}
