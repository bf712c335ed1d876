package article

import (
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed/text"
)

// Span is a part of a line, in cells.
type Span struct{ Line, Column, Width int }

// Finder returns the parts of a text that are looked for, in order and without overlaps.
type Finder func(s string) []text.Range

// maxFindLines is how many lines of one block are searched at once. A phrase is found across
// lines of a block, but a block may have any number of lines.
const maxFindLines = 200

// Find returns what a finder finds in the lines from one index to another. Each hit has one
// span for each line that it is on. It ignores what dateline adds to the text: bullets,
// bars, and the numbers of links.
func Find(lines []Line, from, to int, find Finder) [][]Span {
	var hits [][]Span
	for i := max(from, 0); i < min(to, len(lines)); {
		end := i + 1
		for end < len(lines) && end-i < maxFindLines && lines[i].Block != 0 && lines[end].Block == lines[i].Block {
			end++
		}
		if lines[i].Block != 0 {
			hits = append(hits, findIn(lines, i, end, find)...)
		}
		i = end
	}
	return hits
}

// FindAround is like [Find], but begins with the whole block of the first line, so that it
// finds what begins above it.
func FindAround(lines []Line, from, to int, find Finder) [][]Span {
	from = max(min(from, len(lines)), 0)
	for n := 0; n < maxFindLines && from > 0 && from < len(lines) && lines[from].Block != 0 && lines[from-1].Block == lines[from].Block; n++ {
		from--
	}
	return Find(lines, from, to, find)
}

// findIn searches the lines from first to end, which are of one block.
func findIn(lines []Line, first, end int, find Finder) [][]Span {
	var b strings.Builder
	var starts []int
	plain := make([]string, end-first)
	for i := first; i < end; i++ {
		if i > first {
			b.WriteString(joints[lines[i].Joint])
		}
		starts = append(starts, b.Len())
		plain[i-first] = lines[i].searched()
		b.WriteString(plain[i-first])
	}
	var hits [][]Span
	for _, r := range find(b.String()) {
		var hit []Span
		for i, start := range starts {
			own := plain[i]
			from, to := max(r.From-start, 0), min(r.To-start, len(own))
			if from >= to {
				continue
			}
			column := ansi.StringWidth(own[:from])
			hit = append(hit, Span{first + i, int(lines[first+i].Indent) + column, ansi.StringWidth(own[:to]) - column})
		}
		if len(hit) > 0 {
			hits = append(hits, hit)
		}
	}
	return hits
}

// joints are the texts between two lines.
var joints = [...]string{NewLine: "\n", Blank: " ", Cut: ""}

// searched returns the text of a line behind its indent. The marks of links and of
// footnotes are spaces of the same width, so that they do not stand between two words.
func (l Line) searched() string {
	s := ansi.Strip(l.Text)
	if l.Indent > 0 {
		s = ansi.Cut(s, int(l.Indent), 1<<16)
	}
	for i, p := range slices.Backward(l.Links) {
		from := int(p.Column) - int(l.Indent)
		to := from + int(p.Width)
		switch {
		case from < 0:
		case p.Note:
			s = blank(s, from, to)
		case p.N > 0 && (i+1 == len(l.Links) || l.Links[i+1].N != p.N || int(l.Links[i+1].Column) != to+int(l.Indent)):
			mark := "[" + strconv.Itoa(int(p.N)) + "]"
			s = blankMark(s, to, mark)
		}
	}
	return s
}

// blankMark replaces the mark of a link that ends at a column by spaces: it stands behind
// the link, or is its end.
func blankMark(s string, column int, mark string) string {
	n := len(mark)
	for _, at := range []int{column + 1, column, column - n} {
		if at >= 0 && ansi.Cut(s, at, at+n) == mark {
			return blank(s, at, at+n)
		}
	}
	return s
}

// blank replaces cells of a plain text by spaces.
func blank(s string, from, to int) string {
	return ansi.Truncate(s, from, "") + strings.Repeat(" ", to-from) + ansi.TruncateLeft(s, to, "")
}

// Headings returns the indexes of the lines on which headings begin.
func Headings(lines []Line) []int {
	var found []int
	for i := range lines {
		if lines[i].Kind == Heading && (i == 0 || lines[i-1].Block != lines[i].Block) {
			found = append(found, i)
		}
	}
	return found
}

// VisibleLink is the beginning of a link or jump on some lines.
type VisibleLink struct {
	Line int
	LinkPlace
}

// LinksOn returns the links and jumps on the lines from one index to another. Of one that
// was broken it returns the first part.
func LinksOn(lines []Line, from, to int) []VisibleLink {
	var found []VisibleLink
	for i := max(from, 0); i < min(to, len(lines)); i++ {
		for k, p := range lines[i].Links {
			if k == 0 && i > from && continues(lines[i-1], lines[i], p) {
				continue
			}
			if k > 0 && touches(lines[i].Links[k-1], p) {
				continue
			}
			found = append(found, VisibleLink{i, p})
		}
	}
	return found
}

// continues reports whether a place at the start of a line belongs to the link that ends
// the line before.
func continues(before, line Line, p LinkPlace) bool {
	if line.Joint == NewLine || line.Block != before.Block || len(before.Links) == 0 || p.Column > line.Indent {
		return false
	}
	last := before.Links[len(before.Links)-1]
	return last.N == p.N && last.Target == p.Target && int(last.Column+last.Width) >= ansi.StringWidth(before.Text)
}

// touches reports whether two places side by side are one link, such as one with a bold word.
func touches(left, right LinkPlace) bool {
	return left.N == right.N && left.Target == right.Target && left.Column+left.Width == right.Column
}

// LinkAt returns the link or jump at a cell of a line; false if there is none.
func (l Line) LinkAt(column int) (LinkPlace, bool) {
	for _, p := range l.Links {
		if column >= int(p.Column) && column < int(p.Column+p.Width) {
			return p, true
		}
	}
	return LinkPlace{}, false
}
