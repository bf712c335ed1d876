package gallery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	stdimage "image"
	"image/png"
	"testing"

	"dateline/ui/article"
	"dateline/ui/image"
)

// fakeScreen counts what the terminal keeps.
type fakeScreen map[uint32]int

func (s fakeScreen) Keep(id uint32, _ [][]byte, _, _ []byte) { s[id]++ }
func (s fakeScreen) Remove(id uint32)                        { s[id]-- }

// lines returns an article of n paragraphs of three lines. Each fifth describes a picture.
func lines(n int) (out []article.Line) {
	for b := range n {
		for row := range 3 {
			l := article.Line{Text: fmt.Sprintf("%d.%d", b, row), Block: int32(b + 1), Kind: article.Paragraph}
			if b%5 == 2 && row == 0 {
				l.Pictures = []article.Picture{{URL: fmt.Sprintf("https://a.example/%d.png", b)}}
			}
			out = append(out, l)
		}
		out = append(out, article.Line{})
	}
	return out
}

func testPicture(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, stdimage.NewRGBA(stdimage.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// load runs all jobs that are planned for a place.
func load(g *Gallery, s Screen, shown []article.Line, first, height int, fetch Fetch) (n int) {
	for {
		jobs := g.Plan(shown, first, height)
		if len(jobs) == 0 {
			return n
		}
		for _, j := range jobs {
			n++
			g.Take(s, j.Run(fetch))
		}
	}
}

// TestSeenPicturesKeepTheirRows protects the place of the reader: the rows of a picture that
// is seen change only when they may, those above and below at once.
func TestSeenPicturesKeepTheirRows(t *testing.T) {
	s, g, plain := fakeScreen{}, New(nil), lines(40)
	data := testPicture(t, 400, 300)
	fetch := func(context.Context, string) ([]byte, func(), error) { return data, func() {}, nil }
	g.Open(t.Context(), s, plain)
	g.SetRoom(s, image.Terminal{Protocol: image.Kitty}, Room{Measure: 76, Pane: 80, Height: 15})
	first, height := 27, 20 // the pictures are described on the lines 8, 28, 48 and so on
	if n := load(g, s, plain, first, height, fetch); n != 5 {
		t.Errorf("%d pictures are near", n)
	}
	if !g.Settle(plain, first, height, false) {
		t.Fatal("nothing changed")
	}
	shown := g.Insert(plain)
	if g.pictures[0].rows == 0 || g.pictures[1].rows != 0 || g.pictures[2].rows == 0 {
		t.Errorf("rows %d, %d, %d", g.pictures[0].rows, g.pictures[1].rows, g.pictures[2].rows)
	}
	if at := Anchor(plain, shown, first); shown[at].Text != plain[first].Text || at != first+g.pictures[0].rows {
		t.Errorf("line %d is %q", at, shown[at].Text)
	}
	if !g.Settle(shown, Anchor(plain, shown, first), height, true) || g.pictures[1].rows == 0 {
		t.Error("a picture that may move stays words")
	}
	g.Close(s)
	for id, n := range s {
		if n != 0 {
			t.Errorf("picture %d stays in the terminal", id)
		}
	}
}

// TestAnchor checks that a line stays the same line, whatever rows come and go.
func TestAnchor(t *testing.T) {
	plain := lines(20)
	more := func(rows int) []article.Line {
		return article.InsertPictures(plain, func(int, article.Picture, int) []string { return make([]string, rows) })
	}
	for _, a := range []int{0, 1, 4, 15} {
		for _, b := range []int{0, 1, 7} {
			before, after := more(a), more(b)
			for i, l := range before {
				at := Anchor(before, after, i)
				switch got := after[at]; {
				case l.Row.Picture == 0 && (got.Text != l.Text || got.Row.Picture != 0):
					t.Fatalf("line %d %q becomes %q", i, l.Text, got.Text)
				case l.Row.Picture > 0 && b > 0 && got.Row.Picture != l.Row.Picture:
					t.Fatalf("a row of picture %d becomes one of %d", l.Row.Picture, got.Row.Picture)
				}
			}
		}
	}
}

// TestStaleResultsAreDropped checks that what was loaded for another article or size is not
// sent, and that its number can be used again.
func TestStaleResultsAreDropped(t *testing.T) {
	s, g, plain := fakeScreen{}, New(nil), lines(20)
	data := testPicture(t, 40, 40)
	fetch := func(context.Context, string) ([]byte, func(), error) { return data, func() {}, nil }
	for range 300 {
		g.Open(t.Context(), s, plain)
		g.SetRoom(s, image.Terminal{Protocol: image.Kitty}, Room{Measure: 76, Pane: 80, Height: 15})
		jobs := g.Plan(plain, 0, 20)
		results := []Result{jobs[0].Run(fetch), jobs[1].Run(fetch)}
		if results[0].encoded == nil {
			t.Fatalf("no picture: %s", results[0].why)
		}
		g.Take(s, results[0])
		g.Close(s)
		if g.Take(s, results[1]) {
			t.Fatal("a picture of an article that was left is taken")
		}
	}
	for id, n := range s {
		if n != 0 {
			t.Errorf("picture %d stays in the terminal", id)
		}
	}
}

// TestMemoryIsBounded checks that pictures far from what is seen are dropped.
func TestMemoryIsBounded(t *testing.T) {
	s, g, plain := fakeScreen{}, New(nil), lines(60)
	g.Open(t.Context(), s, plain)
	for i := range g.pictures {
		g.pictures[i].encoded = &image.Encoded{Chunks: [][]byte{make([]byte, 2<<20)}}
		g.pictures[i].state = ready
	}
	g.Trim(s, plain, 100, 20)
	left := 0
	for i, p := range g.pictures {
		if p.encoded != nil {
			left++
		} else if at := 8 + 20*i; at > 90 && at < 130 {
			t.Errorf("picture %d near the reader is dropped", i)
		}
	}
	if left != maxMemory/(2<<20) {
		t.Errorf("%d pictures are left", left)
	}
}

// TestFailuresAreWords checks what stands in the place of a picture.
func TestFailuresAreWords(t *testing.T) {
	g, plain := New(nil), lines(5)
	g.SetRoom(nil, image.Terminal{Protocol: image.Blocks}, Room{Measure: 76, Pane: 80, Height: 15})
	for want, fetch := range map[string]Fetch{
		"no picture: a page instead of a picture": func(context.Context, string) ([]byte, func(), error) { return []byte("<html>"), func() {}, nil },
		"no picture: broken":                      func(context.Context, string) ([]byte, func(), error) { return nil, nil, errors.New("broken") },
		"2.0":                                     func(context.Context, string) ([]byte, func(), error) { return testPicture(t, 20, 20), func() {}, nil },
	} {
		g.Open(t.Context(), nil, plain)
		load(g, nil, plain, 0, 20, fetch)
		g.Settle(plain, 0, 20, true)
		if got := g.Insert(plain)[8].Text; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		g.Close(nil)
	}
}

// TestAParagraphOfPictures checks where thousands of pictures in one block stand. The time
// must not grow with the lines for each picture.
func TestAParagraphOfPictures(t *testing.T) {
	const n = 50_000
	for kind, want := range map[article.Kind]int{article.Paragraph: n, article.Table: 0} {
		plain := make([]article.Line, n, n+1)
		for i := range plain {
			plain[i] = article.Line{Block: 1, Kind: kind, Pictures: []article.Picture{{Column: 5}}}
		}
		plain = append(plain, article.Line{Block: 2, Kind: article.Paragraph})
		shown := article.InsertPictures(plain, func(int, article.Picture, int) []string { return []string{"x"} })
		if len(shown) != 2*n+1 || shown[want].Row.Picture != 1 || shown[want+n-1].Row.Picture != n {
			t.Errorf("kind %d: line %d of %d shows picture %d", kind, want, len(shown), shown[want].Row.Picture)
		}
	}
}
