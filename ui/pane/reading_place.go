package pane

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dateline/ui/article"
)

// Place is a place in the text of an article, for returning to it when its lines were laid out
// again. The zero Place is the top of the article.
type Place struct {
	// row is the header's line; it is used if block is 0.
	row int
	// block is the number of the block at the top of the pane, and part how much of the
	// block is above the pane, from 0 to 1.
	block int32
	part  float64
	// text is the start of the block's text. If it is set, the block is found by its text
	// and not by its number.
	text string
	// share reports whether the text has no blocks: then part is the reading progress.
	share bool
	// end is the end of the text.
	end bool
}

// placeText is how many bytes of a block's text identify it in another text.
const placeText = 60

// InOtherText returns the place for another text of the item: there the block has another
// number. The place is found by the text of the block.
func (a *Article) InOtherText(p Place) Place {
	if p.block == 0 {
		return Place{}
	}
	p.text = a.blockStart(a.firstOf(p.block))
	if p.text == "" {
		return Place{}
	}
	return p
}

// Place returns the place at the top of the pane.
func (a *Article) Place() Place {
	switch {
	case a.waiting || a.place != (Place{}) && a.Top == a.placed:
		return a.place
	case a.goal == toEnd:
		return Place{end: true}
	case a.Top <= 0:
		return Place{}
	}
	i := a.Top - a.headerHeight
	if i < 0 {
		return Place{row: a.Top}
	}
	for i < len(a.Lines) && a.Lines[i].Block == 0 {
		i++
	}
	if i >= len(a.Lines) {
		return Place{part: float64(a.Permille()) / 1000, share: true}
	}
	block := a.Lines[i].Block
	first := a.firstOf(block)
	return Place{block: block, part: float64(i-first) / float64(a.heightOf(first))}
}

// Return scrolls to a place as soon as its lines are laid out.
func (a *Article) Return(p Place) {
	a.place, a.waiting = p, p != Place{}
}

// resolve scrolls to the place to return to, if it is laid out. If the text does not have
// it, resolve gives up.
func (a *Article) resolve() {
	if !a.waiting {
		return
	}
	if a.place.end {
		a.waiting = false
		a.ScrollToEnd()
		return
	}
	if a.place.share {
		if a.waiting = !a.Whole && a.Failed == ""; !a.waiting {
			a.Top = int(a.place.part*float64(a.Scrollable()) + 0.5)
			a.placed = a.Top
		}
		return
	}
	if a.place.block == 0 {
		a.Top, a.waiting = min(a.place.row, a.headerHeight), false
		a.placed = a.Top
		return
	}
	first := a.firstOf(a.place.block)
	if a.place.text != "" {
		first = a.findText(a.place.text)
	}
	switch {
	case first >= 0 && (a.Whole || first+a.heightOf(first) < len(a.Lines)):
		n := a.heightOf(first)
		a.Top = a.headerHeight + first + min(int(a.place.part*float64(n)+0.5), n-1)
		if a.place.text != "" { // now it has a number
			a.place.text, a.place.block = "", a.Lines[first].Block
		}
		a.Top = max(min(a.Top, a.Scrollable()), 0)
		a.placed, a.waiting = a.Top, false
	case a.Whole || a.Failed != "":
		a.place, a.waiting = Place{}, false
	}
}

// firstOf returns the index of the first line of a block; -1 if it is not laid out.
func (a *Article) firstOf(block int32) int {
	for i, l := range a.Lines {
		if l.Block == block {
			return i
		}
	}
	return -1
}

// heightOf returns the number of lines of the block that begins at a line.
func (a *Article) heightOf(first int) int {
	n := first
	for n < len(a.Lines) && a.Lines[n].Block == a.Lines[first].Block {
		n++
	}
	return n - first
}

// findText returns the index of the first line of the block with this start; -1 if there is
// none.
func (a *Article) findText(start string) int {
	var before int32
	for i, l := range a.Lines {
		if l.Block != 0 && l.Block != before && l.Kind != article.Space && a.blockStart(i) == start {
			return i
		}
		before = l.Block
	}
	return -1
}

// blockStart returns the start of the text of the block that begins at a line, without
// symbols, numbers of links and spaces.
func (a *Article) blockStart(first int) string {
	var b strings.Builder
	if first < 0 {
		return ""
	}
	for i := first; i < len(a.Lines) && a.Lines[i].Block == a.Lines[first].Block && b.Len() < placeText; i++ {
		for word := range strings.FieldsSeq(ansi.Strip(a.Lines[i].Text)) {
			if !strings.HasPrefix(word, "[") {
				b.WriteString(word)
			}
		}
	}
	return b.String()[:min(b.Len(), placeText)]
}
