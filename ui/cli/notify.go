package cli

import (
	"context"
	"fmt"

	"dateline/feed"
	"dateline/feed/text"
)

// notify tells of what came, once for a whole refresh. That it can't is worth a
// line, but does not make a failure of a refresh that went well.
func (a *app) notify(ctx context.Context, s *Session, news []feed.NewItem) {
	if s.NotifyCommand == nil || len(news) == 0 {
		return
	}
	title, body := feed.Notification(news)
	if err := s.NotifyCommand(context.WithoutCancel(ctx), title, body); err != nil {
		fmt.Fprintln(a.err, "dateline:", text.Clean(err.Error()))
	}
}
