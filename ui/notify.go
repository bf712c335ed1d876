package ui

import (
	"cmp"
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dateline/feed"
	"dateline/feed/text"
)

// notifier tells of new items outside the screen, once for each refresh.
type notifier struct {
	// dialect is how the terminal is spoken to: "osc9", "osc777", "osc99", or
	// empty for not at all.
	dialect string
	// tmux says that what the terminal shall get must be handed through tmux,
	// which does so with `allow-passthrough` on.
	tmux bool
	// reports says that the terminal reports whether it has the focus.
	reports bool
	// waiting are the items that the refresh in hand has brought.
	waiting []feed.NewItem
}

// notified answers an attempt to run the reader's program.
type notified struct{ err error }

// lookedAway is how long no key was pressed before the reader counts as away
// from a terminal that does not report its focus.
const lookedAway = time.Minute

// chooseNotifier finds the dialect for a terminal from its environment. OSC 9
// is what most terminals know and others pass over in silence.
func (m *Model) chooseNotifier(env tea.EnvMsg) {
	n := &m.notifier
	term := env.Getenv("TERM")
	n.tmux = env.Getenv("TMUX") != "" || strings.HasPrefix(term, "tmux")
	n.dialect = m.deps.Settings.NotifyWith
	switch {
	case n.dialect == "off":
		n.dialect = ""
	case n.dialect != "auto":
	case env.Getenv("KITTY_WINDOW_ID") != "" || term == "xterm-kitty" || strings.HasPrefix(term, "foot"):
		n.dialect = "osc99"
	case env.Getenv("VTE_VERSION") != "" || strings.HasPrefix(term, "rxvt"):
		n.dialect = "osc777"
	default:
		n.dialect = "osc9"
	}
}

// watched says that the reader is looking at the screen, so that nothing needs
// to be told outside of it.
func (m *Model) watched() bool {
	return m.focused && (m.notifier.reports || m.now().Sub(m.idle.key) < lookedAway)
}

// notify tells of the items that the refresh brought, in one notification.
func (m *Model) notify() tea.Cmd {
	n := &m.notifier
	waiting := n.waiting
	n.waiting = nil
	if len(waiting) == 0 || m.watched() {
		return nil
	}
	body := noticeWords(waiting)
	if run := m.deps.NotifyCommand; run != nil {
		ctx := context.WithoutCancel(m.ctx)
		return func() tea.Msg { return notified{run(ctx, noticeTitle, body)} }
	}
	if n.dialect == "" {
		return nil
	}
	return tea.Raw(n.sequence(noticeTitle, body))
}

func (m *Model) showNotified(msg notified) {
	if msg.err != nil {
		m.status.fail("notify_command failed: " + text.Clean(msg.err.Error()) + "; see the configuration")
	}
}

const noticeTitle = "dateline"

// The most cells that a headline and a feed's name take in a notification.
const (
	noticeHeadline = 120
	noticeFeed     = 40
)

// noticeWords are the text of a notification: the first headline, and how many
// there are.
func noticeWords(all []feed.NewItem) string {
	first := all[0]
	text := fit(noticeText(cmp.Or(first.Title, "(no title)")), noticeHeadline, "…")
	if name := fit(noticeText(first.FeedTitle), noticeFeed, "…"); name != "" {
		text += " — " + name
	}
	if len(all) == 1 {
		return text
	}
	return number(len(all)) + " new: " + text
}

// noticeText is text that may stand inside a control sequence: without control
// characters, which would end it, and without semicolons, which part its
// fields.
func noticeText(s string) string {
	return strings.ReplaceAll(text.Clean(s), ";", ",")
}

// sequence asks the terminal for a notification. An OSC 9 that begins with a
// digit can mean other things (4 is progress), so a word stands before it.
func (n notifier) sequence(title, body string) string {
	var s string
	switch n.dialect {
	case "osc99":
		s = ansi.DesktopNotification(title, "i=dateline", "d=0") + ansi.DesktopNotification(body, "i=dateline", "p=body")
	case "osc777":
		s = ansi.URxvtExt("notify", title, body)
	default:
		s = ansi.Notify(title + ": " + body)
	}
	if n.tmux {
		s = ansi.TmuxPassthrough(s)
	}
	return s
}
