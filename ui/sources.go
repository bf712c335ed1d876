package ui

import (
	"cmp"
	"slices"
	"strings"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/schedule"
	"dateline/ui/list"
)

type sourceKind int

const (
	sourceGap sourceKind = iota
	sourceView
	sourceQuery
	sourceTag
	sourceFeed
)

// source is a row of the sources pane: something that gives a list of items.
type source struct {
	kind sourceKind
	// key tells sources apart, also across restarts.
	key   string
	name  string
	query query.Query
	// feeds are the URLs that a refresh of this source asks; nil means all.
	feeds  []string
	depth  int
	unread int
	// capped says that unread is the least there are.
	capped bool
	folded bool
	// feed is one of the pane's, not a copy: its counts move with them.
	feed *feed.Feed
}

// The views every reader has, with the keys of their rows.
const (
	keyUnread     = "view:unread"
	keyToday      = "view:today"
	keyStarred    = "view:starred"
	keyEverything = "view:everything"
	keyNew        = "view:new"
)

var views = []struct{ key, name, query string }{
	{keyUnread, "Unread", "is:unread"},
	{keyToday, "Today", "since:today"},
	{keyStarred, "Starred", "is:starred"},
	{keyEverything, "Everything", ""},
}

// queryOf is the query of a row of sources, where its key tells it.
func queryOf(key string) (query query.Query, ok bool) {
	for _, v := range views {
		if v.key == key {
			return mustQuery(v.query), true
		}
	}
	if tag, ok := strings.CutPrefix(key, "tag:"); ok {
		return tagQuery(tag), true
	}
	under, isFeed := strings.CutPrefix(key, "feed:")
	_, url, named := strings.Cut(under, "\x00")
	return feedQuery(url), isFeed && named
}

type sourcesPane struct {
	list    list.List[source, string]
	queries []SavedQuery
	feeds   []feed.Feed
	counts  cache.Counts
	// queryCounts are the unread matches of the saved queries, by name.
	queryCounts map[string]int
	folded      map[string]bool
	loaded      bool
}

// queryCountMax is where counting the matches of a saved query stops.
const queryCountMax = 1000

func newSourcesPane(queries []SavedQuery) sourcesPane {
	return sourcesPane{
		list:        list.New(func(s source) string { return s.key }),
		queries:     queries,
		queryCounts: map[string]int{},
		folded:      map[string]bool{},
	}
}

// rebuild makes the rows anew from feeds and counts; the cursor stays on its
// source.
func (p *sourcesPane) rebuild() {
	at := p.list.Index()
	p.list.Reload(p.rows(p.folded), at, true, true)
	p.skipGap(1)
}

// setCounts takes counts in that are newer than the feeds.
func (p *sourcesPane) setCounts(c cache.Counts) {
	p.counts = c
	for i := range p.feeds {
		f := &p.feeds[i]
		f.Total, f.Unread = c.Feeds[f.URL].Total, c.Feeds[f.URL].Unread
	}
	p.recount()
}

// recount puts the counts into the rows there are.
func (p *sourcesPane) recount() { p.count(p.list.Rows()) }

// rows lists the sources; the feeds of folded tags are left out.
func (p *sourcesPane) rows(folded map[string]bool) []source {
	var rows []source
	for _, v := range views {
		rows = append(rows, source{kind: sourceView, key: v.key, name: v.name, query: mustQuery(v.query)})
	}
	for _, q := range p.queries {
		rows = append(rows, source{kind: sourceQuery, key: "query:" + q.Name, name: q.Name, query: q.Query})
	}
	tags, untagged := groupByTag(p.feeds)
	rows = slices.Grow(rows, len(p.feeds)+2*len(tags)+1)
	for _, t := range tags {
		rows = append(rows, source{kind: sourceGap, key: "gap:" + t.name})
		rows = append(rows, group(t, folded[t.name])...)
	}
	if len(untagged) > 0 {
		rows = append(rows, source{kind: sourceGap, key: "gap:"})
		for _, f := range untagged {
			rows = append(rows, feedRow(f, "", 0))
		}
	}
	p.count(rows)
	return rows
}

// count sets how many items each row has to tell of.
func (p *sourcesPane) count(rows []source) {
	for i := range rows {
		s := &rows[i]
		s.unread = 0
		switch s.kind {
		case sourceView:
			s.unread = p.viewCount(s.key)
		case sourceQuery:
			s.unread = p.queryCounts[s.name]
			s.capped = s.unread >= queryCountMax
		case sourceTag, sourceFeed:
			for _, url := range s.feeds {
				s.unread += p.counts.Feeds[url].Unread
			}
		}
	}
}

func (p *sourcesPane) viewCount(key string) int {
	switch key {
	case keyUnread:
		return p.counts.Unread
	case keyToday:
		return p.counts.Today
	case keyStarred:
		return p.counts.Starred
	}
	return p.counts.Total
}

// group is a tag's row and, unless it is folded, those of its feeds.
func group(t tagGroup, folded bool) []source {
	rows := []source{{
		kind: sourceTag, key: "tag:" + t.name, name: t.name, folded: folded,
		query: tagQuery(t.name),
		feeds: make([]string, 0, len(t.feeds)),
	}}
	for _, f := range t.feeds {
		rows[0].feeds = append(rows[0].feeds, f.URL)
		if !folded {
			rows = append(rows, feedRow(f, t.name, 1))
		}
	}
	return rows
}

func feedRow(f *feed.Feed, tag string, depth int) source {
	return source{
		kind: sourceFeed, key: feedKey(f.URL, tag), name: f.DisplayTitle(), depth: depth, feed: f,
		feeds: []string{f.URL}, query: feedQuery(f.URL),
	}
}

// feedKey names a feed's row under one of its tags.
func feedKey(url, tag string) string { return "feed:" + tag + "\x00" + url }

func tagQuery(tag string) query.Query {
	return query.Query{Root: &query.Node{Op: query.Leaf, Term: query.Term{Field: query.FieldTag, Text: tag}}}
}

func feedQuery(url string) query.Query {
	return query.Query{Root: &query.Node{Op: query.Leaf, Term: query.Term{Field: query.FieldFeedURL, Text: url}}}
}

// mustQuery is for queries written in this package; a test covers them all.
func mustQuery(s string) query.Query {
	q, err := query.Parse(s)
	if err != nil {
		panic(err)
	}
	return q
}

type tagGroup struct {
	name  string
	feeds []*feed.Feed
}

// groupByTag sorts feeds under their tags, both in the order of the
// configuration. A feed with two tags stands under both.
func groupByTag(feeds []feed.Feed) (tags []tagGroup, untagged []*feed.Feed) {
	at := map[string]int{}
	for i := range feeds {
		f := &feeds[i]
		if len(f.Tags) == 0 {
			untagged = append(untagged, f)
		}
		for _, tag := range f.Tags {
			i, ok := at[tag]
			if !ok {
				i = len(tags)
				at[tag] = i
				tags = append(tags, tagGroup{name: tag})
			}
			tags[i].feeds = append(tags[i].feeds, f)
		}
	}
	return tags, untagged
}

// move moves the cursor over the gaps between groups.
func (p *sourcesPane) move(n int) bool {
	was := p.list.Index()
	p.list.Move(n)
	p.skipGap(cmp.Compare(n, 0))
	return p.list.Index() != was
}

func (p *sourcesPane) skipGap(dir int) {
	if s, ok := p.list.Current(); ok && s.kind == sourceGap {
		if !p.list.Move(max(dir, -1)) {
			p.list.Move(-dir)
		}
	}
}

// selected is the source under the cursor.
func (p *sourcesPane) selected() (source, bool) {
	s, ok := p.list.Current()
	return s, ok && s.kind != sourceGap
}

// find puts the cursor on a source; a feed is found under any of its tags, and
// its group is unfolded for it.
func (p *sourcesPane) find(key string) bool {
	if p.list.Find(key) {
		return true
	}
	tag, url, ok := strings.Cut(strings.TrimPrefix(key, "feed:"), "\x00")
	if !ok {
		return false
	}
	if p.folded[tag] {
		delete(p.folded, tag)
		p.rebuild()
		if p.list.Find(key) {
			return true
		}
	}
	i := slices.IndexFunc(p.list.Rows(), func(s source) bool { return s.kind == sourceFeed && s.feed.URL == url })
	if i >= 0 {
		p.list.Go(i)
	}
	return i >= 0
}

// nextUnread is the next source of feeds with unread items, going round at the
// end; whole tags and views are passed over, for their feeds stand below them.
func (p *sourcesPane) nextUnread(from string, dir int) (source, bool) {
	rows := p.list.Rows()
	at := max(slices.IndexFunc(rows, func(s source) bool { return s.key == from }), 0)
	for i := 1; i <= len(rows); i++ {
		s := rows[((at+i*dir)%len(rows)+len(rows))%len(rows)]
		if (s.kind == sourceFeed || s.kind == sourceTag && s.folded) && s.unread > 0 && s.key != from {
			return s, true
		}
	}
	return source{}, false
}

// adjust moves the unread count of a feed, so that the screen answers before
// the cache does; recount shows it.
func (p *sourcesPane) adjust(url string, by int) {
	c := p.counts.Feeds[url]
	c.Unread = max(c.Unread+by, 0)
	if p.counts.Feeds == nil {
		p.counts.Feeds = map[string]cache.FeedCount{}
	}
	p.counts.Feeds[url] = c
	p.counts.Unread = max(p.counts.Unread+by, 0)
}

// feedOf finds a subscribed feed by its URL.
func (p *sourcesPane) feedOf(url string) (feed.Feed, bool) {
	i := slices.IndexFunc(p.feeds, func(f feed.Feed) bool { return f.URL == url })
	if i < 0 {
		return feed.Feed{}, false
	}
	return p.feeds[i], true
}

func (p *sourcesPane) setQueryCounts(counts map[string]int) {
	p.queryCounts = counts
	p.recount()
}

// sourcesHead is the number of lines above the rows.
const sourcesHead = 2

// render draws the pane as exactly r.h lines of r.w cells.
func (p *sourcesPane) render(r rect, t theme, focused bool) []string {
	lines := make([]string, 0, r.h)
	head := t.strong
	if focused {
		head = t.accent
	}
	lines = append(lines, pad(" "+paint(head, fit("dateline", r.w-1, "")), r.w), blanks(r.w))
	p.list.SetHeight(r.h - sourcesHead)
	for i, s := range p.list.Visible() {
		lines = append(lines, p.row(s, p.list.Top()+i == p.list.Index(), focused, r.w, t))
	}
	return fill(lines, r)
}

func (p *sourcesPane) row(s source, selected, focused bool, w int, t theme) string {
	if s.kind == sourceGap {
		return blanks(w)
	}
	bar := " "
	if selected {
		bar = paint(t.accent, t.glyphs.bar)
	}
	count, style := countText(s), t.dim
	mark := "  "
	switch {
	case s.kind == sourceTag && s.folded:
		mark = paint(t.dim, t.glyphs.closed) + " "
	case s.kind == sourceFeed && s.feed.Poll.Error != "":
		mark = paint(t.failed, t.glyphs.failed) + " "
		if s.feed.Poll.Gone {
			count, style = "gone", t.failed
		}
	case s.kind == sourceFeed && schedule.NewAddress(s.feed.Poll) != "":
		mark = paint(t.dim, t.glyphs.moved) + " "
	case s.kind == sourceFeed && s.feed.Paused:
		mark = paint(t.dim, t.glyphs.paused) + " "
	}
	name := blanks(s.depth*2) + s.name
	nameStyle := ""
	switch {
	case selected && focused:
		nameStyle = t.accent
	case s.kind == sourceTag || s.unread > 0 && s.kind == sourceFeed:
		nameStyle = t.unread
	}
	room := w - 4 - cells(count)
	return bar + mark + pad(paint(nameStyle, fit(name, room-1, t.glyphs.ellipsis)), room) + paint(style, count) + " "
}

func countText(s source) string {
	switch {
	case s.unread == 0:
		return ""
	case s.capped:
		return number(s.unread) + "+"
	}
	return number(s.unread)
}

// fill makes exactly r.h lines of blanks-padded cells out of lines.
func fill(lines []string, r rect) []string {
	for len(lines) < r.h {
		lines = append(lines, blanks(r.w))
	}
	return lines[:r.h]
}
