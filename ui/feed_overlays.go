package ui

import (
	"cmp"
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
	"dateline/ui/info"
	"dateline/ui/mode"
	"dateline/ui/pane"
)

// infoLoaded brings information about a feed, an item and an account. A nil feed or item, or
// an account without a name, is not shown.
type infoLoaded struct {
	feed     *feed.Feed
	item     *feed.Item
	account  feed.Account
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

// showInfo shows information about the selected feed, item or account.
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
	switch {
	case msg.feed != nil:
		msg.account.Name = msg.feed.Account
	case msg.item != nil:
		msg.account.Name = msg.item.Account
	case m.headlines.Search == nil:
		msg.account.Name = m.headlines.Source.Account
	}
	if msg.feed == nil && msg.item == nil && msg.account.Name == "" {
		m.status.say(m.withTips("choose a feed or an item first", ": ", "choose-source", "finds a feed by name"))
		return nil
	}
	return m.loadInfo(msg)
}

// loadInfo reads the information that is not in memory.
func (e *env) loadInfo(msg infoLoaded) tea.Cmd {
	ctx, store, source, now := e.ctx, e.deps.Store, e.deps.Source, e.now()
	return func() tea.Msg {
		var accountErr error
		if name := msg.account.Name; name != "" {
			var all []feed.Account
			all, accountErr = source.Accounts(ctx)
			if i := slices.IndexFunc(all, func(a feed.Account) bool { return a.Name == name }); i >= 0 {
				msg.account = all[i]
			}
		}
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
		msg.err = cmp.Or(msg.err, accountErr)
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
	}
	if msg.account.Name != "" {
		rows = append(rows, page.Account(msg.account)...)
	}
	if msg.feed != nil {
		rows = append(rows, page.Checks(msg.polls)...)
	}
	m.modes.OpenOverlay(&mode.Overlay{Title: "Info", Rows: rows}, by)
	return nil
}

// problemList is the opener of the list of accounts and feeds with problems. at holds what
// each row is about.
type problemList struct{ at []problemRow }

// problemRow is what a row of the list is about: the feed with this address, or the account
// with this name; neither for a heading.
type problemRow struct{ url, account string }

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

// showProblems lists the accounts with problems, and the feeds that fail, have moved, are
// gone, silent or paused.
func (m *Model) showProblems() tea.Cmd {
	o, at := m.problems()
	if o == nil {
		m.status.say(m.noProblems())
		return nil
	}
	m.modes.OpenOverlay(o, &problemList{at})
	return nil
}

// noProblems returns the message that all feeds and accounts work.
func (m *Model) noProblems() string {
	feeds, accounts := len(m.sources.Feeds), len(m.sources.Accounts)
	beside := ""
	if accounts > 0 {
		beside = " and " + text.Plural(accounts, "account")
	}
	switch {
	case feeds == 0 && accounts > 0:
		return "no problems: " + text.Plural(accounts, "account") + " without feeds"
	case feeds == 0:
		return m.withTips("there are no feeds yet", "; ", "add-feed", "subscribes to one")
	case feeds == 1 && accounts == 0:
		return "no problems: the feed works"
	}
	return "no problems: all " + text.Plural(feeds, "feed") + beside + " work"
}

// problems returns the overlay and what each row is about. The overlay is nil if there is no
// problem.
func (m *Model) problems() (*mode.Overlay, []problemRow) {
	rows, at := accountProblems(m.sources.Accounts)
	title := "Feeds with problems"
	if len(rows) > 0 {
		title = "Accounts and feeds with problems"
	}
	found := map[schedule.Problem][]mode.Row{}
	about := map[schedule.Problem][]problemRow{}
	for _, f := range m.sources.Feeds {
		kind, reason := schedule.ProblemOf(f, m.now())
		if kind == "" && f.Poll.Error != "" {
			kind, reason = failedOnce, f.Poll.Error
		}
		if kind != "" {
			found[kind] = append(found[kind], mode.Row{Left: text.Clean(f.DisplayTitle()), Right: text.Clean(reason)})
			about[kind] = append(about[kind], problemRow{url: f.URL})
		}
	}
	for _, p := range problemKinds {
		if len(found[p.kind]) == 0 {
			continue
		}
		rows = append(append(rows, mode.Row{Heading: p.name}), found[p.kind]...)
		at = append(append(at, problemRow{}), about[p.kind]...)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	acts := func(key string, row int) bool {
		if name := at[row].account; name != "" {
			return key == "i" || key == "r" || (key == acceptKey || key == pushKey) && isHeldBack(m.sources.Accounts, name)
		}
		if key == acceptKey || key == pushKey {
			return false
		}
		f, ok := m.sources.FeedOf(at[row].url)
		return ok && (key != "M" || m.subscriptions.whyNotMove(f) == "")
	}
	return &mode.Overlay{
		Title: title, Rows: rows, Detail: true, Choose: true, Acts: acts, Keys: []string{acceptKey, pushKey, "i", "r", "M", "X"},
		Tips: []mode.Hint{{Key: "enter", Word: "open"}, {Key: acceptKey, Word: "take theirs"}, {Key: pushKey, Word: "send yours"}, {Key: "i", Word: "info"}, {Key: "r", Word: "refresh"}, {Key: "M", Word: "move"}, {Key: "X", Word: "unsubscribe"}},
	}, at
}

// acceptKey takes what an account's server says and is held back, pushKey sends the marks of
// here instead.
const (
	acceptKey = "a"
	pushKey   = "p"
)

// isHeldBack reports whether changes of an account are held back.
func isHeldBack(accounts []feed.Account, name string) bool {
	return slices.ContainsFunc(accounts, func(a feed.Account) bool { return a.Name == name && a.HeldBack > 0 })
}

// accountProblems returns the rows of accounts with problems, with their heading.
func accountProblems(accounts []feed.Account) (rows []mode.Row, at []problemRow) {
	for _, a := range accounts {
		problem := schedule.AccountProblem(a)
		if problem == "" {
			continue
		}
		if rows == nil {
			rows, at = []mode.Row{{Heading: "Accounts"}}, []problemRow{{}}
		}
		rows = append(rows, mode.Row{Left: text.Clean(a.Name), Right: text.Clean(problem)})
		at = append(at, problemRow{account: a.Name})
	}
	return rows, at
}

func (p *problemList) rebuild(m *Model) *mode.Overlay {
	o, at := m.problems()
	p.at = at
	return o
}

func (p *problemList) answered(m *Model, a mode.Answer) tea.Cmd {
	switch a := a.(type) {
	case mode.Chosen:
		m.modes.Close()
		if account := p.at[a.Row].account; account != "" {
			return m.navigate.goTo(pane.AccountKey(account, ""))
		}
		return m.navigate.goTo(m.sources.KeyOf(p.at[a.Row].url))
	case mode.Pressed:
		if account := p.at[a.Row].account; account != "" {
			return handleAccountProblem(m, a.Key, account)
		}
		if f, ok := m.sources.FeedOf(p.at[a.Row].url); ok {
			return m.handleProblem(a.Key, f)
		}
	}
	return nil
}

// handleAccountProblem carries out a key of the list for an account.
func handleAccountProblem(m *Model, key, account string) tea.Cmd {
	switch key {
	case "i":
		return m.loadInfo(infoLoaded{account: feed.Account{Name: account}, opener: explaining{}})
	case "r":
		return m.refresh.start(feed.RefreshRequest{Accounts: []string{account}}, true)
	case acceptKey, pushKey:
		if isHeldBack(m.sources.Accounts, account) {
			m.modes.CloseOverlays()
			return m.accounts.resolve(account, key == acceptKey)
		}
	}
	return nil
}

// handleProblem carries out a key of the list for a feed.
func (m *Model) handleProblem(key string, f feed.Feed) tea.Cmd {
	switch key {
	case "i":
		return m.loadInfo(infoLoaded{feed: &f, account: feed.Account{Name: f.Account}, opener: explaining{}})
	case "r":
		return m.refresh.start(requestFor(f), true)
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

// explaining is the opener of the information about a feed or account of the list.
type explaining struct{}

func (explaining) answered(m *Model, a mode.Answer) tea.Cmd {
	m.modes.CloseOverlays()
	if _, cancelled := a.(mode.Cancelled); cancelled {
		return m.showProblems()
	}
	return nil
}
