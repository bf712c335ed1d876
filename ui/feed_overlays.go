package ui

import (
	"cmp"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
	"dateline/ui/info"
	"dateline/ui/mode"
)

// infoLoaded brings information about a feed and an item. A nil feed or item is not
// shown.
type infoLoaded struct {
	feed     *feed.Feed
	item     *feed.Item
	polls    []feed.PollLogEntry
	stats    feed.Stats
	edited   time.Time
	fulltext feed.PageText
	err      error
	// list is the query of the list in which the item is.
	list string
	// opener is the opener of the overlay. If it is nil, the overlay is for reading only.
	opener opener
}

// pollsShown is how many of a feed's last checks are listed.
const pollsShown = 30

// showInfo shows information about the selected feed and item.
func (m *Model) showInfo() tea.Cmd {
	var msg infoLoaded
	item, hasItem := m.selected.item()
	msg.feed = m.headlines.Source.Feed
	if hasItem {
		msg.item, msg.list = &item, m.headlines.view.Query.String()
		if own, ok := m.sources.FeedOf(item.Feed); ok {
			msg.feed = &own
		}
	}
	if msg.feed == nil && msg.item == nil {
		m.status.say(m.withTips("choose a feed or an item first", ": ", "choose-source", "finds a feed by name"))
		return nil
	}
	return m.loadInfo(msg)
}

// loadInfo reads the information that is not in memory.
func (e *env) loadInfo(msg infoLoaded) tea.Cmd {
	ctx, store, now := e.ctx, e.deps.Store, e.now()
	return func() tea.Msg {
		if msg.feed != nil {
			var err error
			msg.polls, err = store.PollLog(ctx, msg.feed.URL, pollsShown)
			msg.stats, msg.err = cache.FeedStats(ctx, store, msg.feed.URL, now)
			msg.err = cmp.Or(err, msg.err)
		}
		if msg.item != nil {
			was, err := store.Revision(ctx, msg.item.ID)
			if errors.Is(err, cache.ErrNotFound) {
				err = nil
			}
			msg.edited = was.Replaced
			var textErr error
			msg.fulltext, textErr = store.PageText(ctx, msg.item.ID)
			msg.err = cmp.Or(msg.err, err, textErr)
		}
		return msg
	}
}

// showLoadedInfo opens the overlay, unless the user has opened something else meanwhile.
func (m *Model) showLoadedInfo(msg infoLoaded) tea.Cmd {
	by := msg.opener
	if m.modes.Prompt() != nil || m.modes.Overlay() != nil && by == nil {
		return nil
	}
	if by == nil {
		by = readOnly{}
	}
	if msg.err != nil {
		m.status.fail(userMessage(msg.err))
		return nil
	}
	var rows []mode.Row
	page := info.Page{Now: m.now(), Tips: m.withTips, Stats: &msg.stats, Bars: m.theme.Glyphs.BarLine}
	if msg.item != nil {
		rows = append(rows, page.Item(info.Item{Item: *msg.item, Replaced: msg.edited, Page: msg.fulltext, List: msg.list})...)
	}
	if msg.feed != nil {
		rows = append(rows, page.Feed(*msg.feed)...)
		rows = append(rows, page.Checks(msg.polls)...)
	}
	m.modes.OpenOverlay(&mode.Overlay{Title: "Info", Rows: rows}, by)
	return nil
}

// problemList is the opener of the list of feeds with problems. urls holds the feed of
// each row; empty for a heading.
type problemList struct{ urls []string }

// failedOnce is a failure that does not count as a problem of the schedule yet.
const failedOnce schedule.Problem = "failed once"

// problemKinds are the sections of the list in their order.
var problemKinds = []struct {
	kind schedule.Problem
	name string
}{
	{schedule.Gone, "Gone"}, {schedule.Moved, "Moved"}, {schedule.Failing, "Failing"},
	{failedOnce, "Failed once"}, {schedule.Silent, "Silent"}, {schedule.Paused, "Paused"},
}

// showProblems lists the feeds that fail, have moved, are gone, silent or paused.
func (m *Model) showProblems() tea.Cmd {
	o, urls := m.problems()
	if o == nil {
		m.status.say(m.noProblems())
		return nil
	}
	m.modes.OpenOverlay(o, &problemList{urls})
	return nil
}

// noProblems returns the message that all feeds work.
func (m *Model) noProblems() string {
	feeds := len(m.sources.Feeds)
	switch feeds {
	case 0:
		return m.withTips("there are no feeds yet", "; ", "add-feed", "subscribes to one")
	case 1:
		return "no problems: the feed works"
	}
	return "no problems: all " + text.Plural(feeds, "feed") + " work"
}

// problems returns the overlay and the feed of each row. The overlay is nil if no feed has
// a problem.
func (m *Model) problems() (*mode.Overlay, []string) {
	found := map[schedule.Problem][]mode.Row{}
	urls := map[schedule.Problem][]string{}
	for _, f := range m.sources.Feeds {
		kind, reason := schedule.ProblemOf(f, m.now())
		if kind == "" && f.Poll.Error != "" {
			kind, reason = failedOnce, f.Poll.Error
		}
		if kind != "" {
			found[kind] = append(found[kind], mode.Row{Left: text.Clean(f.DisplayTitle()), Right: text.Clean(reason)})
			urls[kind] = append(urls[kind], f.URL)
		}
	}
	var rows []mode.Row
	var at []string
	for _, p := range problemKinds {
		if len(found[p.kind]) == 0 {
			continue
		}
		rows = append(append(rows, mode.Row{Heading: p.name}), found[p.kind]...)
		at = append(append(at, ""), urls[p.kind]...)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	acts := func(key string, row int) bool {
		f, ok := m.sources.FeedOf(at[row])
		return ok && (key != "M" || m.subscriptions.whyNotMove(f) == "")
	}
	return &mode.Overlay{
		Title: "Feeds with problems", Rows: rows, Detail: true, Choose: true, Acts: acts, Keys: []string{"i", "r", "M", "X"},
		Tips: []mode.Hint{{Key: "enter", Word: "open"}, {Key: "i", Word: "info"}, {Key: "r", Word: "refresh"}, {Key: "M", Word: "move"}, {Key: "X", Word: "unsubscribe"}},
	}, at
}

func (p *problemList) rebuild(m *Model) *mode.Overlay {
	o, urls := m.problems()
	p.urls = urls
	return o
}

func (p *problemList) answered(m *Model, a mode.Answer) tea.Cmd {
	switch a := a.(type) {
	case mode.Chosen:
		m.modes.Close()
		return m.navigate.goTo(m.sources.KeyOf(p.urls[a.Row]))
	case mode.Pressed:
		if f, ok := m.sources.FeedOf(p.urls[a.Row]); ok {
			return m.handleProblem(a.Key, f)
		}
	}
	return nil
}

// handleProblem carries out a key of the list for a feed.
func (m *Model) handleProblem(key string, f feed.Feed) tea.Cmd {
	switch key {
	case "i":
		return m.loadInfo(infoLoaded{feed: &f, opener: explaining{}})
	case "r":
		return m.refresh.start(feed.RefreshRequest{Feeds: []string{f.URL}}, true)
	case "M":
		if reason := m.subscriptions.whyNotMove(f); reason != "" {
			m.status.say(reason)
			return nil
		}
		m.modes.CloseOverlays()
		return m.subscriptions.move(f)
	}
	m.modes.CloseOverlays()
	return m.askRemove(f)
}

// explaining is the opener of the information about a feed of the list.
type explaining struct{}

func (explaining) answered(m *Model, a mode.Answer) tea.Cmd {
	m.modes.CloseOverlays()
	if _, cancelled := a.(mode.Cancelled); cancelled {
		return m.showProblems()
	}
	return nil
}
