package article

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed/markup"
	"dateline/ui/style"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const site = "https://example.org/"

func safe(raw string) markup.SafeHTML { return markup.Body{Raw: raw, Base: site}.Safe() }

// fewColors are the styles on a dark terminal with 16 colours, which are short.
var fewColors = style.Options{}.Theme(style.Terminal{Dark: true, Known: true, Depth: style.Colors16}).Article

// full returns the options that show everything.
func full(width int) Options {
	return Options{Width: width, Style: fewColors, Colors: true, Links: true}
}

// TestGolden compares renderings with the golden files. They hold every line as it goes
// to the terminal, with ␛ for ESC, and the numbered links below.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.html")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{40, 76} {
			r := Render(safe(string(raw)), Options{Width: width, Style: fewColors, Colors: true})
			got := strings.ReplaceAll(strings.Join(texts(r.Lines), "\n"), "\x1b", "␛") + "\n\n"
			for _, l := range r.Links {
				got += fmt.Sprintf("%d %s %q\n", l.N, l.URL, l.Text)
			}
			compare(t, fmt.Sprintf("%s.%d.txt", strings.TrimSuffix(file, ".html"), width), got)
		}
	}
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	a, b := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Errorf("%s:%d:\n got %s\nwant %s", golden, i+1, a[i], b[i])
			return
		}
	}
	t.Errorf("%s: %d lines, want %d", golden, len(a), len(b))
}

// TestEveryWidthKeepsTheText checks at several widths that no line is too wide, none has
// trailing spaces, each ends unstyled, and the whole text is there.
func TestEveryWidthKeepsTheText(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.html")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		h := safe(string(raw))
		for _, width := range []int{8, 9, 13, 20, 33, 57, 120} {
			checkLines(t, fmt.Sprint(file, " at ", width), h, width)
		}
	}
}

// checkLines checks what holds for every rendering.
func checkLines(t *testing.T, name string, h markup.SafeHTML, width int) {
	t.Helper()
	r := Render(h, full(width))
	lines := texts(r.Lines)
	var shown strings.Builder
	for i, line := range lines {
		plain := ansi.Strip(line)
		shown.WriteString(plain)
		if w := ansi.StringWidth(line); w > width {
			t.Errorf("%s: line %d is %d wide: %q", name, i, w, plain)
		}
		if strings.TrimRight(plain, " ") != plain {
			t.Errorf("%s: line %d has trailing spaces: %q", name, i, line)
		}
		if strings.LastIndex(line, "\x1b[m") < strings.LastIndex(line, "\x1b[") {
			t.Errorf("%s: line %d ends styled: %q", name, i, line)
		}
		if plain == "" && (i == 0 || i == len(lines)-1 || ansi.Strip(lines[i-1]) == "" && r.Lines[min(i+1, len(lines)-1)].Kind != Heading) {
			t.Errorf("%s: needless empty line %d", name, i)
		}
	}
	want, got := letters(markup.Body{Raw: h.String()}.Text()), letters(shown.String())
	for r, n := range want {
		if got[r] < n {
			t.Errorf("%s: %d of %d %q", name, got[r], n, r)
		}
	}
}
