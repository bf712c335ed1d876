package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"dateline/feed"
)

const (
	// partSize is how many marks are sent at once.
	partSize = 500
	// mostPending is how many pending marks are looked at before they are sent.
	mostPending = 100_000
)

// send sends the pending marks.
func (r *round) send(ctx context.Context) error {
	if err := r.dropUnsendable(ctx); err != nil {
		return err
	}
	n, err := r.Account.send(ctx)
	r.result.Sent += n
	return err
}

// dropUnsendable drops the pending marks of entries that the server does not have any more.
// An entry that was read and without a star is in no list, so nothing has shown that it is
// gone.
func (r *round) dropUnsendable(ctx context.Context) error {
	pending, err := r.Store.Pending(ctx, r.name, mostPending)
	if err != nil || len(pending) == 0 {
		return err
	}
	seen := map[string]bool{}
	for _, list := range [][]string{r.unread, r.starred, r.newest} {
		for _, id := range list {
			seen[id] = true
		}
	}
	var doubtful []string
	for _, p := range pending {
		if !seen[p.ID] {
			seen[p.ID] = true
			doubtful = append(doubtful, p.ID)
		}
	}
	if len(doubtful) == 0 {
		return nil
	}
	exist, err := r.exist(ctx, doubtful)
	if err != nil {
		return err
	}
	return r.Store.Gone(ctx, r.name, slices.DeleteFunc(doubtful, func(id string) bool { return exist[id] }))
}

// send sends the pending marks in parts, one flag and state at a time.
func (a *Account) send(ctx context.Context) (sent int, err error) {
	name, last := a.Settings.Name, Pending{}
	for {
		list, err := a.Store.Pending(ctx, name, partSize)
		if err != nil || len(list) == 0 {
			return sent, err
		}
		first := list[0]
		if first.ID == last.ID && first.Flag == last.Flag && first.Ours.Equal(last.Ours) {
			return sent, nil // the server has it, and the database could not record that
		}
		last = first
		for _, part := range alike(list) {
			ids := make([]string, len(part))
			for i, p := range part {
				ids[i] = p.ID
			}
			if err := a.Server.Mark(ctx, part[0].Flag, part[0].Ours.On, ids); err != nil {
				if !errors.Is(err, ErrRefused) {
					err = errors.Join(err, a.Store.Lost(context.WithoutCancel(ctx), name, part))
				}
				return sent, err
			}
			// The server has the marks now, whether the caller still waits or not.
			if err := a.Store.Agree(context.WithoutCancel(ctx), name, part); err != nil {
				return sent, err
			}
			sent += len(part)
		}
	}
}

// alike divides marks by flag and state.
func alike(list []Pending) [][]Pending {
	type kind struct {
		flag feed.Flag
		on   bool
	}
	var order []kind
	parts := map[kind][]Pending{}
	for _, p := range list {
		k := kind{p.Flag, p.Ours.On}
		if parts[k] == nil {
			order = append(order, k)
		}
		parts[k] = append(parts[k], p)
	}
	out := make([][]Pending, len(order))
	for i, k := range order {
		out[i] = parts[k]
	}
	return out
}

// Send sends the pending marks. It asks for nothing else, unless the last round failed or was
// long ago, or what the server says has to be weighed first: then it compares the marks of both
// sides. It sends nothing to a server that refuses the login or asked for a pause, or that was
// never synced. If the server does so now, that holds for the next rounds, too.
func (a *Account) Send(ctx context.Context) (sent int, err error) {
	r := &round{Account: a, name: a.Settings.Name, started: a.Now().Round(0)}
	if ok, err := r.claim(ctx, false); err != nil || !ok {
		return 0, err
	}
	if r.maySend() {
		err = r.whileClaimed(ctx, func(ctx context.Context) (err error) {
			if err = r.compareFirst(ctx); err == nil && !r.state.LastSynced.IsZero() {
				sent, err = a.send(ctx)
			}
			return err
		})
		if errors.Is(err, errTaken) {
			return sent, nil
		}
		if err != nil && ctx.Err() == nil {
			r.noteRefusal(err)
		}
	}
	return sent, errors.Join(err, a.Store.Finish(context.WithoutCancel(ctx), r.name, r.state))
}

// maySend reports whether the server may get marks without a complete round.
func (r *round) maySend() bool {
	s, to := r.state, r.Settings
	return s.Refused == "" && !r.isPaused() && !s.LastSynced.IsZero() && s.Kind == to.Kind && s.URL == to.URL && s.User == to.Access.User
}

// compareFirst compares the marks of both sides, unless the last round was complete and not
// long ago, and no mark that is to be sent would hide when the server changed the other mark of
// its entry: Miniflux has one time for both. What the round has left out is due afterwards.
func (r *round) compareFirst(ctx context.Context) error {
	s := &r.state
	unclear, err := r.Store.Unclear(ctx, r.name)
	isRecent := s.Error == "" && r.started.Sub(s.LastSynced) < max(2*r.Settings.Interval, time.Hour)
	if err != nil || isRecent && !unclear {
		return err
	}
	if err := r.ask(ctx); err != nil {
		return err
	}
	if err := r.checkReset(ctx); err != nil || s.LastSynced.IsZero() {
		return err
	}
	if err := r.merge(ctx); err != nil {
		return err
	}
	if s.Error = ""; len(r.held) > 0 {
		s.Error = heldBack(r.name, r.held)
	}
	if !isRecent {
		s.NextSync = r.started
	}
	return r.dropUnsendable(ctx)
}
