package account

import (
	"cmp"
	"context"
	"slices"
	"time"
)

const (
	// newest is how many of the latest entries a round looks at for new ones.
	newest = 250
	// backlogPart is how many older entries a round fetches after the first.
	backlogPart = 1000
	// firstDays is how old the read entries are that the first round fetches.
	firstDays = 30
)

// fetchNew fetches the entries that are not recorded: unread and starred ones first, then
// the latest.
func (r *round) fetchNew(ctx context.Context) error {
	if r.findAgain {
		ids, err := r.Server.All(ctx)
		if err != nil {
			return err
		}
		if _, err := r.Store.Unknown(ctx, r.name, ids); err != nil {
			return err
		}
	}
	if err := r.fetchUnknown(ctx, append(slices.Clone(r.unread), r.starred...)); err != nil {
		return err
	}
	for n := newest; ; n *= 4 {
		ids, whole, err := r.Server.Newest(ctx, n)
		if err != nil {
			return err
		}
		r.newest = ids
		unknown, err := r.Store.Unknown(ctx, r.name, ids)
		if err != nil {
			return err
		}
		if !whole && (r.state.LastSynced.IsZero() || len(unknown) == len(ids) && n > newest) {
			// There are more than the latest: they are left to fetchOlder.
			r.state.Backlog = max(r.state.Backlog, 1)
		}
		if r.state.LastSynced.IsZero() || whole || len(unknown) < len(ids) || n > newest {
			return r.fetch(ctx, unknown, nil)
		}
	}
}

// fetchUnknown fetches those of the entries that are not recorded.
func (r *round) fetchUnknown(ctx context.Context, ids []string) error {
	unknown, err := r.Store.Unknown(ctx, r.name, ids)
	if err != nil {
		return err
	}
	slices.Sort(unknown)
	return r.fetch(ctx, slices.Compact(unknown), nil)
}

// fetch fetches and saves entries. If each is not nil, the entries are older ones, and it is
// called with each part. Nobody is notified of those, and of what the first round brings.
func (r *round) fetch(ctx context.Context, ids []string, each func([]Entry)) error {
	if len(ids) == 0 {
		return nil
	}
	quiet := each != nil || r.state.LastSynced.IsZero()
	var known []string
	if each == nil {
		var err error
		if known, err = r.known(ctx); err != nil {
			return err
		}
	}
	return r.Server.Entries(ctx, slices.Concat(known, ids), func(part []Entry) error {
		isKnown := func(e Entry) bool { return slices.Contains(known, e.ID) }
		compared := slices.DeleteFunc(slices.Clone(part), func(e Entry) bool { return !isKnown(e) })
		if another, err := r.isAnother(ctx, compared); err != nil || another {
			return cmp.Or(err, errSetUpAnew)
		}
		part = slices.DeleteFunc(part, isKnown)
		saved, err := r.Store.Add(ctx, r.name, r.started, part)
		for i := range saved {
			r.result.New += saved[i].New
			if quiet {
				saved[i].Notify = nil
			}
		}
		if r.o.Saved != nil && len(saved) > 0 {
			r.o.Saved(saved)
		}
		if each != nil {
			each(part)
		}
		return err
	})
}

// fetchOlder fetches a part of the entries that are neither unread, starred nor among the
// latest: in the first round those of the last days, then some in each round. It ends at
// entries that are too old to be kept.
func (r *round) fetchOlder(ctx context.Context) error {
	if r.state.Backlog == 0 {
		return nil
	}
	ids, err := r.Server.All(ctx)
	if err != nil {
		return err
	}
	older, err := r.Store.Unknown(ctx, r.name, ids)
	if err != nil {
		return err
	}
	first := r.state.LastSynced.IsZero()
	r.state.Backlog = len(older)
	for fetched := 0; len(older) > 0 && (first || fetched < backlogPart); {
		n := min(newest, len(older))
		var latest time.Time
		err := r.fetch(ctx, older[:n], func(part []Entry) {
			for _, e := range part {
				if e.Article.Published.After(latest) {
					latest = e.Article.Published
				}
			}
		})
		if err != nil {
			return err
		}
		older, fetched = older[n:], fetched+n
		r.state.Backlog = len(older)
		switch age := r.started.Sub(latest); {
		case r.Settings.Feeds.KeepDays > 0 && age > time.Duration(r.Settings.Feeds.KeepDays)*24*time.Hour:
			r.state.Backlog = 0
			return nil
		case first && age > firstDays*24*time.Hour:
			return nil
		}
	}
	return nil
}
