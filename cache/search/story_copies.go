package search

import (
	"slices"

	"dateline/cache/db"
	"dateline/feed/query"
)

// chooseCopies chooses which items of a story the view shows. A view of one feed
// shows all items of that feed. A view of starred, labelled, hidden or snoozed
// items shows exactly those items. Any other view shows one item of each story: the
// lead, or the first copy if the query excludes the lead, for example by its feed
// or its words.
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

// isAboutItems reports whether the view is about single items instead of stories.
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

// ofWholeStory reports whether a condition depends only on the story. Then testing
// the story's lead is enough. Such conditions are the date, is:new, is:read,
// is:unread, and having no star, label or snooze.
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

// isUnmarkedTerm reports whether a term asks for items without a star, label or
// snooze. Such a term counts as true for the other items of a story: if the lead of
// a story is starred, an is:unstarred view shows no copy of it instead.
func isUnmarkedTerm(t query.Term, positive bool) bool {
	switch t.Is {
	case query.IsStarred, query.IsLabelled, query.IsSnoozed:
		return !positive
	case query.IsUnstarred:
		return positive
	}
	return t.Field == query.FieldLabel && !positive
}
