package ui

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	stdimage "image"
	stdcolor "image/color"
	"image/png"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/ui/article"
	"dateline/ui/frame"
)

// testPictures is a server of pictures in memory.
type testPictures struct {
	mode  string
	mu    sync.Mutex
	asked []string
	// data are the pictures by the end of their address.
	data map[string][]byte
	// held are released when the test ends; before, these addresses do not answer.
	held chan struct{}
}

type wordError string

func (e wordError) Error() string       { return "an error" }
func (e wordError) PictureWord() string { return string(e) }

func (p *testPictures) Mode(string) string { return p.mode }

func (p *testPictures) Fetch(ctx context.Context, _, address string) ([]byte, func(), error) {
	p.mu.Lock()
	p.asked = append(p.asked, address)
	p.mu.Unlock()
	name := address[strings.LastIndexByte(address, '/')+1:]
	if name == "slow.png" {
		select {
		case <-p.held:
		case <-ctx.Done():
			return nil, nil, wordError("stopped")
		}
	}
	b, ok := p.data[name]
	if !ok {
		return nil, nil, wordError("the server answers 404")
	}
	return b, func() {}, nil
}

// testPNG returns a picture of two colours.
func testPNG(t testing.TB, w, h int) []byte {
	t.Helper()
	m := stdimage.NewRGBA(stdimage.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, stdcolor.RGBA{uint8(255 * x / w), uint8(255 * y / h), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	photoItem = `<p>` + longText + `</p><p><img src="https://p.example/stair.png" alt="A steep stair" width="400" height="300"></p><p>` + longText + `</p>
<p><img src="https://p.example/missing.png" alt="Not there"></p><p><img src="https://p.example/page.html" alt="A page"></p><p>` + longText + `</p>
<p>` + longText + `</p><p><img src="https://p.example/late.png" alt="Far below"></p><p>The end.</p>`
	longText = `Every few years somebody asks me why I still keep a log of the temperature in my cellar. The short answer is that the log is
older than I am. The long answer is this article, and it begins with a thermometer and a school exercise book in which two numbers a day were written down
from the autumn of the year of the great storm on, by four people of whom one is still alive and well and keeps the habit with the very same thermometer.`
)

// pictureScreen opens a screen on an article with pictures.
func pictureScreen(t *testing.T, mode, protocol string, change ...func(*Deps)) (*screen, *testPictures) {
	p := &testPictures{mode: mode, held: make(chan struct{}), data: map[string][]byte{
		"stair.png": testPNG(t, 400, 300), "late.png": testPNG(t, 300, 300), "page.html": []byte("<!doctype html><title>no</title>"), "slow.png": testPNG(t, 200, 200),
		"comic.png": testPNG(t, 300, 900), "strip.png": testPNG(t, 1600, 400),
	}}
	s := newScreen(t, 100, 40, func(d *Deps, f *fakeSource) {
		d.Pictures, d.PictureDir, d.Settings.ImageProtocol = p, t.TempDir(), protocol
		d.Settings.Layout = "single"
		for _, c := range change {
			c(d)
		}
		now := f.clock.now()
		f.subs = []feed.Subscription{{URL: natoURL, Name: "Photos"}}
		cellar := testItem("The cellar book", now.Add(-time.Hour), photoItem)
		cellar.Words = 300
		f.docs = map[string]*feed.Document{natoURL: testDoc("Photos", "", "https://p.example/", []feed.Article{
			cellar,
			testItem("A comic", now.Add(-2*time.Hour), `<p><img src="https://p.example/comic.png" alt="Three panels" title="The joke"></p>`),
			testItem("A strip", now.Add(-3*time.Hour), `<p><img src="https://p.example/strip.png" alt="Four panels"></p>`),
			testItem("Words alone", now.Add(-4*time.Hour), `<p>No picture.</p>`),
			testItem("Inside", now.Add(-5*time.Hour), `<p><img alt="inside" src="data:image/png;base64,`+base64.StdEncoding.EncodeToString(testPNG(t, 80, 80))+`"></p>`),
		})}
	})
	s.press("g", "u", "enter")
	return s, p
}

// rowsOf returns how many lines of the article pane show a part of a picture.
func rowsOf(s *screen) (n int) {
	s.text()
	for y := range s.m.article.Height {
		if s.m.pictures.cells(y) != nil {
			n++
		}
	}
	return n
}

// TestPicturesAreAskedFor protects privacy: nothing is fetched before the key, and then only
// what is near.
func TestPicturesAreAskedFor(t *testing.T) {
	s, p := pictureScreen(t, "ask", "blocks")
	s.expect("A steep stair")
	if len(p.asked) > 0 {
		t.Fatalf("unasked, %v was fetched", p.asked)
	}
	s.press("z", "i")
	if n := rowsOf(s); n != 15 {
		t.Errorf("%d rows show a picture:\n%s", n, s.text())
	}
	s.expect("▀▀▀▀▀▀▀▀▀▀▀▀", "A steep stair")
	s.expectWidth()
	s.press("j", "j", "j", "j", "j", "j", "j", "j")
	s.expect("no picture: the server answers 404", "no picture: a page instead of a picture")
	s.press("g", "g")
	s.press("z", "i")
	s.expect("pictures hidden; zi shows them", "A steep stair")
	s.expectNot("▀", "no picture")
	before := len(p.asked)
	s.press("z", "i")
	s.expect("▀▀▀▀▀▀▀▀▀▀▀▀")
	for _, a := range p.asked[before:] {
		if strings.HasSuffix(a, "stair.png") || strings.HasSuffix(a, "late.png") {
			t.Errorf("%s is fetched again, though it is on the disk", a)
		}
	}
}

// TestImagesOption checks the words of the option.
func TestImagesOption(t *testing.T) {
	s, p := pictureScreen(t, "off", "blocks")
	s.press("z", "i")
	s.expect(`this feed's pictures are off`)
	if len(p.asked) > 0 {
		t.Errorf("switched off, %v was fetched", p.asked)
	}
	s, p = pictureScreen(t, "always", "blocks")
	if len(p.asked) == 0 || rowsOf(s) == 0 {
		t.Errorf("without a key %v was fetched:\n%s", p.asked, s.text())
	}
	s.press("G", "J", "J", "J", "z", "i")
	s.expect("this article has no pictures")
	s, _ = pictureScreen(t, "ask", "off")
	s.press("z", "i")
	s.expect("pictures are off; image_protocol in the configuration turns them on")
	s, _ = pictureScreen(t, "ask", "auto")
	s.press("z", "i")
	s.expect("this terminal shows no pictures")
}

// TestColorsAreEnoughForPictures checks that half blocks are shown in a terminal that has nothing but
// enough colours.
func TestColorsAreEnoughForPictures(t *testing.T) {
	for _, profile := range []string{"ANSI", "ANSI256", "TrueColor"} {
		s, _ := pictureScreen(t, "ask", "auto")
		var msg tea.ColorProfileMsg
		for msg.Profile.String() != profile {
			msg.Profile++
		}
		s.send(msg)
		s.press("z", "i")
		if got := rowsOf(s) > 0; got != (profile != "ANSI") {
			t.Errorf("with %s pictures are shown: %v\n%s", profile, got, s.text())
		}
		if got := s.m.pictures.terminal().Palette; got != (profile == "ANSI256") {
			t.Errorf("with %s half blocks are limited to 256 colours: %v", profile, got)
		}
	}
}

// TestPicturesDoNotMoveTheText protects the reader's place: pictures above it, showing and
// hiding, and another size of the screen leave it.
func TestPicturesDoNotMoveTheText(t *testing.T) {
	s, _ := pictureScreen(t, "ask", "blocks")
	first := func() string {
		lines := strings.Split(s.text(), "\n")
		return strings.TrimSpace(lines[0])
	}
	for range 13 {
		s.press("j")
	}
	was := first()
	if len(was) < 20 {
		t.Fatalf("the first line is %q", was)
	}
	s.press("z", "i")
	if got := first(); got != was {
		t.Errorf("showing pictures turns %q into %q", was, got)
	}
	s.press("z", "i")
	if got := first(); got != was {
		t.Errorf("hiding pictures turns %q into %q", was, got)
	}
	s.press("z", "i", "j", "k")
	if got := first(); got != was {
		t.Errorf("moving down and up with pictures turns %q into %q", was, got)
	}
	for range 60 {
		s.press("k")
	}
	if n := rowsOf(s); n != 15 {
		t.Errorf("%d rows at the top", n)
	}
	s.send(tea.WindowSizeMsg{Width: 60, Height: 24})
	s.expectWidth()
	if rowsOf(s) == 0 {
		t.Errorf("another size shows no picture:\n%s", s.text())
	}
}

// TestColoringKeepsPlace checks that nothing moves below pictures when code is coloured late, or
// when the whole text is laid out again in other colours.
func TestColoringKeepsPlace(t *testing.T) {
	s, _ := pictureScreen(t, "ask", "blocks")
	s.press("z", "i")
	for _, down := range []int{5, 30} { // in the picture, and below it
		s.m.article.Scroll(down - s.m.article.Top)
		s.press("z")
		s.press("esc")
		before, a := s.text(), &s.m.article
		line := len(a.plain) - 1
		recolored := slices.Clone(a.plain[line:])
		recolored[0].Text = "\x1b[1mThe end.\x1b[m"
		s.send(articleLoaded{key: a.key, loading: a.loading, piece: article.Piece{At: line, Lines: recolored, Whole: true}})
		if s.text() != before {
			t.Errorf("at %d the text has moved:\n%s\nbefore:\n%s", down, s.text(), before)
		}
		if got := a.Lines[len(a.Lines)-1].Text; got != recolored[0].Text {
			t.Errorf("the last line is shown as %q", got)
		}
	}
	before, a := s.text(), &s.m.article
	s.send(articleLoaded{key: a.key, loading: a.loading, replace: true, piece: article.Piece{Lines: slices.Clone(a.plain), Links: a.links, Whole: true}})
	if s.text() != before {
		t.Errorf("laid out again, the text has moved:\n%s\nbefore:\n%s", s.text(), before)
	}
}

// TestComics checks that a comic may take the pane, and a strip its width.
func TestComics(t *testing.T) {
	s, _ := pictureScreen(t, "ask", "blocks")
	s.press("J", "z", "i")
	s.expect("A comic", "Three panels")
	if n := rowsOf(s); n < 30 {
		t.Errorf("a comic takes %d rows:\n%s", n, s.text())
	}
	s.press("J", "z", "i")
	s.expect("Four panels", strings.Repeat("▀", 84))
	s.expectWidth()
}

// TestPictureProgress checks that the status line says what is fetched, and that Esc stops
// it.
func TestPictureProgress(t *testing.T) {
	s, p := pictureScreen(t, "ask", "blocks")
	defer close(p.held)
	s.m.pictures.on, s.m.pictures.item = true, s.m.article.ID
	s.m.pictures.follow() // the jobs are not run
	s.expect("fetching 3 pictures… Esc stops", "fetching the picture")
	s.press("esc")
	s.expect("stopped; no pictures, zi fetches them")
	s.expectNot("fetching the picture")
}

var kittyCommand = regexp.MustCompile(`\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\`)

// kittyTerminal runs a screen with a painter and returns what it writes.
func kittyTerminal(t *testing.T, s *screen) *lockedBuffer {
	out := &lockedBuffer{}
	s.m.painter = frame.NewPainter(out, knownSymbols())
	go s.m.painter.Run()
	t.Cleanup(s.m.painter.Close)
	fmt.Fprint(s.m.painter, "\x1b[?1049h")
	return out
}

// lockedBuffer is a buffer for two goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// waitFor waits until a condition holds.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 500 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s did not happen", what)
}

// sentAndDeleted returns the numbers of the pictures that were sent to kitty, and how often
// each was deleted.
func sentAndDeleted(t *testing.T, out string) (sent map[int]int, deleted map[int]int) {
	t.Helper()
	sent, deleted = map[int]int{}, map[int]int{}
	for _, m := range kittyCommand.FindAllStringSubmatch(out, -1) {
		options := map[string]string{}
		for _, o := range strings.Split(m[1], ",") {
			k, v, _ := strings.Cut(o, "=")
			options[k] = v
		}
		id, _ := strconv.Atoi(options["i"])
		switch options["a"] {
		case "T":
			sent[id]++
		case "d":
			deleted[id]++
		}
		if len(m[2]) > 4096 {
			t.Errorf("a chunk of %d bytes", len(m[2]))
		}
	}
	return sent, deleted
}

// TestKittyLeavesNothing protects the terminal: every picture that was sent is deleted when
// the article is left, the terminal is lent, the size changes, and at the end.
func TestKittyLeavesNothing(t *testing.T) {
	s, _ := pictureScreen(t, "ask", "kitty")
	out := kittyTerminal(t, s)
	s.press("z", "i")
	waitFor(t, "sending", func() bool { sent, _ := sentAndDeleted(t, out.String()); return len(sent) > 0 })
	if !strings.Contains(out.String(), "\U0010eeee\u0305\u0305") {
		t.Error("no placeholder was painted")
	}
	check := func(when string) {
		t.Helper()
		waitFor(t, "deleting after "+when, func() bool {
			sent, deleted := sentAndDeleted(t, out.String())
			for id, n := range sent {
				if deleted[id] < n {
					return false
				}
			}
			return len(sent) > 0
		})
	}
	s.press("J")
	check("leaving")
	s.press("z", "i")
	count := func() (n int) {
		sent, _ := sentAndDeleted(t, out.String())
		for _, k := range sent {
			n += k
		}
		return n
	}
	waitFor(t, "sending another", func() bool { return count() >= 2 })
	before := count()
	fmt.Fprint(s.m.painter, "\x1b[?1049l")
	check("suspending")
	fmt.Fprint(s.m.painter, "\x1b[?1049h")
	waitFor(t, "sending again", func() bool { return count() > before })
	before = count()
	s.send(tea.WindowSizeMsg{Width: 70, Height: 30})
	waitFor(t, "sending another size", func() bool { return count() > before })
	s.press("z", "i")
	check("hiding")
	fmt.Fprint(s.m.painter, "\x1b[?1049l")
	check("the end")
}

// TestPictureMemory checks that pictures are dropped with their article.
func TestPictureMemory(t *testing.T) {
	s, _ := pictureScreen(t, "ask", "blocks")
	s.press("z", "i")
	if rowsOf(s) == 0 {
		t.Fatal("no picture")
	}
	s.press("J")
	if s.m.pictures.on || rowsOf(s) != 0 {
		t.Error("the next article has pictures, unasked")
	}
	s.press("K")
	s.expectNot("▀")
}

// TestDataPicture checks that a picture within its address needs no request.
func TestDataPicture(t *testing.T) {
	s, p := pictureScreen(t, "ask", "blocks")
	s.press("J", "J", "J", "J", "z", "i")
	if rowsOf(s) == 0 || len(p.asked) > 0 {
		t.Errorf("%v was asked for: %s\n%s", p.asked, s.m.pictures.cannot(), s.text())
	}
}

// panickingPictures is a server of pictures of which only the last can be fetched.
type panickingPictures struct{ *testPictures }

func (p panickingPictures) Fetch(ctx context.Context, feed, address string) ([]byte, func(), error) {
	if !strings.HasSuffix(address, "late.png") {
		panic("no such pixel")
	}
	return p.testPictures.Fetch(ctx, feed, address)
}

// TestAPanicCostsOnePicture checks that the others are loaded, also if as many panic as are
// loaded at the same time.
func TestAPanicCostsOnePicture(t *testing.T) {
	recorded := 0
	s, _ := pictureScreen(t, "ask", "blocks", func(d *Deps) {
		d.Pictures, d.Crashed = panickingPictures{d.Pictures.(*testPictures)}, func(*feed.PanicError) { recorded++ }
	})
	s.press("z", "i")
	s.expect("no picture: an internal error")
	s.press("G")
	if recorded != 3 || s.m.pictures.gallery.Loading() != 0 || rowsOf(s) == 0 {
		t.Errorf("%d panics were recorded, %d pictures are being loaded:\n%s", recorded, s.m.pictures.gallery.Loading(), s.text())
	}
}
