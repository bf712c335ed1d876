package pane

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed"
	"dateline/ui/article"
	"dateline/ui/style"
)

// Article shows one item. Its lines are laid out once for a width. Scrolling only shows
// other lines.
type Article struct {
	ID   int64
	Item feed.Item
	// Width is the width for which the lines were laid out.
	Width int
	// Lines are the lines laid out so far. Whole reports whether all lines are laid out.
	Lines []article.Line
	Whole bool
	// Loaded reports whether at least the first lines are loaded.
	Loaded bool
	// Failed is the reason why the article could not be loaded; empty if it was loaded.
	Failed string
	// Top is the first line that is shown.
	Top int
	// Height is the number of lines of the text that are shown, and headerHeight the
	// number of header lines, in the last drawing.
	Height       int
	headerHeight int
	// cursorLine is the line of the pane with the first words that were drawn.
	cursorLine int
	// margin is the space before the lines in the last drawing.
	margin int
	// Restore is the reading progress to return to when all lines are loaded, in
	// permille; -1 if there is none.
	Restore int
	// OpenKey is the key that opens the item's page; empty if there is none.
	OpenKey string
	// Tip is shown behind the other facts if there is room.
	Tip string
	// Moved reports whether the user has scrolled. Then the progress must be saved.
	Moved bool
	// Zen centres the text below a line with the title and the feed. Short shortens ages.
	Zen, Short bool
	// Find finds what is marked in the text, and FindInTitle what is marked in the title; nil
	// if nothing is. Current is the hit that is marked more than the others.
	Find, FindInTitle article.Finder
	Current           []article.Span
	// Hints are drawn over links.
	Hints []Hint
	// marked is the line with a bar beside it, plus one; 0 if there is none.
	marked int

	// goal is the line that the user has scrolled to while it is not laid out yet.
	goal int
	// place is the place to return to. waiting reports whether it is not laid out yet, and
	// placed is the line where it was.
	place   Place
	waiting bool
	placed  int
}

// toEnd is the goal of a user who goes to the end.
const toEnd = math.MaxInt

// noText returns what is shown instead of an empty text.
func (a *Article) noText() string {
	if a.OpenKey == "" {
		return "This item has no text."
	}
	return "This item has no text; " + a.OpenKey + " opens its page."
}

// RestoreProgress scrolls to the saved reading progress. Call it when all lines are
// loaded.
func (a *Article) RestoreProgress() {
	if a.Restore >= 0 && !a.Moved && a.place == (Place{}) {
		a.Top = (a.Restore*a.Scrollable() + 500) / 1000
	}
	a.Restore = -1
}

// Scrollable returns how many lines the article can be scrolled.
func (a *Article) Scrollable() int {
	return max(a.headerHeight+len(a.Lines)-a.Height, 0)
}

// Permille returns the reading progress in permille.
func (a *Article) Permille() int {
	if s := a.Scrollable(); s > 0 {
		return min(a.Top, s) * 1000 / s
	}
	return 0
}

// Scroll scrolls by n lines and reports whether the article moved. Lines that are not laid out
// yet are shown when they are.
func (a *Article) Scroll(n int) bool {
	was, want := a.Top, a.Top+n
	if n > 0 && a.goal > a.Top {
		want = max(a.goal, a.goal+n)
	}
	a.goal, a.place, a.waiting, a.marked = 0, Place{}, false, 0
	a.Top = max(min(want, a.Scrollable()), 0)
	if want > a.Top && !a.Whole {
		a.goal = want
	}
	if a.Top != was {
		a.Moved = true
	}
	return a.Top != was
}

// ScrollToEnd scrolls to the last line, also if it is not laid out yet.
func (a *Article) ScrollToEnd() {
	a.Scroll(max(a.Scrollable()-a.Top, 0))
	if !a.Whole {
		a.goal, a.Moved = toEnd, true
	}
}

// Relay drops the lines, because all of them are laid out again. The line at the top of the
// pane comes back.
func (a *Article) Relay() {
	a.Lines = nil
	a.goal = max(a.goal, a.Top)
}

// settle scrolls to the line where the user wants to be, as far as it is laid out.
func (a *Article) settle() {
	a.resolve()
	a.Top = max(min(max(a.Top, a.goal), a.Scrollable()), 0)
	if a.Whole {
		a.goal = 0
	}
}

// PictureAt returns which row of a picture is shown on a line of the pane, and at which
// column of the pane it begins; false if there is none.
func (a *Article) PictureAt(y int) (row article.PictureRow, column int, ok bool) {
	y -= a.headHeight()
	i := a.TopLine() + y
	if a.waiting || y < 0 || y >= a.Height || i < 0 || i >= len(a.Lines) || a.Lines[i].Row.Picture == 0 {
		return article.PictureRow{}, 0, false
	}
	return a.Lines[i].Row, a.margin + int(a.Lines[i].Indent), true
}

// AtEnd reports whether the last line is shown.
func (a *Article) AtEnd() bool { return a.Whole && a.Top >= a.Scrollable() }

// headerAir is the height from which a pane leaves a blank line above a title of one line. So
// the text begins on the same line below a title of two.
const headerAir = 28

// header returns the lines above the body: title, feed, author, date, age and notes.
func (a *Article) header(w, h int, t style.Theme, focused bool, now time.Time, notes []string) []string {
	weight := t.Strong
	if focused {
		weight = t.Accent
	}
	var lines []string
	for l := range strings.SplitSeq(ansi.Wrap(a.Item.DisplayTitle(), w, ""), "\n") {
		if len(lines) == 4 {
			break
		}
		lines = append(lines, paintHits(style.Fit(l, w, t.Glyphs.Ellipsis), weight, t.Hit, a.FindInTitle))
	}
	if len(lines) == 1 && h >= headerAir && !a.Zen {
		lines = append([]string{""}, lines...)
	}
	for _, meta := range a.meta(w, t, now, notes) {
		lines = append(lines, style.Paint(t.Dim, style.Fit(meta, w, t.Glyphs.Ellipsis)))
	}
	return append(lines, "")
}

// meta returns the line below the title: as many facts as fit, the most important first. What
// the user or the publisher did to the item gets a line of its own if there is no room.
func (a *Article) meta(w int, t style.Theme, now time.Time, notes []string) []string {
	i := a.Item
	author := i.Author
	if strings.EqualFold(author, i.FeedTitle) {
		author = ""
	}
	old := age(i, now)
	known := t.JoinDots(i.FeedTitle, author, date(i, now), old)
	if !i.Future && (a.Short || style.Width(known) > w) {
		old = feed.ShortAge(i.Date, now)
	}
	line, full := "", false
	for _, part := range []string{i.FeedTitle, author, date(i, now), old, readingTime(i.Words)} {
		joined := t.JoinDots(line, part)
		if full = full || line != "" && style.Width(joined) > w; !full {
			line = joined
		}
	}
	state := t.JoinDots(append([]string{stateText(i)}, notes...)...)
	if joined := t.JoinDots(line, state); state == "" || style.Width(joined) <= w {
		if tip := t.JoinDots(joined, a.Tip); style.Width(tip) <= w {
			joined = tip
		}
		return []string{joined}
	}
	return []string{line, state}
}

// date returns the date of an item, with its year unless that is the present one.
func date(i feed.Item, now time.Time) string {
	d := i.Date.In(now.Location())
	if d.Year() != now.Year() {
		return d.Format("Mon 2 Jan 2006, 15:04")
	}
	return d.Format("Mon 2 Jan, 15:04")
}

// readingTime returns the reading time in minutes, at 230 words a minute; empty for a short
// text.
func readingTime(words int) string {
	if words < 115 {
		return ""
	}
	return fmt.Sprintf("%d min", (words+229)/230)
}

func stateText(i feed.Item) string {
	var words []string
	if i.Starred {
		words = append(words, "starred")
	}
	return strings.Join(append(words, labelTexts(i)...), ", ")
}

// ArticleMargin is the space on either side of an article. Its text stands below the titles of
// the headlines.
const ArticleMargin = marksWidth

// Margin returns the width of the space on the left of the text in a pane of w cells.
func (a *Article) Margin(w int) int {
	text := a.textWidth(w)
	if a.Zen {
		return max((w-text)/2, 0)
	}
	return min(ArticleMargin, max(w-text, 0))
}

// textWidth returns the width of the text in a pane of w cells.
func (a *Article) textWidth(w int) int { return min(a.Width, max(w-2*ArticleMargin, 1)) }

// headHeight returns the number of lines of the pane above the lines that are scrolled.
func (a *Article) headHeight() int {
	if a.Zen {
		return 2
	}
	return 0
}

// running returns the title and the feed in one line of at most w cells. A long title leaves room
// for the feed.
func (a *Article) running(w int, t style.Theme) string {
	from := ""
	if a.Item.FeedTitle != "" {
		from = " " + t.Glyphs.Dot + " " + style.Fit(a.Item.FeedTitle, w/3, t.Glyphs.Ellipsis)
	}
	return style.Fit(a.Item.DisplayTitle(), w-style.Width(from), t.Glyphs.Ellipsis) + from
}

// CursorLine returns the line of the pane with the first words of the article that are shown.
func (a *Article) CursorLine() int { return a.cursorLine }

// Render draws the pane as exactly r.H lines of r.W cells. notes are shown beside feed and
// date.
func (a *Article) Render(r Rect, t style.Theme, focused bool, now time.Time, notes []string) []string {
	if a.ID == 0 {
		return fill(nil, r)
	}
	a.Height = max(r.H-a.headHeight(), 1)
	w := a.textWidth(r.W)
	a.margin = a.Margin(r.W)
	margin := style.Spaces(a.margin)
	all := a.header(w, r.H, t, focused, now, notes)
	titleHeight := len(all) - 1
	switch {
	case a.Failed != "":
		all = append(all, style.Paint(t.Failed, style.Fit(a.Failed, w, t.Glyphs.Ellipsis)))
	case a.Whole && len(a.Lines) == 0:
		all = append(all, style.Paint(t.Dim, style.Fit(a.noText(), w, t.Glyphs.Ellipsis)))
	}
	a.headerHeight = len(all)
	a.settle()
	lines := make([]string, 0, r.H)
	if a.Zen {
		running := ""
		if a.Top >= titleHeight-1 {
			running = style.Paint(t.Dim, a.running(w, t))
		}
		lines = append(lines, style.Pad(margin+running, r.W), style.Spaces(r.W))
	}
	a.cursorLine = -1
	decorated := a.decorated(t)
	for i := a.Top; len(lines) < r.H; i++ {
		shown, beside := "", margin
		switch {
		case a.waiting:
		case i < len(all):
			shown = all[i]
		case i-len(all) < len(a.Lines):
			shown, beside = a.Lines[i-len(all)].Text, a.bar(margin, i-len(all), t)
			if d, ok := decorated[i-len(all)]; ok {
				shown = d
			}
		}
		if shown != "" && a.cursorLine < 0 {
			a.cursorLine = len(lines)
		}
		if beside += shown; beside == margin {
			beside = style.Spaces(r.W)
		}
		lines = append(lines, style.Pad(beside, r.W))
	}
	a.cursorLine = max(a.cursorLine, a.headHeight())
	return fill(lines, r)
}

// Position returns the reading progress; empty if the article fits on the screen.
func (a *Article) Position() string {
	s := a.Scrollable()
	switch {
	case !a.Loaded || a.Whole && s == 0:
		return ""
	case !a.Whole:
		return "..."
	}
	return fmt.Sprintf("%d %%", a.Top*100/s)
}
