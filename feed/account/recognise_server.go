package account

import (
	"context"
	"errors"
	"slices"
	"time"
)

const (
	// sampleSize is how many entries are compared if the server may have been set up anew.
	sampleSize = 5
	// newsSample is how many are compared if there are new entries, but nothing suspicious.
	// A server that was restored gives the IDs of its last entries to the next ones.
	newsSample = 2
	// fewChanges is up to how many changes a round does not check whether the server was set
	// up anew.
	fewChanges = 20
)

// checkReset forgets what the server said before if it is another one, or was set up anew, so
// that its IDs name other entries. It looks only if the configuration of the account or
// something at the server is suspicious.
func (r *round) checkReset(ctx context.Context) error {
	known, s := r.state, r.Settings
	r.state.Kind, r.state.URL, r.state.User = s.Kind, s.URL, s.Access.User
	if known.LastSynced.IsZero() {
		return nil
	}
	lost, suspicious, err := r.suspect(ctx)
	if err != nil {
		return err
	}
	n := sampleSize
	if known.Kind == s.Kind && known.URL == s.URL && known.User == s.Access.User && !suspicious {
		unknown, err := r.Store.Unknown(ctx, r.name, r.unread)
		if err != nil || len(unknown) == 0 {
			return err
		}
		n = newsSample
	}
	ids, err := r.Store.Sample(ctx, r.name, n, r.feeds)
	if err != nil {
		return err
	}
	same, err := r.isSame(ctx, ids, lost)
	if err != nil {
		return err
	}
	if !same {
		return r.startAnew(ctx)
	}
	// Another interface of the same server has other IDs for the feeds, so their entries
	// seem to be gone.
	r.findAgain = known.Kind != s.Kind
	return nil
}

// suspect reports whether the server may have been set up anew: much is different, a feed has
// the number of another one, or the server has lost marks. lost are some entries that have
// lost one.
func (r *round) suspect(ctx context.Context) (lost []string, suspicious bool, err error) {
	found, _, err := r.Store.Differences(ctx, r.name, r.unread, r.starred)
	if err != nil {
		return nil, false, err
	}
	for _, d := range found {
		if d.HasItem && d.Agreed.On && !d.Server && len(lost) < sampleSize && !slices.Contains(lost, d.ID) {
			lost = append(lost, d.ID)
		}
	}
	address := map[string]string{}
	for _, f := range r.stored {
		address[f.ID] = f.URL
	}
	moved := slices.ContainsFunc(r.feeds, func(f Feed) bool { return address[f.ID] != "" && address[f.ID] != f.URL })
	return lost, moved || len(lost) > 0 || len(found) > fewChanges, nil
}

// isSame reports whether the server is the one that the recorded entries are from. ids are
// some of these, and lost are some that have lost a mark. Where a server has the times of
// marks, and none for an entry that has lost one, it never had the mark.
func (r *round) isSame(ctx context.Context, ids, lost []string) (bool, error) {
	all := slices.Concat(lost, ids)
	slices.Sort(all)
	var entries []Entry
	err := r.Server.Entries(ctx, slices.Compact(all), func(part []Entry) error {
		entries = append(entries, part...)
		return nil
	})
	if err != nil {
		return false, err
	}
	ok, err := r.Store.Check(ctx, r.name, entries)
	if err != nil || !ok || len(entries) == 0 && len(ids) > 0 {
		return false, err
	}
	var times map[string]time.Time
	if len(lost) > 0 {
		if times, err = r.Server.Changed(ctx, lost); err != nil {
			return false, err
		}
	}
	for _, at := range times {
		if at.IsZero() {
			return false, nil
		}
	}
	return true, nil
}

// errSetUpAnew means that the server has other entries under the IDs that are recorded.
var errSetUpAnew = errors.New("the server was set up anew")

// known returns some recorded entries that are fetched beside new ones, and compared: nothing
// else shows that a server without times was set up anew, if it has lost no mark. A Miniflux
// has times, and for it they could mean a further request.
func (r *round) known(ctx context.Context) ([]string, error) {
	if r.Settings.Kind == "miniflux" || r.state.LastSynced.IsZero() {
		return nil, nil
	}
	return r.Store.Sample(ctx, r.name, sampleSize, r.feeds)
}

// isAnother reports whether all of some recorded entries, and more than one, are others than
// those that the server has under their IDs. The address of a single one may have been edited.
func (r *round) isAnother(ctx context.Context, entries []Entry) (bool, error) {
	for _, e := range entries {
		if same, err := r.Store.Check(ctx, r.name, []Entry{e}); err != nil || same {
			return false, err
		}
	}
	return len(entries) > 1, nil
}

// startAnew forgets what the server said, so that its entries are matched with the items again.
// If this round does not do that, the next one is due at once.
func (r *round) startAnew(ctx context.Context) error {
	r.state.LastSynced, r.state.NextSync, r.state.Backlog = time.Time{}, time.Time{}, 0
	r.stored = nil
	return r.Store.Forget(ctx, r.name)
}
