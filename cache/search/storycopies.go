package search

import (
	"slices"

	"dateline/cache/db"
	"dateline/feed/query"
)

// chooseCopies says which items of a story the view shows. A view of one feed
// shows what that feed brought, and one that asks for what the user starred,
// labelled, hid or snoozed shows just these items. Any other shows one item of
// each story: the lead, or where the query leaves that out (by its feed, its
// words …), the first copy that it does not.
func (c *compiler) chooseCopies() error {
	root := c.view.Query.Root
	switch {
	case c.isAboutItems():
		return nil
	case root == nil || ofWholeStory(root, true):
		c.leadsOnly = true
		c.copyFilter = db.SQL("i.copy_of IS NULL")
		return nil
	}
	c.forOtherCopies = true
	others, err := c.nodes(nil)
	if c.forOtherCopies = false; err != nil {
		return err
	}
	others.And(db.SQL("i.unsubscribed = 0"))
	if !c.view.Query.ShowsHidden() {
		others.And(db.SQL("i.hidden = 0"))
	}
	const none = " AND NOT EXISTS (SELECT 1 FROM (SELECT i.copy_of AS lead, i.pos) story CROSS JOIN items i "
	c.copyFilter = db.SQL("(i.copy_of IS NULL OR (1" + none + "ON i.id = story.lead WHERE ")
	c.copyFilter.Add(others.SQL+")", others.Args...)
	c.copyFilter.Add(none + "INDEXED BY items_copies ON i.copy_of = story.lead AND i.pos < story.pos WHERE ")
	c.copyFilter.Add(others.SQL+")))", others.Args...)
	return nil
}

// isAboutItems reports whether the view is about single items, not stories.
func (c *compiler) isAboutItems() bool {
	if mentions(c.view.Query.Root, isFeedTerm) && len(c.feeds) < 2 {
		return true
	}
	return slices.ContainsFunc(c.view.Query.Conjuncts(), func(n *query.Node) bool {
		if n.Op != query.Leaf {
			return false
		}
		switch n.Term.Is {
		case query.IsStarred, query.IsLabelled, query.IsHidden, query.IsSnoozed:
			return true
		}
		return n.Term.Field == query.FieldLabel
	})
}

// ofWholeStory reports whether a condition is about the story and not about the feed
// or the words of one of its items, so that the lead can speak for all: whether
// and when it is news, whether it is read, and that it does not have one of the
// marks that hold for one item.
func ofWholeStory(n *query.Node, positive bool) bool {
	switch n.Op {
	case query.Not:
		return ofWholeStory(n.Kids[0], !positive)
	case query.And, query.Or:
		return !slices.ContainsFunc(n.Kids, func(k *query.Node) bool { return !ofWholeStory(k, positive) })
	}
	switch n.Term.Field {
	case query.FieldSince, query.FieldBefore:
		return true
	}
	switch n.Term.Is {
	case query.IsUnread, query.IsRead, query.IsNew:
		return true
	}
	return isUnmarkedTerm(n.Term, positive)
}

// isUnmarkedTerm reports whether a term asks for items without one of the marks that hold
// for one item. No item takes the position of another for having no such mark:
// a row that is starred or snoozed does not bring up its copy.
func isUnmarkedTerm(t query.Term, positive bool) bool {
	switch t.Is {
	case query.IsStarred, query.IsLabelled, query.IsSnoozed:
		return !positive
	case query.IsUnstarred:
		return positive
	}
	return t.Field == query.FieldLabel && !positive
}
