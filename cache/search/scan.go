package search

import (
	"slices"

	"dateline/cache/db"
	"dateline/feed/query"
)

// boundTime narrows the scans to the range of time that the query asks for:
// a scan over every match of a common word would pass all that are outside it.
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

// chooseScan picks the indexes to scan for a view by date; none when no feed
// can have an item in it.
func (c *compiler) chooseScan() error {
	if !c.everyFeed && len(c.feeds) == 0 {
		return nil
	}
	c.filter = c.where
	if text, err := c.scanText(); text || err != nil {
		return err
	}
	return c.chooseList()
}

// chooseList picks the indexes to scan for what the view asks but for words.
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
	fewHave, err := c.fewHave(flags)
	if err != nil {
		return err
	}
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
	case fewHave:
		c.scanHas(flags)
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

// addBranch adds an branch over items with the whole condition of the view.
func (c *compiler) addBranch(from string, where db.Text) {
	where.And(c.filter)
	c.branches = append(c.branches, branch{column: "i.pos", from: from, where: where})
}

// scanFeeds adds an branch over the feeds of the view.
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

// scanAll scans all items, or those of each feed side by side.
func (c *compiler) scanAll() {
	if c.everyFeed || c.view.Query.ShowsHidden() {
		c.addBranch("items i NOT INDEXED", db.Text{})
		return
	}
	c.scanFeeds("items i INDEXED BY items_feed", "i.hidden = 0")
}

// scanUnread scans the unread items; those that stay because they were read in
// this view are extras, unless they are so many that passing them is cheaper.
func (c *compiler) scanUnread() error {
	if c.view.Query.ShowsHidden() {
		c.addBranch("items i NOT INDEXED", db.Text{})
		return nil
	}
	if opened := c.view.Opened; !opened.IsZero() {
		stay := db.SQL("i.read = 1 AND i.read_at >= ?", opened.UnixMicro())
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

// scanRead scans all items that are read; where these are few, they are extras.
func (c *compiler) scanRead() error {
	const from = "items i INDEXED BY items_read_at"
	// Of whatever is read it is known since when.
	read := db.SQL("i.read = 1 AND i.read_at >= ?", int64(db.Bottom))
	few, err := c.isFew(from, read)
	switch {
	case err != nil:
		return err
	case few:
		return c.addExtras(from, read)
	}
	c.uncounted = true
	c.addBranch("items i NOT INDEXED", db.SQL("i.read = 1"))
	return nil
}

// scanNew takes what the last refresh brought as extras, unless it is much, as
// after the first refresh: then nearly every item is new and walking is best.
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

// scanLabel scans the items with a label. Where two spellings of it are in use
// an item may have both, so only one of them can be scanned.
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

// isFew reports whether the condition holds for at most maxExtras items of an index.
func (c *compiler) isFew(from string, where db.Text) (bool, error) {
	var n int
	args := append(slices.Clone(where.Args), maxExtras+1)
	err := c.q.QueryRowContext(c.ctx, "SELECT count(*) FROM (SELECT 1 FROM "+from+" WHERE "+where.SQL+" LIMIT ?)", args...).Scan(&n)
	return n <= maxExtras, err
}

// extra looks up the items of the view among those for which where holds.
func (c *compiler) addExtras(from string, where db.Text) error {
	where.And(c.filter)
	s, err := c.wholeRange()
	if err != nil {
		return err
	}
	found, err := db.Integers(c.ctx, c.q, s.bind(db.SQL("SELECT i.pos FROM "+from+" WHERE "+where.SQL, where.Args...)))
	c.extras = append(c.extras, found...)
	return err
}
