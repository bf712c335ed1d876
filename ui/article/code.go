package article

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/formatters"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/net/html"

	"dateline/feed/markup"
	"dateline/ui/style"
)

const (
	// codeFormatter names chroma's formatter with 16 colours, of which some stand for inks.
	codeFormatter = "terminal16"
	// maxColored is the largest block of code that is coloured, and maxColoredSum the
	// code of an article that is coloured, in bytes. Chroma takes 1 to 6 ms for a KB.
	maxColored    = 16 << 10
	maxColoredSum = 128 << 10
	// maxColoredBlocks is how many blocks are coloured.
	maxColoredBlocks = 512
	// maxColoring is how long colouring a block may take. Chroma's expressions can take
	// any time for some texts.
	maxColoring = 2 * time.Second
)

// codeBlock is a block of code that was laid out without colours.
type codeBlock struct {
	source, language string
	// shown are the cells of the code if it has links or pictures; nil if they are those
	// of the source.
	shown []cell
	// line is the number of its first line in the article.
	line int
	block
	// first and rest are the margins of its first line and of the others, room is the
	// width of a line of code.
	first, rest []cell
	room        int
}

// code lays out a <pre>, indented by two cells.
func (l *layouter) code(pre *html.Node) {
	l.places.allBeginHere(pre)
	lines := l.readCode(pre)
	if len(lines) == 0 {
		return
	}
	if !is(pre, continued) {
		l.begin(Code)
	}
	language, _ := strings.CutPrefix(markup.NodeAttribute(markup.CodeOf(pre), "class"), "language-")
	b := codeBlock{language: language, block: l.current}
	b.source = sourceOf(lines)
	if slices.ContainsFunc(lines, func(line []cell) bool {
		return slices.ContainsFunc(line, func(c cell) bool { return c.link > 0 || c.added })
	}) {
		b.shown = joinLines(lines)
	}
	l.indented("  ", "  ", cellStyle{}, func() {
		l.emitGap()
		b.line = l.count
		b.first, b.rest = l.appendMargin(nil), l.appendMargin(nil)
		b.room = l.textWidth - max(widthOf(b.first), widthOf(b.rest))
		l.add(l.codeLines(b, lines)...)
	})
	// Each block takes time and is a piece of its own, however small it is.
	size := max(len(b.source), maxColoredSum/maxColoredBlocks)
	if l.options.Colors && !l.plain && b.language != "" && len(b.source) <= maxColored && l.codeSize+size <= maxColoredSum {
		l.codeSize += size
		l.uncolored = append(l.uncolored, b)
	}
}

// codeLines sets the lines of a block of code, whose cells it changes. A line that is too
// long continues in the next line behind a symbol. Text without a colour gets that of code.
func (l *layouter) codeLines(b codeBlock, code [][]cell) []Line {
	var lines []Line
	symbol := cellsOf(l.glyphs.Wrapped, cellStyle{attr: faint})
	margin := b.first
	for _, line := range code {
		for i, c := range line {
			if c.style.color == 0 && !c.added {
				line[i].style.color = int16(style.InkCode)
			}
		}
		joint, room := NewLine, b.room
		for {
			end, next := fillCode(line, room, b.room-widthOf(symbol))
			lines = append(lines, l.line(margin, line[:end], b.block, joint))
			if next == len(line) {
				break
			}
			joint = Cut
			if next > end {
				joint = Blank
			}
			line, room = line[next:], b.room-widthOf(symbol)
			margin = append(b.rest[:len(b.rest):len(b.rest)], symbol...)
		}
		margin = b.rest
	}
	return lines
}

// fillCode returns the end of what fits into a line of code, and the start of the next
// line, which is rest cells wide. It breaks code at a blank if that keeps the word behind
// it whole, and else in the middle of the word.
func fillCode(line []cell, room, rest int) (end, next int) {
	width, blank := 0, 0
	for i, c := range line {
		if c.kind == space && i > 0 && line[i-1].kind != space {
			blank = i
		}
		if width += int(c.width); width <= room || i == 0 {
			continue
		}
		if blank > 0 && (i == blank || wordWidth(line[blank+1:]) <= rest) {
			return blank, blank + 1
		}
		return i, i
	}
	return len(line), len(line)
}

// wordWidth returns the width of a line up to the end of its first word.
func wordWidth(line []cell) int {
	width, word := 0, false
	for _, c := range line {
		if c.kind == space && word {
			break
		}
		word = c.kind != space
		width += int(c.width)
	}
	return width
}

// colorNext returns a piece that colours the next block of code whose language is known.
// It has no lines if there is none. Chroma itself would take up to 24 ms to find out that
// it does not know a language.
func (l *layouter) colorNext() Piece {
	if l.languages == nil {
		l.languages = lexers.Names(true)
	}
	for len(l.uncolored) > 0 {
		b := l.uncolored[0]
		l.uncolored = l.uncolored[1:]
		if _, known := slices.BinarySearch(l.languages, b.language); !known {
			continue
		}
		cells, err := l.colored(b)
		if err == nil {
			return Piece{At: b.line, Lines: l.codeLines(b, splitLines(cells))}
		}
	}
	return Piece{At: l.count}
}

// errColoring means that a block of code stays without colours.
var errColoring = errors.New("the code was not coloured")

// colored returns the cells of a block of code with colours. It fails if chroma takes too
// long, fails, or does not return the same text.
//
// It reads chroma's tokens itself, because only between two of them it can stop: chroma
// joins those of one kind before it writes them, which may be all. A lexer that is not a
// list of expressions may read the whole text for its first token, so it is not used.
func (l *layouter) colored(b codeBlock) (cells []cell, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errColoring, p)
		}
	}()
	lexer, ok := lexers.Get(b.language).(*chroma.RegexLexer)
	if !ok {
		return nil, errColoring
	}
	end := time.Now().Add(maxColoring)
	next, err := lexer.Tokenise(nil, b.source)
	if err != nil {
		return nil, err
	}
	var tokens []chroma.Token
	for t := next(); t != chroma.EOF; t = next() {
		if time.Now().After(end) {
			return nil, errColoring
		}
		tokens = append(tokens, t)
	}
	var out strings.Builder
	if err := formatters.Get(codeFormatter).Format(&out, codeStyle(), chroma.Literator(tokens...)); err != nil {
		return nil, err
	}
	if strings.TrimRight(ansi.Strip(out.String()), "\n") != b.source {
		return nil, errColoring
	}
	cells = cellsOf(out.String(), cellStyle{})
	for n := len(cells); n > 0 && cells[n-1].kind == lineBreak; n-- {
		cells = cells[:n-1]
	}
	if b.shown != nil {
		return withColors(b.shown, cells)
	}
	return cells, nil
}

// withColors returns cells of code with the styles of those that chroma coloured. What
// dateline has added stays as it is, and links stay underlined.
func withColors(shown, colored []cell) ([]cell, error) {
	cells := slices.Clone(shown)
	at := 0
	for i, c := range cells {
		if c.added {
			continue
		}
		if at == len(colored) || colored[at].text != c.text {
			return nil, errColoring
		}
		cells[i].style = colored[at].style
		cells[i].style.attr |= c.style.attr & underline
		at++
	}
	return cells, nil
}
