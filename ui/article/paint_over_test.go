package article

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// TestPaintOver checks that text over a line moves nothing, whatever it covers, and that the
// style around it stays.
func TestPaintOver(t *testing.T) {
	line := "a \x1b[1mbold\x1b[m \x1b]8;;https://x.example/\x1b\\link\x1b]8;;\x1b\\ 東京 z"
	plain := ansi.Strip(line)
	for column := range ansi.StringWidth(line) {
		for width := 1; width < 4; width++ {
			over := PaintOver(line, []Over{{column, width, "\x1b[7m", "xyz"[:width]}})
			got := ansi.Strip(over)
			if ansi.StringWidth(got) != max(ansi.StringWidth(line), column+width) {
				t.Errorf("%d %d: %q", column, width, got)
			}
			if left := ansi.Truncate(plain, column, ""); !strings.HasPrefix(got, left) {
				t.Errorf("%d %d: %q begins otherwise", column, width, got)
			}
			if !strings.HasSuffix(got, ansi.TruncateLeft(plain, column+width+1, "")) {
				t.Errorf("%d %d: %q ends otherwise", column, width, got)
			}
			if n := strings.Count(over, "\x1b]8;;"); n != 2 {
				t.Errorf("%d %d: %d links in %q", column, width, n, over)
			}
		}
	}
	if got := PaintOver(line, []Over{{3, 2, "\x1b[7m", ""}}); got != "a \x1b[1mb\x1b[m\x1b[7mol\x1b[m\x1b[1md\x1b[m "+line[len("a \x1b[1mbold\x1b[m "):] {
		t.Errorf("%q", got)
	}
	if got := PaintOver(line, []Over{{12, 4, "\x1b[7m", ""}, {17, 1, "\x1b[7m", ""}}); ansi.Strip(got) != plain || !strings.Contains(got, "\x1b[7m東京\x1b[m \x1b[m\x1b[7mz\x1b[m") {
		t.Errorf("%q", got)
	}
}

// TestPaintOverStaysLinear checks that many parts on a line do not make it long.
func TestPaintOverStaysLinear(t *testing.T) {
	line := strings.Repeat("\x1b[1ma\x1b[m ", 100)
	var parts []Over
	for i := range 100 {
		parts = append(parts, Over{2 * i, 1, "\x1b[7m", ""})
	}
	if got := PaintOver(line, parts); len(got) > 4*len(line) {
		t.Errorf("%d bytes of %d", len(got), len(line))
	}
}
