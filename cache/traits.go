package cache

import (
	"dateline/feed"
	"dateline/feed/query"
)

// trait is what an item may carry, as items_traits has it: in an order in which
// items that carry the same are a walk by date.
type trait struct{ enclosed, pictured, commented bool }

// article is an item that carries that.
func (t trait) article() feed.Article {
	a := feed.Article{Item: feed.Item{Image: t.pictured}}
	if t.enclosed {
		a.Enclosures = []feed.Enclosure{{}}
	}
	if t.commented {
		a.Comments = "?"
	}
	return a
}

func ofTraits(t query.Term) bool { return t.Field == query.FieldHas && t.Has != query.HasFulltext }

// traits are those that the items of the view can have; nil if it does not ask
// for any, or finds items with none.
func (c *compiler) traits() []trait {
	var asked []*query.Node
	for _, n := range c.view.Query.Conjuncts() {
		if !mentions(n, func(t query.Term) bool { return !ofTraits(t) }) {
			asked = append(asked, n)
		}
	}
	var found []trait
	for bits := range 8 {
		t := trait{bits&1 != 0, bits&2 != 0, bits&4 != 0}
		if !c.holdAll(asked, t.article()) {
			continue
		}
		if t == (trait{}) {
			return nil
		}
		found = append(found, t)
	}
	return found
}

func (c *compiler) holdAll(nodes []*query.Node, a feed.Article) bool {
	for _, n := range nodes {
		if !c.holds(n, a, query.FeedInfo{}) {
			return false
		}
	}
	return true
}

const fromTraits = "items i INDEXED BY items_traits"

func (t trait) where() sqlText {
	return sqlf("(i.enclosed = 1 OR i.pictured = 1 OR i.commented = 1) AND i.enclosed = ? AND i.pictured = ? AND i.commented = ?", t.enclosed, t.pictured, t.commented)
}

// walkTraits walks the items that carry one of these side by side.
func (c *compiler) walkTraits(traits []trait) {
	for _, t := range traits {
		c.walk(fromTraits, t.where())
	}
}

// fewCarry says that there are at most maxStrays such items.
func (c *compiler) fewCarry(traits []trait) (bool, error) {
	for _, t := range traits {
		if few, err := c.few(fromTraits, t.where()); !few || err != nil {
			return false, err
		}
	}
	return len(traits) > 0, nil
}
