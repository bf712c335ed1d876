package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/text"
	"dateline/ui/article"
)

// articlePane shows one item. Its lines are made once for a width and then
// only cut out of; scrolling renders nothing.
type articlePane struct {
	id   int64
	item feed.Item
	key  pageKey
	// chosen says that the reader asked for a text that is not the item's own.
	chosen bool
	page   page
	// loaded says that page has at least its first lines.
	loaded bool
	failed string
	top    int
	// height and headLines are those of the last drawing.
	height    int
	headLines int
	// restore is a reading position in permille, kept until enough lines are
	// there; -1 when there is none.
	restore int
	// moved says that the reader scrolled, so the position is worth keeping.
	moved bool
	// from is the item that was shown before: the way the reader is going.
	from int64
	// gen numbers the rests: only the last one of a quick walk loads.
	gen int
}

// pageKey names a rendering.
type pageKey struct {
	id      int64
	version version
	width   int
	dark    bool
}

// page is a rendered article: styled lines no wider than its key's width.
type page struct {
	lines []string
	links []article.Link
	// whole says that no lines follow.
	whole bool
}

// settle scrolls to the kept reading position once the article is whole.
func (a *articlePane) settle() {
	if a.restore >= 0 && !a.moved {
		a.top = (a.restore*a.scrollable() + 500) / 1000
	}
	a.restore = -1
}

// scrollable is how many lines the article can be scrolled by.
func (a *articlePane) scrollable() int {
	return max(a.headLines+len(a.page.lines)+1-a.height, 0)
}

// permille is the reading position, for keeping.
func (a *articlePane) permille() int {
	if s := a.scrollable(); s > 0 {
		return min(a.top, s) * 1000 / s
	}
	return 0
}

// scroll moves by n lines and says whether anything moved.
func (a *articlePane) scroll(n int) bool {
	was := a.top
	a.top = max(min(a.top+n, a.scrollable()), 0)
	if a.top != was {
		a.moved = true
	}
	return a.top != was
}

func (a *articlePane) atEnd() bool { return a.page.whole && a.top >= a.scrollable() }

// head are the lines above the body: title, origin, date and age.
func (a *articlePane) head(w int, t theme, focused bool, now time.Time, notes []string) []string {
	style := t.strong
	if focused {
		style = t.accent
	}
	var lines []string
	for l := range strings.SplitSeq(ansi.Wrap(a.item.DisplayTitle(), w, ""), "\n") {
		if len(lines) == 4 {
			break
		}
		lines = append(lines, paint(style, fit(l, w, t.glyphs.ellipsis)))
	}
	meta := ""
	for _, part := range append([]string{
		a.item.FeedTitle, a.item.Author, date(a.item, now), age(a.item, now), readingTime(a.item.Words), stateWords(a.item),
	}, notes...) {
		if joined := joinDots(t, meta, part); meta == "" || cells(joined) <= w {
			meta = joined
			continue
		}
		lines = append(lines, paint(t.dim, fit(meta, w, t.glyphs.ellipsis)))
		meta = part
	}
	lines = append(lines, paint(t.dim, fit(meta, w, t.glyphs.ellipsis)))
	for _, e := range a.item.Enclosures {
		lines = append(lines, paint(t.dim, fit(enclosure(e), w, t.glyphs.ellipsis)))
	}
	return append(lines, "")
}

func date(i feed.Item, now time.Time) string {
	return i.Date.In(now.Location()).Format("Monday 2 January 2006, 15:04")
}

// readingTime supposes 230 words a minute.
func readingTime(words int) string {
	if words < 115 {
		return ""
	}
	return fmt.Sprintf("%d min", (words+229)/230)
}

func stateWords(i feed.Item) string {
	var words []string
	if i.Starred {
		words = append(words, "starred")
	}
	return strings.Join(append(words, labelWords(i)...), ", ")
}

func enclosure(e feed.Enclosure) string {
	s := "+ " + e.URL
	var notes []string
	if e.Type != "" {
		notes = append(notes, e.Type)
	}
	if e.Length > 0 {
		notes = append(notes, size(e.Length))
	}
	if len(notes) > 0 {
		s += " (" + strings.Join(notes, ", ") + ")"
	}
	return text.Clean(s)
}

// size writes a number of bytes in the unit that suits it.
func size(bytes int64) string {
	switch {
	case bytes < 1<<10:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1<<20:
		return fmt.Sprintf("%d KB", bytes>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
}

// render draws the pane as exactly r.h lines of r.w cells; the last one tells
// the position.
func (a *articlePane) render(r rect, t theme, focused bool, now time.Time, notes []string) []string {
	if a.id == 0 {
		return fill(nil, r)
	}
	a.height = r.h - 1
	w := min(a.key.width, max(r.w-2*articleMargin, 1))
	margin := blanks(min(articleMargin, max(r.w-w, 0)))
	all := a.head(w, t, focused, now, notes)
	switch {
	case a.failed != "":
		all = append(all, paint(t.failed, fit(a.failed, w, t.glyphs.ellipsis)))
	case a.page.whole && len(a.page.lines) == 0:
		all = append(all, paint(t.dim, fit("This item has no text; o opens its page.", w, t.glyphs.ellipsis)))
	}
	a.headLines = len(all)
	a.top = max(min(a.top, a.scrollable()), 0)
	lines := make([]string, 0, r.h)
	for i := a.top; len(lines) < a.height; i++ {
		switch {
		case i < len(all):
			lines = append(lines, pad(margin+all[i], r.w))
		case i-len(all) < len(a.page.lines):
			lines = append(lines, pad(margin+a.page.lines[i-len(all)], r.w))
		default:
			lines = append(lines, blanks(r.w))
		}
	}
	return append(lines, pad(blanks(r.w-7)+paint(t.dim, a.position()), r.w))
}

// position tells how far the article is read, or nothing when it fits.
func (a *articlePane) position() string {
	s := a.scrollable()
	if s == 0 || !a.loaded {
		return ""
	}
	if !a.page.whole {
		return "   ..."
	}
	return fmt.Sprintf("%4d %%", a.top*100/s)
}

// leaveArticle keeps the reading position of an article that was scrolled.
func (m *Model) leaveArticle() {
	a := &m.article
	if a.id == 0 || !a.moved || !a.page.whole {
		return
	}
	a.moved = false
	if a.key.version != m.ownVersion(a.item) {
		return
	}
	id, at := a.id, a.permille()
	m.saver.add(write{do: func(ctx context.Context, s *cache.Store) (outcome, error) {
		return outcome{}, s.SetReadingPosition(ctx, id, at)
	}})
}
