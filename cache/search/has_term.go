package search

import (
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/query"
)

// hasFlags are the has-flags of an item, in the order of the index items_has. The
// items with the same flags are one range of that index, in date order.
type hasFlags struct{ enclosure, image, comments bool }

// article returns an item with these flags, for [query.Query.Match].
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

// isHasTerm reports whether items_has can answer the term. has:fulltext has an
// index of its own.
func isHasTerm(t query.Term) bool { return t.Field == query.FieldHas && t.Has != query.HasFulltext }

// hasFlags returns the combinations of flags that the items of the view can have.
// It returns nil if items without any flag can be in the view, because items_has
// does not contain these.
func (c *compiler) hasFlags() []hasFlags {
	var terms []*query.Node
	for _, n := range c.view.Query.Conjuncts() {
		if !mentions(n, func(t query.Term) bool { return !isHasTerm(t) }) {
			terms = append(terms, n)
		}
	}
	var found []hasFlags
	for bits := range 8 {
		t := hasFlags{bits&1 != 0, bits&2 != 0, bits&4 != 0}
		if !c.matchesAll(terms, t.article()) {
			continue
		}
		if t == (hasFlags{}) {
			return nil
		}
		found = append(found, t)
	}
	return found
}

// matchesAll reports whether all conditions hold for an item.
func (c *compiler) matchesAll(nodes []*query.Node, a feed.Article) bool {
	for _, n := range nodes {
		if !c.matches(n, a, query.FeedInfo{}) {
			return false
		}
	}
	return true
}

const fromHas = "items i INDEXED BY items_has"

// scanHas adds a branch for each combination of flags.
func (c *compiler) scanHas(flags []hasFlags) {
	for _, t := range flags {
		c.addBranch(fromHas, db.SQL("(i.has_enclosure = 1 OR i.has_image = 1 OR i.has_comments = 1) AND i.has_enclosure = ? AND i.has_image = ? AND i.has_comments = ?",
			t.enclosure, t.image, t.comments))
	}
}
