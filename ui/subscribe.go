package ui

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
	"dateline/ui/mode"
	"dateline/ui/pane"
	"dateline/ui/style"
)

// subscriptions subscribes to feeds, unsubscribes from them and moves them.
type subscriptions struct {
	*env
	sources *sourceList
	// from and to are the addresses of the last move of a feed, so that it can be undone.
	from, to string
}

// discovered brings the feeds that an address offers. account is where to subscribe; empty for
// a local feed.
type discovered struct {
	account string
	found   []feed.Candidate
	err     error
}

// previewed brings the preview of a feed before subscribing.
type previewed struct {
	candidate feed.Candidate
	preview   feed.Preview
	account   string
	// offered are the feeds that it was chosen from; nil if it was the only feed.
	offered []feed.Candidate
	err     error
}

// subscribed brings the subscriptions after a change. done is the message about it, and
// url the feed to show; empty if there is none. account is the account of the feed; empty for
// a local one.
type subscribed struct {
	done    string
	url     string
	account string
	sources sourcesLoaded
	err     error
}

// discover looks for the feeds of an address.
func (s *subscriptions) discover(typed, account string) tea.Cmd {
	ctx, source := s.ctx, s.deps.Source
	return func() tea.Msg {
		found, err := source.Discover(ctx, typed)
		return discovered{account, found, err}
	}
}

// preview reads a feed for a preview.
func (s *subscriptions) preview(c feed.Candidate, account string, offered []feed.Candidate) tea.Cmd {
	ctx, source := s.ctx, s.deps.Source
	return func() tea.Msg {
		p, err := source.Preview(ctx, c.URL)
		return previewed{c, p, account, offered, err}
	}
}

// add subscribes to a feed. If account is not empty, that is done at its server.
func (s *subscriptions) add(c feed.Candidate, account string) tea.Cmd {
	address := c.Address()
	source := s.deps.Source
	return s.change("subscribed to "+text.Clean(cmp.Or(c.Title, address))+atAccount(account), address, account, func(ctx context.Context) error {
		return source.Subscribe(ctx, feed.Subscription{URL: c.URL, Account: account})
	})
}

// atAccount returns the words that say where a feed is; empty for a local feed.
func atAccount(account string) string {
	if account == "" {
		return ""
	}
	return " at " + text.Clean(account)
}

func (s *subscriptions) remove(f feed.Feed) tea.Cmd {
	source := s.deps.Source
	done := "unsubscribed from " + f.DisplayTitle() + atAccount(f.Account) + "; its items and marks come back if you subscribe again"
	return s.change(done, "", f.Account, func(ctx context.Context) error { return source.Unsubscribe(ctx, f.URL) })
}

// move writes a feed's new address into the configuration, or gives it to the server of its
// account, or undoes the last move.
func (s *subscriptions) move(f feed.Feed) tea.Cmd {
	to, where := schedule.NewAddress(f.Poll), "the configuration"
	if f.Account != "" {
		where = "the account " + text.Clean(f.Account)
	}
	done := s.withTips(where+" now has the address "+text.Clean(to), "; ", "move-feed", "goes back")
	if to == "" {
		to = s.from
		done = s.withTips(where+" has the address "+text.Clean(to)+" again", "; ", "move-feed", "takes the new one")
	}
	s.from, s.to = f.URL, to
	source := s.deps.Source
	return s.change(done, to, f.Account, func(ctx context.Context) error { return source.Move(ctx, f.URL, to) })
}

// whyNotMove returns why a feed's address cannot be changed; empty if it can.
func (s *subscriptions) whyNotMove(f feed.Feed) string {
	switch {
	case f.URL == s.to && s.from != "", schedule.NewAddress(f.Poll) != "":
		return ""
	case f.Poll.MovedTo != "":
		to := text.Clean(f.Poll.MovedTo)
		return "the server redirects to " + to + ", but too recently to be sure; `dateline move FEED " + to + "` takes it now"
	}
	return "the server reports no new address; `dateline move FEED URL` sets one"
}

// change changes the subscriptions and reads them again. url is the feed to show
// afterwards; empty if there is none. account is the account whose subscriptions they are.
func (s *subscriptions) change(done, url, account string, change func(context.Context) error) tea.Cmd {
	ctx, store, now := context.WithoutCancel(s.ctx), s.deps.Store, s.now()
	if account != "" {
		s.status.say("asking the server of " + text.Clean(account))
	}
	return func() tea.Msg {
		msg := subscribed{done: done, url: url, account: account, err: change(ctx)}
		if msg.err == nil {
			msg.sources = readSources(ctx, store, now)
		}
		return msg
	}
}

// The openers of prompts and overlays for a change of the subscriptions.
type (
	// addressPrompt asks for an address. places are where a feed can be added: the names of
	// accounts, and "" for the local feeds. at is the chosen one.
	addressPrompt struct {
		prompt *mode.Prompt
		places []string
		at     int
	}
	// offerList lets one of several feeds be chosen.
	offerList struct {
		found   []feed.Candidate
		account string
	}
	// subscribeQuestion asks whether to subscribe to a feed. offered are the feeds that
	// it was chosen from.
	subscribeQuestion struct {
		candidate feed.Candidate
		account   string
		offered   []feed.Candidate
	}
	removeQuestion struct{ feed feed.Feed }
)

// askAddress opens the prompt for the address to subscribe to. If the source belongs to an
// account, the feed is added there.
func (m *Model) askAddress() tea.Cmd {
	p := &addressPrompt{prompt: mode.NewPrompt("", "", m.width), places: []string{""}}
	for _, a := range m.sources.Accounts {
		p.places = append(p.places, a.Name)
	}
	if account := m.headlines.Source.Account; m.headlines.Search == nil {
		p.at = max(slices.Index(p.places, account), 0)
	}
	if len(p.places) > 1 {
		p.prompt.Keys = []string{otherPlaceKey}
	}
	p.describe(m.width)
	m.modes.OpenPrompt(p.prompt, p)
	return nil
}

// otherPlaceKey is the key that adds a feed at another account.
const otherPlaceKey = "tab"

// describe says where the feed will be added.
func (p *addressPrompt) describe(w int) {
	at := atAccount(p.places[p.at])
	p.prompt.Label = "subscribe" + at + " to (address of a feed or page):"
	if w < 70+style.Width(at) {
		p.prompt.Label = "subscribe" + at + " to:"
	}
	p.prompt.Resize(w)
}

// elsewhere returns where the key would add the feed; empty if there is only one place.
func (p *addressPrompt) elsewhere() string {
	if len(p.places) == 1 {
		return ""
	}
	return "Tab" + cmp.Or(atAccount(p.places[(p.at+1)%len(p.places)]), " without an account")
}

func (p *addressPrompt) answered(m *Model, a mode.Answer) tea.Cmd {
	if _, pressed := a.(mode.Pressed); pressed {
		p.at = (p.at + 1) % len(p.places)
		p.describe(m.width)
		return nil
	}
	accepted, ok := a.(mode.Accepted)
	if !ok {
		return nil
	}
	m.modes.Close()
	typed := text.PastedAddress(accepted.Text)
	if typed == "" {
		return nil
	}
	shown, _, _ := text.SplitLogin(typed)
	m.status.say("looking for feeds at " + text.Clean(shown) + m.theme.Glyphs.Ellipsis)
	return m.subscriptions.discover(typed, p.places[p.at])
}

// showDiscovered shows a preview if one feed was found, or else offers all of them.
func (m *Model) showDiscovered(msg discovered) tea.Cmd {
	if msg.err != nil {
		m.status.fail(userMessage(msg.err))
		return nil
	}
	if len(msg.found) == 1 {
		return m.preview(msg.found[0], msg.account, nil)
	}
	return m.offer(msg.found, msg.account)
}

// offer lets one of several feeds be chosen for a preview.
func (m *Model) offer(found []feed.Candidate, account string) tea.Cmd {
	m.status.clear()
	rows := make([]mode.Row, len(found))
	for i, c := range found {
		what := strings.Join(slices.DeleteFunc([]string{c.Note, c.Type, c.Address()}, func(s string) bool { return s == "" }), " ")
		rows[i] = mode.Row{Left: text.Clean(cmp.Or(c.Title, c.Address())), Right: text.Clean(what)}
	}
	m.modes.CloseOverlays()
	m.modes.OpenOverlay(&mode.Overlay{
		Title: "This page offers " + text.Plural(len(rows), "feed"), Rows: rows, Choose: true,
		Tips: []mode.Hint{{Key: "enter", Word: "preview"}},
	}, offerList{found, account})
	return nil
}

func (o offerList) answered(m *Model, a mode.Answer) tea.Cmd {
	chosen, ok := a.(mode.Chosen)
	if !ok {
		return nil
	}
	m.modes.Close()
	return m.preview(o.found[chosen.Row], o.account, o.found)
}

// preview loads the preview of a feed. If the feed is subscribed already, it goes to the
// feed.
func (m *Model) preview(c feed.Candidate, account string, offered []feed.Candidate) tea.Cmd {
	for _, f := range m.sources.Feeds {
		if text.SameAddress(f.URL, c.URL) {
			m.status.say("already subscribed to " + f.DisplayTitle())
			return m.navigate.goTo(m.sources.KeyOf(f.URL))
		}
	}
	m.status.say("reading " + text.Clean(c.Address()) + m.theme.Glyphs.Ellipsis)
	return m.subscriptions.preview(c, account, offered)
}

// showPreview shows the preview of a feed and asks whether to subscribe. The user may also
// subscribe to a feed that cannot be read now, because its server may be down for an hour.
func (m *Model) showPreview(msg previewed) tea.Cmd {
	m.status.clear()
	c := msg.candidate
	o := &mode.Overlay{
		Title: "Subscribe to " + text.Clean(cmp.Or(msg.preview.Title, c.Title, c.Address())) + "?",
		Tips:  []mode.Hint{{Key: "enter", Word: "subscribe"}, {Key: "esc", Word: "cancel"}},
	}
	if msg.offered != nil {
		o.Tips[1].Word = "back"
	}
	rows := previewRows(msg.preview, m.now())
	if msg.err != nil {
		rows = []mode.Row{{Left: "address", Right: text.Clean(c.Address())}, {Left: "error", Right: userMessage(msg.err)}}
	}
	if msg.account != "" {
		rows = append([]mode.Row{{Left: "added at", Right: text.Clean(msg.account)}}, rows...)
	}
	o.Rows = rows
	m.modes.CloseOverlays()
	m.modes.OpenOverlay(o, subscribeQuestion{c, msg.account, msg.offered})
	return nil
}

func (q subscribeQuestion) answered(m *Model, a mode.Answer) tea.Cmd {
	if _, accepted := a.(mode.Accepted); accepted {
		m.modes.Close()
		return m.subscriptions.add(q.candidate, q.account)
	}
	if q.offered != nil {
		return m.offer(q.offered, q.account)
	}
	return nil
}

// previewRows returns the rows of a preview.
func previewRows(p feed.Preview, now time.Time) []mode.Row {
	var rows []mode.Row
	for _, r := range []mode.Row{
		{Left: "about", Right: p.Description},
		{Left: "address", Right: text.Clean(p.Address())},
		{Left: "site", Right: text.Clean(p.Site)},
		{Left: "posts", Right: schedule.RateText(p.PostInterval)},
		{Left: "now has", Right: text.Plural(p.Total, "item")},
	} {
		if r.Right != "" {
			rows = append(rows, r)
		}
	}
	if len(p.Items) > 0 {
		rows = append(rows, mode.Row{Heading: "Newest"})
	}
	for _, i := range p.Items {
		age := ""
		if !i.Published.IsZero() {
			age = feed.ShortAge(i.Published, now)
		}
		rows = append(rows, mode.Row{Left: age, Right: i.DisplayTitle()})
	}
	return rows
}

// removeFeed asks whether to unsubscribe from the selected feed.
func (m *Model) removeFeed() tea.Cmd {
	f, _ := m.selected.feed()
	return m.askRemove(f)
}

// askRemove asks whether to unsubscribe from a feed.
func (m *Model) askRemove(f feed.Feed) tea.Cmd {
	rows := []mode.Row{{Left: text.Clean(f.URL)}, {Left: text.Plural(f.Total, "item") + " stay in the database with their marks"}}
	if f.Account != "" {
		rows = append(rows, mode.Row{Left: "it is removed from the account " + text.Clean(f.Account) + ", so on your other devices, too"})
	}
	m.modes.OpenOverlay(&mode.Overlay{
		Title:   "Unsubscribe from " + f.DisplayTitle() + "?",
		Rows:    rows,
		Tips:    []mode.Hint{{Key: "y", Word: "unsubscribe"}, {Key: "n", Word: "keep the feed"}},
		Answers: []string{"y", "n", "q"},
	}, removeQuestion{f})
	return nil
}

func (q removeQuestion) answered(m *Model, a mode.Answer) tea.Cmd {
	if _, cancelled := a.(mode.Cancelled); cancelled {
		return nil
	}
	m.modes.Close()
	if pressed, ok := a.(mode.Pressed); ok && pressed.Key == "y" {
		return m.subscriptions.remove(q.feed)
	}
	return nil
}

// moveFeed writes the new address of the selected feed, or undoes the last move.
func (m *Model) moveFeed() tea.Cmd {
	f, _ := m.selected.feed()
	return m.subscriptions.move(f)
}

// noMove returns why the selected feed cannot be moved; empty if it can.
func (m *Model) noMove() string {
	f, ok := m.selected.feed()
	if !ok {
		return m.selected.noFeed()
	}
	return m.subscriptions.whyNotMove(f)
}

// showSubscribed shows the changed subscriptions. A new feed is refreshed at once.
func (m *Model) showSubscribed(msg subscribed) tea.Cmd {
	if msg.err != nil {
		m.status.fail(userMessage(msg.err))
		return nil
	}
	cmds := []tea.Cmd{m.showSources(msg.sources)}
	m.status.say(msg.done)
	if msg.url == "" {
		if f := m.headlines.Source.Feed; f == nil || slices.ContainsFunc(m.sources.Feeds, func(x feed.Feed) bool { return x.URL == f.URL }) {
			return tea.Batch(append(cmds, m.headlines.reload(), m.refresh.loadNextDue())...) // the user is elsewhere
		}
		m.sources.Find(pane.KeyUnread)
		s, _ := m.sources.Selected()
		return tea.Batch(append(cmds, m.headlines.open(s, 0), m.refresh.loadNextDue())...)
	}
	request := requestFor(feed.Feed{URL: msg.url})
	if msg.account != "" {
		// The server has just got the feed: its items come with the sync.
		request = feed.RefreshRequest{Accounts: []string{msg.account}}
	}
	cmds = append(cmds, m.navigate.goTo(m.sources.KeyOf(msg.url)), m.refresh.start(request, true))
	m.status.say(msg.done)
	return tea.Batch(cmds...)
}
