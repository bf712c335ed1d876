package account

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"dateline/feed"
)

const (
	// partSize is how many marks are sent at once.
	partSize = 500
	// mostPending is how many pending marks are looked at before they are sent.
	mostPending = 100_000
	// newest is how many of the latest entries a round looks at for new ones.
	newest = 250
	// backlogPart is how many older entries a round fetches after the first.
	backlogPart = 1000
	// firstDays is how old the read entries are that the first round fetches.
	firstDays = 30
	// backlogPause is the time between two rounds while older entries are to be fetched.
	backlogPause = time.Minute
	// manyEntries is from how many entries on it is cheaper to ask for all IDs than which of
	// them exist.
	manyEntries = 1000
)

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
		// The state of the last complete round counts.
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

// takeNew stores the subscriptions and fetches the entries that are not recorded.
func (r *round) takeNew(ctx context.Context) error {
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
	if r.state.Pause.After(r.started) && r.state.Pause.Sub(r.started) < LongestPause {
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
	name, last := a.Settings.Name, ""
	for {
		list, err := a.Store.Pending(ctx, name, partSize)
		if err != nil || len(list) == 0 {
			return sent, err
		}
		if first := string(list[0].Flag) + strconv.FormatBool(list[0].Ours.On) + list[0].Ours.At.String() + list[0].ID; first == last {
			return sent, nil // the server has it, and the database could not record that
		} else {
			last = first
		}
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
	return s.Refused == "" && !s.Pause.After(r.started) && !s.LastSynced.IsZero() && s.Kind == to.Kind && s.URL == to.URL && s.User == to.Access.User
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
