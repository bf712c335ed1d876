package ui

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"dateline/feed"
	"dateline/feed/fetch"
)

// mute is a source that finds no feeds. Its message is long.
type mute struct{ *fakeSource }

func (mute) Preview(context.Context, string) (feed.Preview, error) { return feed.Preview{}, nil }

func (mute) Discover(context.Context, string) ([]feed.Candidate, error) {
	return nil, errors.New("this page announces no feed: look for a link called RSS, Atom or feed on the page, and give its address")
}

// TestLongMessagesAreShownInFull checks that a message that is longer than the screen is wide
// takes more lines, until the next key.
func TestLongMessagesAreShownInFull(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {40, 12}} {
		s := newScreen(t, size[0], size[1], func(d *Deps, src *fakeSource) { d.Source = mute{src} })
		s.press("a", "type:x.example", "enter")
		s.expect("this page announces", "give its address")
		s.expectWidth()
		s.press("j")
		s.expectNot("this page announces")
	}
}

// TestMalformedQueryIsExplainedInFull checks that Enter on a malformed query shows the whole
// error, and that the prompt stays open.
func TestMalformedQueryIsExplainedInFull(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.press("/", "type:is:unraed maritime exercise")
	s.expect("column 4", "…")
	s.press("enter")
	s.expect(`did you mean unread?`, "/ is:unraed maritime exercise")
	s.expectWidth()
	if s.m.modes.Prompt() == nil {
		t.Fatal("half a query was accepted")
	}
	s.press("backspace")
	s.expectNot("did you mean")
}

// TestRefreshLeavesThePromptAlone checks that a refresh that fails does not change the text that
// the user is typing.
func TestRefreshLeavesThePromptAlone(t *testing.T) {
	s := newScreen(t, 80, 24, func(_ *Deps, src *fakeSource) { src.errors[oldURL] = "the server is down; try again later" })
	s.press("/", "type:maritme", "left", "left")
	at := *s.m.View().Cursor
	s.run(s.m.refresh.start(feed.RefreshRequest{}, true))
	s.press("type:i")
	s.expect("/ maritime", "Major maritime exercise", "1 found")
	if now := s.m.View().Cursor; now == nil || now.X != at.X+1 || now.Y != at.Y {
		t.Errorf("the cursor went from %v to %v", at, now)
	}
}

// TestFilterGoesBeforeTheSearch checks that Esc ends first the filter on a search and then the
// search.
func TestFilterGoesBeforeTheSearch(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("/", "type:report", "enter")
	s.expect("Search: report", "40 found")
	s.press(`\`, "type:zzz", "enter")
	s.expect("filter: zzz", "Nothing here matches the filter.")
	s.press("esc")
	s.expect("Search: report", "40 found")
	s.expectNot("filter:")
	s.press("esc")
	s.expectNot("Search: report")
}

// TestCountStaysWhileReloading checks that the header of a search keeps its count while another
// process writes, and when the user goes to the first or last match.
func TestCountStaysWhileReloading(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("/", "type:report", "enter")
	cmd := s.m.headlines.reload()
	s.expect("40 found")
	s.run(cmd)
	s.press("G", "g", "g")
	s.expect("40 found")
}

// failingSource finds no feeds and returns err.
type failingSource struct {
	*fakeSource
	err error
}

func (s failingSource) Discover(context.Context, string) ([]feed.Candidate, error) {
	return nil, s.err
}

// TestErrorsShowTheirUserMessage protects what the status line says of an error: the
// message for users if there is one, also of a wrapped error, or else the error's text.
func TestErrorsShowTheirUserMessage(t *testing.T) {
	reset := &fetch.Error{URL: "https://a.example/feed", Kind: fetch.KindReset}
	crash := &feed.PanicError{Job: "fetching a feed", Value: "index out of range"}
	for _, c := range []struct {
		err  error
		want string
	}{
		{reset, reset.UserMessage()},
		{fmt.Errorf("finding feeds: %w", reset), reset.UserMessage()},
		{crash, crash.UserMessage()},
		{errors.New("the disk is full"), "the disk is full"},
	} {
		s := newScreen(t, 200, 24, func(d *Deps, src *fakeSource) { d.Source = failingSource{src, c.err} })
		s.press("a", "type:a.example", "enter")
		if got := s.m.status; got.text != c.want || !got.failed {
			t.Errorf("for %v the status line shows %q (failed: %v), want %q", c.err, got.text, got.failed, c.want)
		}
	}
}

// TestHitsOfAFilterAreWalked checks that n and N walk the rows of a filter, read ones too, as they
// walk those of a search, and that the status line offers n only where it leads somewhere.
func TestHitsOfAFilterAreWalked(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:lwn", "enter", `\`, "type:report", "enter")
	s.expect("filter: report", "1 of 40 found", "n next")
	s.press("j", "m", "k", "n")
	s.expect("2 of 40 found")
	s.press("N")
	s.expect("1 of 40 found")
	s.press("G")
	s.expect("40 of 40 found", "hit 40 of 40 · Esc ends")
	s.expectNot("n next")
	s.press("n")
	s.expect("no more hits", "ends the filter", "filter: report")
}
