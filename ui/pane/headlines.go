package pane

import (
	"cmp"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

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
	// Count is the number of rows of the list, counted up to [CountMax]; -1 if it
	// is unknown.
	Count int

	UnreadOnly bool
	Oldest     bool
	Compact    bool
	// CopyKey and RefreshKey are the keys that copy a feed's address and refresh it; empty
	// if there are none.
	CopyKey, RefreshKey string
	// HeaderHeight is the height of the header in the last drawing.
	HeaderHeight int
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

// CountMax is the number at which counting the matches of a search stops.
const CountMax = 1000

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

// header returns the lines above the rows. For a feed they show more details.
func (p *Headlines) header(r Rect, t style.Theme, focused bool, f *feed.Feed, now time.Time) []string {
	weight := t.Strong
	if focused {
		weight = t.Accent
	}
	e := t.Glyphs.Ellipsis
	name := p.name()
	if p.FilterText != "" {
		name += " " + t.Glyphs.Dot + " filter: " + p.FilterText
	}
	line := func(left, leftStyle, right string) string {
		right = style.Fit(right, r.W-2, e)
		room := r.W - 2 - style.Width(right)
		if right != "" {
			room -= 2
		}
		left = style.Fit(left, max(room, min(r.W-2, 12)), e)
		if style.Width(left)+style.Width(right)+3 > r.W {
			right = ""
		}
		return " " + style.Paint(leftStyle, left) + style.Spaces(r.W-2-style.Width(left)-style.Width(right)) + style.Paint(t.Dim, right) + " "
	}
	if f == nil {
		return []string{line(name, weight, p.countLine(t)), style.Spaces(r.W)}
	}
	tall := r.H >= 12
	lines := []string{line(name, weight, p.checkedLine(*f, t, now, r.W))}
	if tall {
		lines = append(lines, line(f.Description, t.Dim, t.JoinDots(Host(f.Site), p.countLine(t))))
	}
	if f.Poll.Error != "" {
		lines = append(lines, failureLines(f.Poll.Error, r, t)...)
	}
	copies := ""
	if p.CopyKey != "" {
		copies = p.CopyKey + " copies"
	}
	return append(lines, line(text.Clean(f.URL), t.Dim, copies), style.Spaces(r.W))
}

// failureLines returns why a feed failed, in at most two lines.
func failureLines(reason string, r Rect, t style.Theme) []string {
	wrapped := strings.Split(ansi.Wrap(t.Glyphs.Failed+" "+text.Clean(reason), max(r.W-2, 10), ""), "\n")
	if len(wrapped) > 2 {
		wrapped = append(wrapped[:1], strings.Join(wrapped[1:], " "))
	}
	for i, l := range wrapped {
		wrapped[i] = style.Pad(" "+style.Paint(t.Failed, style.Fit(strings.TrimSpace(l), r.W-2, t.Glyphs.Ellipsis)), r.W)
	}
	return wrapped
}

// checkedLine returns when a feed was checked and when it is checked next.
func (p *Headlines) checkedLine(f feed.Feed, t style.Theme, now time.Time, w int) string {
	checked := "never checked"
	if !f.Poll.LastChecked.IsZero() {
		checked = "checked " + feed.Ago(f.Poll.LastChecked, now)
	}
	next := "next in " + feed.Until(f.Poll.NextCheck, now)
	switch {
	case f.Poll.Gone:
		next = "gone"
		if p.RefreshKey != "" {
			next += "; only " + p.RefreshKey + " checks it"
		}
	case schedule.Due(f.Poll, now):
		next = "due now"
	}
	if w < 60 {
		return checked
	}
	return t.JoinDots(checked, next)
}

// countLine returns how many rows there are; empty if unknown.
func (p *Headlines) countLine(t style.Theme) string {
	if p.Search != nil || p.Filter != nil || p.Source.Kind == KindQuery {
		switch {
		case p.Failed != "":
			return ""
		case !p.Loaded:
			return "searching" + t.Glyphs.Ellipsis
		case p.Count < 0:
			return ""
		case p.Count >= CountMax:
			return text.Number(CountMax) + "+ found"
		}
		return text.Number(p.Count) + " found"
	}
	order := ""
	if p.Oldest {
		order = "oldest first"
	}
	only := ""
	if p.UnreadOnly {
		only = "unread only"
	}
	return t.JoinDots(only, order, p.unreadLine())
}

func (p *Headlines) unreadLine() string {
	s := p.Source
	switch {
	case s.Feed != nil:
		return text.Number(s.Unread) + " of " + text.Number(max(s.Feed.Total, s.Unread)) + " unread"
	case s.Kind == KindTag || s.Key == KeyUnread:
		return text.Number(s.Unread) + " unread"
	case s.Key == KeyStarred:
		return text.Number(s.Unread) + " starred"
	}
	return ""
}

// Render draws the pane as exactly r.H lines of r.W cells. f is the feed that the header
// describes; nil if there is none. emptyText is shown if there are no rows.
func (p *Headlines) Render(r Rect, t style.Theme, focused bool, f *feed.Feed, now time.Time, emptyText []string) []string {
	lines := p.header(r, t, focused, f, now)
	p.HeaderHeight = len(lines)
	p.List.SetHeight(max((r.H-len(lines))/p.RowHeight(), 1))
	if p.List.Len() == 0 {
		for _, words := range emptyText {
			for _, w := range style.Wrap(words, r.W-4) {
				lines = append(lines, style.Pad("   "+style.Paint(t.Dim, w), r.W))
			}
		}
		return fill(lines, r)
	}
	for i, row := range p.List.Visible() {
		selected := p.List.Top()+i == p.List.Index()
		if p.Compact {
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
	second := style.Fit(t.JoinDots(from, age(r.Item, now), rowNotes(r.Item, room*2/5, t), r.Summary), room, t.Glyphs.Ellipsis)
	return []string{
		marks(r.Item, selected, t) + style.Paint(titleStyle(r.Item, selected, focused, t), title) + style.Spaces(room+1-style.Width(title)),
		bar + style.Spaces(marksWidth-1) + style.Paint(t.Dim, second) + style.Spaces(room+1-style.Width(second)),
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
	return marks(r.Item, selected, t) + style.Paint(titleStyle(r.Item, selected, focused, t), title) +
		style.Spaces(room+1-style.Width(title)) + style.Paint(t.Dim, right) + style.Spaces(w-marksWidth-room-1-style.Width(right))
}

// age returns an item's age, and whether its date is in the future.
func age(i feed.Item, now time.Time) string {
	if i.Future {
		return cmp.Or(feed.Ago(i.Date, now), "just now") + " (dated in the future)"
	}
	return feed.Ago(i.Date, now)
}
