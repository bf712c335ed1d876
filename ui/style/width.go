package style

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"dateline/ui/frame"
)

// Width returns the width of s in cells. s may be styled.
func Width(s string) int {
	n := 0
	for i := 0; i < len(s); {
		if c := s[i]; c >= 0x20 && c < 0x7f {
			i++
			n++
			continue
		}
		if styled := frame.StyleLen(s[i:]); styled > 0 {
			i += styled
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !singleCell(r) {
			return ansi.StringWidth(s)
		}
		i += size
		n++
	}
	return n
}

// inMostRows are the symbols for unread and starred items.
const inMostRows = "●★"

// singleCell reports whether a rune is one cell wide, whatever its neighbors are. This is
// true for the common alphabets and for the symbols in most rows. Counting such runes is
// much faster than measuring the text.
func singleCell(r rune) bool {
	switch {
	case r < 0x20:
		return false
	case r < 0x7f:
		return true
	case r < 0x370:
		return r > 0xad && r < 0x300
	case r < 0x530:
		return r < 0x483 || r > 0x489
	}
	return r >= 0x2010 && r <= 0x2027 || r >= 0x2500 && r < 0x25a0 || strings.ContainsRune(inMostRows, r)
}

// Fit cuts s to at most w cells. If it cuts, the result ends in ellipsis.
func Fit(s string, w int, ellipsis string) string {
	if w <= 0 {
		return ""
	}
	n, cut, dots := 0, 0, Width(ellipsis)
	for i, r := range s {
		if !singleCell(r) {
			return fitMeasured(s, w, ellipsis)
		}
		if n == max(w-dots, 0) {
			cut = i
		}
		if n++; n > w {
			return removeDoubleEllipsis(s[:cut]+ellipsis, ellipsis)
		}
	}
	return s
}

// removeDoubleEllipsis removes one of two ellipses at the end. There are two if s was cut
// before at the same point.
func removeDoubleEllipsis(s, ellipsis string) string {
	if before, twice := strings.CutSuffix(s, ellipsis+ellipsis); twice {
		return before + ellipsis
	}
	return s
}

// fitMeasured is Fit for text whose width differs from the number of its runes.
func fitMeasured(s string, w int, ellipsis string) string {
	if ansi.StringWidth(s) <= w {
		return s
	}
	return removeDoubleEllipsis(ansi.Truncate(s, w, ellipsis), ellipsis)
}

// Pad adds spaces to s up to w cells. If s is wider, it is cut.
func Pad(s string, w int) string {
	n := Width(s)
	if n > w {
		s = ansi.Truncate(s, max(w, 0), "")
		n = Width(s)
	}
	return s + Spaces(w-n)
}

const spaces = "                                                                                                                                "

// Spaces returns n spaces, none if n is negative.
func Spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(spaces):
		return spaces[:n]
	}
	return strings.Repeat(" ", n)
}

// boxedLines is how many lines a long message takes at most. BoxedHeight is the height of
// the smallest screen that shows a message on several lines.
const (
	boxedLines  = 3
	BoxedHeight = 8
)

// Boxed returns a long text on several lines of w cells, below a rule.
func (t Theme) Boxed(text, style string, w int) []string {
	wrapped := strings.Split(ansi.Wrap(text, max(w-2, 1), ""), "\n")
	if len(wrapped) > boxedLines {
		wrapped = append(wrapped[:boxedLines-1], strings.Join(wrapped[boxedLines-1:], " "))
	}
	lines := []string{Paint(t.Dim, strings.Repeat(t.Glyphs.Rule, w))}
	for _, l := range wrapped {
		lines = append(lines, Pad(" "+Paint(style, Fit(l, w-2, t.Glyphs.Ellipsis)), w))
	}
	return lines
}
