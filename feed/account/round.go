package account

import (
	"context"
	"errors"
	"reflect"
	"time"

	"dateline/feed"
)

// backlogPause is the time between two rounds while older entries are to be fetched.
const backlogPause = time.Minute

// Account syncs one account. Use it from one goroutine at a time.
type Account struct {
	Settings feed.AccountSettings
	Server   Server
	Store    Store
	// Now returns the current time.
	Now func() time.Time
	// Trace returns the [Trace] of the configuration with the secret. If now is set, the
	// command that prints the secret is run again.
	Trace func(ctx context.Context, now bool, like string) (string, error)
}

// Resolve says what becomes of changes that are held back.
type Resolve int

// What becomes of changes that are held back: nothing, they are taken, or the states of here
// are sent.
const (
	Hold Resolve = iota
	Accept
	Push
)

// Options are those of one round.
type Options struct {
	// Asked is set if the user asked for this account. Then the server is asked even if it
	// refused the login before, and the round waits for another process that is syncing the
	// account and ends soon.
	Asked   bool
	Resolve Resolve
	// Fetch are feeds that the server is asked to fetch first, as far as it can.
	Fetch []Feed
	// FeedsStored is called after the subscriptions were stored, and Saved after entries
	// were.
	FeedsStored func(ctx context.Context) error
	Saved       func([]feed.Saved)
}

// Result is what a round did. It is right even if the round failed.
type Result struct {
	// Skipped is set if another process is syncing the account. The message says so.
	Skipped bool
	// New counts items that arrived, Taken those that got marks of the server, Sent the
	// marks that the server got.
	New, Taken, Sent int
	// Message is a user message: why the round failed or was skipped, or what it held back.
	// Empty if all is well. Failed tells them apart.
	Message string
	Failed  bool
	// Next is when the account is due again.
	Next time.Time
}

// round is one round of an account.
type round struct {
	*Account
	o       Options
	name    string
	state   State
	started time.Time
	result  Result
	feeds   []Feed
	// stored are the subscriptions that were stored when feeds were asked for.
	stored  []Feed
	unread  []string
	starred []string
	newest  []string
	// held are the differences that are held back.
	held []Difference
	// findAgain is set if entries that count as gone may be there.
	findAgain bool
}

// Sync makes a round: it asks for the subscriptions, the unread and the starred entries,
// fetches what is new, merges the marks of both sides, and sends those that the server does
// not have. The error is one of the database; all others are in the result.
func (a *Account) Sync(ctx context.Context, o Options) (Result, error) {
	r := &round{Account: a, o: o, name: a.Settings.Name, started: a.Now().Round(0)}
	switch ok, err := r.claim(ctx, o.Asked); {
	case err != nil:
		return r.result, err
	case !ok:
		r.skip()
		return r.result, nil
	}
	r.started = a.Now().Round(0) // the claim may have taken a while
	before := r.state
	err := r.whileClaimed(ctx, r.run)
	switch {
	case errors.Is(err, errTaken):
		r.skip()
		return r.result, nil
	case ctx.Err() != nil:
		// The state of the last complete round counts, unless this one has begun anew.
		if r.state.LastSynced.IsZero() {
			before.LastSynced, before.NextSync, before.Backlog = time.Time{}, time.Time{}, 0
		}
		before.Claimed = r.state.Claimed
		r.result.Failed, r.result.Message = true, interrupted(r.name)
		return r.result, a.Store.Finish(context.WithoutCancel(ctx), r.name, before)
	}
	r.conclude(err)
	return r.result, a.Store.Finish(ctx, r.name, r.state)
}

// skip records that another process has the account.
func (r *round) skip() { r.result.Skipped, r.result.Message = true, busy(r.name) }

// run makes the steps of a round. After an error the state keeps what is true anyhow.
func (r *round) run(ctx context.Context) error {
	if err := r.mayAsk(ctx); err != nil {
		return err
	}
	for _, f := range r.o.Fetch {
		if err := r.Server.Refresh(ctx, f); err != nil && !errors.Is(err, ErrCannot) {
			break // if it is not about this feed alone, the next request says what is wrong
		}
	}
	if err := r.ask(ctx); err != nil {
		return err
	}
	if err := r.checkReset(ctx); err != nil {
		return err
	}
	err := r.takeNew(ctx)
	if errors.Is(err, errSetUpAnew) {
		if err = r.startAnew(ctx); err == nil {
			err = r.takeNew(ctx)
		}
	}
	if err != nil {
		return err
	}
	if err := r.Store.Link(ctx, r.name); err != nil {
		return err
	}
	if err := r.merge(ctx); err != nil {
		return err
	}
	if err := r.send(ctx); err != nil {
		return err
	}
	return r.fetchOlder(ctx)
}

// takeNew stores the subscriptions and fetches the entries that are not recorded. If somebody
// has subscribed or unsubscribed since they were asked for, they are asked for again: else that
// change would be undone here until the next round.
func (r *round) takeNew(ctx context.Context) error {
	now, err := r.Store.Feeds(ctx, r.name)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(now, r.stored) {
		if r.feeds, err = r.Server.Feeds(ctx); err != nil {
			return err
		}
	}
	if err := r.Store.SetFeeds(ctx, r.name, r.feeds); err != nil {
		return err
	}
	if r.o.FeedsStored != nil {
		if err := r.o.FeedsStored(ctx); err != nil {
			return err
		}
	}
	return r.fetchNew(ctx)
}

// mayAsk returns an error if the server must not be asked now.
func (r *round) mayAsk(ctx context.Context) error {
	if r.isPaused() {
		return errPaused
	}
	if r.state.Refused == "" || r.o.Asked {
		return nil
	}
	trace, err := r.Trace(ctx, true, r.state.Refused)
	if err != nil {
		return err
	}
	if trace == r.state.Refused {
		return errStillRefused
	}
	return nil
}

// ask asks for the lists.
func (r *round) ask(ctx context.Context) (err error) {
	if r.stored, err = r.Store.Feeds(ctx, r.name); err != nil {
		return err
	}
	if r.feeds, err = r.Server.Feeds(ctx); err != nil {
		return err
	}
	if r.unread, err = r.Server.Unread(ctx); err != nil {
		return err
	}
	// Unread entries are of feeds, so one of the two answers is wrong or late. To believe that
	// there are no feeds would hide all of them.
	if len(r.feeds) == 0 && len(r.unread) > 0 {
		if r.feeds, err = r.Server.Feeds(ctx); err == nil && len(r.feeds) == 0 {
			err = ErrUnstable
		}
		if err != nil {
			return err
		}
	}
	r.starred, err = r.Server.Starred(ctx)
	return err
}
