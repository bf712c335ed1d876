package pane

import (
	"cmp"
	"slices"
	"strings"

	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/schedule"
	"dateline/feed/text"
	"dateline/ui/list"
	"dateline/ui/style"
)

// SourceKind is the kind of a row of the sources.
type SourceKind int

// The kinds of rows. A gap separates groups.
const (
	KindGap SourceKind = iota
	KindView
	KindQuery
	KindTag
	KindFeed
)

// Source is a row of the sources. A source has a list of items.
type Source struct {
	Kind SourceKind
	// Key identifies the source, also after a restart.
	Key   string
	Name  string
	Query query.Query
	// Feeds are the URLs that a refresh of this source fetches; nil means all.
	Feeds  []string
	Depth  int
	Unread int
	// Capped reports whether Unread stopped counting at [QueryCountMax].
	Capped bool
	Folded bool
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
	// Total, Unread, Starred and Today count the items of the views.
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
func QueryOf(key string) (query query.Query, ok bool) {
	for _, v := range views {
		if v.key == key {
			return MustQuery(v.query), true
		}
	}
	if tag, ok := strings.CutPrefix(key, "tag:"); ok {
		return tagQuery(tag), true
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
	Counts  Counts
	// Folded holds the tags whose feeds are not shown.
	Folded map[string]bool
	// Loaded reports whether feeds and counts have been set.
	Loaded bool
	// queryCounts holds how many unread items match each saved query, by name.
	queryCounts map[string]int
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
	}
}

// Rebuild builds the rows from feeds and counts. The cursor stays on its source.
func (p *Sources) Rebuild() {
	at := p.List.Index()
	p.List.Reload(p.Shown(p.Folded), at, true, true)
	p.SkipGap(1)
}

// SetCounts sets new counts, also in the feeds.
func (p *Sources) SetCounts(c Counts) {
	p.Counts = c
	for i := range p.Feeds {
		f := &p.Feeds[i]
		f.Total, f.Unread = c.Feeds[f.URL].Total, c.Feeds[f.URL].Unread
	}
	p.Recount()
}

// Recount updates the counts of the rows.
func (p *Sources) Recount() { p.count(p.List.Rows()) }

// Shown returns the sources without the feeds of folded tags.
func (p *Sources) Shown(folded map[string]bool) []Source {
	var rows []Source
	for _, v := range views {
		rows = append(rows, Source{Kind: KindView, Key: v.key, Name: v.name, Query: MustQuery(v.query)})
	}
	for _, q := range p.Queries {
		rows = append(rows, Source{Kind: KindQuery, Key: "query:" + q.Name, Name: q.Name, Query: q.Query})
	}
	tags, untagged := groupByTag(p.Feeds)
	rows = slices.Grow(rows, len(p.Feeds)+2*len(tags)+1)
	for _, t := range tags {
		rows = append(rows, Source{Kind: KindGap, Key: "gap:" + t.name})
		rows = append(rows, group(t, folded[t.name])...)
	}
	if len(untagged) > 0 {
		rows = append(rows, Source{Kind: KindGap, Key: "gap:"})
		for _, f := range untagged {
			rows = append(rows, feedRow(f, "", 0))
		}
	}
	p.count(rows)
	return rows
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
		case KindTag, KindFeed:
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
	return p.Counts.Total
}

// group returns a tag's row and, unless it is folded, the rows of its feeds.
func group(t tagGroup, folded bool) []Source {
	rows := []Source{{
		Kind: KindTag, Key: "tag:" + t.name, Name: t.name, Folded: folded,
		Query: tagQuery(t.name),
		Feeds: make([]string, 0, len(t.feeds)),
	}}
	for _, f := range t.feeds {
		rows[0].Feeds = append(rows[0].Feeds, f.URL)
		if !folded {
			rows = append(rows, feedRow(f, t.name, 1))
		}
	}
	return rows
}

func feedRow(f *feed.Feed, tag string, depth int) Source {
	return Source{
		Kind: KindFeed, Key: FeedKey(f.URL, tag), Name: f.DisplayTitle(), Depth: depth, Feed: f,
		Feeds: []string{f.URL}, Query: feedQuery(f.URL),
	}
}

// FeedKey returns the key of a feed's row under one of its tags.
func FeedKey(url, tag string) string { return "feed:" + tag + "\x00" + url }

func tagQuery(tag string) query.Query {
	return query.Query{Root: &query.Node{Op: query.Leaf, Term: query.Term{Field: query.FieldTag, Text: tag}}}
}

func feedQuery(url string) query.Query {
	return query.Query{Root: &query.Node{Op: query.Leaf, Term: query.Term{Field: query.FieldFeedURL, Text: url}}}
}

type tagGroup struct {
	name  string
	feeds []*feed.Feed
}

// KeyOf returns the key of a feed's first row.
func (p *Sources) KeyOf(url string) string {
	if f, ok := p.FeedOf(url); ok && len(f.Tags) > 0 {
		return FeedKey(url, f.Tags[0])
	}
	return FeedKey(url, "")
}

// groupByTag groups feeds by their tags, both in the order of the configuration. A feed
// with two tags is in both groups.
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
	if s, ok := p.List.Current(); ok && s.Kind == KindGap {
		if !p.List.Move(max(dir, -1)) {
			p.List.Move(-dir)
		}
	}
}

// Selected returns the source under the cursor.
func (p *Sources) Selected() (Source, bool) {
	s, ok := p.List.Current()
	return s, ok && s.Kind != KindGap
}

// Find puts the cursor on the source with this key and reports whether there is one. A
// folded group is unfolded to show the feed. If the feed does not have the tag of the key
// any more, Find uses another row of the feed.
func (p *Sources) Find(key string) bool {
	if p.List.Find(key) {
		return true
	}
	tag, url, ok := strings.Cut(strings.TrimPrefix(key, "feed:"), "\x00")
	if !ok {
		return false
	}
	if p.Folded[tag] {
		delete(p.Folded, tag)
		p.Rebuild()
		if p.List.Find(key) {
			return true
		}
	}
	i := slices.IndexFunc(p.List.Rows(), func(s Source) bool { return s.Kind == KindFeed && s.Feed.URL == url })
	if i >= 0 {
		p.List.Go(i)
	}
	return i >= 0
}

// NextUnread returns the next feed or folded tag with unread items. After the last source
// comes the first. Views and unfolded tags are skipped, because their feeds have rows of
// their own.
func (p *Sources) NextUnread(from string, dir int) (Source, bool) {
	rows := p.List.Rows()
	at := max(slices.IndexFunc(rows, func(s Source) bool { return s.Key == from }), 0)
	for i := 1; i <= len(rows); i++ {
		s := rows[((at+i*dir)%len(rows)+len(rows))%len(rows)]
		if (s.Kind == KindFeed || s.Kind == KindTag && s.Folded) && s.Unread > 0 && s.Key != from {
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
	for i, s := range p.List.Visible() {
		lines = append(lines, p.row(s, p.List.Top()+i == p.List.Index(), focused, r.W, t))
	}
	return fill(lines, r)
}

func (p *Sources) row(s Source, selected, focused bool, w int, t style.Theme) string {
	if s.Kind == KindGap {
		return style.Spaces(w)
	}
	bar := " "
	if selected {
		bar = style.Paint(t.Accent, t.Glyphs.Bar)
	}
	count, weight := s.CountText(), t.Dim
	mark := "  "
	switch {
	case s.Kind == KindTag && s.Folded:
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
	name := style.Spaces(s.Depth*2) + s.Name
	nameStyle := ""
	switch {
	case selected && focused:
		nameStyle = t.Accent
	case s.Kind == KindTag || s.Unread > 0 && s.Kind == KindFeed:
		nameStyle = t.Unread
	}
	room := w - 4 - style.Width(count)
	return bar + mark + style.Pad(style.Paint(nameStyle, style.Fit(name, room-1, t.Glyphs.Ellipsis)), room) + style.Paint(weight, count) + " "
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
