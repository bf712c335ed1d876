package article

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// cellKind is the kind of a cell in line breaking.
type cellKind uint8

const (
	character cellKind = iota
	space
	// noBreakSpace is a space at which no line ends.
	noBreakSpace
	lineBreak
)

// cell is a grapheme cluster, which is one character for the user, with its style. A
// line break is a cell without text.
type cell struct {
	text  string
	style cellStyle
	// link is the number of the link that the cell belongs to, picture that of the
	// picture that it describes; 0 for none. A jump has a number from [firstJump] on. A
	// picture below 0 says that a place begins here: that with the number above 0.
	link, picture int32
	width         uint8
	kind          cellKind
	// added reports whether dateline has added the cell to code.
	added bool
}

// cellReader turns what glamour's elements write into cells. Of the sequences it reads
// those for styles (SGR) and the marks of [linkMark], and drops all others.
type cellReader struct {
	cells         []cell
	style         cellStyle
	link, picture int32
	// place is the number of the last place that begins before the next character; 0 if
	// none does.
	place int32
	// boundary reports whether the next text begins a new write or follows a sequence.
	// Its first character may then belong to the cell before.
	boundary bool
}

// Write reads p. It never fails.
func (r *cellReader) Write(p []byte) (int, error) { return r.WriteString(string(p)) }

// WriteString appends the cells of s. It never fails.
func (r *cellReader) WriteString(s string) (int, error) {
	size := len(s)
	r.boundary = true
	r.cells = slices.Grow(r.cells, size)
	for len(s) > 0 {
		switch c := s[0]; {
		case c == 0x1b:
			s = r.escape(s)
		case c == '\n':
			r.put("", 0, lineBreak)
			s = s[1:]
		case c == ' ':
			r.put(" ", 1, space)
			s = s[1:]
		case c < 0x20 || c == 0x7f:
			s = s[1:]
		case c < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf):
			r.put(s[:1], 1, character)
			s = s[1:]
		default:
			s = r.cluster(s)
		}
	}
	return size, nil
}

// maxJoined is the longest cell, in bytes, to which text of the next write may be added. A
// chain of joiners in many elements would take quadratic time.
const maxJoined = 256

// cluster reads the grapheme cluster at the start of s and returns the remainder.
func (r *cellReader) cluster(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	switch {
	case first == '\u00a0':
		r.put(" ", 1, noBreakSpace)
		return s[size:]
	case first == '\u00ad' || unicode.IsControl(first):
		return s[size:]
	}
	text, width := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	if n := len(r.cells); r.boundary && n > 0 && r.cells[n-1].kind == character && len(r.cells[n-1].text) <= maxJoined {
		joined, joinedWidth := ansi.FirstGraphemeCluster(r.cells[n-1].text+text, ansi.GraphemeWidth)
		if len(joined) == len(r.cells[n-1].text)+len(text) {
			r.cells[n-1].text, r.cells[n-1].width = joined, uint8(joinedWidth)
			return s[len(text):]
		}
	}
	r.put(text, width, character)
	return s[len(text):]
}

func (r *cellReader) put(text string, width int, k cellKind) {
	picture := r.picture
	if r.place > 0 && picture == 0 && k == character {
		picture, r.place = -r.place, 0
	}
	r.cells = append(r.cells, cell{text: text, style: r.style, link: r.link, picture: picture, width: uint8(width), kind: k})
	r.boundary = false
}

// escape reads the control sequence at the start of s and returns the remainder.
func (r *cellReader) escape(s string) string {
	_, _, n, _ := ansi.DecodeSequence(s, ansi.NormalState, nil)
	seq := s[:max(n, 1)]
	r.boundary = true
	if params, ok := strings.CutPrefix(seq, "\x1b["); ok {
		if params, ok = strings.CutSuffix(params, "m"); ok {
			r.style = r.style.apply(params)
		}
	} else if mark, ok := strings.CutPrefix(seq, "\x1b]8;"); ok {
		params, link, _ := strings.Cut(strings.TrimRight(mark, "\x07\x1b\\"), ";")
		if place, ok := strings.CutPrefix(params, placeParam); ok {
			r.place = number(place)
			return s[len(seq):]
		}
		r.link, r.picture = number(link), number(strings.TrimPrefix(params, pictureParam))
	}
	return s[len(seq):]
}

// pictureParam precedes the number of a picture in the parameters of a mark, placeParam that
// of a place.
const (
	pictureParam = "picture="
	placeParam   = "place="
)

// linkMark returns the sequence that gives the text behind it to a link and a picture. It
// is a hyperlink (OSC 8) with the link's number instead of an address, so that lipgloss
// keeps it when it wraps the cells of a table. Text cannot contain it, because cleaned
// text has no control characters.
func linkMark(link, picture int32) string {
	switch {
	case picture > 0:
		return ansi.SetHyperlink(strconv.Itoa(int(link)), pictureParam+strconv.Itoa(int(picture)))
	case link != 0:
		return ansi.SetHyperlink(strconv.Itoa(int(link)))
	}
	return ansi.ResetHyperlink()
}

// number returns the number that s is; 0 if it is none.
func number(s string) int32 {
	if s == "" {
		return 0
	}
	n, _ := strconv.ParseInt(s, 10, 32)
	return int32(n)
}

// widthOf returns the width of a line in cells.
func widthOf(line []cell) int {
	w := 0
	for _, c := range line {
		w += int(c.width)
	}
	return w
}

// splitLines divides cells into lines at the line breaks.
func splitLines(cells []cell) [][]cell {
	var lines [][]cell
	start := 0
	for i, c := range cells {
		if c.kind == lineBreak {
			lines = append(lines, cells[start:i:i])
			start = i + 1
		}
	}
	return append(lines, cells[start:])
}
