package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/corpus"
	"dateline/ui/notify"
)

// TestTerminalDialects checks the control sequence for each terminal, and for tmux.
func TestTerminalDialects(t *testing.T) {
	for _, c := range []struct {
		with string
		env  []string
		want string
	}{
		{"auto", []string{"TERM=xterm-256color"}, "\x1b]9;dateline: A — B\a"},
		{"auto", []string{"TERM=xterm-kitty"}, "\x1b]99;i=dateline:d=0;dateline\a\x1b]99;i=dateline:p=body;A — B\a"},
		{"auto", []string{"TERM=xterm-256color", "VTE_VERSION=7600"}, "\x1b]777;notify;dateline;A — B\a"},
		{"osc777", []string{"TERM=xterm-kitty"}, "\x1b]777;notify;dateline;A — B\a"},
		{"auto", []string{"TERM=tmux-256color", "TMUX=/tmp/t,1,0"}, "\x1bPtmux;\x1b\x1b]9;dateline: A — B\a\x1b\\"},
		{"off", []string{"TERM=xterm-kitty"}, ""},
	} {
		s := newScreen(t, 80, 24, func(d *Deps, f *fakeSource) {
			d.Settings.NotifyWith = c.with
			f.notices = []feed.NewItem{{Item: 1, Title: "A", FeedTitle: "B"}}
		})
		s.raw = nil
		s.send(tea.EnvMsg(c.env))
		s.send(tea.BlurMsg{})
		s.press("R")
		if got := strings.Join(s.raw, ""); got != c.want {
			t.Errorf("%s in %q wrote %q, want %q", c.with, c.env, got, c.want)
		}
	}
}

// TestOneNotificationARefresh checks that a refresh shows one notification for any number
// of items, and none while the user is looking at the screen.
func TestOneNotificationARefresh(t *testing.T) {
	s := newScreen(t, 80, 24, func(d *Deps, f *fakeSource) {
		d.Settings.NotifyWith = "osc9"
		f.notices = []feed.NewItem{{Title: "First", FeedTitle: "Feed"}, {Title: "Second", FeedTitle: "Feed"}}
	})
	s.send(tea.EnvMsg{"TERM=xterm"})
	s.raw = nil
	s.press("R")
	if len(s.raw) > 0 {
		t.Errorf("a user who pressed a key was notified by %q", s.raw)
	}
	s.clock.t = s.clock.t.Add(time.Hour)
	s.send(duePassed{s.m.refresh.next.generation})
	if want := []string{"\x1b]9;dateline: 2 new: First — Feed\a"}; !slices.Equal(s.raw, want) {
		t.Errorf("got %q, want %q", s.raw, want)
	}
	s.raw = nil
	s.send(tea.FocusMsg{})
	s.send(duePassed{s.m.refresh.next.generation})
	if len(s.raw) > 0 {
		t.Errorf("a terminal with the focus was notified by %q", s.raw)
	}
}

// TestNotifyCommand checks the program that replaces the terminal's notifications, and the
// message if it fails.
func TestNotifyCommand(t *testing.T) {
	var told []string
	s := newScreen(t, 120, 24, func(d *Deps, f *fakeSource) {
		f.notices = []feed.NewItem{{Title: "First; and foremost", FeedTitle: "Feed"}}
		d.NotifyCommand = func(_ context.Context, title, body string) error {
			told = append(told, title+"|"+body)
			return errors.New("exec: no such program")
		}
	})
	s.send(tea.BlurMsg{})
	told = nil
	s.send(duePassed{s.m.refresh.next.generation})
	if want := []string{"dateline|First, and foremost — Feed"}; !slices.Equal(told, want) {
		t.Errorf("the command got %q, want %q", told, want)
	}
	s.expect("notify_command failed: exec: no such program")
}

// TestNotificationsContainOnlyText checks that a headline cannot end its control sequence or
// start another one.
func TestNotificationsContainOnlyText(t *testing.T) {
	for n := range 2 * corpus.HostileItems() {
		notices := []feed.NewItem{{Title: corpus.HostileText("title", n) + "\x1b\\\a;4;1;50" + strings.Repeat("long ", 500), FeedTitle: corpus.HostileText("feed", n+3)}}
		for _, dialect := range []string{"osc9", "osc777", "osc99"} {
			got := notify.Terminal{Dialect: dialect}.Sequence(notify.Title, notify.Text(notices))
			tmux := notify.Terminal{Dialect: dialect, Tmux: true}.Sequence(notify.Title, notify.Text(notices))
			for _, f := range append(foreign(got, false), foreign(tmux, false)...) {
				t.Errorf("%s: %s", dialect, f)
			}
			if len(got) > 1000 {
				t.Errorf("%s is %d bytes long", dialect, len(got))
			}
			starts := map[string]int{"osc9": 1, "osc777": 1, "osc99": 2}[dialect]
			fields := map[string]int{"osc9": 1, "osc777": 3, "osc99": 4}[dialect]
			if n := strings.Count(got, "\x1b"); n != starts || strings.Count(got, "\a") != starts || !strings.HasSuffix(got, "\a") {
				t.Errorf("%s has %d sequences: %q", dialect, n, got)
			}
			if n := strings.Count(got, ";"); n != fields {
				t.Errorf("%s has %d semicolons, want %d: %q", dialect, n, fields, got)
			}
		}
	}
}
