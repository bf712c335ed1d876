// Package notify writes notifications about new items as text and as the control
// sequences that terminals understand. It decides nothing about when to notify.
package notify

import (
	"cmp"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed"
	"dateline/feed/text"
	"dateline/ui/style"
)

// Terminal is how the terminal is asked for a notification.
type Terminal struct {
	// Dialect is "osc9", "osc777" or "osc99"; if it is empty, the terminal is not
	// asked.
	Dialect string
	// Tmux reports whether the sequence must be passed through tmux, which does so
	// with `allow-passthrough` on.
	Tmux bool
}

// Choose returns the dialect for a terminal from its environment. with is the
// option of the configuration: a dialect, "off" or "auto". Most terminals know
// OSC 9, and others ignore it.
func Choose(with string, getenv func(string) string) Terminal {
	term := getenv("TERM")
	t := Terminal{Dialect: with, Tmux: getenv("TMUX") != "" || strings.HasPrefix(term, "tmux")}
	switch {
	case with == "off":
		t.Dialect = ""
	case with != "auto":
	case getenv("KITTY_WINDOW_ID") != "" || term == "xterm-kitty" || strings.HasPrefix(term, "foot"):
		t.Dialect = "osc99"
	case getenv("VTE_VERSION") != "" || strings.HasPrefix(term, "rxvt"):
		t.Dialect = "osc777"
	default:
		t.Dialect = "osc9"
	}
	return t
}

// Sequence asks the terminal for a notification. An OSC 9 that begins with a digit
// can mean other things (4 is progress), so a word stands before it.
func (t Terminal) Sequence(title, body string) string {
	var s string
	switch t.Dialect {
	case "osc99":
		s = ansi.DesktopNotification(title, "i=dateline", "d=0") + ansi.DesktopNotification(body, "i=dateline", "p=body")
	case "osc777":
		s = ansi.URxvtExt("notify", title, body)
	default:
		s = ansi.Notify(title + ": " + body)
	}
	if t.Tmux {
		s = ansi.TmuxPassthrough(s)
	}
	return s
}

// Title is the title of every notification.
const Title = "dateline"

// The most cells that a headline and a feed's name take in a notification.
const (
	maxHeadline = 120
	maxFeed     = 40
)

// Text returns the text of a notification: the first headline, and how many there
// are.
func Text(all []feed.NewItem) string {
	first := all[0]
	s := style.Fit(plain(cmp.Or(first.Title, "(no title)")), maxHeadline, "…")
	if name := style.Fit(plain(first.FeedTitle), maxFeed, "…"); name != "" {
		s += " — " + name
	}
	if len(all) == 1 {
		return s
	}
	return text.Number(len(all)) + " new: " + s
}

// plain returns text that may stand inside a control sequence: without control
// characters, which would end it, and without semicolons, which separate its
// fields.
func plain(s string) string { return strings.ReplaceAll(text.Clean(s), ";", ",") }
