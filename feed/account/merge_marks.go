package account

import (
	"context"
	"slices"
	"time"

	"dateline/feed"
)

// manyEntries is from how many entries on it is cheaper to ask for all IDs than which of them
// exist.
const manyEntries = 1000

// merge compares the lists with what was agreed, and settles the differences.
func (r *round) merge(ctx context.Context) error {
	found, agreed, err := r.Store.Differences(ctx, r.name, r.unread, r.starred)
	if err != nil {
		return err
	}
	if found, err = r.dropGone(ctx, found); err != nil {
		return err
	}
	var list []Settlement
	rest, held := splitMass(found, agreed)
	switch r.o.Resolve {
	case Accept:
		rest = found
	case Push:
		for _, d := range held {
			list = append(list, Settlement{Difference: d, Agree: Word{On: d.Server, At: d.Agreed.At}})
		}
	default:
		r.held = held
	}
	r.state.HeldBack = len(r.held)
	changed, err := r.changed(ctx, rest)
	if err != nil {
		return err
	}
	now := r.Now().Round(0)
	for _, d := range rest {
		list = append(list, Decide(d, changed[d.ID], r.state.LastSynced, now))
	}
	n, err := r.Store.Settle(ctx, r.name, list)
	r.result.Taken += n
	return err
}

// dropGone drops the differences of entries that are absent from the lists because the server
// does not have them any more.
func (r *round) dropGone(ctx context.Context, found []Difference) ([]Difference, error) {
	var absent []string
	for _, d := range found {
		if d.HasItem && isAbsence(d) {
			absent = append(absent, d.ID)
		}
	}
	slices.Sort(absent)
	if absent = slices.Compact(absent); len(absent) == 0 {
		return found, nil
	}
	exist, err := r.exist(ctx, absent)
	if err != nil {
		return nil, err
	}
	gone := slices.DeleteFunc(absent, func(id string) bool { return exist[id] })
	if err := r.Store.Gone(ctx, r.name, gone); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(d Difference) bool { return d.HasItem && isAbsence(d) && !exist[d.ID] }), nil
}

// isAbsence reports whether a difference says no more than that the entry is in no list.
func isAbsence(d Difference) bool { return d.Server == (d.Flag == feed.Read) }

func (r *round) exist(ctx context.Context, ids []string) (map[string]bool, error) {
	if len(ids) <= manyEntries {
		return r.Server.Exist(ctx, ids)
	}
	all, err := r.Server.All(ctx)
	if err != nil {
		return nil, err
	}
	exist := make(map[string]bool, len(all))
	for _, id := range all {
		exist[id] = true
	}
	return exist, nil
}

// changed returns when the marks of entries changed at the server, by this computer's clock,
// of those that were changed on both sides.
func (r *round) changed(ctx context.Context, found []Difference) (map[string]time.Time, error) {
	var both []string
	for _, d := range found {
		if d.HasItem && !d.Lost && !d.Ours.Equal(d.Agreed) && d.Ours.On != d.Server {
			both = append(both, d.ID)
		}
	}
	slices.Sort(both)
	if both = slices.Compact(both); len(both) == 0 {
		return nil, nil
	}
	times, err := r.Server.Changed(ctx, both)
	if err != nil {
		return nil, err
	}
	ahead := r.Server.Clock()
	for id, at := range times {
		if !at.IsZero() {
			times[id] = at.Add(-ahead)
		}
	}
	return times, nil
}
