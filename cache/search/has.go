package search

import (
	"dateline/cache/db"
	"dateline/feed"
)

// trait is what an item may carry, as items_has has it: in an order in which
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

func ofTraits(t feed.Term) bool { return t.Field == feed.FieldHas && t.Has != feed.HasFulltext }

// traits are those that the items of the view can have; nil if it does not ask
// for any, or finds items with none.
func (c *compiler) traits() []trait {
	var asked []*feed.Node
	for _, n := range c.view.Query.Conjuncts() {
		if !mentions(n, func(t feed.Term) bool { return !ofTraits(t) }) {
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

func (c *compiler) holdAll(nodes []*feed.Node, a feed.Article) bool {
	for _, n := range nodes {
		if !c.holds(n, a, feed.FeedInfo{}) {
			return false
		}
	}
	return true
}

const fromTraits = "items i INDEXED BY items_has"

func (t trait) where() db.Text {
	return db.SQL("(i.has_enclosure = 1 OR i.has_image = 1 OR i.has_comments = 1) AND i.has_enclosure = ? AND i.has_image = ? AND i.has_comments = ?", t.enclosed, t.pictured, t.commented)
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
