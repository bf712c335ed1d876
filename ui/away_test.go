package ui

import (
	"context"
	"strings"
	"testing"

	"dateline/feed"
)

// awaySource has no network while away is set.
type awaySource struct {
	*fakeSource
	away string
}

func (s awaySource) Refresh(_ context.Context, _ feed.Ask, report func(feed.Report)) error {
	for i := range 4 {
		r := feed.Report{URL: natoURL, Status: feed.Unchanged, Done: i + 1, Total: 4}
		if s.away != "" {
			r.Status, r.Error, r.Away = feed.Failed, s.away, true
		}
		report(r)
	}
	return nil
}

// A network that is away is told of once, not at every try, and once more when
// it goes away again or a key asks.
func TestNoNetworkIsToldOnce(t *testing.T) {
	s := newScreen(t, 120, 40)
	const away = "No server can be reached: check the network connection."
	round := func(sentence string, byKey, told bool) {
		t.Helper()
		s.m.status.clear()
		s.m.deps.Source = awaySource{s.source, sentence}
		s.run(s.m.start(feed.Ask{DueOnly: !byKey}, byKey))
		if got := strings.Contains(s.m.View().Content, "No server can be reached"); got != told {
			t.Errorf("%q, by key %v: told %v", sentence, byKey, got)
		}
	}
	round(away, false, true)
	round(away, false, false)
	round(away, true, true)
	round("", false, false)
	round(away, false, true)
}
