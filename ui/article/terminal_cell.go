package article

import (
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
	style layoutStyle
	// link is the number of the link that the cell belongs to; 0 for none.
	link  int32
	width uint8
	kind  cellKind
}

// cellReader turns glamour's output into cells. It reads the sequences for styles (SGR)
// and drops all others.
type cellReader struct {
	style layoutStyle
	dim   bool
	// open holds the numbers of the links around the next cell, the innermost last.
	open  []int32
	cells []cell
}

// read appends the cells of s.
func (r *cellReader) read(s string) {
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
}

// cluster reads the grapheme cluster or control rune at the start of s and returns the
// remainder.
func (r *cellReader) cluster(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	switch {
	case isControlRune(first):
		return r.controlRune(first, s[size:])
	case first == '\u00a0':
		r.put(" ", 1, noBreakSpace)
		return s[size:]
	case first == '\u00ad' || unicode.IsControl(first):
		return s[size:]
	}
	text, width := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	if i := strings.IndexFunc(text, isControlRune); i > 0 {
		text = text[:i]
	}
	rest := s[len(text):]
	// An escaped character may also be inside a cluster, if the character before it
	// joins with the next one.
	if original := unescape(text); original != text {
		text, width = original, ansi.StringWidth(original)
	}
	r.put(text, width, character)
	return rest
}

// controlRune obeys a control rune. It returns the remainder of the text behind it.
func (r *cellReader) controlRune(m rune, rest string) string {
	switch m {
	case linkStart:
		n := int32(0)
		for i, d := range rest {
			if d == linkNumberEnd {
				rest = rest[i+utf8.RuneLen(d):]
				break
			}
			n = n*10 + int32(d-tagDigit)
		}
		r.open = append(r.open, n)
	case linkEnd:
		r.open = r.open[:max(len(r.open)-1, 0)]
	case dimStart:
		r.dim = true
	case dimEnd:
		r.dim = false
	case breakRune:
		r.put("", 0, lineBreak)
	}
	return rest
}

func (r *cellReader) put(text string, width int, k cellKind) {
	c := cell{text: text, style: r.style, width: uint8(width), kind: k}
	if r.dim {
		c.style = layoutStyle{attr: faint}
	}
	if len(r.open) > 0 {
		c.link = r.open[len(r.open)-1]
	}
	r.cells = append(r.cells, c)
}

// escape reads the control sequence at the start of s and returns the remainder.
func (r *cellReader) escape(s string) string {
	_, _, n, _ := ansi.DecodeSequence(s, ansi.NormalState, nil)
	seq := s[:max(n, 1)]
	if params, ok := strings.CutPrefix(seq, "\x1b["); ok {
		if params, ok = strings.CutSuffix(params, "m"); ok {
			r.style = r.style.apply(params)
		}
	}
	return s[len(seq):]
}
