package ui

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/schedule"
	"dateline/feed/text"
	"dateline/ui/list"
)

// headlinesPane is a window on the items of one source, of a search, or of a
// filter on either.
type headlinesPane struct {
	list   list.List[cache.Row, int64]
	source source
	// search replaces the source's query while it is not nil; filter narrows
	// what is shown.
	search *query.Query
	filter *query.Query
	// searchText and filterText are what was typed.
	searchText, filterText string
	// back is where the reader was when the search began.
	back place

	view cache.View
	// gen numbers the questions; an answer with another number is dropped.
	gen    int
	cancel context.CancelFunc
	loaded bool
	more   bool
	failed string
	// count is how many rows the view has, counted up to countMax; -1 while
	// it is not known.
	count int

	unreadOnly bool
	oldest     bool
	compact    bool
	// headLines is the height of the header in the last drawing.
	headLines int
}

// place is a source and an item in it: somewhere to come back to.
type place struct {
	source string
	item   int64
}

// countMax is where counting a search's hits stops.
const countMax = 1000

// edgeMargin is how many rows before an edge of the window more are loaded.
const edgeMargin = 30

// windowKeep is how many rows on either side of the cursor stay in memory.
const windowKeep = 400

func newHeadlinesPane(compact bool) headlinesPane {
	return headlinesPane{
		list: list.New(func(r cache.Row) int64 { return r.ID }), compact: compact, count: -1,
		source: source{key: keyUnread}, cancel: func() {},
	}
}

// query is the question that the pane shows the answer to.
func (p *headlinesPane) query() query.Query {
	q := p.source.query
	if p.search != nil {
		q = *p.search
	}
	if p.filter != nil {
		q = q.And(*p.filter)
	}
	if p.unreadOnly && p.search == nil {
		q = q.And(mustQuery("is:unread"))
	}
	return q
}

// ask begins a new question and gives what its answer needs: the number it
// must carry and a context that ends with the next question.
func (p *headlinesPane) ask(ctx context.Context, now time.Time) (context.Context, int) {
	p.cancel()
	ctx, p.cancel = context.WithCancel(ctx)
	p.gen++
	p.view = cache.View{Query: p.query(), Opened: now, Oldest: p.oldest}
	p.loaded, p.more, p.failed = false, false, ""
	return ctx, p.gen
}

// rowHeight is the number of lines of one headline.
func (p *headlinesPane) rowHeight() int {
	if p.compact {
		return 1
	}
	return 2
}

// mixed says whether rows come from more than one feed, and so name theirs.
func (p *headlinesPane) mixed() bool { return p.search != nil || p.source.kind != sourceFeed }

// name is what the pane is called.
func (p *headlinesPane) name() string {
	switch {
	case p.search != nil && p.searchText == "":
		return "Search"
	case p.search != nil:
		return "Search: " + p.searchText
	}
	return p.source.name
}

// header describes what is shown: for a feed all that is known of it.
func (p *headlinesPane) header(r rect, t theme, focused bool, f *feed.Feed, now time.Time) []string {
	style := t.strong
	if focused {
		style = t.accent
	}
	e := t.glyphs.ellipsis
	name := p.name()
	if p.filterText != "" {
		name += " " + t.glyphs.dot + " filter: " + p.filterText
	}
	line := func(left, leftStyle, right string) string {
		right = fit(right, r.w-2, e)
		room := r.w - 2 - cells(right)
		if right != "" {
			room -= 2
		}
		left = fit(left, max(room, min(r.w-2, 12)), e)
		if cells(left)+cells(right)+3 > r.w {
			right = ""
		}
		return " " + paint(leftStyle, left) + blanks(r.w-2-cells(left)-cells(right)) + paint(t.dim, right) + " "
	}
	if f == nil {
		return []string{line(name, style, p.countLine(t)), blanks(r.w)}
	}
	tall := r.h >= 12
	lines := []string{line(name, style, checkedLine(*f, t, now, r.w))}
	if tall {
		lines = append(lines, line(f.Description, t.dim, joinDots(t, host(f.Site), p.countLine(t))))
	}
	if f.Poll.Error != "" {
		lines = append(lines, failureLines(f.Poll.Error, r, t)...)
	}
	return append(lines, line(text.Clean(f.URL), t.dim, "gy copies"), blanks(r.w))
}

// failureLines tell why a feed failed, in two lines at the most.
func failureLines(reason string, r rect, t theme) []string {
	wrapped := strings.Split(ansi.Wrap(t.glyphs.failed+" "+text.Clean(reason), max(r.w-2, 10), ""), "\n")
	if len(wrapped) > 2 {
		wrapped = append(wrapped[:1], strings.Join(wrapped[1:], " "))
	}
	for i, l := range wrapped {
		wrapped[i] = pad(" "+paint(t.failed, fit(strings.TrimSpace(l), r.w-2, t.glyphs.ellipsis)), r.w)
	}
	return wrapped
}

// checkedLine says when a feed was asked and when it is asked next.
func checkedLine(f feed.Feed, t theme, now time.Time, w int) string {
	checked := "never checked"
	if !f.Poll.LastChecked.IsZero() {
		checked = "checked " + feed.Ago(f.Poll.LastChecked, now)
	}
	next := "next in " + feed.Until(f.Poll.NextCheck, now)
	switch {
	case f.Poll.Gone:
		next = "gone; asked on r only"
	case schedule.Due(f.Poll, now):
		next = "next now"
	}
	if w < 60 {
		return checked
	}
	return joinDots(t, checked, next)
}

// countLine says how many rows there are, as far as that is known.
func (p *headlinesPane) countLine(t theme) string {
	if p.search != nil || p.filter != nil || p.source.kind == sourceQuery {
		switch {
		case p.failed != "":
			return ""
		case !p.loaded:
			return "searching" + t.glyphs.ellipsis
		case p.count < 0:
			return ""
		case p.count >= countMax:
			return number(countMax) + "+ found"
		}
		return number(p.count) + " found"
	}
	order := ""
	if p.oldest {
		order = "oldest first"
	}
	only := ""
	if p.unreadOnly {
		only = "unread only"
	}
	return joinDots(t, only, order, p.unreadLine())
}

func (p *headlinesPane) unreadLine() string {
	s := p.source
	switch {
	case s.feed != nil:
		return number(s.unread) + " of " + number(max(s.feed.Total, s.unread)) + " unread"
	case s.kind == sourceTag || s.key == keyUnread:
		return number(s.unread) + " unread"
	case s.key == keyStarred:
		return number(s.unread) + " starred"
	}
	return ""
}

// joinDots joins what is not empty with middle dots.
func joinDots(t theme, parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(" " + t.glyphs.dot + " ")
		}
		b.WriteString(p)
	}
	return b.String()
}

func host(site string) string {
	u, err := url.Parse(site)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Host, "www.")
}

// render draws the pane as exactly r.h lines of r.w cells.
func (p *headlinesPane) render(r rect, t theme, focused bool, f *feed.Feed, now time.Time, words []string) []string {
	lines := p.header(r, t, focused, f, now)
	p.headLines = len(lines)
	p.list.SetHeight(max((r.h-len(lines))/p.rowHeight(), 1))
	if p.list.Len() == 0 {
		for _, w := range words {
			lines = append(lines, pad("   "+paint(t.dim, fit(w, r.w-4, t.glyphs.ellipsis)), r.w))
		}
		return fill(lines, r)
	}
	for i, row := range p.list.Visible() {
		selected := p.list.Top()+i == p.list.Index()
		if p.compact {
			lines = append(lines, p.compactRow(row, selected, focused, r.w, t, now))
		} else {
			lines = append(lines, p.fullRow(row, selected, focused, r.w, t, now)...)
		}
	}
	return fill(lines, r)
}

// marks draws the selection bar and the two columns of marks.
func marks(i feed.Item, selected bool, t theme) string {
	bar, unread, star := " ", " ", " "
	if selected {
		bar = paint(t.accent, t.glyphs.bar)
	}
	if !i.Read {
		unread = t.glyphs.unread
	}
	if i.Starred {
		star = t.glyphs.star
	}
	return bar + unread + star + " "
}

// titleStyle tells unread from read by weight, and the row in hand by colour.
func titleStyle(i feed.Item, selected, focused bool, t theme) string {
	switch {
	case selected && focused && !i.Read:
		return t.accent
	case selected && focused:
		return t.selected
	case !i.Read:
		return t.unread
	}
	return ""
}

const marksWidth = 4

func (p *headlinesPane) fullRow(r cache.Row, selected, focused bool, w int, t theme, now time.Time) []string {
	room := w - marksWidth - 1
	title := fit(r.DisplayTitle(), room, t.glyphs.ellipsis)
	bar := " "
	if selected {
		bar = paint(t.accent, t.glyphs.bar)
	}
	from := ""
	if p.mixed() {
		from = fit(r.FeedTitle, max(room*2/5, 12), t.glyphs.ellipsis)
	}
	second := fit(joinDots(t, from, age(r.Item, now), rowNotes(r.Item, room*2/5, t), r.Summary), room, t.glyphs.ellipsis)
	return []string{
		marks(r.Item, selected, t) + paint(titleStyle(r.Item, selected, focused, t), title) + blanks(room+1-cells(title)),
		bar + blanks(marksWidth-1) + paint(t.dim, second) + blanks(room+1-cells(second)),
	}
}

func (p *headlinesPane) compactRow(r cache.Row, selected, focused bool, w int, t theme, now time.Time) string {
	short := feed.ShortAge(r.Date, now)
	right := blanks(8-cells(short)) + short
	if r.Edited && cells(short) < 8 {
		right = t.glyphs.edited + blanks(7-cells(short)) + short
	}
	if from := min(18, w/4); p.mixed() && w >= 50 {
		right = pad(fit(r.FeedTitle, from, t.glyphs.ellipsis), from) + " " + right
	}
	room := max(w-marksWidth-cells(right)-2, 4)
	title := fit(r.DisplayTitle(), room, t.glyphs.ellipsis)
	return marks(r.Item, selected, t) + paint(titleStyle(r.Item, selected, focused, t), title) +
		blanks(room+1-cells(title)) + paint(t.dim, right) + blanks(w-marksWidth-room-1-cells(right))
}

// age is an item's age in words; one that claims to come from the future is
// marked.
func age(i feed.Item, now time.Time) string {
	if i.Future {
		return cmp.Or(feed.Ago(i.Date, now), "just now") + " (dated ahead)"
	}
	return feed.Ago(i.Date, now)
}
