package ui

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"dateline/ui/frame"
)

// cells is the width of s on the screen; s may be styled.
func cells(s string) int {
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
		if !single(r) {
			return ansi.StringWidth(s)
		}
		i += size
		n++
	}
	return n
}

// single says that a rune takes one cell whatever stands beside it: the common
// alphabets and the signs that dateline draws. Measuring those by counting is
// what makes a frame cheap.
func single(r rune) bool {
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
	return r >= 0x2010 && r <= 0x2027 || r >= 0x2500 && r < 0x25a0 || r == '●' || r == '★'
}

// fit cuts s to at most w cells, with an ellipsis where something is lost.
func fit(s string, w int, ellipsis string) string {
	if w <= 0 {
		return ""
	}
	n, cut, dots := 0, 0, cells(ellipsis)
	for i, r := range s {
		if !single(r) {
			return fitWide(s, w, ellipsis)
		}
		if n == max(w-dots, 0) {
			cut = i
		}
		if n++; n > w {
			return onceCut(s[:cut]+ellipsis, ellipsis)
		}
	}
	return s
}

// onceCut takes away one of two ellipses at the end: that of a part of s that had
// been cut before.
func onceCut(s, ellipsis string) string {
	if before, twice := strings.CutSuffix(s, ellipsis+ellipsis); twice {
		return before + ellipsis
	}
	return s
}

// fitWide is fit for text that must be measured.
func fitWide(s string, w int, ellipsis string) string {
	if ansi.StringWidth(s) <= w {
		return s
	}
	return onceCut(ansi.Truncate(s, w, ellipsis), ellipsis)
}

// pad fills s with blanks up to w cells; a longer s is cut.
func pad(s string, w int) string {
	n := cells(s)
	if n > w {
		return pad(ansi.Truncate(s, max(w, 0), ""), w)
	}
	return s + blanks(w-n)
}

const blank = "                                                                                                                                "

func blanks(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blank):
		return blank[:n]
	}
	return strings.Repeat(" ", n)
}

// plural writes a count with its noun: "1 feed", "3 feeds".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

// number writes n with its thousands grouped, from ten thousand on.
func number(n int) string {
	digits := strconv.Itoa(n)
	if n < 10000 {
		return digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
