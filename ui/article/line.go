package article

import (
	"strconv"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed/text"
	"dateline/ui/style"
)

// Line is a line of an article: how it looks, and what is on it.
type Line struct {
	// Text is the line for the terminal, with its styles. It starts and ends unstyled,
	// and has no trailing spaces and no line break.
	Text string
	// Block is the number of the block to which the line belongs, from 1 in reading
	// order. All lines of a paragraph have the same number, and so have those of a
	// heading, a block of code or a table. An empty line between two blocks has 0.
	Block int32
	// Kind is the kind of the block.
	Kind Kind
	// Level is the level of a heading, from 1 to 6; 0 on other lines.
	Level uint8
	// Joint says what stands between the text of the line before and this one.
	Joint Joint
	// Indent is the width in cells of what dateline puts before the text: bullets,
	// quotation bars, and the symbol before the remainder of a long line of code.
	Indent uint16
	// Links are the places of links and jumps on the line, from left to right.
	Links []LinkPlace
	// Anchors are the ids of the places in the article that begin on the line: what a jump
	// leads to.
	Anchors []string
	// Pictures are the pictures whose descriptions begin on the line.
	Pictures []Picture
	// Row says which row of which picture the line shows, if [InsertPictures] has added it.
	Row PictureRow
}

// Kind is a kind of block.
type Kind uint8

// The kinds of blocks. A Space is the empty line between two blocks.
const (
	Space Kind = iota
	Paragraph
	Heading
	Code
	Table
	Rule
)

// Joint is what stands between two lines in the text of an article. With it a reader can
// join lines that were broken only because of the width.
type Joint uint8

const (
	// NewLine begins a new line in the article, too. Each block begins with one.
	NewLine Joint = iota
	// Blank continues the text after a space, Cut without one.
	Blank
	Cut
)

// LinkPlace is a part of the text of a link or jump on one line. A jump leads to another
// place in the same article: a reference to a footnote, the way back from it, or a link to a
// heading.
type LinkPlace struct {
	// N is the link's number, as in [Link]; 0 for a jump.
	N int32
	// Column and Width are in cells.
	Column, Width uint16
	// Target is the id of the place to which a jump leads; empty for a link.
	Target string
	// Note reports whether a jump is the reference of a footnote, such as ¹.
	Note bool
}

// Picture is an image of an article. Its line shows its description.
type Picture struct {
	// URL is a web address or a data: URL (RFC 2397), as the sanitiser has left it; empty
	// if it has left none.
	URL string
	// Alt is the description that the line shows, on one line.
	Alt string
	// Width and Height are the size in pixels that the article gives; 0 if it gives none.
	Width, Height int32
	// Column is where on its line the description begins.
	Column uint16
}

// block says to which block lines belong.
type block struct {
	number int32
	kind   Kind
	level  uint8
}

// emit adds a line of the current block behind the margins. If an empty line is due
// before it, it adds that first.
func (l *layouter) emit(cells []cell, j Joint) {
	l.emitGap()
	l.margin = l.appendMargin(l.margin[:0])
	l.add(l.line(l.margin, cells, l.current, j))
}

// emitGap adds the empty lines that are due before the next line: two above a heading, and
// none below it.
func (l *layouter) emitGap() {
	if !l.hasGap {
		return
	}
	l.hasGap = false
	if l.last == Heading {
		return
	}
	l.add(l.line(l.gap, nil, block{}, NewLine))
	if l.current.kind == Heading {
		l.add(l.line(l.gap, nil, block{}, NewLine))
	}
}

func (l *layouter) add(lines ...Line) {
	l.out = append(l.out, lines...)
	l.count += len(lines)
	if len(lines) > 0 {
		l.last = lines[len(lines)-1].Kind
	}
}

// line returns the line of cells behind a margin.
func (l *layouter) line(margin, text []cell, b block, j Joint) Line {
	l.cells = append(append(l.cells[:0], margin...), text...)
	line := l.write(trim(l.cells), b)
	line.Block, line.Kind, line.Level, line.Joint, line.Indent = b.number, b.kind, b.level, j, uint16(widthOf(margin))
	return line
}

// write returns a line of a block with the text, links, places and pictures of cells, which
// it changes.
func (l *layouter) write(cells []cell, b block) Line {
	line := Line{}
	place := 0
	if b.number > 0 {
		place = l.places.due
	}
	column := 0
	for i, c := range cells {
		if c.picture < 0 {
			place = max(place, int(-c.picture))
			cells[i].picture, c.picture = 0, 0
		}
		if c.link > 0 {
			if i == 0 || cells[i-1].link != c.link {
				line.Links = append(line.Links, l.linkPlace(c, column))
			}
			line.Links[len(line.Links)-1].Width += uint16(c.width)
		}
		if c.picture > 0 && l.pictures[c.picture-1] != nil {
			line.Pictures = append(line.Pictures, *l.pictures[c.picture-1])
			line.Pictures[len(line.Pictures)-1].Column = uint16(column)
			l.pictures[c.picture-1] = nil
		}
		column += int(c.width)
	}
	line.Anchors = l.places.take(place)
	l.bytes = appendCells(l.bytes[:0], cells, l.appendHyperlink, l.allowed, &l.options.Style)
	line.Text = string(l.bytes)
	return line
}

// linkPlace returns the place of the link or jump that begins with a cell.
func (l *layouter) linkPlace(c cell, column int) LinkPlace {
	if j := l.places.jumpOf(c); j != nil {
		return LinkPlace{Column: uint16(column), Target: j.target, Note: j.note}
	}
	return LinkPlace{N: c.link, Column: uint16(column)}
}

// appendCells appends the text of cells. mark appends what begins the link of a cell, or
// ends the link before it; allowed returns the style that is shown. shown is as in
// [appendSGR].
func appendCells(b []byte, cells []cell, mark func([]byte, cell) []byte, allowed func(cellStyle) cellStyle, shown *style.Article) []byte {
	var now, last, want cellStyle
	var before cell
	for _, c := range cells {
		if c.link != before.link || c.picture != before.picture {
			b = mark(b, c)
		}
		before = c
		if c.style != last {
			last, want = c.style, allowed(c.style)
		}
		if want != now {
			b = appendSGR(b, now, want, shown)
			now = want
		}
		b = append(b, c.text...)
	}
	if b = appendSGR(b, now, cellStyle{}, shown); before.link != 0 || before.picture > 0 {
		b = mark(b, cell{})
	}
	return b
}

// allowed returns a style as far as the options allow it and the screen shows it.
func (l *layouter) allowed(s cellStyle) cellStyle {
	if l.plain {
		return cellStyle{}
	}
	if !l.options.Colors {
		if s.attr&italic != 0 {
			s.attr |= underline
		}
		s = cellStyle{attr: s.attr &^ italic}
	}
	if l.options.Style.Dim == "" {
		s.attr &^= faint
	}
	if l.options.Style.Of(style.Ink(s.color)) == "" {
		s.color = 0
	}
	return s
}

// appendHyperlink appends the sequence (OSC 8) that starts the link of a cell, or ends the
// link before it. The id tells the terminal that the parts of a link on several lines
// belong together.
func (l *layouter) appendHyperlink(b []byte, c cell) []byte {
	switch {
	case !l.options.Links || l.plain:
		return b
	case c.link == 0 || c.link >= firstJump:
		return append(b, ansi.ResetHyperlink()...)
	}
	address, ok := text.SafeURL(l.links.list[c.link-1].URL)
	if !ok { // The terminal would open what dateline does not.
		return append(b, ansi.ResetHyperlink()...)
	}
	return append(b, ansi.SetHyperlink(text.ASCIIURL(address), "id="+strconv.Itoa(int(c.link)))...)
}
