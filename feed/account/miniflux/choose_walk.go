package miniflux

import (
	"math"
	"slices"
)

// idList is what is known of the IDs of a list, such as that of the unread entries.
type idList struct {
	// ids are in ascending order: all of the list, or its largest.
	ids []int64
	// spacing is the mean distance of two IDs below the smallest of ids. 0 means that
	// there are none.
	spacing int64
	// known is set if the list was read.
	known bool
}

// newIDList returns a list of which the largest IDs are known, given in descending order.
// total is how many there are.
func newIDList(descending []int64, total int) idList {
	l := idList{ids: slices.Clone(descending), known: true}
	slices.Reverse(l.ids)
	if rest := total - len(l.ids); rest > 0 && len(l.ids) > 0 {
		l.spacing = max(l.ids[0]/int64(rest), 1)
	}
	return l
}

// reach returns how far a page of n entries reaches that begins with the ID from.
func (l idList) reach(from int64, n int) int64 {
	if !l.known {
		return from + int64(n) - 1
	}
	at, _ := slices.BinarySearch(l.ids, from)
	if at == 0 && l.spacing > 0 && from < l.ids[0] {
		if to := from + (int64(n)-1)*l.spacing; to < l.ids[0] {
			return to
		}
		n = max(n-int((l.ids[0]-from)/l.spacing), 1)
	}
	if at+n > len(l.ids) {
		return math.MaxInt64
	}
	return l.ids[at+n-1]
}

// count returns how many entries have IDs from one to another, both included.
func (l idList) count(from, to int64) int {
	if !l.known {
		return int(to - from + 1)
	}
	a, _ := slices.BinarySearch(l.ids, from)
	b, _ := slices.BinarySearch(l.ids, to+1)
	n := b - a
	if l.spacing > 0 && from < l.ids[0] {
		n += int((min(to+1, l.ids[0])-from)/l.spacing) + 1
	}
	return n
}

// nextRange returns the last of the wanted IDs, which are in ascending order, that a page of
// n entries reaches if it begins with the first of them.
func (l idList) nextRange(wanted []int64, n int) (last int64, rest []int64) {
	end := l.reach(wanted[0], n)
	at, has := slices.BinarySearch(wanted, end)
	if has {
		at++
	}
	at = max(at, 1)
	return wanted[at-1], wanted[at:]
}

// costOfEntries is how many entries of a page cost about as much as one more request: a
// page of 1000 takes a server about ten times as long as one entry.
const costOfEntries = 100

// cost returns what a walk over pages of n entries costs that finds the wanted IDs, in
// requests.
func (l idList) cost(wanted []int64, n int) float64 {
	cost := 0.0
	for len(wanted) > 0 {
		last, rest := l.nextRange(wanted, n)
		cost += 1 + float64(min(l.count(wanted[0], last), n))/costOfEntries
		wanted = rest
	}
	return cost
}

// walk is a way to fetch entries.
type walk struct {
	wanted []int64
	// filter is the filter of the pages, and list what is known of it.
	filter string
	list   idList
	// single is set if the entries are fetched one by one.
	single bool
	cost   float64
}

// chooseWalks returns the cheapest walks that find the wanted entries: one over all entries,
// or those over the unread ones, over the starred ones and for the rest. A first sync asks
// for the unread ones: they may be few among very many.
func chooseWalks(wanted []int64, all, unread, starred idList, n int) []walk {
	whole := cheapest(wanted, walk{list: all}, n)
	var apart []walk
	rest := wanted
	for _, w := range []walk{{filter: unreadOnly, list: unread}, {filter: starredOnly, list: starred}} {
		var in, out []int64
		for _, id := range rest {
			if _, has := slices.BinarySearch(w.list.ids, id); has {
				in = append(in, id)
			} else {
				out = append(out, id)
			}
		}
		if len(in) > 0 {
			apart = append(apart, cheapest(in, w, n))
		}
		rest = out
	}
	if len(rest) > 0 {
		apart = append(apart, cheapest(rest, walk{list: all}, n))
	}
	sum := 0.0
	for _, w := range apart {
		sum += w.cost
	}
	if sum < whole.cost {
		return apart
	}
	return []walk{whole}
}

// cheapest returns the walk for the wanted entries, or requests one by one if they cost
// less.
func cheapest(wanted []int64, w walk, n int) walk {
	w.wanted, w.cost = wanted, w.list.cost(wanted, n)
	if one := float64(len(wanted)) * (1 + 1.0/costOfEntries); one <= w.cost {
		return walk{wanted: wanted, single: true, cost: one}
	}
	return w
}
