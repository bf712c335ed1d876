package search

import (
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/query"
)

// hasFlags is what an item may carry, as items_has has it: in an order in which
// items that carry the same are a scan by date.
type hasFlags struct{ enclosure, image, comments bool }

// article is an item that carries that.
func (t hasFlags) article() feed.Article {
	a := feed.Article{Item: feed.Item{Image: t.image}}
	if t.enclosure {
		a.Enclosures = []feed.Enclosure{{}}
	}
	if t.comments {
		a.Comments = "?"
	}
	return a
}

func isHasTerm(t query.Term) bool { return t.Field == query.FieldHas && t.Has != query.HasFulltext }

// flags are those that the items of the view can have; nil if it does not ask
// for any, or finds items with none.
func (c *compiler) hasFlags() []hasFlags {
	var asked []*query.Node
	for _, n := range c.view.Query.Conjuncts() {
		if !mentions(n, func(t query.Term) bool { return !isHasTerm(t) }) {
			asked = append(asked, n)
		}
	}
	var found []hasFlags
	for bits := range 8 {
		t := hasFlags{bits&1 != 0, bits&2 != 0, bits&4 != 0}
		if !c.matchesAll(asked, t.article()) {
			continue
		}
		if t == (hasFlags{}) {
			return nil
		}
		found = append(found, t)
	}
	return found
}

func (c *compiler) matchesAll(nodes []*query.Node, a feed.Article) bool {
	for _, n := range nodes {
		if !c.matches(n, a, query.FeedInfo{}) {
			return false
		}
	}
	return true
}

const fromHas = "items i INDEXED BY items_has"

func (t hasFlags) where() db.Text {
	return db.SQL("(i.has_enclosure = 1 OR i.has_image = 1 OR i.has_comments = 1) AND i.has_enclosure = ? AND i.has_image = ? AND i.has_comments = ?", t.enclosure, t.image, t.comments)
}

// scanHas scans the items that carry one of these side by side.
func (c *compiler) scanHas(flags []hasFlags) {
	for _, t := range flags {
		c.addBranch(fromHas, t.where())
	}
}

// fewHave reports whether there are at most maxExtras such items.
func (c *compiler) fewHave(flags []hasFlags) (bool, error) {
	for _, t := range flags {
		if few, err := c.isFew(fromHas, t.where()); !few || err != nil {
			return false, err
		}
	}
	return len(flags) > 0, nil
}
