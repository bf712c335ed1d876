package frame

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// fakeTerminal shows what a painter writes.
type fakeTerminal struct {
	cells [][]rune
	x, y  int
}

func newFakeTerminal(w, h int) *fakeTerminal {
	g := &fakeTerminal{cells: make([][]rune, h)}
	for y := range g.cells {
		g.cells[y] = []rune(strings.Repeat("?", w))
	}
	return g
}

var control = regexp.MustCompile(`^\x1b\[(\??[0-9;]*)([A-Za-z])|^\x1b\]8;[^\a\x1b]*(\a|\x1b\\)`)

func (g *fakeTerminal) Write(b []byte) (int, error) {
	for s := string(b); s != ""; {
		if m := control.FindStringSubmatch(s); m != nil {
			g.apply(m[1], m[2])
			s = s[len(m[0]):]
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		if g.x < len(g.cells[g.y]) {
			g.cells[g.y][g.x] = r
			g.x++
		}
		s = s[n:]
	}
	return len(b), nil
}

func (g *fakeTerminal) apply(number, verb string) {
	row := g.cells[g.y]
	n, _ := strconv.Atoi(number)
	switch verb {
	case "H":
		fmt.Sscanf(number, "%d;%d", &g.y, &g.x)
		g.x, g.y = g.x-1, g.y-1
	case "K":
		from := g.x
		if n == 2 {
			from = 0
		}
		for x := from; x < len(row); x++ {
			row[x] = ' '
		}
	case "X":
		for x := g.x; x < g.x+n; x++ {
			row[x] = ' '
		}
	}
}

func (g *fakeTerminal) text() string {
	var lines []string
	for _, row := range g.cells {
		lines = append(lines, string(row))
	}
	return strings.Join(lines, "\n")
}

var styles = regexp.MustCompile(`\x1b\[[0-9;]*m|\x1b\]8;[^\a]*\a`)

// randomRow returns a row of one or two pieces. Some have an ambiguous width.
func randomRow(rnd *rand.Rand, w int) Row {
	words := []string{"plain", "\x1b[1mbold\x1b[m", "", "ünï", "देव", "\x1b]8;;https://a.example\a\x1b[4mlink\x1b]8;;\a\x1b[m", "\x1b[38;5;246mdim  \x1b[m"}
	fill := func(x, w int) Piece {
		text := words[rnd.IntN(len(words))]
		return Piece{X: x, Text: text + strings.Repeat(" ", w-utf8.RuneCountInString(styles.ReplaceAllString(text, "")))}
	}
	if rnd.IntN(8) == 0 {
		return Row{fill(0, w)}
	}
	return Row{fill(0, w/2), fill(w/2, w-w/2)}
}

// TestTheScreenShowsTheFrame protects what the user sees: the terminal shows the last
// frame and nothing of the frames before.
func TestTheScreenShowsTheFrame(t *testing.T) {
	const w, h = 24, 6
	rnd := rand.New(rand.NewPCG(1, 2))
	g := newFakeTerminal(w, h)
	p := NewPainter(g, "")
	if _, err := p.Write([]byte(screenUp)); err != nil {
		t.Fatal(err)
	}
	f := Frame{Rows: make([]Row, h)}
	for n := range 2000 {
		rows := make([]Row, h)
		for y := range rows {
			if rows[y] = f.Rows[y]; n == 0 || rnd.IntN(3) == 0 {
				rows[y] = randomRow(rnd, w)
			}
		}
		f.Rows = rows
		p.Show(f)
		p.paint(p.nextFrame())
		want := styles.ReplaceAllString(strings.Join(Lines(rows), "\n"), "")
		if got := g.text(); got != want {
			t.Fatalf("frame %d shows\n%s\nwant\n%s", n, got, want)
		}
	}
}

// TestOnlyWhatChangedIsPainted protects slow connections and the processor: only the
// pieces that differ are written.
func TestOnlyWhatChangedIsPainted(t *testing.T) {
	var out bytes.Buffer
	p := NewPainter(&out, "")
	p.Write([]byte(screenUp))
	paint := func(right string) string {
		out.Reset()
		p.Show(Frame{Rows: []Row{{{X: 0, Text: "left "}, {X: 5, Text: right}}, {{X: 0, Text: "second line"}}}})
		p.paint(p.nextFrame())
		return out.String()
	}
	paint("right")
	if got := paint("right"); got != "" {
		t.Errorf("the same frame again writes %q", got)
	}
	if got := paint("other"); got != "\x1b[1;6Hother" {
		t.Errorf("a changed piece writes %q", got)
	}
	p.EnableSync()
	if got := paint("third"); got != "\x1b[?2026h\x1b[1;6Hthird\x1b[?2026l" {
		t.Errorf("a terminal that shows frames at once gets %q", got)
	}
	p.Write([]byte("\x1b[H" + erased))
	if got := paint("third"); !strings.Contains(got, "second line") {
		t.Errorf("after the screen was erased only %q is painted", got)
	}
}

// TestNothingIsPaintedOutsideTheScreen protects the shell: nothing is painted before the
// alternate screen is up and after it was closed.
func TestNothingIsPaintedOutsideTheScreen(t *testing.T) {
	var out bytes.Buffer
	p := NewPainter(&out, "")
	p.Show(Frame{Rows: Whole([]string{"early"}), Cursor: &Point{2, 0}})
	if p.paint(p.nextFrame()) || out.Len() > 0 {
		t.Errorf("before the screen is up: %q", out.String())
	}
	p.Write([]byte(screenUp))
	if !p.paint(p.nextFrame()) {
		t.Error("a frame that was painted does not count, and the next one would follow it too closely")
	}
	if p.paint(p.nextFrame()) {
		t.Error("a frame that changed nothing counts, and the next one would wait for it")
	}
	if got := out.String(); !strings.Contains(got, "early") || !strings.HasSuffix(got, "\x1b[1;3H\x1b[?25h") {
		t.Errorf("with the screen up: %q", got)
	}
	p.Write([]byte("\x1b[60d" + screenDown))
	out.Reset()
	p.Show(Frame{Rows: Whole([]string{"late"})})
	p.paint(p.nextFrame())
	if out.Len() > 0 {
		t.Errorf("after the screen went down: %q", out.String())
	}
}

// TestOnlyColoursAndLinksPass protects the terminal from control sequences that were not
// removed from a feed.
func TestOnlyColoursAndLinksPass(t *testing.T) {
	for text, want := range map[string]string{
		"plain ünï 文字":                               "plain ünï 文字",
		"\x1b[1mbold\x1b[m":                          "\x1b[1mbold\x1b[m",
		"\x1b]8;;https://a.example\aL\x1b]8;;\x1b\\": "\x1b]8;;https://a.example\aL\x1b]8;;\x1b\\",
		"a\x1b]52;c;aGk=\ab":                         "a]52;c;aGk=b",
		"a\x1b[2Jb\x1bPq\x1b\\":                      "a[2JbPq\\",
		"a\u009bb\u0090c\rd\ne\x7f\x00":              "abcde",
		"a\x9bb\xffc":                                "abc",
		"\x1b]8;;x\nrm":                              "]8;;xrm",
	} {
		if got := removeControls(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// TestBefore checks that a frame is painted after the function of Before has returned, and
// that a frame that is set meanwhile waits for its own call.
func TestBefore(t *testing.T) {
	waiting, free := make(chan bool), make(chan bool)
	out := make(chan string, 10)
	p := NewPainter(writerFunc(func(b []byte) (int, error) { out <- string(b); return len(b), nil }), "")
	p.Before(func() { waiting <- true; <-free })
	go p.Run()
	defer p.Close()
	fmt.Fprint(p, screenUp)
	<-out
	for _, text := range []string{"one", "two"} {
		p.Show(Frame{Rows: Whole([]string{text})})
		<-waiting
		select {
		case b := <-out:
			t.Errorf("%q is painted before the wait is over", b)
		default:
		}
		if text == "one" {
			p.Show(Frame{Rows: Whole([]string{"meanwhile"})})
		}
		free <- true
		if b := <-out; !strings.Contains(b, text) {
			t.Errorf("%q is painted, not %s", b, text)
		}
		if text == "one" {
			<-waiting
			free <- true
			if b := <-out; !strings.Contains(b, "meanwhile") {
				t.Errorf("%q is painted", b)
			}
		}
	}
}

// writerFunc is a writer that calls a function.
type writerFunc func(b []byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// TestTheCursorStandsWhereTheFrameSays protects readers of braille lines: the cursor is at its place
// after each frame and after everything else that is written, also while it is hidden.
func TestTheCursorStandsWhereTheFrameSays(t *testing.T) {
	g := newFakeTerminal(24, 6)
	p := NewPainter(g, "")
	write := func(s string) {
		t.Helper()
		if _, err := p.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	write(screenUp)
	row := strings.Repeat("x", 24)
	f := Frame{Rows: []Row{{{Text: row}}, {{Text: row}}}, Cursor: &Point{3, 1}, HideCursor: true}
	check := func(when string) {
		t.Helper()
		p.Show(f)
		p.paint(p.nextFrame())
		if g.x != f.Cursor.X || g.y != f.Cursor.Y || p.cursor == f.HideCursor {
			t.Errorf("%s the cursor is at %d,%d (shown: %v), want %v", when, g.x, g.y, p.cursor, *f.Cursor)
		}
	}
	check("at first")
	f.Rows = []Row{{{Text: strings.Repeat("y", 24)}}, {{Text: row}}}
	check("after a change")
	write("\x1b[5;9H")
	check("after another writer")
	f.Cursor = &Point{7, 0}
	check("after a move")
	f.HideCursor = false
	check("in a prompt")
	f.HideCursor = true
	check("after the prompt")
}
