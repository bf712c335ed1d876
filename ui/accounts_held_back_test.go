package ui

import (
	"errors"
	"testing"

	"dateline/feed"
	"dateline/ui/pane"
)

// TestHeldBackChange checks that a change that is held back says its number and the command that
// takes it, wherever the account is shown.
func TestHeldBackChange(t *testing.T) {
	s := newAccountScreen(t, 120, 40, func(_ *Deps, f *fakeSource) { f.accounts[0].HeldBack = 4812 })
	s.turnTo(pane.AccountKey("home", ""))
	s.expect("calls 4812 articles unread")
	s.press("g", "f", "i")
	s.expect("accounts accept home` takes that", "push home` sends yours instead")
	s.press("esc", "g", "e")
	s.expect("`dateline accounts accept", "`dateline accounts push home`")
	s.press("esc")
	const held = "account home: its server calls 4812 articles unread; `dateline accounts accept home` takes it"
	s.source.synced = map[string]feed.Report{"home": {Status: feed.OK, Sync: &feed.Sync{Sent: 1}, Error: held}}
	s.press("R")
	s.expect(held)
	s.source.synced = nil
	s.press("R")
	s.expect("nothing new")
	s.source.accounts[0].HeldBack = 0
	s.run(s.m.accounts.load(false))
	s.expectNot("4812")
}

// TestHeldBackChangeIsSettledOnTheScreen checks the keys of ge that take what was held back or
// send the marks of here, what is said when the server cannot be asked, and that other rows
// have no such keys.
func TestHeldBackChangeIsSettledOnTheScreen(t *testing.T) {
	for key, said := range map[string]string{"a": "took what the server of home says", "p": "home has your marks now"} {
		s := newAccountScreen(t, 80, 24, func(_ *Deps, f *fakeSource) {
			f.accounts[0].HeldBack = 4812
			f.accounts[1].Error = refusedLogin
		})
		s.press("g", "e")
		s.expect("a take theirs", "p send yours")
		if key == "a" {
			s.golden("account-held-80x24")
		}
		s.press("j")
		s.expectNot("take theirs")
		s.press(key)
		if len(s.source.resolved) > 0 {
			t.Fatalf("%s on an account without a held change: %v", key, s.source.resolved)
		}
		s.press("k")
		s.source.refuse = errors.New("home could not be reached; try again later")
		s.press(key)
		s.expect("home could not be reached; try again later")
		s.source.refuse = nil
		s.press("g", "e", key)
		s.expect(said)
		if got := s.source.resolved; len(got) != 2 || got[1] != (resolved{"home", key == "a"}) {
			t.Errorf("%s asks for %v", key, got)
		}
		s.press("g", "e")
		s.expectNot("4812")
	}
}
