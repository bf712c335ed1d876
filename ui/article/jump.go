package article

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// TargetLine returns the index of the line on which the place with an id begins; -1 if no
// line has it, perhaps because its piece is not laid out yet.
func TargetLine(lines []Line, id string) int {
	return slices.IndexFunc(lines, func(l Line) bool { return slices.Contains(l.Anchors, id) })
}

// ReferenceLine returns the index of the first line with a jump to the block of a line. It
// leads from a footnote back to the text, also if the publisher gave it no link back. It
// returns -1 if no jump leads there.
func ReferenceLine(lines []Line, note int) int {
	var ids []string
	first, end := noteLines(lines, note)
	for _, l := range lines[first:end] {
		ids = append(ids, l.Anchors...)
	}
	return slices.IndexFunc(lines, func(l Line) bool {
		return slices.ContainsFunc(l.Links, func(p LinkPlace) bool { return p.Target != "" && slices.Contains(ids, p.Target) })
	})
}

// NoteText returns the text of the block of a line as one plain line, such as a footnote
// for the status line.
func NoteText(lines []Line, note int) string {
	var b strings.Builder
	first, end := noteLines(lines, note)
	for _, l := range lines[first:end] {
		if b.Len() > 0 && l.Joint != Cut {
			b.WriteByte(' ')
		}
		b.WriteString(strings.TrimLeft(ansi.Cut(ansi.Strip(l.Text), int(l.Indent), 1<<16), " "))
	}
	return b.String()
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
