package ui

import (
	"cmp"
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/text"
)

// discovered says which feeds an address offers.
type discovered struct {
	typed string
	found []feed.Candidate
	err   error
}

// subscribed answers a change of the subscriptions.
type subscribed struct {
	done    string
	url     string
	sources sourcesLoaded
	err     error
}

// startAdd asks for the address to subscribe to.
func (m *Model) startAdd() tea.Cmd {
	p := newPrompt("subscribe to (address of a feed or page):", "")
	if m.width < 70 {
		p.label = "subscribe to:"
	}
	p.accept = (*Model).discover
	p.cancel = func(*Model) tea.Cmd { return nil }
	m.openPrompt(p)
	return nil
}

// discover looks for the feeds of an address.
func (m *Model) discover(typed string) tea.Cmd {
	typed = strings.TrimSpace(typed)
	m.prompt = nil
	if typed == "" {
		return nil
	}
	shown, _, _ := text.SplitLogin(typed)
	m.status.say("looking for feeds at " + text.Clean(shown) + m.theme.glyphs.ellipsis)
	ctx, source := m.ctx, m.deps.Source
	return func() tea.Msg {
		found, err := source.Discover(ctx, typed)
		return discovered{typed, found, err}
	}
}

// showDiscovered shows the only feed found, or offers those there are.
func (m *Model) showDiscovered(msg discovered) tea.Cmd {
	if msg.err != nil {
		m.status.fail(sentence(msg.err))
		return nil
	}
	if len(msg.found) == 1 {
		return m.lookAt(msg.found[0], nil)
	}
	return m.offer(msg.found)
}

// offer lets one of several feeds be chosen for a look.
func (m *Model) offer(found []feed.Candidate) tea.Cmd {
	m.status.clear()
	rows := make([]sheetRow, len(found))
	for i, c := range found {
		what := strings.Join(slices.DeleteFunc([]string{c.Note, c.Type, c.Address()}, func(s string) bool { return s == "" }), " ")
		rows[i] = sheetRow{left: text.Clean(cmp.Or(c.Title, c.Address())), right: text.Clean(what)}
	}
	back := func(m *Model) tea.Cmd { return m.offer(found) }
	m.openSheet(&sheet{
		title: "This page offers " + plural(len(rows), "feed"), rows: rows,
		foot:   "Enter shows a feed, type to filter, Esc closes",
		choose: func(m *Model, i int) tea.Cmd { return m.lookAt(found[i], back) },
	})
	return nil
}

func (m *Model) subscribe(c feed.Candidate) tea.Cmd {
	address := c.Address()
	source := m.deps.Source
	return m.changeFeeds("subscribed to "+text.Clean(cmp.Or(c.Title, address)), address, func(ctx context.Context) error {
		return source.Subscribe(ctx, feed.Subscription{URL: c.URL})
	})
}

// changeFeeds changes the subscriptions and brings them back as they are then.
// url is the feed to go to afterwards; empty for none.
func (m *Model) changeFeeds(done, url string, change func(context.Context) error) tea.Cmd {
	ctx, store, now := context.WithoutCancel(m.ctx), m.deps.Store, m.now()
	return func() tea.Msg {
		msg := subscribed{done: done, url: url, err: change(ctx)}
		if msg.err == nil {
			msg.sources = readSources(ctx, store, now)
		}
		return msg
	}
}

// startRemove asks whether to unsubscribe.
func (m *Model) startRemove() tea.Cmd {
	f, _ := m.feedInHand()
	return m.askRemove(f)
}

func (m *Model) askRemove(f feed.Feed) tea.Cmd {
	title := f.DisplayTitle()
	source := m.deps.Source
	done := "unsubscribed from " + title + "; its items and marks are kept and come back with it"
	yes := func(m *Model) tea.Cmd {
		return m.changeFeeds(done, "", func(ctx context.Context) error { return source.Unsubscribe(ctx, f.URL) })
	}
	no := func(*Model) tea.Cmd { return nil }
	m.openSheet(&sheet{
		title:   "Unsubscribe from " + title + "?",
		rows:    []sheetRow{{left: text.Clean(f.URL)}, {left: plural(f.Total, "item") + " stay in the cache with their marks"}},
		foot:    "y unsubscribes, n or Esc keeps the feed",
		answers: map[string]func(*Model) tea.Cmd{"y": yes, "n": no, "q": no},
	})
	return nil
}

// showSubscribed shows the changed subscriptions; a new feed is asked at once.
func (m *Model) showSubscribed(msg subscribed) tea.Cmd {
	if msg.err != nil {
		m.status.fail(sentence(msg.err))
		return nil
	}
	cmds := []tea.Cmd{m.showSources(msg.sources)}
	m.status.say(msg.done)
	if msg.url == "" {
		m.sources.find(keyUnread)
		s, _ := m.sources.selected()
		return tea.Batch(append(cmds, m.openSource(s, 0), m.loadNextDue())...)
	}
	cmds = append(cmds, m.goView(m.keyOf(msg.url)), m.start(feed.RefreshRequest{Feeds: []string{msg.url}}, true))
	m.status.say(msg.done)
	return tea.Batch(cmds...)
}

// keyOf is the key of a feed's first row among the sources.
func (m *Model) keyOf(url string) string {
	if f, ok := m.sources.feedOf(url); ok && len(f.Tags) > 0 {
		return feedKey(url, f.Tags[0])
	}
	return feedKey(url, "")
}
