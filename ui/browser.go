package ui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/text"
)

// opened answers an attempt to show a page in the browser.
type opened struct {
	url string
	err error
}

// openURL shows a URL in the browser, if it is one a browser may be given.
func (m *Model) openURL(url string, background bool) tea.Cmd {
	safe, ok := text.SafeURL(url)
	if !ok {
		m.status.say("this address is not opened: only http, https, mailto and gemini are")
		return nil
	}
	if m.deps.Open == nil {
		m.status.say("there is no browser; set `browser` in the configuration")
		return nil
	}
	m.status.say("opening " + text.Clean(safe))
	ctx, open := context.WithoutCancel(m.ctx), m.deps.Open
	return func() tea.Msg { return opened{safe, open(ctx, safe, background)} }
}

func (m *Model) showOpened(msg opened) {
	if msg.err != nil {
		m.status.fail("the browser did not start: " + text.Clean(msg.err.Error()) + "; set `browser` in the configuration, y copies the address")
	}
}

// link is the address that belongs to what has the focus.
func (m *Model) link() string {
	if m.focus == paneSources {
		if f := m.headlines.source.feed; f != nil {
			return f.Site
		}
		return ""
	}
	i, _ := m.current()
	return i.Link
}

func (m *Model) openBrowser() tea.Cmd {
	cmd := m.openURL(m.link(), false)
	if i, ok := m.current(); ok {
		return tea.Batch(cmd, m.markRows([]int64{i.ID}, feed.Read, true, ""))
	}
	return cmd
}

func (m *Model) openBackground() tea.Cmd {
	cmd := m.openURL(m.link(), true)
	if i, ok := m.current(); ok {
		return tea.Batch(cmd, m.markRows([]int64{i.ID}, feed.Read, true, ""))
	}
	return cmd
}

func (m *Model) openComments() tea.Cmd {
	i, _ := m.current()
	return m.openURL(i.Comments, false)
}

func (m *Model) openEnclosure() tea.Cmd {
	i, _ := m.current()
	return m.openURL(i.Enclosures[0].URL, false)
}

// openLink opens the article's link of a number.
func (m *Model) openLink(n int) tea.Cmd {
	for _, l := range m.article.page.links {
		if l.N == n {
			return m.openURL(l.URL, false)
		}
	}
	m.status.say(fmt.Sprintf("there is no link %d; U lists the links", n))
	return nil
}

// copyText puts text on the clipboard through the terminal (OSC 52), so that
// it works over ssh.
func (m *Model) copyText(s string) tea.Cmd {
	s = text.Clean(s)
	m.status.say("copied " + s)
	return tea.SetClipboard(s)
}

func (m *Model) copyLink() tea.Cmd {
	if m.focus == paneSources {
		return m.copyFeed()
	}
	i, _ := m.current()
	return m.copyText(i.Link)
}

func (m *Model) copyTitle() tea.Cmd {
	if m.focus == paneSources {
		f := m.headlines.source.feed
		return m.copyText(f.DisplayTitle() + " – " + f.URL)
	}
	i, _ := m.current()
	return m.copyText(i.DisplayTitle() + " – " + i.Link)
}

func (m *Model) copyFeed() tea.Cmd {
	f, _ := m.feedInHand()
	return m.copyText(f.URL)
}

// feedInHand is the feed of the source, or else of the item.
func (m *Model) feedInHand() (feed.Feed, bool) {
	if f := m.headlines.source.feed; f != nil && m.headlines.search == nil {
		return *f, true
	}
	if m.focus == paneSources {
		return feed.Feed{}, false
	}
	i, ok := m.current()
	if !ok {
		return feed.Feed{}, false
	}
	return m.sources.feedOf(i.Feed)
}

func (m *Model) noItem() string {
	if _, ok := m.current(); !ok {
		if m.focus == paneSources {
			return "choose an item first: Enter goes to the headlines"
		}
		return "there is no item here"
	}
	return ""
}

func (m *Model) noLink() string {
	switch {
	case m.link() != "":
		return ""
	case m.focus == paneSources:
		return "this source has no site"
	}
	return "this item has no link"
}

func (m *Model) noComments() string {
	if i, ok := m.current(); !ok || i.Comments == "" {
		return "this item has no comments page"
	}
	return ""
}

func (m *Model) noEnclosure() string {
	if i, ok := m.current(); !ok || len(i.Enclosures) == 0 {
		return "no file is enclosed with this item"
	}
	return ""
}

func (m *Model) noLinks() string {
	switch {
	case m.layout.panes[paneArticle].w == 0:
		return "open the article first"
	case len(m.article.page.links) == 0:
		return "this article has no links"
	}
	return ""
}

func (m *Model) noCopy() string {
	if m.focus == paneSources {
		return m.noFeed()
	}
	return m.noLink()
}

func (m *Model) noFeed() string {
	if _, ok := m.feedInHand(); !ok {
		return "choose a feed first: t finds one by name"
	}
	return ""
}
