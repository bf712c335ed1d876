package article

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

type kind uint8

const (
	letter kind = iota
	space
	// glue is a blank at which no line ends.
	glue
	lineBreak
)

// cell is one character as a reader sees it: a grapheme cluster and its looks.
type cell struct {
	text  string
	style layoutStyle
	// link is the number of the link it belongs to; zero for none.
	link  int32
	width uint8
	kind  kind
}

// reader turns glamour's output into cells. Of its control sequences only
// styles are understood; no other survives.
type reader struct {
	style layoutStyle
	dim   bool
	open  []int32
	cells []cell
}

// read appends the cells of s.
func (r *reader) read(s string) {
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
			r.put(s[:1], 1, letter)
			s = s[1:]
		default:
			s = r.cluster(s)
		}
	}
}

func (r *reader) cluster(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	switch {
	case isMark(first):
		return r.mark(first, s[size:])
	case first == '\u00a0':
		r.put(" ", 1, glue)
		return s[size:]
	case first == '\u00ad' || unicode.IsControl(first):
		return s[size:]
	}
	text, width := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	if i := strings.IndexFunc(text, isMark); i > 0 {
		text = text[:i]
	}
	rest := s[len(text):]
	// A disguised character may also stand within a cluster, behind one that binds
	// to what follows.
	if meant := revealed(text); meant != text {
		text, width = meant, ansi.StringWidth(meant)
	}
	r.put(text, width, letter)
	return rest
}

// mark follows one of our own marks.
func (r *reader) mark(m rune, rest string) string {
	switch m {
	case markLink:
		n := int32(0)
		for i, d := range rest {
			if d == markEnd {
				rest = rest[i+utf8.RuneLen(d):]
				break
			}
			n = n*10 + int32(d-tagDigit)
		}
		r.open = append(r.open, n)
	case markUnlink:
		r.open = r.open[:max(len(r.open)-1, 0)]
	case markDim:
		r.dim = true
	case markUndim:
		r.dim = false
	case markBreak:
		r.put("", 0, lineBreak)
	}
	return rest
}

func (r *reader) put(text string, width int, k kind) {
	c := cell{text: text, style: r.style, width: uint8(width), kind: k}
	if r.dim {
		c.style = layoutStyle{attr: faint}
	}
	if len(r.open) > 0 {
		c.link = r.open[len(r.open)-1]
	}
	r.cells = append(r.cells, c)
}

// escape passes over one control sequence.
func (r *reader) escape(s string) string {
	_, _, n, _ := ansi.DecodeSequence(s, ansi.NormalState, nil)
	seq := s[:max(n, 1)]
	if params, ok := strings.CutPrefix(seq, "\x1b["); ok {
		if params, ok = strings.CutSuffix(params, "m"); ok {
			r.style = r.style.apply(params)
		}
	}
	return s[len(seq):]
}
