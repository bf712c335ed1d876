// Package notify formats desktop notifications about new items: their text, and the
// control sequences with which a terminal shows them.
//
// Start with [Choose] and [Text]. The package does not decide which items are worth a
// notification (package feed does) or when to show it (package ui does).
//
// Never put text into a control sequence without cleaning it.
package notify

import (
	"cmp"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed"
	"dateline/feed/text"
	"dateline/ui/style"
)

// Terminal describes how the terminal shows notifications.
type Terminal struct {
	// Dialect is "osc9", "osc777" or "osc99". If it is empty, nothing is shown.
	Dialect string
	// Tmux reports whether the sequence must be passed through tmux. This needs tmux's
	// option allow-passthrough.
	Tmux bool
}

// Choose chooses the dialect of a terminal. with is the option of the configuration: a
// dialect, "off" or "auto". For "auto" the environment decides. OSC 9 is the default,
// because most terminals support it and others ignore it.
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

// Sequence returns the control sequence for a notification. With OSC 9 the text starts
// with the title, because a digit at its start would have another meaning (4 is progress).
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

// maxHeadline and maxFeed are the largest widths of a headline and of a feed's name in a
// notification, in cells.
const (
	maxHeadline = 120
	maxFeed     = 40
)

// Text returns the text of a notification: the first headline and the number of items. all
// must not be empty.
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

// plain makes text safe inside a control sequence. It removes control characters, which
// could end the sequence, and replaces semicolons, which separate its fields.
func plain(s string) string { return strings.ReplaceAll(text.Clean(s), ";", ",") }
