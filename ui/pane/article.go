package pane

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed"
	"dateline/feed/text"
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
	// Height is the number of lines above the progress line, and headerHeight the number
	// of header lines, in the last drawing.
	Height       int
	headerHeight int
	// margin is the space before the lines in the last drawing.
	margin int
	// Restore is the reading progress to return to when all lines are loaded, in
	// permille; -1 if there is none.
	Restore int
	// OpenKey is the key that opens the item's page; empty if there is none.
	OpenKey string
	// Moved reports whether the user has scrolled. Then the progress must be saved.
	Moved bool
}

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
	if a.Restore >= 0 && !a.Moved {
		a.Top = (a.Restore*a.Scrollable() + 500) / 1000
	}
	a.Restore = -1
}

// Scrollable returns how many lines the article can be scrolled.
func (a *Article) Scrollable() int {
	return max(a.headerHeight+len(a.Lines)+1-a.Height, 0)
}

// Permille returns the reading progress in permille.
func (a *Article) Permille() int {
	if s := a.Scrollable(); s > 0 {
		return min(a.Top, s) * 1000 / s
	}
	return 0
}

// Scroll scrolls by n lines and reports whether the article moved.
func (a *Article) Scroll(n int) bool {
	was := a.Top
	a.Top = max(min(a.Top+n, a.Scrollable()), 0)
	if a.Top != was {
		a.Moved = true
	}
	return a.Top != was
}

// FirstLine returns the index of the first of Lines that is shown. It is negative while lines
// of the header are above it.
func (a *Article) FirstLine() int { return a.Top - a.headerHeight }

// PictureAt returns which row of a picture is shown on a line of the pane, and at which
// column of the pane it begins; false if there is none.
func (a *Article) PictureAt(y int) (row article.PictureRow, column int, ok bool) {
	i := a.FirstLine() + y
	if y < 0 || y >= a.Height || i < 0 || i >= len(a.Lines) || a.Lines[i].Row.Picture == 0 {
		return article.PictureRow{}, 0, false
	}
	return a.Lines[i].Row, a.margin + int(a.Lines[i].Indent), true
}

// AtEnd reports whether the last line is shown.
func (a *Article) AtEnd() bool { return a.Whole && a.Top >= a.Scrollable() }

// header returns the lines above the body: title, feed, author, date, age, notes and
// enclosed files.
func (a *Article) header(w int, t style.Theme, focused bool, now time.Time, notes []string) []string {
	weight := t.Strong
	if focused {
		weight = t.Accent
	}
	var lines []string
	for l := range strings.SplitSeq(ansi.Wrap(a.Item.DisplayTitle(), w, ""), "\n") {
		if len(lines) == 4 {
			break
		}
		lines = append(lines, style.Paint(weight, style.Fit(l, w, t.Glyphs.Ellipsis)))
	}
	meta := ""
	for _, part := range append([]string{
		a.Item.FeedTitle, a.Item.Author, date(a.Item, now), age(a.Item, now), readingTime(a.Item.Words), stateText(a.Item),
	}, notes...) {
		if joined := t.JoinDots(meta, part); meta == "" || style.Width(joined) <= w {
			meta = joined
			continue
		}
		lines = append(lines, style.Paint(t.Dim, style.Fit(meta, w, t.Glyphs.Ellipsis)))
		meta = part
	}
	lines = append(lines, style.Paint(t.Dim, style.Fit(meta, w, t.Glyphs.Ellipsis)))
	for _, e := range a.Item.Enclosures {
		lines = append(lines, style.Paint(t.Dim, style.Fit(enclosure(e), w, t.Glyphs.Ellipsis)))
	}
	return append(lines, "")
}

func date(i feed.Item, now time.Time) string {
	return i.Date.In(now.Location()).Format("Monday 2 January 2006, 15:04")
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

func enclosure(e feed.Enclosure) string {
	s := "+ " + e.URL
	var notes []string
	if e.Type != "" {
		notes = append(notes, e.Type)
	}
	if e.Length > 0 {
		notes = append(notes, text.Size(e.Length))
	}
	if len(notes) > 0 {
		s += " (" + strings.Join(notes, ", ") + ")"
	}
	return text.Clean(s)
}

// ArticleMargin is the space on either side of an article.
const ArticleMargin = 3

// Render draws the pane as exactly r.H lines of r.W cells. The last line shows the reading
// progress. notes are shown beside feed and date.
func (a *Article) Render(r Rect, t style.Theme, focused bool, now time.Time, notes []string) []string {
	if a.ID == 0 {
		return fill(nil, r)
	}
	a.Height = r.H - 1
	w := min(a.Width, max(r.W-2*ArticleMargin, 1))
	a.margin = min(ArticleMargin, max(r.W-w, 0))
	margin := style.Spaces(a.margin)
	all := a.header(w, t, focused, now, notes)
	switch {
	case a.Failed != "":
		all = append(all, style.Paint(t.Failed, style.Fit(a.Failed, w, t.Glyphs.Ellipsis)))
	case a.Whole && len(a.Lines) == 0:
		all = append(all, style.Paint(t.Dim, style.Fit(a.noText(), w, t.Glyphs.Ellipsis)))
	}
	a.headerHeight = len(all)
	a.Top = max(min(a.Top, a.Scrollable()), 0)
	lines := make([]string, 0, r.H)
	for i := a.Top; len(lines) < a.Height; i++ {
		switch {
		case i < len(all):
			lines = append(lines, style.Pad(margin+all[i], r.W))
		case i-len(all) < len(a.Lines):
			lines = append(lines, style.Pad(margin+a.Lines[i-len(all)].Text, r.W))
		default:
			lines = append(lines, style.Spaces(r.W))
		}
	}
	return append(lines, style.Pad(style.Spaces(r.W-7)+style.Paint(t.Dim, a.position()), r.W))
}

// position returns the reading progress for the last line; empty if the article fits on
// the screen.
func (a *Article) position() string {
	s := a.Scrollable()
	if s == 0 || !a.Loaded {
		return ""
	}
	if !a.Whole {
		return "   ..."
	}
	return fmt.Sprintf("%4d %%", a.Top*100/s)
}
