package search

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/text"
)

// compiler turns the query of a view into SQL, and chooses the plan for it. A
// condition is on the row i of items and holds for the same items as
// [query.Query.Match].
type compiler struct {
	*Plan
	ctx context.Context
	ix  *Index
	q   db.Querier
	// feeds are the feeds that can have an item in the view. If the query asks
	// nothing about feeds, they are not loaded and everyFeed is set.
	feeds []feedInfo
	// everyFeed reports whether the view can have items of every subscribed feed,
	// and of no other.
	everyFeed bool
	// knownFeeds are all feeds that were loaded.
	knownFeeds []feedInfo
	// pending has the positions of the pending items that match each term on text;
	// nil if no item is pending.
	pending map[*query.Node][]int64
	// completed has the completions of the prefixes that were looked up.
	completed map[string][]string
	// copyFilter is the condition for the items of a story that the view shows;
	// empty if it shows all. leadsOnly reports whether it shows leads only.
	copyFilter db.Text
	leadsOnly  bool
	// forOtherCopies is set while conditions on the other items of a story are
	// compiled.
	forOtherCopies bool
	// scanning is set while conditions on the rows of a scan are compiled, instead of
	// conditions on single items.
	scanning bool
	// filter is the condition that each row of a branch must meet, without what the
	// branch answers itself. Extra rows must meet [Plan.where].
	filter db.Text
}

// feedInfo is what queries can ask about a feed.
type feedInfo struct {
	query.FeedInfo
	id           int64
	unsubscribed bool
}

func (ix *Index) newCompiler(ctx context.Context, q db.Querier, p *Plan) (*compiler, error) {
	c := &compiler{Plan: p, ctx: ctx, ix: ix, q: q}
	if mentions(p.view.Query.Root, func(t query.Term) bool { return t.Is == query.IsNew }) {
		var err error
		if p.env.NewSince, err = ix.texts.LastRefresh(ctx); err != nil {
			return nil, err
		}
	}
	err := c.chooseFeeds()
	if err == nil {
		err = c.matchPending()
	}
	if err == nil {
		err = c.chooseCopies()
	}
	return c, err
}

// mentions reports whether like holds for any term of the condition.
func mentions(n *query.Node, like func(query.Term) bool) bool {
	if n == nil {
		return false
	}
	if n.Op == query.Leaf {
		return like(n.Term)
	}
	for _, k := range n.Kids {
		if mentions(k, like) {
			return true
		}
	}
	return false
}

func isFeedTerm(t query.Term) bool {
	return t.Field == query.FieldFeedName || t.Field == query.FieldFeedURL || t.Field == query.FieldTag || t.Field == query.FieldAccount
}

func isTextTerm(t query.Term) bool {
	return t.Field == query.FieldText || t.Field == query.FieldTitle || t.Field == query.FieldAuthor || t.Field == query.FieldBody
}

// includesUnsubscribed reports whether the view also shows items of feeds that are
// not subscribed: if the query asks for starred items, a label or one feed by its
// URL.
func includesUnsubscribed(q query.Query) bool {
	for _, n := range q.Conjuncts() {
		if n.Op == query.Leaf && (n.Term.Is == query.IsStarred || n.Term.Field == query.FieldLabel || n.Term.Field == query.FieldFeedURL) {
			return true
		}
	}
	return false
}

// condition returns the condition of the view, without the top-level conditions
// that the index answers already.
func (c *compiler) condition(answered []*query.Node) (db.Text, error) {
	var w db.Text
	query := c.view.Query
	if !query.ShowsHidden() {
		w.And(db.SQL("i.hidden = 0 AND (i.snoozed_until IS NULL OR i.snoozed_until <= ?)", c.now.UnixMicro()))
	}
	if !includesUnsubscribed(query) {
		w.And(db.SQL("i.unsubscribed = 0"))
	}
	nodes, err := c.nodes(answered)
	w.And(nodes)
	w.And(c.copyFilter)
	if w.SQL == "" {
		w.Add("1")
	}
	return w, err
}

// nodes joins the top-level conditions of the query with AND, without those in
// answered.
func (c *compiler) nodes(answered []*query.Node) (db.Text, error) {
	var w db.Text
	for _, n := range c.view.Query.Conjuncts() {
		if slices.Contains(answered, n) {
			continue
		}
		t, err := c.node(n, true)
		if err != nil {
			return w, err
		}
		w.And(t)
	}
	return w, nil
}

// node compiles one condition. positive is false below an odd number of nots.
func (c *compiler) node(n *query.Node, positive bool) (db.Text, error) {
	switch {
	case c.onlyFeedTerms(n):
		return db.In("i.feed", c.feedsMatching(n)), nil
	case n.Op == query.Leaf && c.forOtherCopies && isUnmarkedTerm(n.Term, positive):
		return db.SQL(map[bool]string{true: "1", false: "0"}[positive]), nil
	case n.Op == query.Leaf:
		return c.leaf(n, positive)
	}
	if n.Op == query.Not {
		t, err := c.node(n.Kids[0], !positive)
		return db.SQL("NOT coalesce("+t.SQL+", 0)", t.Args...), err
	}
	joint := " AND "
	if n.Op == query.Or {
		joint = " OR "
	}
	t := db.SQL("(")
	for i, k := range n.Kids {
		kid, err := c.node(k, positive)
		if err != nil {
			return t, err
		}
		if i > 0 {
			t.Add(joint)
		}
		t.Add(kid.SQL, kid.Args...)
	}
	t.Add(")")
	return t, nil
}

// leaf compiles one term.
func (c *compiler) leaf(n *query.Node, positive bool) (db.Text, error) {
	t := n.Term
	switch t.Field {
	case query.FieldText, query.FieldTitle, query.FieldAuthor, query.FieldBody:
		return c.textCondition(n)
	case query.FieldLink:
		return c.linkCondition(n)
	case query.FieldLabel:
		names, err := c.labelNames(n)
		if err != nil {
			return db.Text{}, err
		}
		list, err := json.Marshal(names)
		return db.SQL(`EXISTS (SELECT 1 FROM labels l WHERE l.pos = i.pos AND l.held = 1 AND l.name IN (SELECT value FROM json_each(?)))`, string(list)), err
	case query.FieldIs:
		return c.stateSQL(t.Is, positive), nil
	case query.FieldHas:
		return db.SQL(hasSQL[t.Has]), nil
	case query.FieldSince:
		return db.SQL("i.pos >= ?", c.positionOf(t)), nil
	case query.FieldBefore:
		return db.SQL("i.pos < ?", c.positionOf(t)), nil
	}
	return db.Text{}, errors.New("the search does not support the field " + string(t.Field))
}

// positionOf returns the lowest position at or after the term's time, rounded up to
// a whole second.
func (c *compiler) positionOf(t query.Term) int64 {
	return db.FirstPosition(t.When.Time(c.now).Add(time.Second - 1))
}

// hasSQL has the condition of each has: term.
var hasSQL = map[query.Has]string{
	query.HasEnclosure: "i.has_enclosure = 1",
	query.HasImage:     "i.has_image = 1",
	query.HasFulltext:  "i.has_page_text = 1",
	query.HasComments:  "i.has_comments = 1",
}

// stateSQL compiles an is: term. Before the first refresh is:new matches nothing.
func (c *compiler) stateSQL(is query.Is, positive bool) db.Text {
	switch is {
	case query.IsUnread:
		if positive && !c.view.Opened.IsZero() {
			return db.SQL("(i.read = 0 OR i.read_at BETWEEN ? AND ? AND i.read_at <> i.first_seen)", c.view.Opened.UnixMicro(), c.latestRead())
		}
		return db.SQL("i.read = 0")
	case query.IsRead:
		return db.SQL("i.read = 1")
	case query.IsStarred:
		return db.SQL("i.starred = 1")
	case query.IsUnstarred:
		return db.SQL("i.starred = 0")
	case query.IsHidden:
		return db.SQL("i.hidden = 1")
	case query.IsSnoozed:
		return db.SQL("(i.snoozed_until IS NOT NULL AND i.snoozed_until > ?)", c.now.UnixMicro())
	case query.IsEdited:
		return db.SQL("i.edited = 1")
	case query.IsLabelled:
		return db.SQL("EXISTS (SELECT 1 FROM labels l WHERE l.pos = i.pos AND l.held = 1)")
	case query.IsNew:
		if !c.env.NewSince.IsZero() {
			return db.SQL("i.first_seen >= ?", c.env.NewSince.UnixMicro())
		}
	}
	return db.SQL(nothing)
}

// latestRead returns the latest time, in microseconds, at which an item can have been read
// since the view was opened: a minute from now, because clocks are adjusted by seconds all
// the time. An item with a later time was read before, with a clock that was ahead.
func (c *compiler) latestRead() int64 { return c.now.Add(time.Minute).UnixMicro() }

// textCondition returns the condition that row i of items matches a term: by the
// index if the item is indexed, otherwise as [compiler.matchPending] found it.
func (c *compiler) textCondition(n *query.Node) (db.Text, error) {
	has, err := c.lookup(n)
	if err != nil {
		return db.Text{}, err
	}
	t := db.SQL("(i.doc_number IS NOT NULL AND "+has.SQL, has.Args...)
	if pending := c.pending[n]; len(pending) > 0 {
		list := db.In("i.pos", pending)
		t.Add(" OR "+list.SQL, list.Args...)
	}
	t.Add(")")
	return t, nil
}

// linkCondition returns the condition that the link of row i of items contains the
// text of a term. A scan first leaves out the items without its trigrams.
func (c *compiler) linkCondition(n *query.Node) (db.Text, error) {
	// Not EXISTS: SQLite would turn it into a join and check it last, after
	// conditions that cost more.
	contains := db.SQL(`coalesce((SELECT instr(coalesce(d.link_folded, lower(d.link)), ?) FROM details d WHERE d.id = i.id), 0) > 0`, text.Fold(n.Term.Text))
	if !c.scanning || c.forOtherCopies || trigramsExpr(n.Term.Text) == "" {
		return contains, nil
	}
	t, err := c.lookup(n)
	t = db.SQL("(i.doc_number IS NULL OR "+t.SQL+")", t.Args...)
	t.And(contains)
	return t, err
}

// lookup returns the condition that the document of row i of items matches a term. A
// scan reads the posting list of the range that it reads. For a single item it asks
// the index for its document.
func (c *compiler) lookup(n *query.Node) (db.Text, error) {
	x := wordIndex
	e, err := c.expressionOf(prefixIndex, n)
	if e.fts5 != "" {
		x = prefixIndex
	} else if err == nil {
		e, err = c.expressionOf(wordIndex, n)
	}
	if !c.scanning || c.forOtherCopies {
		return x.exists(e.fts5), err
	}
	postings := x.postings(e.fts5)
	return db.SQL("+i.doc_number IN ("+postings.SQL+")", postings.Args...), err
}

// nothing is a condition that holds for no item. SQLite must not see that it is
// constant, or it would ignore the INDEXED BY of a branch.
const nothing = "i.id < 0"

// sqlLabelNames seeks from each label to the next instead of reading all rows.
const sqlLabelNames = `WITH RECURSIVE names(name) AS (
		SELECT min(name) FROM labels WHERE held = 1
		UNION ALL SELECT (SELECT min(name) FROM labels WHERE held = 1 AND name > names.name) FROM names WHERE names.name IS NOT NULL)
	SELECT name FROM names WHERE name IS NOT NULL`

// labelNames returns the labels in use that the term means.
func (c *compiler) labelNames(n *query.Node) ([]string, error) {
	all, err := db.Strings(c.ctx, c.q, sqlLabelNames)
	var names []string
	for _, name := range all {
		if c.matches(n, feed.Article{Item: feed.Item{Labels: []string{name}}}, query.FeedInfo{}) {
			names = append(names, name)
		}
	}
	return names, err
}

// matches asks [query.Query.Match] whether a condition holds.
func (c *compiler) matches(n *query.Node, a feed.Article, f query.FeedInfo) bool {
	return query.Query{Root: n}.Match(a, f, c.env)
}
