package ui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// ailment is a kind of trouble that feeds can have, as the sheet of ailing
// feeds names it.
type ailment struct {
	kind schedule.Problem
	name string
}

// hiccup is a failure that does not count as an illness yet.
const hiccup schedule.Problem = "hiccup"

func ailments() []ailment {
	return []ailment{
		{schedule.Gone, "Gone"}, {schedule.Moved, "Moved"}, {schedule.Failing, "Failing"},
		{hiccup, "Failed when last asked"}, {schedule.Silent, "Silent"}, {schedule.Paused, "Paused"},
	}
}

// showAiling lists the feeds that fail, have moved, are gone, silent or paused.
func (m *Model) showAiling() tea.Cmd {
	s := m.ailing()
	if s == nil {
		m.status.say("all is well with " + plural(len(m.sources.feeds), "feed") + ": none fails, has moved, is gone, silent or paused")
		return nil
	}
	m.openSheet(s)
	return nil
}

// ailing makes the sheet of ailing feeds; nil when there are none.
func (m *Model) ailing() *sheet {
	found := map[schedule.Problem][]sheetRow{}
	urls := map[schedule.Problem][]string{}
	for _, f := range m.sources.feeds {
		kind, sentence := schedule.ProblemOf(f, m.now())
		if kind == "" && f.Poll.Error != "" {
			kind, sentence = hiccup, f.Poll.Error
		}
		if kind != "" {
			found[kind] = append(found[kind], sheetRow{left: text.Clean(f.DisplayTitle()), right: text.Clean(sentence)})
			urls[kind] = append(urls[kind], f.URL)
		}
	}
	var rows []sheetRow
	var at []string
	for _, a := range ailments() {
		if len(found[a.kind]) == 0 {
			continue
		}
		rows = append(append(rows, sheetRow{head: a.name}), found[a.kind]...)
		at = append(append(at, ""), urls[a.kind]...)
	}
	if len(rows) == 0 {
		return nil
	}
	return &sheet{
		title: "Feeds to look after", rows: rows, detail: true, again: (*Model).ailing,
		foot:   "Enter goes, i explains, r asks again, M moves, X unsubscribes, Esc closes",
		choose: func(m *Model, row int) tea.Cmd { return m.goView(m.keyOf(at[row])) },
		acts: map[string]func(*Model, int) tea.Cmd{
			"i": func(m *Model, row int) tea.Cmd { return m.explain(at[row]) },
			"r": func(m *Model, row int) tea.Cmd { return m.start(feed.RefreshRequest{Feeds: []string{at[row]}}, true) },
			"M": func(m *Model, row int) tea.Cmd { return m.moveAiling(at[row]) },
			"X": func(m *Model, row int) tea.Cmd {
				f, _ := m.sources.feedOf(at[row])
				return m.askRemove(f)
			},
		},
	}
}

// explain tells all about a feed of the sheet; Esc comes back to it.
func (m *Model) explain(url string) tea.Cmd {
	f, ok := m.sources.feedOf(url)
	if !ok {
		return nil
	}
	return m.loadInfo(infoLoaded{feed: &f, back: (*Model).showAiling})
}

func (m *Model) moveAiling(url string) tea.Cmd {
	f, ok := m.sources.feedOf(url)
	if reason := m.whyStay(f); !ok || reason != "" {
		m.status.say(reason)
		return nil
	}
	return m.moveTo(f)
}

// moving is the last new address that was written, to find the way back.
type moving struct{ from, to string }

// moveFeed writes the new address of the feed in hand, or takes that back.
func (m *Model) moveFeed() tea.Cmd {
	f, _ := m.feedInHand()
	return m.moveTo(f)
}

func (m *Model) noMove() string {
	f, ok := m.feedInHand()
	if !ok {
		return m.noFeed()
	}
	return m.whyStay(f)
}

// whyStay says why a feed's address is not to be written anew; empty when it is.
func (m *Model) whyStay(f feed.Feed) string {
	switch {
	case f.URL == m.moving.to && m.moving.from != "", schedule.NewAddress(f.Poll) != "":
		return ""
	case f.Poll.MovedTo != "":
		return "its server points to " + text.Clean(f.Poll.MovedTo) + ", but not for long enough yet to be trusted"
	}
	return "this feed has not moved; its address stands in the configuration"
}

func (m *Model) moveTo(f feed.Feed) tea.Cmd {
	to, done := schedule.NewAddress(f.Poll), "the configuration now says %s; M goes back"
	if to == "" {
		to, done = m.moving.from, "the configuration says %s again; M takes the new address"
	}
	m.moving = moving{from: f.URL, to: to}
	m.sheet = nil
	source := m.deps.Source
	return m.changeFeeds(fmt.Sprintf(done, text.Clean(to)), to, func(ctx context.Context) error { return source.Move(ctx, f.URL, to) })
}
