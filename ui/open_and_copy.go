package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/text"
	"dateline/ui/article"
	"dateline/ui/mode"
	"dateline/ui/suspend"
)

// browser opens addresses in the user's browser and copies them.
type browser struct {
	*env
	*geometry
	selected *selection
	marks    *marker
	// started is closed when the last browser was started; nil before the first. So
	// pages are opened in the order of the keys.
	started <-chan struct{}
	// warned is the address of the misleading link that the user was told of last.
	warned string
}

// opened brings the browser of a page, and its error if it did not start.
type opened struct {
	browser Browser
	err     error
}

// browserEnded reports how a browser ended; failed is nil if it did not fail.
type browserEnded struct {
	failed     error
	onTerminal bool
}

// open shows a URL in the browser if [text.SafeURL] accepts it.
func (b *browser) open(url string, background bool) tea.Cmd {
	safe, ok := text.SafeURL(url)
	if !ok {
		b.status.say("dateline opens only http, https, mailto and gemini addresses")
		return nil
	}
	if b.deps.Open == nil {
		b.status.say("there is no browser; set `browser` in the configuration")
		return nil
	}
	b.status.say("opening " + text.Clean(safe))
	ctx, open := b.ctx, b.deps.Open
	before, started := b.started, make(chan struct{})
	b.started = started
	return func() tea.Msg {
		defer close(started)
		if before != nil {
			<-before
		}
		browser, err := open(ctx, safe, background)
		return opened{browser, err}
	}
}

// show reports a browser that did not start. A browser that needs the terminal gets it, any
// other is watched for a while.
func (b *browser) show(msg opened) tea.Cmd {
	switch failed, program := msg.browser.Failed, msg.browser.Terminal; {
	case msg.err != nil:
		b.status.fail("the browser did not start: " + b.advice(msg.err))
	case program != nil:
		return tea.Exec(suspend.OnTerminal(func() error { return program(suspend.Stop) }), func(err error) tea.Msg { return browserEnded{err, true} })
	case failed != nil:
		return func() tea.Msg { return browserEnded{failed: failed()} }
	}
	return nil
}

// showEnded reports a browser that has failed. If the browser had the terminal, everything is
// drawn again.
func (b *browser) showEnded(msg browserEnded) tea.Cmd {
	if msg.failed != nil {
		b.status.fail("the browser failed: " + b.advice(msg.failed))
	} else if msg.onTerminal {
		b.status.clear()
	}
	if msg.onTerminal {
		return tea.ClearScreen
	}
	return nil
}

// advice returns an error of the browser with what the user can do.
func (b *browser) advice(err error) string {
	what := strings.ReplaceAll(err.Error(), "\n", "; ") + "; set `browser` in the configuration"
	return b.withTips(what, ", ", "copy-link", "copies the address")
}

func (b *browser) openPage() tea.Cmd       { return b.openAndRead(false) }
func (b *browser) openBackground() tea.Cmd { return b.openAndRead(true) }

// openAndRead opens the page of the selected source or item. An item is marked read.
func (b *browser) openAndRead(background bool) tea.Cmd {
	cmd := b.open(b.selected.link(), background)
	if i, ok := b.selected.item(); ok {
		return tea.Batch(cmd, b.marks.mark([]int64{i.ID}, feed.Read, true, ""))
	}
	return cmd
}

func (b *browser) openComments() tea.Cmd {
	i, _ := b.selected.item()
	return b.open(i.Comments, false)
}

func (b *browser) openEnclosure() tea.Cmd {
	i, _ := b.selected.item()
	return b.open(i.Enclosures[0].URL, false)
}

// follow opens a link of an article. If the text of the link names another site than
// the one it leads to, the user is told so first, and follows it by doing the same again.
// opened reports whether the link was opened.
func (b *browser) follow(l article.Link) (cmd tea.Cmd, opened bool) {
	named, target := text.MisleadingLink(l.Text, l.URL)
	if named != "" && b.warned != l.URL {
		b.warned = l.URL
		b.status.say(fmt.Sprintf("link %d says %s but leads to %s; the same key again opens it", l.N, named, target))
		return nil, false
	}
	b.warned = ""
	return b.open(l.URL, false), true
}

// link returns the link with a number; false if the article has none.
func (a *articleView) link(n int) (article.Link, bool) {
	for _, l := range a.links {
		if l.N == n {
			return l, true
		}
	}
	return article.Link{}, false
}

// openLink opens the article's link with a number.
func (b *browser) openLink(n int) tea.Cmd {
	if l, ok := b.selected.article.link(n); ok {
		cmd, _ := b.follow(l)
		return cmd
	}
	b.status.say(b.withTips(fmt.Sprintf("there is no link %d", n), "; ", "links", "lists the links"))
	return nil
}

// copy copies text to the clipboard by a control sequence of the terminal (OSC 52), so
// that it also works over ssh.
func (b *browser) copy(s string) tea.Cmd {
	s = text.Clean(s)
	b.status.say("copied " + s)
	return tea.SetClipboard(s)
}

func (b *browser) copyLink() tea.Cmd {
	if b.focus == areaSources {
		return b.copyFeed()
	}
	i, _ := b.selected.item()
	return b.copy(i.Link)
}

func (b *browser) copyTitle() tea.Cmd {
	if b.focus == areaSources {
		f := b.selected.headlines.Source.Feed
		return b.copy(f.DisplayTitle() + " – " + f.URL)
	}
	i, _ := b.selected.item()
	return b.copy(i.DisplayTitle() + " – " + i.Link)
}

func (b *browser) copyFeed() tea.Cmd {
	f, _ := b.selected.feed()
	return b.copy(f.URL)
}

// linkList opened the list of an article's links.
type linkList struct{ links []article.Link }

// showLinks lists the links of the article. The chosen one is opened.
func (m *Model) showLinks() tea.Cmd {
	links := m.article.links
	rows := make([]mode.Row, len(links))
	for i, l := range links {
		left := fmt.Sprintf("[%d] %s", l.N, text.Clean(l.Text))
		if _, target := text.MisleadingLink(l.Text, l.URL); target != "" {
			left = fmt.Sprintf("[%d] leads to %s, not to: %s", l.N, target, text.Clean(l.Text))
		}
		rows[i] = mode.Row{Left: left, Right: text.Clean(l.URL)}
	}
	m.browser.warned = ""
	m.modes.OpenOverlay(&mode.Overlay{Title: "Links", Rows: rows, Choose: true, Detail: true, Tips: []mode.Hint{{Key: "enter", Word: "open"}}}, linkList{links})
	return nil
}

func (l linkList) answered(m *Model, a mode.Answer) tea.Cmd {
	chosen, ok := a.(mode.Chosen)
	if !ok {
		return nil
	}
	cmd, opened := m.browser.follow(l.links[chosen.Row])
	if opened {
		m.modes.Close()
	}
	return cmd
}
