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

// SetRules sets the rules that each later [Store.Save] applies to new items. Each rule
// must have passed [query.Check].
func (s *Store) SetRules(rules []query.Rule) {
	kept := slices.Clone(rules)
	s.rules.Store(&kept)
}

// activeRules returns the rules that are active at the time now.
func (s *Store) activeRules(now time.Time) []query.Rule {
	all := s.rules.Load()
	if all == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(*all), func(r query.Rule) bool { return !r.Active(now) })
}

// asArrived returns an item without the changes that were made since it arrived.
func asArrived(a feed.Article) feed.Article {
	a.Read, a.Starred, a.Hidden, a.Edited, a.HasPageText = false, false, false, false, false
	a.Snoozed, a.Labels = time.Time{}, nil
	return a
}

// arrival returns the query environment of items that arrive at a time: each of them
// is new.
func arrival(at time.Time) query.Env { return query.Env{Now: at, NewSince: at} }

const (
	sqlRuleHits  = `SELECT i.pos FROM items i INDEXED BY items_new WHERE i.first_seen >= ? AND i.unsubscribed = 0`
	ruleHitChunk = 500
)

// RuleHits yields the items first seen since a time that the query of the rule matches
// as they arrived, newest first, and returns how many there are. The yielded items
// have their current state. Titles and texts are the current ones, and whether the
// rule is active does not matter. If yield returns an error, RuleHits stops.
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
	for chunk := range slices.Chunk(positions, ruleHitChunk) {
		err := s.scanArticles(ctx, s.readers, func(_ int64, a feed.Article) error {
			if !r.Query.Match(asArrived(a), infos[a.Feed], arrival(a.FirstSeen.In(zone))) {
				return nil
			}
			n++
			return yield(a)
		}, sqlArticles, db.JSONIntegers(chunk))
		if err != nil {
			return n, WrapError(ctx, op, err)
		}
	}
	return n, nil
}

// ruleEffect is what the rules do to a new item.
type ruleEffect struct {
	read, star, notify bool
	// hiddenBy is the first rule that hides the item; empty if none does.
	hiddenBy string
	labels   []string
}

func (v ruleEffect) hidden() bool { return v.hiddenBy != "" }

// applyRules returns the effect of all active rules that match the item as it arrived.
// A rule does not see what other rules do.
func (w *itemWriter) applyRules(a feed.Article, t *target) ruleEffect {
	var v ruleEffect
	for _, r := range w.rules {
		if !r.Query.Match(a, t.info, arrival(w.seen)) {
			continue
		}
		v.read = v.read || r.Read
		v.star = v.star || r.Star
		v.notify = v.notify || r.Notify
		if r.Hide {
			v.hiddenBy = cmp.Or(v.hiddenBy, r.Name)
		}
		v.labels = append(v.labels, r.Labels...)
	}
	slices.Sort(v.labels)
	v.labels = slices.Compact(v.labels)
	return v
}
