package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/text"
	"dateline/ui/notify"
)

// notifier shows desktop notifications about new items, one for each refresh.
type notifier struct {
	*env
	presence *presence
	notify.Terminal
	// waiting are the new items of the current refresh.
	waiting []feed.NewItem
}

// notified is the result of running the user's notification program.
type notified struct{ err error }

// choose chooses the control sequence for notifications.
func (n *notifier) choose(env tea.EnvMsg) {
	n.Terminal = notify.Choose(n.deps.Settings.NotifyWith, env.Getenv)
}

// send shows one notification about the new items of a refresh.
func (n *notifier) send() tea.Cmd {
	waiting := n.waiting
	n.waiting = nil
	if len(waiting) == 0 || n.presence.watching(n.now()) {
		return nil
	}
	body := notify.Text(waiting)
	if run := n.deps.NotifyCommand; run != nil {
		ctx := context.WithoutCancel(n.ctx)
		return func() tea.Msg { return notified{run(ctx, notify.Title, body)} }
	}
	if n.Dialect == "" {
		return nil
	}
	return tea.Raw(n.Sequence(notify.Title, body))
}

func (n *notifier) show(msg notified) {
	if msg.err != nil {
		n.status.fail("notify_command failed: " + text.Clean(msg.err.Error()) + "; change it in the configuration")
	}
}
