package search

import (
	"slices"

	"dateline/cache/db"
	"dateline/feed/query"
)

// boundTime narrows the range of the plan to the dates that the query asks for.
// Without it, the scan of a common word's posting list would read all dates.
func (c *compiler) boundTime() {
	for _, n := range c.view.Query.Conjuncts() {
		switch {
		case n.Op != query.Leaf:
		case n.Term.Field == query.FieldSince:
			c.above = max(c.above, c.positionOf(n.Term)-1)
		case n.Term.Field == query.FieldBefore:
			c.below = min(c.below, c.positionOf(n.Term))
		}
	}
}

// chooseList chooses the branches and extra rows for everything that the view asks
// except text.
func (c *compiler) chooseList() error {
	is := map[query.Is]bool{}
	has := map[query.Has]bool{}
	var label *query.Node
	for _, n := range c.view.Query.Conjuncts() {
		switch {
		case n.Op != query.Leaf:
		case n.Term.Field == query.FieldLabel:
			label = n
		default:
			is[n.Term.Is], has[n.Term.Has] = true, true
		}
	}
	flags := c.hasFlags()
	switch {
	case is[query.IsSnoozed]:
		return c.addExtras("items i INDEXED BY items_snoozed", db.SQL("i.snoozed_until IS NOT NULL"))
	case is[query.IsHidden]:
		c.addBranch("items i INDEXED BY items_hidden", db.SQL("i.hidden = 1"))
	case is[query.IsStarred]:
		c.addBranch("items i INDEXED BY items_starred", db.SQL("i.starred = 1"))
	case is[query.IsEdited]:
		c.addBranch("items i INDEXED BY items_edited", db.SQL("i.edited = 1"))
	case label != nil:
		return c.scanLabel(label)
	case has[query.HasFulltext]:
		c.addBranch("items i INDEXED BY items_page_text", db.SQL("i.has_page_text = 1"))
	case is[query.IsNew]:
		return c.scanNew()
	case is[query.IsUnread]:
		return c.scanUnread()
	case is[query.IsRead] && c.everyFeed:
		return c.scanRead()
	case flags != nil && c.everyFeed:
		c.scanHas(flags)
	default:
		c.scanAll()
	}
	return nil
}

// addBranch adds a branch over items, with the filter of the view.
func (c *compiler) addBranch(from string, where db.Text) {
	where.And(c.filter)
	c.branches = append(c.branches, branch{column: "i.pos", from: from, where: where})
}

// scanFeeds adds a branch over the feeds of the view.
func (c *compiler) scanFeeds(from, where string) {
	switch len(c.feeds) {
	case 0:
	case 1:
		c.addBranch(from, db.SQL("i.feed = ? AND "+where, c.feeds[0].id))
	default:
		a := branch{column: "i.pos", from: from, where: db.SQL("i.feed = w.feed AND " + where)}
		a.where.And(c.filter)
		for _, f := range c.feeds {
			a.feeds = append(a.feeds, f.id)
		}
		c.branches = append(c.branches, a)
	}
}

// fromItems is the scan of all items.
const fromItems = "items i NOT INDEXED"

// scanAll scans all items, or those of the view's feeds.
func (c *compiler) scanAll() {
	if c.everyFeed || c.view.Query.ShowsHidden() {
		c.addBranch(fromItems, db.Text{})
		return
	}
	c.scanFeeds("items i INDEXED BY items_feed", "i.hidden = 0")
}

// scanUnread scans the unread items. Items that stay in the view because they were
// read in it are extra rows. If there are many of them, all items are scanned
// instead. Items that came read, by a rule or from a server, were never in the view.
func (c *compiler) scanUnread() error {
	if c.view.Query.ShowsHidden() {
		c.addBranch(fromItems, db.Text{})
		return nil
	}
	if opened := c.view.Opened; !opened.IsZero() {
		stay := db.SQL("i.read = 1 AND i.read_at BETWEEN ? AND ? AND i.read_at <> i.first_seen", opened.UnixMicro(), c.latestRead())
		few, err := c.isFew("items i INDEXED BY items_read_at", stay)
		if err != nil {
			return err
		}
		if !few {
			c.scanAll()
			return nil
		}
		if err := c.addExtras("items i INDEXED BY items_read_at", stay); err != nil {
			return err
		}
	}
	if c.everyFeed {
		c.addBranch("items i INDEXED BY items_unread_all", db.SQL("i.read = 0 AND i.hidden = 0 AND i.unsubscribed = 0 AND i.copy_of IS NULL"))
		if !c.leadsOnly {
			c.addBranch("items i INDEXED BY items_unread_copies", db.SQL("i.read = 0 AND i.hidden = 0 AND i.unsubscribed = 0 AND i.copy_of IS NOT NULL"))
		}
		return nil
	}
	c.scanFeeds("items i INDEXED BY items_unread", "i.read = 0 AND i.hidden = 0")
	return nil
}

// scanRead scans all items that are read. If they are few, they are extra rows.
func (c *compiler) scanRead() error {
	const from = "items i INDEXED BY items_read_at"
	// Every read item has a read_at, so this is a range of the index.
	read := db.SQL("i.read = 1 AND i.read_at >= ?", int64(db.Bottom))
	few, err := c.isFew(from, read)
	switch {
	case err != nil:
		return err
	case few:
		return c.addExtras(from, read)
	}
	c.addBranch(fromItems, db.SQL("i.read = 1"))
	return nil
}

// scanNew makes the items of the last refresh extra rows. If they are many, as
// after the first refresh, all items are scanned instead, because nearly all are
// new.
func (c *compiler) scanNew() error {
	if c.env.NewSince.IsZero() {
		return nil
	}
	since := db.SQL("i.first_seen >= ?", c.env.NewSince.UnixMicro())
	few, err := c.isFew("items i INDEXED BY items_new", since)
	switch {
	case err != nil:
		return err
	case few:
		return c.addExtras("items i INDEXED BY items_new", since)
	}
	c.scanAll()
	return nil
}

// scanLabel scans the items with a label. If the label is in use in several
// spellings, an item may have more than one, so all items are scanned instead.
func (c *compiler) scanLabel(n *query.Node) error {
	names, err := c.labelNames(n)
	switch {
	case err != nil || len(names) == 0:
		return err
	case len(names) > 1:
		c.scanAll()
		return nil
	}
	where := db.SQL("l.held = 1 AND l.name = ?", names[0])
	where.And(c.filter)
	c.branches = append(c.branches, branch{column: "l.pos", from: "labels l INDEXED BY labels_held CROSS JOIN items i ON i.pos = l.pos", where: where})
	return nil
}

// isFew reports whether the condition holds for at most maxExtras items of an
// index.
func (c *compiler) isFew(from string, where db.Text) (bool, error) {
	var n int
	args := append(slices.Clone(where.Args), maxExtras+1)
	err := c.q.QueryRowContext(c.ctx, "SELECT count(*) FROM (SELECT 1 FROM "+from+" WHERE "+where.SQL+" LIMIT ?)", args...).Scan(&n)
	return n <= maxExtras, err
}

// addExtras looks up the items of the view for which a condition holds, and adds them
// as extra rows.
func (c *compiler) addExtras(from string, where db.Text) error {
	where.And(c.where)
	found, err := db.Integers(c.ctx, c.q, db.SQL("SELECT i.pos FROM "+from+" WHERE "+where.SQL, where.Args...))
	c.extras = append(c.extras, found...)
	return err
}
