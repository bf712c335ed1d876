package style

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Wrap breaks a text at blanks into lines of at most w cells. A word that is longer than a
// line, such as an address, breaks anywhere. Blanks within a line stay. An empty text is one
// empty line.
func Wrap(s string, w int) []string {
	w = max(w, 1)
	if Width(s) <= w {
		return []string{s}
	}
	var lines []string
	line, used := "", 0
	for s != "" {
		word := strings.TrimLeft(s, " ")
		gap := s[:len(s)-len(word)]
		if end := strings.IndexByte(word, ' '); end >= 0 {
			word, s = word[:end], word[end:]
		} else {
			s = ""
		}
		n := Width(word)
		if used > 0 && used+len(gap)+n > w {
			lines = append(lines, line)
			line, used, gap = "", 0, ""
		}
		if len(gap) >= w {
			gap = ""
		}
		line, used = line+gap+word, used+len(gap)+n
		if used > w {
			parts := strings.Split(ansi.Hardwrap(line, w, true), "\n")
			lines = append(lines, parts[:len(parts)-1]...)
			line = parts[len(parts)-1]
			used = Width(line)
		}
	}
	return append(lines, line)
}
