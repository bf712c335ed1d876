package pane

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/schedule"
	"dateline/feed/text"
	"dateline/ui/list"
	"dateline/ui/style"
)

// SourceKind is the kind of a row of the sources.
type SourceKind int

// The kinds of rows. A gap separates groups. KindAccount is the heading of an account,
// KindTag a folder. KindRest stands for the feeds without news that are hidden.
const (
	KindGap SourceKind = iota
	KindView
	KindQuery
	KindTag
	KindAccount
	KindFeed
	KindRest
)

// Source is a row of the sources. A source has a list of items.
type Source struct {
	Kind SourceKind
	// Key identifies the source, also after a restart.
	Key string
	// Name is what the user calls the source. For a folder it has the folders around it.
	Name  string
	Query query.Query
	// Feeds are the URLs that a refresh of this source fetches; nil means all.
	Feeds []string
	Depth int
	// Unread is the number of unread items. For the starred items, and for a saved query
	// for which [CountsAll] holds, it is the number of all items.
	Unread int
	// Capped reports whether Unread stopped counting at [QueryCountMax].
	Capped bool
	// Account is the account that the source belongs to; empty for a local one.
	Account string
	// Fold is the key of a group in [Sources.Folded]; empty if the source is no group.
	Fold   string
	Folded bool
	// Problem is what is wrong with the account of a KindAccount, see
	// [schedule.AccountProblem].
	Problem string
	// Feed points to a feed of [Sources.Feeds], so that its counts are current; nil
	// unless Kind is KindFeed.
	Feed *feed.Feed
}

// SavedQuery is a query of the configuration, shown among the sources.
type SavedQuery struct {
	Name  string
	Query query.Query
}

// Counts holds the numbers that are shown beside the sources.
type Counts struct {
	// Total, Unread and Starred count the items of the views. Today counts the unread
	// items of today.
	Total, Unread, Starred, Today int
	// Feeds holds the counts of the subscribed feeds by URL.
	Feeds map[string]FeedCount
}

// FeedCount counts the items of a feed.
type FeedCount struct{ Total, Unread int }

// The keys of the views.
const (
	KeyUnread     = "view:unread"
	KeyToday      = "view:today"
	KeyStarred    = "view:starred"
	KeyEverything = "view:everything"
	KeyNew        = "view:new"
)

var views = []struct{ key, name, query string }{
	{KeyUnread, "Unread", "is:unread"},
	{KeyToday, "Today", "since:today"},
	{KeyStarred, "Starred", "is:starred"},
	{KeyEverything, "Everything", ""},
}

// QueryOf returns the query of a source by its key; false for the key of a saved query.
// feeds are the subscribed feeds.
func QueryOf(key string, feeds []feed.Feed) (query query.Query, ok bool) {
	for _, v := range views {
		if v.key == key {
			return MustQuery(v.query), true
		}
	}
	if tag, ok := strings.CutPrefix(key, "tag:"); ok {
		return localTagQuery(tag, hasAccounts(feeds)), true
	}
	if account, tag, ok := splitAccountKey(key); ok {
		return accountQuery(account, tag), true
	}
	under, isFeed := strings.CutPrefix(key, "feed:")
	_, url, named := strings.Cut(under, "\x00")
	return feedQuery(url), isFeed && named
}

// Sources lists the views, the saved queries and the feeds under their tags.
type Sources struct {
	List    list.List[Source, string]
	Queries []SavedQuery
	Feeds   []feed.Feed
	// Accounts are the accounts in the order of the configuration. An account that is only
	// known from its feeds comes after them.
	Accounts []feed.Account
	Counts   Counts
	// Folded holds the groups whose feeds are not shown: local tags by their names, the
	// groups of accounts by their keys.
	Folded map[string]bool
	// NewsOnly reports whether feeds without news are hidden. [Sources.HideRead] sets it.
	NewsOnly bool
	// Loaded reports whether feeds and counts have been set.
	Loaded bool
	// queryCounts holds how many unread items match each saved query, by name.
	queryCounts map[string]int
	// kept holds the URLs of feeds and the keys of other rows that are shown although
	// feeds without news are hidden.
	kept map[string]bool
	// rest is the number of hidden feeds, and fitted the height of the list for which the
	// rows were built.
	rest, fitted int
}

// CountsAll reports whether all items of a saved query are counted and not only the unread:
// it is about what the user keeps, such as labels and starred items, or about read ones.
func CountsAll(q query.Query) bool {
	return slices.ContainsFunc(q.Conjuncts(), func(n *query.Node) bool {
		if n.Op != query.Leaf {
			return false
		}
		switch t := n.Term; t.Field {
		case query.FieldLabel:
			return true
		case query.FieldIs:
			return slices.Contains([]query.Is{query.IsStarred, query.IsLabelled, query.IsSnoozed, query.IsHidden, query.IsRead}, t.Is)
		}
		return false
	})
}

// QueryCountMax is the number at which counting the matches of a saved query stops.
const QueryCountMax = 1000

// NewSources returns the pane without feeds.
func NewSources(queries []SavedQuery) Sources {
	return Sources{
		List:        list.New(func(s Source) string { return s.Key }),
		Queries:     queries,
		queryCounts: map[string]int{},
		Folded:      map[string]bool{},
		kept:        map[string]bool{},
	}
}

// Rebuild builds the rows from feeds and counts. The cursor stays on its source. If feeds
// without news are hidden, those that got news appear, and none goes.
func (p *Sources) Rebuild() {
	at := p.List.Index()
	if p.NewsOnly {
		p.keepNews()
	}
	p.List.Reload(p.Shown(), at, true, true)
	p.SkipGap(1)
}

// SetCounts sets new counts, also in the feeds.
func (p *Sources) SetCounts(c Counts) {
	p.Counts = c
	for i := range p.Feeds {
		f := &p.Feeds[i]
		f.Total, f.Unread = c.Feeds[f.URL].Total, c.Feeds[f.URL].Unread
	}
	if len(p.hidden()) < p.rest {
		p.Rebuild()
	}
	p.Recount()
}

// Recount updates the counts of the rows.
func (p *Sources) Recount() { p.count(p.List.Rows()) }

// All returns all sources: without gaps, and each feed in each of its folders.
func (p *Sources) All() []Source {
	rows := p.rows(nil, nil)
	rows = slices.DeleteFunc(rows, func(s Source) bool { return s.Kind == KindGap })
	p.count(rows)
	return rows
}

// Shown returns the rows of the pane: without the feeds of folded tags and, if NewsOnly is
// set, without feeds that have no news. Then the last row says how many there are. If all
// rows fit, it is on the last line of the pane.
func (p *Sources) Shown() []Source {
	hidden := p.hidden()
	rows := p.rows(p.Folded, hidden)
	p.rest, p.fitted = len(hidden), p.List.Height()
	if p.rest > 0 {
		for i := range max(p.fitted-len(rows)-1, 1) {
			rows = append(rows, Source{Kind: KindGap, Key: "gap:rest" + strconv.Itoa(i)})
		}
		rows = append(rows, Source{Kind: KindRest, Key: "rest", Name: text.Plural(p.rest, "feed") + " without news"})
	}
	p.count(rows)
	return rows
}

// rows returns the rows without the feeds of folded tags and without hidden feeds.
func (p *Sources) rows(folded, hidden map[string]bool) []Source {
	var rows []Source
	for _, v := range views {
		rows = append(rows, Source{Kind: KindView, Key: v.key, Name: v.name, Query: MustQuery(v.query)})
	}
	for _, q := range p.Queries {
		rows = append(rows, Source{Kind: KindQuery, Key: "query:" + q.Name, Name: q.Name, Query: q.Query})
	}
	tags := newTagTree(p.Feeds, "")
	tree := treeRows{rows: slices.Grow(rows, len(p.Feeds)+len(tags.known)+2), folded: folded, shows: p.shows(hidden), beside: hasAccounts(p.Feeds)}
	tree.group("gap:tags", func() {
		for _, f := range tags.roots {
			tree.add(f)
		}
	})
	tree.group("gap:", func() {
		for _, f := range tags.untagged {
			tree.addFeed(f, "", 0)
		}
	})
	for _, a := range p.accounts() {
		tree.group("gap:"+AccountKey(a.Name, ""), func() { tree.addAccount(a, newTagTree(p.Feeds, a.Name)) })
	}
	return tree.rows
}

// count sets the counts of rows.
func (p *Sources) count(rows []Source) {
	for i := range rows {
		s := &rows[i]
		s.Unread = 0
		switch s.Kind {
		case KindView:
			s.Unread = p.viewCount(s.Key)
		case KindQuery:
			s.Unread = p.queryCounts[s.Name]
			s.Capped = s.Unread >= QueryCountMax
		case KindTag, KindAccount, KindFeed:
			for _, url := range s.Feeds {
				s.Unread += p.Counts.Feeds[url].Unread
			}
		}
	}
}

func (p *Sources) viewCount(key string) int {
	switch key {
	case KeyUnread:
		return p.Counts.Unread
	case KeyToday:
		return p.Counts.Today
	case KeyStarred:
		return p.Counts.Starred
	}
	return p.Counts.Unread
}

func feedRow(f *feed.Feed, tag string, depth int) Source {
	return Source{
		Kind: KindFeed, Key: FeedKey(f.URL, tag), Name: f.DisplayTitle(), Depth: depth, Feed: f,
		Feeds: []string{f.URL}, Query: feedQuery(f.URL), Account: f.Account,
	}
}

// FeedKey returns the key of a feed's row under one of its tags.
func FeedKey(url, tag string) string { return "feed:" + tag + "\x00" + url }

func feedQuery(url string) query.Query { return termQuery(query.FieldFeedURL, url) }

func termQuery(field query.Field, value string) query.Query {
	return query.Query{Root: &query.Node{Op: query.Leaf, Term: query.Term{Field: field, Text: value}}}
}

// KeyOf returns the key of a feed's first row.
func (p *Sources) KeyOf(url string) string {
	if f, ok := p.FeedOf(url); ok && len(f.Tags) > 0 {
		return FeedKey(url, f.Tags[0])
	}
	return FeedKey(url, "")
}

// Move moves the cursor by n rows and skips the gaps between groups. It reports
// whether the cursor moved.
func (p *Sources) Move(n int) bool {
	was := p.List.Index()
	p.List.Move(n)
	p.SkipGap(cmp.Compare(n, 0))
	return p.List.Index() != was
}

// Turn scrolls by n rows, and moves the cursor with them. It reports whether the cursor moved.
func (p *Sources) Turn(n int) bool {
	was := p.List.Index()
	p.List.Turn(n)
	p.SkipGap(cmp.Compare(n, 0))
	return p.List.Index() != was
}

// SkipGap moves the cursor off a gap, in the direction dir.
func (p *Sources) SkipGap(dir int) {
	rows, at := p.List.Rows(), p.List.Index()
	dir = cmp.Or(cmp.Compare(dir, 0), 1)
	for _, dir := range []int{dir, -dir} {
		i := at
		for i >= 0 && i < len(rows) && rows[i].Kind == KindGap {
			i += dir
		}
		if i >= 0 && i < len(rows) {
			p.List.Go(i)
			return
		}
	}
}

// Selected returns the source under the cursor.
func (p *Sources) Selected() (Source, bool) {
	s, ok := p.List.Current()
	return s, ok && s.Kind != KindGap && s.Kind != KindRest
}

// OnRest reports whether the cursor is on the line of the hidden feeds.
func (p *Sources) OnRest() bool {
	s, ok := p.List.Current()
	return ok && s.Kind == KindRest
}

// Find puts the cursor on the source with this key and reports whether there is one. A
// hidden feed is shown, and folders around it are unfolded. If the feed does not have the
// tag of the key any more, Find uses another row of the feed.
func (p *Sources) Find(key string) bool {
	if p.List.Find(key) {
		return true
	}
	if tag, ok := strings.CutPrefix(key, "tag:"); ok {
		p.keep(key)
		p.unfold(tag, false)
		p.Rebuild()
		return p.List.Find(key)
	}
	if account, tag, ok := splitAccountKey(key); ok {
		p.keep(key)
		p.unfoldAccount(account, tag, false)
		p.Rebuild()
		return p.List.Find(key)
	}
	tag, url, ok := strings.Cut(strings.TrimPrefix(key, "feed:"), "\x00")
	f, subscribed := p.FeedOf(url)
	if !ok || !subscribed {
		return false
	}
	if len(f.Tags) > 0 && !text.ContainsFolded(f.Tags, tag) {
		tag = f.Tags[0]
	}
	p.keep(key)
	if f.Account == "" {
		p.unfold(tag, true)
	} else {
		p.unfoldAccount(f.Account, tag, true)
	}
	p.Rebuild()
	if p.List.Find(key) {
		return true
	}
	i := slices.IndexFunc(p.List.Rows(), func(s Source) bool { return s.Kind == KindFeed && s.Feed.URL == url })
	if i >= 0 {
		p.List.Go(i)
	}
	return i >= 0
}

// NextUnread returns the next feed or folded group with unread items. After the last source
// comes the first. Views and unfolded groups are skipped, because their feeds have rows of
// their own.
func (p *Sources) NextUnread(from string, dir int) (Source, bool) {
	rows := p.List.Rows()
	at := max(slices.IndexFunc(rows, func(s Source) bool { return s.Key == from }), 0)
	for i := 1; i <= len(rows); i++ {
		s := rows[((at+i*dir)%len(rows)+len(rows))%len(rows)]
		if (s.Kind == KindFeed || s.Folded) && s.Unread > 0 && s.Key != from {
			return s, true
		}
	}
	return Source{}, false
}

// Adjust changes the unread count of a feed by by, so that the screen shows a mark before
// it is saved. Call [Sources.Recount] afterwards.
func (p *Sources) Adjust(url string, by int) {
	c := p.Counts.Feeds[url]
	c.Unread = max(c.Unread+by, 0)
	if p.Counts.Feeds == nil {
		p.Counts.Feeds = map[string]FeedCount{}
	}
	p.Counts.Feeds[url] = c
	p.Counts.Unread = max(p.Counts.Unread+by, 0)
}

// AdjustToday changes the number of today's unread items by by if date is today.
func (p *Sources) AdjustToday(date, now time.Time, by int) {
	y, m, d := now.Date()
	if !date.Before(time.Date(y, m, d, 0, 0, 0, 0, now.Location())) {
		p.Counts.Today = max(p.Counts.Today+by, 0)
	}
}

// FeedOf returns a subscribed feed by its URL.
func (p *Sources) FeedOf(url string) (feed.Feed, bool) {
	i := slices.IndexFunc(p.Feeds, func(f feed.Feed) bool { return f.URL == url })
	if i < 0 {
		return feed.Feed{}, false
	}
	return p.Feeds[i], true
}

// SetQueryCounts sets how many unread items match each saved query, by name.
func (p *Sources) SetQueryCounts(counts map[string]int) {
	p.queryCounts = counts
	p.Recount()
}

// SourcesHeaderHeight is the number of lines above the rows of the sources.
const SourcesHeaderHeight = 2

// SourcesMargin is the space on the left of a source's name.
const SourcesMargin = 3

// Render draws the pane as exactly r.H lines of r.W cells.
func (p *Sources) Render(r Rect, t style.Theme, focused bool) []string {
	lines := make([]string, 0, r.H)
	head := t.Strong
	if focused {
		head = t.Accent
	}
	lines = append(lines, style.Pad(" "+style.Paint(head, style.Fit("dateline", r.W-1, "")), r.W), style.Spaces(r.W))
	p.List.SetHeight(r.H - SourcesHeaderHeight)
	if p.rest > 0 && p.fitted != p.List.Height() {
		p.Rebuild()
	}
	for i, s := range p.List.Visible() {
		selected := p.List.Top()+i == p.List.Index()
		lines = append(lines, p.row(s, selected, focused, r.W, t))
		if selected && focused {
			layBand(lines[len(lines)-1:], t)
		}
	}
	return fill(lines, r)
}

// maxIndent is the depth up to which folders in folders are indented.
const maxIndent = 4

func (p *Sources) row(s Source, selected, focused bool, w int, t style.Theme) string {
	if s.Kind == KindGap {
		return style.Spaces(w)
	}
	if s.Kind == KindRest {
		return restRow(s, selected, focused, w, t)
	}
	bar := " "
	if selected {
		bar = style.Paint(t.Accent, t.Glyphs.Bar)
	}
	count, weight := s.CountText(), t.Dim
	mark := "  "
	switch {
	case s.Problem != "":
		mark = style.Paint(t.Failed, t.Glyphs.Failed) + " "
	case s.Folded && s.Depth == 0:
		mark = style.Paint(t.Dim, t.Glyphs.Closed) + " "
	case s.Kind == KindFeed && s.Feed.Poll.Error != "":
		mark = style.Paint(t.Failed, t.Glyphs.Failed) + " "
		if s.Feed.Poll.Gone {
			count, weight = "gone", t.Failed
		}
	case s.Kind == KindFeed && schedule.NewAddress(s.Feed.Poll) != "":
		mark = style.Paint(t.Dim, t.Glyphs.Moved) + " "
	case s.Kind == KindFeed && s.Feed.Paused:
		mark = style.Paint(t.Dim, t.Glyphs.Paused) + " "
	}
	indent := style.Spaces(min(s.Depth, maxIndent) * 2)
	name := indent + s.Name
	if s.Kind == KindTag {
		if s.Folded && s.Depth > 0 {
			indent = indent[2:] + t.Glyphs.Closed + " "
		}
		name = indent + label(s.Name)
	}
	nameStyle := ""
	switch {
	case selected && focused:
		nameStyle = t.Accent
	case s.Kind == KindFeed && s.Unread > 0:
		nameStyle = t.Unread
	case s.Kind == KindFeed:
		nameStyle = t.Dim
	}
	room := w - 4 - style.Width(count)
	return bar + mark + style.Pad(style.Paint(nameStyle, style.Fit(name, room-1, t.Glyphs.Ellipsis)), room) + style.Paint(weight, count) + " "
}

// restRow draws the line that says how many feeds are hidden.
func restRow(s Source, selected, focused bool, w int, t style.Theme) string {
	bar, weight := " ", t.Dim
	if selected {
		bar = style.Paint(t.Accent, t.Glyphs.Bar)
	}
	if selected && focused {
		weight = t.Accent
	}
	name := s.Name
	if style.Width(name) > w-3 {
		name = strings.Replace(name, "feeds ", "", 1)
	}
	return style.Pad(bar+"  "+style.Paint(weight, style.Fit(name, w-3, t.Glyphs.Ellipsis)), w)
}

// CountText returns the number beside the source; empty if it is 0.
func (s Source) CountText() string {
	switch {
	case s.Unread == 0:
		return ""
	case s.Capped:
		return text.Number(s.Unread) + "+"
	}
	return text.Number(s.Unread)
}
