package pane

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed/query"
	"dateline/feed/text"
	"dateline/ui/article"
	"dateline/ui/style"
)

// Hint is text over a link of an article, such as the letters that follow it.
type Hint struct {
	Line, Column int
	Text         string
}

// paintHits paints a plain text in a style, and what a finder finds in it in another.
func paintHits(s, weight, hit string, find article.Finder) string {
	if find == nil || hit == "" {
		return style.Paint(weight, s)
	}
	var b strings.Builder
	done := 0
	for _, r := range find(s) {
		b.WriteString(style.Paint(weight, s[done:r.From]))
		b.WriteString(style.Paint(hit, s[r.From:r.To]))
		done = r.To
	}
	b.WriteString(style.Paint(weight, s[done:]))
	return b.String()
}

// Mark draws a bar beside a line until the article is scrolled. It shows where a jump has
// led if the line cannot be the first one shown.
func (a *Article) Mark(line int) { a.marked = line + 1 }

// Marked returns the line that was marked last; -1 if there is none.
func (a *Article) Marked() int { return a.marked - 1 }

// ShowLine scrolls until a line is the first one shown, or as far as the article goes, and
// marks the line.
func (a *Article) ShowLine(line int) {
	a.Scroll(a.headerHeight + line - a.Top)
	a.Mark(line)
}

// Reveal scrolls just as far as it must to show a line, with two lines before and behind it.
func (a *Article) Reveal(line int) {
	const around = 2
	at := a.headerHeight + line
	if at < a.Top+around {
		a.Scroll(at - around - a.Top)
	} else if last := a.Top + a.Height - 1; at > last-around {
		a.Scroll(at - last + around)
	}
}

// TopLine returns the index of the line of the text at the top of the pane; below zero if
// that is a line of the header.
func (a *Article) TopLine() int { return a.Top - a.headerHeight }

// FirstLine returns the index of the first line of the text that is shown, and EndLine that
// behind the last one.
func (a *Article) FirstLine() int { return max(a.Top-a.headerHeight, 0) }
func (a *Article) EndLine() int {
	return max(min(a.Top+a.Height-a.headerHeight, len(a.Lines)), 0)
}

// LineAt returns the index of the line of the text at a line of the pane; false if there is
// none.
func (a *Article) LineAt(y int) (line int, ok bool) {
	line = a.Top + y - a.headHeight() - a.headerHeight
	return line, y >= a.headHeight() && line >= 0 && line < len(a.Lines)
}

// decorated returns the lines of the text that are shown with hits on them, or with hints, by
// index. Other lines are shown as they are.
func (a *Article) decorated(t style.Theme) map[int]string {
	if len(a.Hints) > 0 {
		return a.hinted(t)
	}
	if a.Find == nil {
		return nil
	}
	over := map[int][]article.Over{}
	for _, hit := range article.FindAround(a.Lines, a.FirstLine(), a.EndLine(), a.Find) {
		sgr := t.Hit
		if len(a.Current) > 0 && hit[0] == a.Current[0] {
			sgr = t.Match
		}
		for _, s := range hit {
			over[s.Line] = append(over[s.Line], article.Over{Column: s.Column, Width: s.Width, Style: sgr})
		}
	}
	return a.painted(over)
}

// hinted returns the lines that have hints.
func (a *Article) hinted(t style.Theme) map[int]string {
	over := map[int][]article.Over{}
	for _, h := range a.Hints {
		if h.Line < len(a.Lines) {
			over[h.Line] = append(over[h.Line], article.Over{Column: h.Column, Width: ansi.StringWidth(h.Text), Style: t.Hint, Text: h.Text})
		}
	}
	return a.painted(over)
}

func (a *Article) painted(over map[int][]article.Over) map[int]string {
	lines := make(map[int]string, len(over))
	for line, parts := range over {
		lines[line] = article.PaintOver(a.Lines[line].Text, parts)
	}
	return lines
}

// bar returns the margin of a line of the text: with a bar if the line is marked.
func (a *Article) bar(margin string, line int, t style.Theme) string {
	if n := len(margin); line == a.marked-1 && n >= 2 {
		return style.Spaces(n-2) + style.Paint(t.Accent, t.Glyphs.Bar) + " "
	}
	return margin
}

// finder returns what finds phrases; nil if there are none.
func finder(p query.Phrases) article.Finder {
	if len(p) == 0 {
		return nil
	}
	return p.Find
}

// hitWords are the words that are marked in titles and in texts.
type hitWords struct{ title, body query.Phrases }

// hitWords returns the words of the search and the filter; none if there is neither.
func (p *Headlines) hitWords() hitWords {
	if p.Search == p.hitsOf[0] && p.Filter == p.hitsOf[1] {
		return p.hits
	}
	p.hitsOf = [2]*query.Query{p.Search, p.Filter}
	var all query.Phrases
	for _, q := range p.hitsOf {
		if q != nil {
			all = append(all, q.Phrases()...)
		}
	}
	p.hits = hitWords{all.InTitle(), all.InBody()}
	return p.hits
}

// HitPosition returns which of the items that were found is the selected one.
func (p *Headlines) HitPosition() string {
	switch at := p.List.Position(); {
	case p.List.Len() == 0:
		return "no hits"
	case p.Count < 0:
		return ""
	case at == 0:
		return p.countText() + " hits"
	default:
		return "hit " + text.Number(at) + " of " + p.countText()
	}
}

// Hits returns what finds the words of the search and the filter in a text; nil if they have
// no words.
func (p *Headlines) Hits() article.Finder { return finder(p.hitWords().body) }

// TitleHits is like Hits, for titles.
func (p *Headlines) TitleHits() article.Finder { return finder(p.hitWords().title) }

// passageSize is how long the passage of a row is, in bytes.
const passageSize = 400

// PassageOf returns a function for the part of a text with the first hit, for the row of an
// item. The part is empty if there is none. The function does not use the pane.
func (p *Headlines) PassageOf(ellipsis string) func(body string) string {
	words := p.hitWords().body
	return func(body string) string { return passage(words, body, passageLead, ellipsis) }
}

// WantsPassage reports whether a row shows a passage of its text that is not loaded yet.
func (p *Headlines) WantsPassage(r Row) bool {
	if p.RowHeight() == 1 {
		return false
	}
	words := p.hitWords().body
	_, loaded := p.Passages[r.ID]
	return len(words) > 0 && !loaded && len(words.Find(r.Summary)) == 0
}

// passageLead is how much text a passage has before the first hit, in bytes.
const passageLead = 40

func passage(words query.Phrases, body string, lead int, ellipsis string) string {
	s, inside := words.Passage(body, lead, passageSize)
	if inside {
		return ellipsis + s
	}
	return s
}

// summary returns what a row shows of the text in w cells during a search: the passage with the
// first hit, or else the summary.
func (p *Headlines) summary(r Row, w int, ellipsis string) string {
	words := p.hitWords().body
	lead := max(min(passageLead, w/3), 0)
	if s := passage(words, r.Summary, lead, ellipsis); s != "" {
		return s
	}
	if s := p.Passages[r.ID]; s != "" {
		if style.Width(s) <= w || lead == passageLead {
			return s
		}
		return passage(words, s, lead, ellipsis)
	}
	return r.Summary
}
