package pane

import (
	"cmp"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/schedule"
	"dateline/feed/text"
	"dateline/ui/list"
	"dateline/ui/style"
)

// Headlines shows items of a source or of a search, which may be filtered.
type Headlines struct {
	List   list.List[Row, int64]
	Source Source
	// Search is the query of a search; nil if there is none. It replaces the query of
	// the source. Filter is the query of a filter; nil if there is none.
	Search *query.Query
	Filter *query.Query
	// SearchText and FilterText are the texts that the user has typed.
	SearchText, FilterText string

	// Loaded reports whether the rows of the current query are loaded.
	Loaded bool
	// Failed is the reason why the rows could not be loaded; empty if they were loaded.
	Failed string
	// Count is the number of rows of the list; -1 if it is unknown. Capped reports whether
	// counting stopped there.
	Count  int
	Capped bool

	UnreadOnly bool
	Oldest     bool
	Compact    bool
	// RefreshKey is the key that refreshes a feed; empty if there is none.
	RefreshKey string
	// Strip reports whether only a few rows are shown above an article, each on one line.
	Strip bool
	// Passages are the passages of rows in which a search was found, by item.
	Passages map[int64]string
	// HeaderHeight is the height of the header in the last drawing.
	HeaderHeight int

	// hits are the words of hitsOf, the search and the filter.
	hits   hitWords
	hitsOf [2]*query.Query
}

// Row is an item with its position.
type Row struct {
	feed.Item
	Pos Position
}

// Position is the sort key of a row, for loading the rows before or after it.
type Position struct {
	At  int64
	Key string
}

// CountMax is the number at which counting the matches of a search stops, and ListMax that at
// which counting the rows of another list stops.
const (
	CountMax = 1000
	ListMax  = 10000
)

// CursorLine returns the line of the pane on which the cursor's row begins.
func (p *Headlines) CursorLine() int {
	if p.List.Len() == 0 {
		return 0
	}
	return p.HeaderHeight + (p.List.Index()-p.List.Top())*p.RowHeight()
}

// NewHeadlines returns the pane without rows.
func NewHeadlines(compact bool) Headlines {
	return Headlines{
		List: list.New(func(r Row) int64 { return r.ID }), Compact: compact, Count: -1,
		Source: Source{Key: KeyUnread},
	}
}

// Query returns the query whose items the pane shows.
func (p *Headlines) Query() query.Query {
	q := p.Source.Query
	if p.Search != nil {
		q = *p.Search
	}
	if p.Filter != nil {
		q = q.And(*p.Filter)
	}
	if p.UnreadOnly && p.Search == nil {
		q = q.And(MustQuery("is:unread"))
	}
	return q
}

// RowHeight returns the number of lines of one headline.
func (p *Headlines) RowHeight() int {
	if p.Strip {
		return 1
	}
	return p.ListRowHeight()
}

// ListRowHeight returns the number of lines of one headline while the list has its room.
func (p *Headlines) ListRowHeight() int {
	if p.Compact {
		return 1
	}
	return 2
}

// mixed reports whether the rows may come from several feeds. Then each row shows its
// feed.
func (p *Headlines) mixed() bool { return p.Search != nil || p.Source.Kind != KindFeed }

// name returns the title of the pane.
func (p *Headlines) name() string {
	switch {
	case p.Search != nil && p.SearchText == "":
		return "Search"
	case p.Search != nil:
		return "Search: " + p.SearchText
	}
	return p.Source.Name
}

// Failure returns why the feed that the header describes failed, or the account, if the header
// says so in a second row; empty if it does not. f is the feed; nil if there is none.
func (p *Headlines) Failure(f *feed.Feed) string {
	switch {
	case f != nil:
		return text.Clean(f.Poll.Error)
	case p.Search == nil:
		return p.Source.Problem
	}
	return ""
}

// header returns the lines above the rows: the name, what is known of a feed, and the place of
// the cursor. A feed or account that failed has a second line.
func (p *Headlines) header(r Rect, t style.Theme, focused bool, f *feed.Feed, now time.Time) []string {
	weight := t.Strong
	if focused {
		weight = t.Accent
	}
	name := p.name()
	if p.FilterText != "" {
		name += " " + t.Glyphs.Dot + " filter: " + p.FilterText
	}
	lines := []string{p.headerLine(name, weight, p.headerNotes(r, f, now, t), r.W, t)}
	if failed := p.Failure(f); failed != "" && !p.Strip {
		reason := t.Glyphs.Failed + " " + failed
		lines = append(lines, style.Pad(" "+style.Paint(t.Failed, style.Fit(reason, r.W-2, t.Glyphs.Ellipsis)), r.W))
	}
	return lines
}

// headerLine returns the first line of the header. notes are shown at its right as far as there
// is room: the last of them first, which is the place of the cursor.
func (p *Headlines) headerLine(name, weight string, notes []string, w int, t style.Theme) string {
	room := max(w-2, 0)
	least := min(style.Width(name), max(room/3, 12))
	right := ""
	for i := len(notes) - 1; i >= 0; i-- {
		joined := t.JoinDots(notes[i], right)
		if style.Width(joined)+2+least > room {
			break
		}
		right = joined
	}
	left := style.Fit(name, max(room-style.Width(right)-2, 0), t.Glyphs.Ellipsis)
	if right == "" {
		left = style.Fit(name, room, t.Glyphs.Ellipsis)
	}
	return style.Pad(" "+style.Paint(weight, left)+style.Spaces(room-style.Width(left)-style.Width(right))+style.Paint(t.Dim, right), w)
}

// describedWidth is the width from which the header has the description of a feed.
const describedWidth = 110

// headerNotes returns what the header says beside the name. The last note is the most
// important one.
func (p *Headlines) headerNotes(r Rect, f *feed.Feed, now time.Time, t style.Theme) []string {
	var notes []string
	if f != nil && !p.Strip {
		if r.W >= describedWidth {
			notes = append(notes, f.Description)
		}
		notes = append(notes, p.checkedNotes(*f, now)...)
	}
	if p.Source.Feed != nil && p.Search == nil {
		notes = append(notes, text.Number(p.Source.Unread)+" unread")
	}
	if p.Oldest {
		notes = append(notes, "oldest first")
	}
	if p.UnreadOnly && p.Search == nil {
		notes = append(notes, "unread only")
	}
	return append(notes, p.Position(t))
}

// Position returns where the cursor is in the list, such as "12 of 569"; empty if that is not
// known.
func (p *Headlines) Position(t style.Theme) string {
	found := ""
	if p.Search != nil || p.Filter != nil {
		found = " found"
	}
	switch at := p.List.Position(); {
	case p.Failed != "":
		return ""
	case !p.Loaded && found != "":
		return "searching" + t.Glyphs.Ellipsis
	case p.List.Len() == 0 && found != "" && p.Loaded:
		return "0 found"
	case p.List.Len() == 0:
		return ""
	case p.Count < 0:
		return ""
	case at == 0:
		return p.countText() + found
	default:
		return text.Number(at) + " of " + p.countText() + found
	}
}

// countText returns the number of rows of the list.
func (p *Headlines) countText() string {
	n := max(p.Count, p.List.Position())
	if p.Capped {
		return text.Number(n) + "+"
	}
	return text.Number(n)
}

// line returns the list on one line above an article, in place of the border: where the cursor
// is, and in which list.
func (p *Headlines) line(r Rect, t style.Theme, focused bool) []string {
	weight := t.Dim
	if focused {
		weight = t.Accent
	}
	words := style.Fit(t.JoinDots(p.Position(t), p.name()), r.W-4, t.Glyphs.Ellipsis)
	rule := strings.Repeat(t.Glyphs.Rule, max(r.W-style.Width(words)-3, 0))
	return []string{style.Pad(" "+style.Paint(weight, words)+"  "+style.Paint(t.Dim, rule), r.W)}
}

// checkedNotes returns when a feed is checked next and when it was checked. The server of an
// account does not say when it will check the feed.
func (p *Headlines) checkedNotes(f feed.Feed, now time.Time) []string {
	checked := "never checked"
	if f.Account != "" {
		checked = ""
	}
	if !f.Poll.LastChecked.IsZero() {
		checked = "checked " + feed.Ago(f.Poll.LastChecked, now)
	}
	next := "next in " + feed.Until(f.Poll.NextCheck, now)
	switch {
	case f.Account != "":
		next = ""
	case f.Poll.Gone:
		next = "gone"
		if p.RefreshKey != "" {
			next += "; only " + p.RefreshKey + " checks it"
		}
	case schedule.Due(f.Poll, now):
		next = "due now"
	}
	return []string{next, checked}
}

// Render draws the pane as exactly r.H lines of r.W cells. f is the feed that the header
// describes; nil if there is none. emptyText is shown if there are no rows.
func (p *Headlines) Render(r Rect, t style.Theme, focused bool, f *feed.Feed, now time.Time, emptyText []string) []string {
	if p.Strip && r.H == 1 {
		p.HeaderHeight = 0
		p.List.SetHeight(1)
		return p.line(r, t, focused)
	}
	lines := p.header(r, t, focused, f, now)
	p.HeaderHeight = len(lines)
	p.List.SetHeight(max((r.H-len(lines))/p.RowHeight(), 1))
	if p.List.Len() == 0 {
		lines = append(lines, style.Spaces(r.W))
		for _, words := range emptyText {
			for _, w := range style.Wrap(words, r.W-4) {
				lines = append(lines, style.Pad("   "+style.Paint(t.Dim, w), r.W))
			}
		}
		return fill(lines, r)
	}
	for i, row := range p.List.Visible() {
		selected := p.List.Top()+i == p.List.Index()
		if p.RowHeight() == 1 {
			lines = append(lines, p.compactRow(row, selected, focused, r.W, t, now))
		} else {
			lines = append(lines, p.fullRow(row, selected, focused, r.W, t, now)...)
		}
		if selected && focused {
			layBand(lines[len(lines)-p.RowHeight():], t)
		}
	}
	return fill(lines, r)
}

// layBand lays the background of the selection under lines.
func layBand(lines []string, t style.Theme) {
	for i, l := range lines {
		lines[i] = t.Band(l)
	}
}

// marks draws the selection bar and the marks for unread and starred.
func marks(i feed.Item, selected bool, t style.Theme) string {
	bar, unread, star := " ", " ", " "
	if selected {
		bar = style.Paint(t.Accent, t.Glyphs.Bar)
	}
	if !i.Read {
		unread = t.Glyphs.Unread
	}
	if i.Starred {
		star = t.Glyphs.Star
	}
	return bar + unread + star + " "
}

// titleStyle returns the style of a title: bold for an unread item, a colour for the
// selected row.
func titleStyle(i feed.Item, selected, focused bool, t style.Theme) string {
	switch {
	case selected && focused && !i.Read:
		return t.Accent
	case selected && focused:
		return t.Selected
	case !i.Read:
		return t.Unread
	}
	return ""
}

// marksWidth is the width of what marks returns, in cells.
const marksWidth = 4

// HeadlinesMargin is the space on the left of a headline's title.
const HeadlinesMargin = marksWidth

func (p *Headlines) fullRow(r Row, selected, focused bool, w int, t style.Theme, now time.Time) []string {
	room := w - marksWidth - 1
	title := style.Fit(r.DisplayTitle(), room, t.Glyphs.Ellipsis)
	bar := " "
	if selected {
		bar = style.Paint(t.Accent, t.Glyphs.Bar)
	}
	from := ""
	if p.mixed() {
		from = style.Fit(r.FeedTitle, max(room*2/5, 12), t.Glyphs.Ellipsis)
	}
	facts := t.JoinDots(from, age(r.Item, now), rowNotes(r.Item, room*2/5, t))
	summary, hits := r.Summary, p.Hits()
	if hits != nil {
		summary = p.summary(r, room-style.Width(facts)-3, t.Glyphs.Ellipsis)
	}
	second := style.Fit(t.JoinDots(facts, summary), room, t.Glyphs.Ellipsis)
	if hits == nil || !strings.HasPrefix(second, facts) {
		facts = second
	}
	return []string{
		marks(r.Item, selected, t) + paintHits(title, titleStyle(r.Item, selected, focused, t), t.Hit, p.TitleHits()) + style.Spaces(room+1-style.Width(title)),
		bar + style.Spaces(marksWidth-1) + style.Paint(t.Dim, facts) + paintHits(second[len(facts):], t.Dim, t.Hit, hits) + style.Spaces(room+1-style.Width(second)),
	}
}

func (p *Headlines) compactRow(r Row, selected, focused bool, w int, t style.Theme, now time.Time) string {
	short := feed.ShortAge(r.Date, now)
	right := style.Spaces(8-style.Width(short)) + short
	if r.Edited && style.Width(short) < 8 {
		right = t.Glyphs.Edited + style.Spaces(7-style.Width(short)) + short
	}
	if from := min(18, w/4); p.mixed() && w >= 50 {
		right = style.Pad(style.Fit(r.FeedTitle, from, t.Glyphs.Ellipsis), from) + " " + right
	}
	room := max(w-marksWidth-style.Width(right)-2, 4)
	title := style.Fit(r.DisplayTitle(), room, t.Glyphs.Ellipsis)
	return marks(r.Item, selected, t) + paintHits(title, titleStyle(r.Item, selected, focused, t), t.Hit, p.TitleHits()) +
		style.Spaces(room+1-style.Width(title)) + style.Paint(t.Dim, right) + style.Spaces(w-marksWidth-room-1-style.Width(right))
}

// age returns an item's age, and whether its date is in the future.
func age(i feed.Item, now time.Time) string {
	if i.Future {
		return cmp.Or(feed.Ago(i.Date, now), "just now") + " (dated in the future)"
	}
	return feed.Ago(i.Date, now)
}
