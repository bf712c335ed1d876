package ui

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// cells is the width of s on the screen; s may be styled.
func cells(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}

// fit cuts s to at most w cells, with an ellipsis where something is lost.
func fit(s string, w int, ellipsis string) string {
	if w <= 0 {
		return ""
	}
	if cells(s) <= w {
		return s
	}
	return ansi.Truncate(s, w, ellipsis)
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
