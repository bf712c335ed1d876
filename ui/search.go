package ui

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
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
	p.History, p.Results = &m.history.searches.History, true
	m.modes.OpenPrompt(p, searching{p})
	return m.history.searches.load()
}

// startFilter opens the prompt for a filter on the list, or for words to find in the article
// if that has the focus.
func (m *Model) startFilter() tea.Cmd {
	if m.focus == areaArticle {
		return m.jumps.startFind()
	}
	h := &m.headlines
	if h.Search == nil && h.Filter == nil {
		h.back = h.here()
	}
	p := mode.NewPrompt(`\`, h.FilterText, m.width)
	p.History, p.Results = &m.history.searches.History, true
	m.modes.OpenPrompt(p, filtering{p})
	return m.history.searches.load()
}

func (s searching) answered(m *Model, a mode.Answer) tea.Cmd {
	switch a := a.(type) {
	case mode.Changed:
		return m.headlines.search(s.prompt, a.Text)
	case mode.Accepted, mode.Left:
		typed, _ := s.prompt.Text()
		return m.endPrompt(s.prompt, typed, m.headlines.search(s.prompt, typed))
	}
	return m.navigate.endSearch()
}

func (f filtering) answered(m *Model, a mode.Answer) tea.Cmd {
	switch a := a.(type) {
	case mode.Changed:
		return m.headlines.filter(f.prompt, a.Text)
	case mode.Accepted, mode.Left:
		typed, _ := f.prompt.Text()
		return m.endPrompt(f.prompt, typed, m.headlines.filter(f.prompt, typed))
	}
	return m.headlines.filter(nil, "")
}

// endPrompt moves the focus to the matches. A malformed query keeps the prompt open.
func (m *Model) endPrompt(p *mode.Prompt, typed string, cmd tea.Cmd) tea.Cmd {
	if p.Note != "" {
		return cmd
	}
	m.modes.Close()
	m.headlines.opened = m.headlines.Loaded // while the text was typed, the list only grew
	return tea.Batch(cmd, m.history.searches.add(strings.TrimSpace(typed)), m.navigate.enter(areaHeadlines))
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
	h.SearchText, h.Search, h.Passages = text, &q, nil
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
	h.FilterText, h.Filter, h.Passages = text, &q, nil
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

// sought names what chose the rows of the list: the filter, or else the search.
func (h *headlineList) sought() string {
	if h.Filter != nil {
		return "the filter"
	}
	return "the search"
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

// passagesDue reports that the cursor has stayed on a row for articleDelay.
type passagesDue struct{ generation int }

// passagesLoaded brings the passages in which a search was found, by item.
type passagesLoaded struct {
	generation int
	passages   map[int64]string
}

// wantPassages loads the passages of the visible rows that do not show one yet. While a key is
// held, it waits.
func (h *headlineList) wantPassages() tea.Cmd {
	if h.Search == nil && h.Filter == nil || !h.Loaded || h.passagesFor == h.generation || len(h.withoutPassage()) == 0 {
		return nil
	}
	h.passagesFor = h.generation
	if generation := h.generation; h.Passages != nil {
		return h.after(h.ctx, articleDelay, func(time.Time) tea.Msg { return passagesDue{generation} })
	}
	return h.loadPassages(passagesDue{h.generation})
}

// withoutPassage returns the visible rows whose passage is not loaded yet.
func (h *headlineList) withoutPassage() []int64 {
	var ids []int64
	for _, row := range h.List.Visible() {
		if h.WantsPassage(row) {
			ids = append(ids, row.ID)
		}
	}
	return ids
}

// passageHead is how much of a body, in bytes, is searched for a passage first.
const passageHead = 32 << 10

// loadPassages reads the bodies of the visible rows and looks for the search in them.
func (h *headlineList) loadPassages(msg passagesDue) tea.Cmd {
	if msg.generation != h.generation || h.loading == nil {
		return nil
	}
	ctx, store, ids := h.loading, h.deps.Store, h.withoutPassage()
	passage := h.PassageOf(h.theme.Glyphs.Ellipsis)
	return func() tea.Msg {
		result := passagesLoaded{msg.generation, map[int64]string{}}
		for _, id := range ids {
			a, err := store.Article(ctx, id)
			if ctx.Err() != nil {
				return nil
			}
			if err != nil {
				result.passages[id] = ""
				continue
			}
			head, cut := a.Body.Head(passageHead)
			found := passage(head.Text())
			if found == "" && cut {
				found = passage(a.Body.Text())
			}
			if found == "" && a.HasPageText {
				if page, err := bodyOf(ctx, store, a, versionPage); err == nil {
					found = passage(page.Text())
				}
			}
			result.passages[id] = found
		}
		return result
	}
}

// showPassages shows loaded passages.
func (h *headlineList) showPassages(msg passagesLoaded) {
	if msg.generation != h.generation {
		return
	}
	h.passagesFor = 0
	if h.Passages == nil {
		h.Passages = msg.passages
		return
	}
	maps.Copy(h.Passages, msg.passages)
}

// histories hold what was typed in prompts: searches and filters, and words to find in an
// article.
type histories struct{ searches, finds history }

// history is what was typed in a kind of prompt. It is kept in the database.
type history struct {
	*env
	mode.History
	// key is the name of its setting. asked reports whether it was asked for, and loaded
	// whether it came.
	key           string
	asked, loaded bool
}

func newHistories(e *env) histories {
	return histories{history{env: e, key: "search-history"}, history{env: e, key: "find-history"}}
}

// historyLoaded brings the texts of earlier runs.
type historyLoaded struct {
	key     string
	entries []string
}

// load reads the texts of earlier runs once.
func (h *history) load() tea.Cmd {
	if h.asked {
		return nil
	}
	h.asked = true
	ctx, store, key := h.ctx, h.deps.Store, h.key
	return func() tea.Msg {
		msg := historyLoaded{key: key}
		saved, err := store.Setting(ctx, key)
		if err == nil && saved != "" {
			_ = json.Unmarshal([]byte(saved), &msg.entries) // if it is malformed, the history is empty
		}
		return msg
	}
}

// show puts the texts of earlier runs before those of this one.
func (h *histories) show(msg historyLoaded) tea.Cmd {
	for _, one := range []*history{&h.searches, &h.finds} {
		if one.key == msg.key {
			typed := len(one.Entries()) > 0
			one.Before(msg.entries)
			if one.loaded = true; typed {
				return one.save()
			}
		}
	}
	return nil
}

// add adds a text, and saves all unless those of earlier runs are still to come.
func (h *history) add(typed string) tea.Cmd {
	if typed == "" {
		return nil
	}
	h.Add(typed)
	if !h.loaded {
		return nil
	}
	return h.save()
}

func (h *history) save() tea.Cmd {
	b, err := json.Marshal(h.Entries())
	if err != nil {
		return nil
	}
	return h.env.save(cache.SetSetting{Key: h.key, Value: string(b)})
}

// querySaved reports that a saved query was written into the configuration.
type querySaved struct {
	query pane.SavedQuery
	err   error
}

// queryKeeper keeps searches as saved queries.
type queryKeeper struct {
	*env
	*geometry
	modes     *mode.Stack[opener]
	headlines *headlineList
	sources   *sourceList
	navigate  *navigator
}

// queryName is the opener of the prompt for the name of a saved query.
type queryName struct {
	prompt *mode.Prompt
	query  query.Query
	// text is the query as it is written.
	text string
}

// nothingToKeep returns why there is no search to keep; empty if there is one.
func (k *queryKeeper) nothingToKeep() string {
	h := k.headlines
	switch {
	case k.deps.SaveQuery == nil:
		return "queries cannot be saved here; add [[queries]] to the configuration"
	case (h.Search == nil || h.SearchText == "") && h.Filter == nil:
		return k.withTips("there is no search to keep", "; ", "search", "searches everything", "filter", "filters this list")
	}
	return ""
}

// askName asks for the name under which the search is kept.
func (k *queryKeeper) askName() tea.Cmd {
	h := k.headlines
	q, written := *cmp.Or(h.Search, &h.Source.Query), h.SearchText
	if h.Filter != nil {
		q = q.And(*h.Filter)
		written = q.String()
	}
	p := mode.NewPrompt("name of this search:", "", k.width)
	k.modes.OpenPrompt(p, queryName{p, q, strings.TrimSpace(written)})
	return nil
}

func (n queryName) answered(m *Model, a mode.Answer) tea.Cmd {
	typed := ""
	switch a := a.(type) {
	case mode.Changed:
		n.prompt.Note = m.queries.wrongName(a.Text)
		return nil
	case mode.Accepted:
		typed = a.Text
	default:
		return nil
	}
	if n.prompt.Note = m.queries.wrongName(typed); n.prompt.Note != "" {
		return nil
	}
	m.modes.Close()
	name := strings.TrimSpace(text.Clean(typed))
	if name == "" {
		m.status.say("the search was not kept, because it has no name")
		return nil
	}
	ctx, save, written, parsed := context.WithoutCancel(m.ctx), m.deps.SaveQuery, n.text, n.query
	return func() tea.Msg {
		return querySaved{pane.SavedQuery{Name: name, Query: parsed}, save(ctx, name, written)}
	}
}

// wrongName returns what is wrong with a name for a saved query; empty if nothing is.
func (k *queryKeeper) wrongName(typed string) string {
	name := strings.TrimSpace(text.Clean(typed))
	for _, q := range k.sources.Queries {
		if q.Name == name {
			return "there is already a saved query of this name; type another"
		}
	}
	return ""
}

// show shows a new saved query among the sources, and its items.
func (k *queryKeeper) show(msg querySaved) tea.Cmd {
	if msg.err != nil {
		k.status.fail(userMessage(msg.err))
		return nil
	}
	k.sources.Queries = append(slices.Clip(k.sources.Queries), msg.query)
	k.sources.Rebuild()
	cmd := k.navigate.goTo("query:" + msg.query.Name)
	k.status.say("kept as “" + msg.query.Name + "” among the sources; to undo it, remove its [[queries]] table from " +
		cmp.Or(k.deps.Settings.ConfigPath, "the configuration"))
	return tea.Batch(cmd, k.sources.countQueries())
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
		switch s.Kind {
		case pane.KindTag:
			row.Right = strings.TrimSpace("group " + row.Right)
		case pane.KindAccount:
			row.Right = strings.TrimSpace("account " + row.Right)
		}
		rows, c.keys = append(rows, row), append(c.keys, s.Key)
	}
	return &mode.Overlay{Title: "Go to", Rows: rows, Choose: true, Numbers: true, Tips: []mode.Hint{{Key: "enter", Word: "go"}}}
}

func (c *choosing) answered(m *Model, a mode.Answer) tea.Cmd {
	chosen, ok := a.(mode.Chosen)
	if !ok {
		return nil
	}
	m.modes.Close()
	return m.navigate.goTo(c.keys[chosen.Row])
}
