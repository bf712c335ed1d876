package account

import (
	"time"

	"dateline/feed"
)

// Decide returns what becomes of a difference between the server's list and what was
// agreed. changed is when the entry's marks changed at the server, by this computer's
// clock; it is zero if the server does not say. since is when the lists last said what was
// agreed; zero if they never did.
//
//   - Our mark is the agreed one: the server's state is taken.
//   - We changed it, too, to the same state: that is agreed now.
//   - We changed it and went back, while the server went away: the later of the two wins.
//     Without times ours stays, and is sent. So it does if the time may be that of a mark
//     of here, whose answer got lost.
func Decide(d Difference, changed, since, now time.Time) Settlement {
	s := Settlement{Difference: d, Agree: Word{On: d.Server, At: d.Agreed.At}}
	switch {
	case !d.HasItem:
		// A later Link starts from nothing.
	case d.Ours.Equal(d.Agreed):
		s.take(changed, since, now)
	case d.Ours.On == d.Server:
		s.Agree.At = d.Ours.At
	case !d.Lost && !changed.IsZero() && changed.After(d.Ours.At):
		s.take(changed, since, now)
	}
	return s
}

// take makes the server's state a mark. Where the server does not say when it was made, it
// counts as made as early as it can be: just after the mark that was agreed, and after the
// lists that said so. Then every later mark of another computer wins, and none that is older.
func (s *Settlement) take(changed, since, now time.Time) {
	at := changed
	if at.IsZero() {
		at = s.Agreed.At
		for _, t := range []time.Time{s.FirstSeen, since} {
			if t.After(at) {
				at = t
			}
		}
		at = at.Add(time.Microsecond)
	}
	if !at.After(s.Ours.At) {
		at = s.Ours.At.Add(time.Microsecond)
	}
	if at.After(now) && now.After(s.Ours.At) {
		at = now
	}
	s.Take, s.At = true, at
	s.Agree = Word{On: s.Server, At: at}
}

// The bounds from which on it is not believed that marks were taken back: a restored database,
// another account, or a server with a bug would make everything unread, or take all stars.
const (
	massChange      = 200
	massChangeShare = 5
)

// splitMass takes the differences out of a list that take back a flag, if they are too many to
// be believed. agreed is how many entries had a flag. Our own later marks are no part of them.
func splitMass(all []Difference, agreed map[feed.Flag]int) (rest, held []Difference) {
	isBack := func(d Difference) bool { return !d.Server && d.Agreed.On && d.Ours.Equal(d.Agreed) }
	back := map[feed.Flag]int{}
	for _, d := range all {
		if isBack(d) {
			back[d.Flag]++
		}
	}
	for _, d := range all {
		if n := back[d.Flag]; isBack(d) && n > massChange && n*massChangeShare > agreed[d.Flag] {
			held = append(held, d)
		} else {
			rest = append(rest, d)
		}
	}
	return rest, held
}
