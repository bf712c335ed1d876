package article

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	glamour "charm.land/glamour/v2/ansi"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// TargetLine returns the index of the line on which the place with an id begins; -1 if no
// line has it, perhaps because its piece is not laid out yet.
func TargetLine(lines []Line, id string) int {
	return slices.IndexFunc(lines, func(l Line) bool { return slices.Contains(l.Anchors, id) })
}

// maxNoteLines is how many lines of a block are enough for one line of the screen.
const maxNoteLines = 20

// NoteText returns the text of the block of a line as one plain line, such as a footnote
// for the status line. Of a long block that is only the beginning.
func NoteText(lines []Line, note int) string {
	var b strings.Builder
	first, end := noteLines(lines, note)
	for _, l := range lines[first:min(end, first+maxNoteLines)] {
		if b.Len() > 0 && l.Joint != Cut {
			b.WriteByte(' ')
		}
		b.WriteString(strings.TrimLeft(ansi.Cut(ansi.Strip(l.Text), int(l.Indent), 1<<16), " "))
	}
	return strings.TrimRight(b.String(), " ↩↑⏎\ufe0e\ufe0f") // the sign of a link back
}

// noteLines returns the range of the lines of a block, of which note is one.
func noteLines(lines []Line, note int) (first, end int) {
	if note < 0 || note >= len(lines) {
		return 0, 0
	}
	first, end = note, note+1
	for first > 0 && lines[first-1].Block == lines[note].Block {
		first--
	}
	for end < len(lines) && lines[end].Block == lines[note].Block {
		end++
	}
	return first, end
}

// firstJump is the number that the cells of the first jump have as that of their link. The
// jumps have numbers above those of the links, and the cells need no field for them.
const firstJump = 1 << 24

// jump is a link to another place in the article.
type jump struct {
	target string
	note   bool
}

// places holds the jumps of an article, and the places to which they lead.
type places struct {
	jumps []jump
	// ids are the ids so far, in reading order. The first shown of them are on lines. The
	// next line gets those below due.
	ids        []string
	shown, due int
	// above are the ids up to the part of the article that is parsed; nil if the article
	// has no jumps.
	above map[string]bool
}

// beginsHere notes the id of a block for its first line.
func (p *places) beginsHere(n *html.Node) {
	if id := markup.NodeAttribute(n, "id"); id != "" {
		p.ids = append(p.ids, id)
	}
	if ids := markup.NodeAttribute(n, outerIDs); ids != "" {
		p.ids = append(p.ids, strings.Split(ids, " ")...)
	}
	p.due = len(p.ids)
}

// allBeginHere notes the ids in a block for its first line.
func (p *places) allBeginHere(n *html.Node) {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && len(c.Attr) > 0 {
			p.beginsHere(c)
		}
	}
}

// take returns the ids up to the one with number end that no line has yet.
func (p *places) take(end int) []string {
	if end <= p.shown {
		return nil
	}
	ids := p.ids[p.shown:end:end]
	p.shown = end
	return ids
}

// placeMark is the sequence that begins the place with the last id in the text. The text
// behind it gets the number of the id below zero as that of its picture.
type placeMark int

// String returns the sequence.
func (m placeMark) String() string { return ansi.SetHyperlink("", placeParam+strconv.Itoa(int(m))) }

// Render writes the sequence.
func (m placeMark) Render(w io.Writer, _ glamour.RenderContext) error {
	_, err := io.WriteString(w, m.String())
	return err
}

// addPlace appends the mark of an element with an id inside of a block.
func (l *layouter) addPlace(out []glamour.ElementRenderer, n *html.Node) []glamour.ElementRenderer {
	id := markup.NodeAttribute(n, "id")
	if id == "" {
		return out
	}
	l.places.ids = append(l.places.ids, id)
	return append(out, placeMark(len(l.places.ids)))
}

// jumpTo returns the number for a link to a place in the article.
func (l *layouter) jumpTo(a *html.Node, target string) int {
	l.places.jumps = append(l.places.jumps, jump{target: target, note: is(a, noteMark)})
	return firstJump + len(l.places.jumps) - 1
}

// jumpOf returns the jump of a cell; nil if it has none.
func (p *places) jumpOf(c cell) *jump {
	if c.link < firstJump || int(c.link)-firstJump >= len(p.jumps) {
		return nil
	}
	return &p.jumps[c.link-firstJump]
}

// jump appends a link to a place in the article. It has no number. The reference of a
// footnote is not underlined, and neither is a sign such as ↩.
func (l *layouter) jump(out []glamour.ElementRenderer, a *html.Node, target string, link *span) []glamour.ElementRenderer {
	if linkText(a) == "" {
		link.style.Underline = nil
		return append(out, link)
	}
	number := l.jumpTo(a, target)
	link.mark = linkMark(int32(number), 0)
	if l.places.jumps[number-firstJump].note || !strings.ContainsFunc(textOf(a), unicode.IsLetter) {
		link.style.Underline = nil
	}
	if out = append(out, link); isFigure(runeBehind(a)) && isFigure(lastRune(textOf(a))) {
		out = appendText(out, " ")
	}
	return out
}

// noteMark marks a link that is the reference of a footnote. outerIDs are the ids of the
// elements around a block that are gone.
const (
	noteMark = "note"
	outerIDs = "outer-ids"
)

// raiseNotes raises the numbers of the references of footnotes in a part of an article: a
// number, perhaps in brackets, that leads to a place further below. A number that leads back
// to the text stays as it is.
func (l *layouter) raiseNotes(body *html.Node) {
	if l.places.above == nil {
		return
	}
	above := l.places.above
	for n := range body.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := markup.NodeAttribute(n, "id"); id != "" {
			above[id] = true
		}
		if n.DataAtom != atom.A {
			continue
		}
		if target := markup.JumpTarget(markup.NodeAttribute(n, "href")); target != "" && !above[target] {
			l.raiseNote(n)
		}
	}
}

// maxNote is the longest text of a reference in bytes.
const maxNote = 8

func (l *layouter) raiseNote(a *html.Node) {
	s := text.Clean(textOf(a))
	if len(s) > maxNote {
		return
	}
	number := strings.Trim(s, "[](){} ")
	sup := raisedAround(a)
	digits := number != "" && strings.Trim(number, "0123456789") == ""
	if !digits && sup == nil && strings.ContainsFunc(number, unicode.IsLetter) || number == "" {
		return
	}
	a.Attr = append(a.Attr, html.Attribute{Key: noteMark})
	if !digits {
		return
	}
	raised := "^" + number
	if !l.options.ASCII {
		raised = text.Superscript("", number, 0).Apply(number)
	}
	for c := a.FirstChild; c != nil; c = a.FirstChild {
		a.RemoveChild(c)
	}
	a.AppendChild(markup.NewText(raised))
	if sup != nil && text.Clean(textOf(sup)) == raised {
		sup.Data, sup.DataAtom = atom.Span.String(), atom.Span
	}
}

// raisedAround returns the <sup> right around or in a link; nil if there is none.
func raisedAround(a *html.Node) *html.Node {
	if a.Parent != nil && a.Parent.DataAtom == atom.Sup {
		return a.Parent
	}
	for c := range a.Descendants() {
		if c.DataAtom == atom.Sup {
			return c
		}
	}
	return nil
}

// runeBehind returns the character that follows n on its line; 0 if none does.
func runeBehind(n *html.Node) rune {
	for ; n != nil && !markup.IsBlock(n.DataAtom); n = n.Parent {
		for c := n.NextSibling; c != nil; c = c.NextSibling {
			if markup.IsBlock(c.DataAtom) || c.DataAtom == atom.Br || c.DataAtom == atom.Img {
				return 0
			}
			if s := textOf(c); s != "" {
				r, _ := utf8.DecodeRuneInString(s)
				return r
			}
		}
	}
	return 0
}

// lastRune returns the last character of s; 0 if s is empty.
func lastRune(s string) rune {
	if s == "" {
		return 0
	}
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// isFigure reports whether r is a figure, also a raised or lowered one.
func isFigure(r rune) bool { return unicode.IsNumber(r) }
