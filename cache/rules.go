package cache

import (
	"cmp"
	"context"
	"slices"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
	"dateline/feed/query"
)

// SetRules makes these the rules that every later [Store.Save] applies to new
// items. Each must have passed [query.Check].
func (s *Store) SetRules(rules []query.Rule) {
	kept := slices.Clone(rules)
	s.rules.Store(&kept)
}

// activeRules are the rules that hold now.
func (s *Store) activeRules(now time.Time) []query.Rule {
	all := s.rules.Load()
	if all == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(*all), func(r query.Rule) bool { return !r.Active(now) })
}

// asArrived is an item without what was done to it since it arrived.
func asArrived(a feed.Article) feed.Article {
	a.Read, a.Starred, a.Hidden, a.Edited, a.Fulltext = false, false, false, false, false
	a.Snoozed, a.Labels = time.Time{}, nil
	return a
}

// arrival is what a rule's query depends on besides the item, at an instant at
// which items arrive: each of them is new.
func arrival(at time.Time) query.Env { return query.Env{Now: at, NewSince: at} }

const (
	sqlRuleHits  = `SELECT i.pos FROM items i INDEXED BY items_new WHERE i.first_seen >= ? AND i.unsubscribed = 0`
	ruleHitSlice = 500
)

// RuleHits yields, newest first, the items first seen since an instant that the
// rule would have matched on their arrival, as they are now, and counts them.
// It goes by the rule's query alone, not by whether it is active, and by the
// items' present titles and texts.
func (s *Store) RuleHits(ctx context.Context, r query.Rule, since time.Time, yield func(feed.Article) error) (n int, err error) {
	const op = "try a rule"
	infos, err := search.FeedInfos(ctx, s.readers)
	if err != nil {
		return 0, WrapError(ctx, op, err)
	}
	positions, err := db.Integers(ctx, s.readers, db.SQL(sqlRuleHits, since.UnixMicro()))
	if err != nil {
		return 0, WrapError(ctx, op, err)
	}
	slices.SortFunc(positions, func(a, b int64) int { return cmp.Compare(b, a) })
	zone := s.now().Location()
	for slice := range slices.Chunk(positions, ruleHitSlice) {
		err := s.scanArticles(ctx, s.readers, func(_ int64, a feed.Article) error {
			if !r.Query.Match(asArrived(a), infos[a.Feed], arrival(a.FirstSeen.In(zone))) {
				return nil
			}
			n++
			return yield(a)
		}, sqlArticles, db.JSONIntegers(slice))
		if err != nil {
			return n, WrapError(ctx, op, err)
		}
	}
	return n, nil
}
