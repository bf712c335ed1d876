package account

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dateline/feed"
)

// oneState is a store that has only the state of an account. What waits is pending.
type oneState struct {
	Store
	state   State
	pending []Pending
}

func (s *oneState) Claim(context.Context, string, time.Time) (State, bool, error) {
	return s.state, true, nil
}

func (s *oneState) Renew(context.Context, string, time.Time, time.Time) (bool, error) {
	return true, nil
}

func (s *oneState) Finish(_ context.Context, _ string, state State) error {
	s.state = state
	return nil
}

func (s *oneState) Feeds(context.Context, string) ([]Feed, error)           { return nil, nil }
func (s *oneState) Unclear(context.Context, string) (bool, error)           { return false, nil }
func (s *oneState) Lost(context.Context, string, []Pending) error           { return nil }
func (s *oneState) Pending(context.Context, string, int) ([]Pending, error) { return s.pending, nil }

// badServer answers every request with an error, or never. It counts the requests.
type badServer struct {
	Server
	err      error
	requests int
}

func (s *badServer) answer(ctx context.Context) error {
	if s.requests++; s.err == nil {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.err
}

func (s *badServer) Feeds(ctx context.Context) ([]Feed, error) { return nil, s.answer(ctx) }
func (s *badServer) Refresh(ctx context.Context, _ Feed) error { return s.answer(ctx) }
func (s *badServer) Mark(ctx context.Context, _ feed.Flag, _ bool, _ []string) error {
	return s.answer(ctx)
}

// newBad returns an account at a bad server, with one mark that waits.
func newBad(err error) (*Account, *badServer, *oneState) {
	server := &badServer{err: err}
	store := &oneState{state: State{LastSynced: time.Now()}, pending: []Pending{{ID: "1", Flag: feed.Read, Ours: Word{On: true, At: time.Now()}}}}
	return &Account{Settings: feed.AccountSettings{Name: "home", Interval: time.Minute}, Server: server, Store: store, Now: time.Now,
		Trace: func(context.Context, bool, string) (string, error) { return "abc", nil }}, server, store
}

// TestRoundEnds protects that a server which answers nothing, or very slowly, does not keep
// the account for ever.
func TestRoundEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _, store := newBad(nil)
		begun := time.Now()
		r, err := a.Sync(t.Context(), Options{})
		if took := time.Since(begun); err != nil || took != longestRound || !r.Failed || !strings.Contains(store.state.Error, "account home: ") {
			t.Errorf("after %v: %+v, %v", took, r, err)
		}
		begun = time.Now()
		if sent, err := a.Send(t.Context()); sent != 0 || err == nil || time.Since(begun) != longestRound {
			t.Errorf("then %d marks were sent after %v: %v", sent, time.Since(begun), err)
		}
	})
}

// pauseError is a response with 429.
type pauseError struct{ failedRequest }

func (pauseError) AsksForPause() (time.Duration, bool) { return time.Hour, true }

// TestRefusalsHold protects that a server which asked for a pause, or refused the login, gets
// nothing more: no further marks, no round, and no request to fetch a feed.
func TestRefusalsHold(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		asked int // requests of a round that the user asked for
	}{
		"pause":   {pauseError{failedRequest{"The server asks for a pause."}}, 0},
		"refusal": {fmt.Errorf("%w: check token", ErrRefused), 2},
	} {
		t.Run(name, func(t *testing.T) {
			a, server, store := newBad(c.err)
			if _, err := a.Send(t.Context()); err == nil || server.requests != 1 {
				t.Fatalf("%d requests, %v", server.requests, err)
			}
			if _, err := a.Send(t.Context()); err != nil || server.requests != 1 {
				t.Errorf("marks were sent again: %d requests, %v", server.requests, err)
			}
			r, err := a.Sync(t.Context(), Options{})
			if err != nil || server.requests != 1 || !r.Failed || !strings.HasPrefix(r.Message, "account home: ") || r.Message != store.state.Error {
				t.Errorf("a round: %d requests, %+v, %v", server.requests, r, err)
			}
			if _, err := a.Sync(t.Context(), Options{Asked: true, Fetch: []Feed{{ID: "1"}}}); err != nil || server.requests != 1+c.asked {
				t.Errorf("a round that was asked for: %d requests, want %d more: %v", server.requests, c.asked, err)
			}
		})
	}
}

// TestRefusalEnds protects that an account is asked again when its secret is another one, and
// that the command which prints the secret is run for that.
func TestRefusalEnds(t *testing.T) {
	a, server, _ := newBad(fmt.Errorf("%w: check token", ErrRefused))
	known, printed := "old", "old"
	a.Trace = func(_ context.Context, now bool, _ string) (string, error) {
		if now {
			known = printed
		}
		return known, nil
	}
	for i, want := range []int{1, 1, 2, 2} {
		if i == 2 {
			printed = "new"
		}
		if _, err := a.Sync(t.Context(), Options{}); err != nil || server.requests != want {
			t.Errorf("round %d: %d requests, want %d: %v", i, server.requests, want, err)
		}
	}
}

// TestPauseOfWrongClock protects that a pause which was stored while the clock was wrong holds up
// neither marks nor rounds.
func TestPauseOfWrongClock(t *testing.T) {
	a, server, store := newBad(fmt.Errorf("no network"))
	store.state.Pause = time.Now().Add(30 * 24 * time.Hour)
	if _, err := a.Send(t.Context()); err == nil || server.requests != 1 {
		t.Errorf("marks: %d requests, %v", server.requests, err)
	}
	r, err := a.Sync(t.Context(), Options{})
	if err != nil || server.requests != 2 || r.Next.After(time.Now().Add(time.Hour)) {
		t.Errorf("a round: %d requests, %+v, %v", server.requests, r, err)
	}
}
