package account

import (
	"context"
	"errors"
	"time"
)

const (
	// claimDuration is how long a claim of a killed process keeps others from the account. A
	// round renews its claim much more often, so that a busy disk does not end it.
	claimDuration = 20 * time.Second
	claimRenewal  = 4 * time.Second
	// claimTry is how often an account that another process has is tried again.
	claimTry = 500 * time.Millisecond
	// longestRound is how long a round may last: what it has not done, the next one does.
	longestRound = 10 * time.Minute
)

// errTaken means that another process has claimed the account, because this one did not renew
// its claim in time: the computer slept, or its clock was set.
var errTaken = errors.New("another process has claimed the account")

// claim claims the account and reads its state. If another process has it, and wait is set,
// claim waits until that process has finished, or does not renew its claim because it was
// killed. It returns false if the other process goes on.
func (r *round) claim(ctx context.Context, wait bool) (ok bool, err error) {
	var other time.Time
	for {
		r.state, ok, err = r.Store.Claim(ctx, r.name, r.Now().Round(0).Add(claimDuration))
		if ok || err != nil || !wait {
			return ok, err
		}
		switch {
		case other.IsZero():
			other = r.state.Claimed
		case !other.Equal(r.state.Claimed):
			return false, nil
		}
		select {
		case <-time.After(claimTry):
		case <-ctx.Done():
			return false, nil
		}
	}
}

// whileClaimed runs f and renews the claim meanwhile. The context of f ends when another
// process has the account; then the error is errTaken. If f lasts too long, it is errTooLong.
func (r *round) whileClaimed(ctx context.Context, f func(context.Context) error) error {
	bounded, end := context.WithCancelCause(ctx)
	limited, stop := context.WithTimeoutCause(bounded, longestRound, errTooLong)
	until := r.state.Claimed
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		until = r.renewClaim(limited, until, end)
	}()
	err := f(limited)
	cause := context.Cause(limited)
	stop()
	<-renewed
	end(nil)
	r.state.Claimed = until
	if err != nil && (errors.Is(cause, errTaken) || errors.Is(cause, errTooLong)) {
		return cause
	}
	return err
}

// renewClaim renews the claim until ctx ends, and returns its end. If another process has
// the account, it calls lose.
func (r *round) renewClaim(ctx context.Context, until time.Time, lose func(error)) time.Time {
	for {
		select {
		case <-time.After(claimRenewal):
		case <-ctx.Done():
			return until
		}
		next := r.Now().Round(0).Add(claimDuration)
		switch ok, err := r.Store.Renew(context.WithoutCancel(ctx), r.name, until, next); {
		case err != nil:
			// The next try may succeed. If the database cannot be written, the round fails.
		case ok:
			until = next
		default:
			lose(errTaken)
			return until
		}
	}
}
