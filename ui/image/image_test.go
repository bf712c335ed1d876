package image

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/sixel"
)

// gradient returns a picture in which each pixel differs from its neighbours.
func gradient(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8(x + y), 255})
		}
	}
	return m
}

func encoded(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withSize returns a PNG that says that it has another size.
func withSize(b []byte, w, h uint32) []byte {
	b = bytes.Clone(b)
	for i, v := range []uint32{w, h} {
		for j := range 4 {
			b[16+4*i+j] = byte(v >> (24 - 8*j))
		}
	}
	sum := crc32.ChecksumIEEE(b[12:29])
	for j := range 4 {
		b[29+j] = byte(sum >> (24 - 8*j))
	}
	return b
}

// TestDecodeRefuses protects memory: what is no picture, or too large a one, is a word.
func TestDecodeRefuses(t *testing.T) {
	small := encoded(t, gradient(40, 40))
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"page":            {[]byte("<!doctype html><html>not found"), ErrPage},
		"JSON":            {[]byte(`{"error": 404}`), ErrPage},
		"SVG":             {[]byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">`), ErrSVG},
		"AVIF":            {append([]byte("\x00\x00\x00\x20ftypavif"), make([]byte, 40)...), ErrAVIF},
		"unknown":         {[]byte("BM\x00\x00 something else"), ErrUnknown},
		"empty":           {nil, ErrUnknown},
		"30,000 squared":  {withSize(small, 30000, 30000), ErrTooLarge},
		"a long side":     {withSize(small, 16385, 40), ErrTooLarge},
		"many pixels":     {withSize(small, 5000, 5000), ErrTooLarge},
		"cut off":         {small[:len(small)/2], ErrBroken},
		"pixel":           {encoded(t, gradient(1, 1)), ErrTooSmall},
		"31 pixels":       {encoded(t, gradient(400, 31)), ErrTooSmall},
		"too many bytes":  {make([]byte, MaxBytes+1), ErrTooLarge},
		"signature alone": {[]byte("\x89PNG\r\n\x1a\n"), ErrBroken},
	} {
		if _, err := Decode(t.Context(), c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Decode(ended, small); !errors.Is(err, ErrTooSlow) {
		t.Errorf("after the time limit: %v", err)
	}
}

// TestDecodeFormats checks the formats, and that a moving picture is its first frame.
func TestDecodeFormats(t *testing.T) {
	var j, g bytes.Buffer
	if err := jpeg.Encode(&j, gradient(64, 48), nil); err != nil {
		t.Fatal(err)
	}
	frame := func(c uint8) *image.Paletted {
		p := image.NewPaletted(image.Rect(0, 0, 64, 48), color.Palette{color.Gray{c}, color.Gray{1}})
		return p
	}
	if err := gif.EncodeAll(&g, &gif.GIF{Image: []*image.Paletted{frame(200), frame(10)}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	// A lossless WebP of 64x48 equal pixels.
	for name, data := range map[string][]byte{"jpeg": j.Bytes(), "gif": g.Bytes(), "png": encoded(t, gradient(64, 48))} {
		m, err := Decode(t.Context(), data)
		if err != nil || m.Bounds().Size() != (image.Point{X: 64, Y: 48}) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "gif" {
			if r, _, _, _ := m.At(0, 0).RGBA(); r>>8 != 200 {
				t.Errorf("gif: the first pixel is %d", r>>8)
			}
		}
	}
}

// TestDecodeNeverPanics feeds damaged pictures.
func TestDecodeNeverPanics(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var j bytes.Buffer
	if err := jpeg.Encode(&j, gradient(40, 40), nil); err != nil {
		t.Fatal(err)
	}
	for _, good := range [][]byte{encoded(t, gradient(40, 40)), j.Bytes()} {
		for range 300 {
			b := bytes.Clone(good)
			for range 1 + rnd.IntN(4) {
				b[rnd.IntN(len(b))] = byte(rnd.Uint32())
			}
			_, _ = Decode(t.Context(), b)
			orientation(b)
		}
	}
}

// TestOrientation checks that a photograph stands as its camera was held.
func TestOrientation(t *testing.T) {
	var j bytes.Buffer
	m := image.NewRGBA(image.Rect(0, 0, 80, 40))
	for y := range 40 {
		for x := range 80 {
			m.SetRGBA(x, y, color.RGBA{uint8(255 * (x / 40)), uint8(255 * (y / 20)), 0, 255})
		}
	}
	if err := jpeg.Encode(&j, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	for o, want := range map[byte][2]bool{1: {false, false}, 3: {true, true}, 6: {false, true}, 8: {true, false}} {
		exif := []byte("\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string([]byte{o}) + "\x00\x00\x00\x00\x00\x00")
		data := append(append([]byte("\xff\xd8"), exif...), j.Bytes()[2:]...)
		got, err := Decode(t.Context(), data)
		if err != nil {
			t.Fatal(o, err)
		}
		small := Scale(got, image.Point{X: 20, Y: 20})
		c := small.RGBAAt(2, 2)
		if red, green := c.R > 128, c.G > 128; red != want[0] || green != want[1] {
			t.Errorf("orientation %d: the first corner is %v", o, c)
		}
		if size := got.Bounds().Size(); (size.Y > size.X) != (o >= 5) {
			t.Errorf("orientation %d: %v", o, size)
		}
	}
}

// TestFit checks the limits of layout: proportions are kept, nothing is enlarged, small
// pictures are words.
func TestFit(t *testing.T) {
	for _, protocol := range []Protocol{Blocks, Kitty} {
		for _, cell := range []image.Point{{}, {X: 8, Y: 16}, {X: 10, Y: 20}, {X: 9, Y: 18}, {X: 20, Y: 41}} {
			term := Terminal{Protocol: protocol, Cell: cell}
			real := term.cell()
			for _, n := range []image.Point{{X: 800, Y: 600}, {X: 3000, Y: 400}, {X: 400, Y: 3000}, {X: 33, Y: 33}, {X: 160, Y: 120}, {X: 740, Y: 250}, {X: 16000, Y: 40}} {
				s, ok := term.Fit(n, 76, 15)
				if !ok || s.Columns < 1 || s.Rows < 1 || s.Columns > 76 || s.Rows > 15 {
					t.Errorf("%v in cells of %v takes %v", n, real, s)
					continue
				}
				if s.Columns*real.X > n.X+real.X || s.Rows*real.Y > n.Y*104/100+1 && s.Rows > 1 {
					t.Errorf("%v in cells of %v is enlarged to %v", n, real, s)
				}
				aspect := float64(s.Columns*real.X) / float64(s.Rows*real.Y) / (float64(n.X) / float64(n.Y))
				if s.Rows > 3 && s.Columns > 12 && (aspect < 0.94 || aspect > 1.06) {
					t.Errorf("%v in cells of %v takes %v, which changes its proportions by %.2f", n, real, s, aspect)
				}
			}
		}
	}
	for _, n := range []image.Point{{X: 31, Y: 400}, {X: 400, Y: 31}, {}} {
		if s, ok := (Terminal{}).Fit(n, 76, 15); ok {
			t.Errorf("%v takes %v", n, s)
		}
	}
	if s, ok := (Terminal{Cell: image.Point{X: 2, Y: 4}}).Fit(image.Point{X: 9000, Y: 9000}, 1000, 1000); !ok || s.Columns > maxCells || s.Rows > maxCells {
		t.Errorf("more cells than kitty has numbers for: %v", s)
	}
}

var apc = regexp.MustCompile(`^\x1b_G([^;\x1b]*)(?:;([A-Za-z0-9+/=]*))?\x1b\\$`)

// TestKitty checks the bytes for kitty: chunks of at most 4 KB that are a PNG of the right
// size, and cells that say which part they show.
func TestKitty(t *testing.T) {
	for _, tmux := range []bool{false, true} {
		term := Terminal{Protocol: Kitty, Cell: image.Point{X: 8, Y: 16}, Tmux: tmux}
		size := Size{40, 12}
		id := NewIDs().Take()
		e, err := term.Encode(Scale(gradient(900, 600), term.Pixels(size)), size, id)
		if err != nil {
			t.Fatal(err)
		}
		var payload strings.Builder
		for i, c := range e.Chunks {
			s := unwrapped(t, tmux, string(c))
			m := apc.FindStringSubmatch(s)
			if m == nil || len(m[2]) > 4096 {
				t.Fatalf("chunk %d: %.80q", i, s)
			}
			payload.WriteString(m[2])
			options := "," + m[1] + ","
			if last := i == len(e.Chunks)-1; strings.Contains(options, ",m=1,") == last || !strings.Contains(options, ",q=2,") {
				t.Errorf("chunk %d of %d: %s", i, len(e.Chunks), m[1])
			}
			if want := ",a=T,U=1,f=100,q=2,i=" + strconv.Itoa(int(id)) + ",c=40,r=12,"; i == 0 && !strings.HasPrefix(options, want) {
				t.Errorf("the first chunk has %s", options)
			}
		}
		data, err := base64.StdEncoding.DecodeString(payload.String())
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(data))
		if err != nil || m.Bounds().Size() != (image.Point{X: 320, Y: 192}) {
			t.Errorf("%v: %v", m.Bounds(), err)
		}
		if len(e.Lines) != 12 || ansi.StringWidth(e.Lines[3]) != 40 || !strings.HasSuffix(e.Lines[3], "\x1b[m") {
			t.Errorf("%d lines, the fourth %d wide", len(e.Lines), ansi.StringWidth(e.Lines[3]))
		}
		if !strings.HasPrefix(e.Lines[3], "\x1b[38;5;"+strconv.Itoa(int(id&0xff))+"m\U0010eeee\u0310\u0305") {
			t.Errorf("the fourth line begins %.40q", e.Lines[3])
		}
		if got := unwrapped(t, tmux, string(term.Delete(id))); got != "\x1b_Ga=d,d=I,i="+strconv.Itoa(int(id))+",q=2\x1b\\" {
			t.Errorf("deleted by %q", got)
		}
	}
}

// unwrapped returns what tmux passes on.
func unwrapped(t *testing.T, tmux bool, s string) string {
	t.Helper()
	if !tmux {
		return s
	}
	inner, ok := strings.CutPrefix(s, "\x1bPtmux;")
	if !ok || !strings.HasSuffix(inner, "\x1b\\") {
		t.Fatalf("%.40q does not pass through tmux", s)
	}
	return strings.ReplaceAll(strings.TrimSuffix(inner, "\x1b\\"), "\x1b\x1b", "\x1b")
}

// TestIDs checks that a number is given out once until it is free.
func TestIDs(t *testing.T) {
	ids, seen := NewIDs(), map[uint32]bool{}
	for range 255 {
		id := ids.Take()
		if id == 0 || id&0xff == 0 || id>>24 == 0 || seen[id] {
			t.Fatalf("%x after %d others", id, len(seen))
		}
		seen[id] = true
	}
	if id := ids.Take(); id != 0 {
		t.Errorf("%x is given out twice", id)
	}
	for id := range seen {
		ids.Free(id)
		if got := ids.Take(); got != id {
			t.Errorf("%x, not %x", got, id)
		}
		break
	}
}

// TestStrips checks that each row of cells has a sequence of its own with the right pixels.
func TestStrips(t *testing.T) {
	size, cell := Size{20, 4}, image.Point{X: 8, Y: 16}
	m := Scale(gradient(400, 300), image.Point{X: 160, Y: 64})
	six, err := Terminal{Protocol: Sixel, Cell: cell}.Encode(m, size, 0)
	if err != nil || len(six.Strips) != 4 || len(six.Lines) != 4 || six.ID != 0 {
		t.Fatalf("%d strips: %v", len(six.Strips), err)
	}
	for i, s := range six.Strips {
		body, ok := strings.CutPrefix(string(s), "\x1bP0;1q")
		if body, ok2 := strings.CutSuffix(body, "\x1b\\"); !ok || !ok2 || strings.ContainsAny(body, "\x1b\n") {
			t.Fatalf("strip %d is no DCS: %.40q", i, s)
		} else if d, err := new(sixel.Decoder).Decode(strings.NewReader(body)); err != nil || d.Bounds().Dx() != 160 || d.Bounds().Dy() != 16 {
			t.Errorf("strip %d: %v %v", i, d.Bounds(), err)
		}
	}
	it, err := Terminal{Protocol: ITerm2, Cell: cell}.Encode(m, size, 0)
	if err != nil || len(it.Strips) != 4 {
		t.Fatalf("%d strips: %v", len(it.Strips), err)
	}
	for i, s := range it.Strips {
		head, content, _ := strings.Cut(strings.TrimSuffix(string(s), "\x07"), ":")
		data, err := base64.StdEncoding.DecodeString(content)
		if err != nil || !strings.HasPrefix(head, "\x1b]1337;File=") || !strings.Contains(head, "width=20;height=1;") || !strings.Contains(head, "inline=1") {
			t.Fatalf("strip %d: %q %v", i, head, err)
		}
		p, err := png.Decode(bytes.NewReader(data))
		if err != nil || p.Bounds().Size() != (image.Point{X: 160, Y: 16}) {
			t.Errorf("strip %d: %v", i, err)
		}
		if r, g, _, _ := p.At(80, 8).RGBA(); uint8(r>>8) != m.RGBAAt(80, i*16+8).R || uint8(g>>8) != m.RGBAAt(80, i*16+8).G {
			t.Errorf("strip %d shows other pixels", i)
		}
	}
}

// TestHalfBlocks checks the colours of half blocks.
func TestHalfBlocks(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 2, 2))
	for i, c := range []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {118, 118, 118, 255}} {
		m.SetRGBA(i%2, i/2, c)
	}
	if got, want := (Terminal{Protocol: Blocks}).halfBlocks(m), "\x1b[38;2;255;0;0m\x1b[48;2;0;0;255m▀\x1b[38;2;0;255;0m\x1b[48;2;118;118;118m▀\x1b[m"; len(got) != 1 || got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := (Terminal{Protocol: Blocks, Palette: true}).halfBlocks(m)[0], "\x1b[38;5;196m\x1b[48;5;21m▀\x1b[38;5;46m\x1b[48;5;243m▀\x1b[m"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestTransparentIsWhite protects drawings in black on nothing, which a dark terminal would
// hide.
func TestTransparentIsWhite(t *testing.T) {
	for _, n := range []int{40, 400} {
		m := Scale(image.NewRGBA(image.Rect(0, 0, n, n)), image.Point{X: 20, Y: 20})
		if c := m.RGBAAt(10, 10); c != (color.RGBA{255, 255, 255, 255}) {
			t.Errorf("%v", c)
		}
	}
}

// TestDetect checks which protocol is chosen by what terminals answer.
func TestDetect(t *testing.T) {
	for name, c := range map[string]struct {
		versions   []string
		attributes []int
		graphics   bool
		tmux       bool
		colors     bool
		want       Protocol
	}{
		"kitty":                   {[]string{"kitty(0.35.2)"}, []int{62}, true, false, true, Kitty},
		"an old kitty":            {[]string{"kitty(0.26.5)"}, []int{62}, true, false, true, Blocks},
		"ghostty":                 {[]string{"ghostty 1.1.3"}, []int{62, 22}, true, false, true, Kitty},
		"WezTerm":                 {[]string{"WezTerm 20240203-110809-5046fc22"}, []int{65, 4, 6}, true, false, true, ITerm2},
		"iTerm2":                  {[]string{"iTerm2 3.5.0"}, []int{62, 4}, false, false, true, ITerm2},
		"xterm -ti vt340":         {[]string{"XTerm(379)"}, []int{63, 1, 2, 4, 6}, false, false, true, Sixel},
		"xterm":                   {[]string{"XTerm(379)"}, []int{64, 1, 2, 6}, false, false, true, Blocks},
		"Konsole":                 {[]string{"Konsole 22.12.3"}, []int{62, 1, 4}, true, false, true, Blocks},
		"no name":                 {nil, []int{62, 4}, false, false, true, Sixel},
		"the class is no sixel":   {nil, []int{4}, false, false, true, Blocks},
		"16 colours":              {nil, []int{62}, false, false, false, None},
		"nothing":                 {nil, nil, false, false, true, Blocks},
		"tmux in kitty":           {[]string{"tmux 3.3a", "kitty(0.35.2)"}, []int{1, 2}, true, true, true, Kitty},
		"tmux without pass":       {[]string{"tmux 3.3a"}, []int{1, 2, 4}, false, true, true, Blocks},
		"tmux in Konsole":         {[]string{"Konsole 22.12.3"}, []int{1, 2}, true, true, true, Blocks},
		"tmux in an old Kitty":    {[]string{"kitty(0.20.0)"}, []int{1, 2}, true, true, true, Blocks},
		"tmux in WezTerm":         {[]string{"WezTerm 2024"}, []int{1, 2}, true, true, true, Blocks},
		"a version like no other": {[]string{"kitty"}, nil, true, false, true, Blocks},
	} {
		a := Answers{Tmux: c.tmux}
		for _, v := range c.versions {
			a.AddVersion(v)
		}
		a.AddAttributes(c.attributes)
		if c.graphics {
			a.AddGraphics(queryID)
		}
		if got := a.Protocol(c.colors); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// TestDiskCache checks that the cache keeps what was used last, for the user alone, and that
// it may be deleted at any time.
func TestDiskCache(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pictures")
	c := NewDiskCache(dir)
	c.max = 10_000
	key := func(n int) Key { return Key{Address: "https://a.example/" + strconv.Itoa(n), Limit: Size{76, 15}} }
	if _, ok := c.Get(key(0)); ok {
		t.Error("an empty cache has a picture")
	}
	for n := range 9 {
		c.Put(key(n), bytes.Repeat([]byte{byte(n)}, 1000))
		old := time.Now().Add(time.Duration(n-100) * time.Minute)
		if err := os.Chtimes(c.file(key(n)), old, old); err != nil {
			t.Fatal(err)
		}
	}
	if got, ok := c.Get(key(0)); !ok || len(got) != 1000 {
		t.Error("a picture was not kept")
	}
	if _, ok := c.Get(Key{Address: key(0).Address, Limit: Size{40, 15}}); ok {
		t.Error("a picture of another size is found")
	}
	c.Put(key(9), make([]byte, 2500))
	if _, ok := c.Get(key(1)); ok {
		t.Error("what was not used for the longest time stays")
	}
	if _, ok := c.Get(key(0)); !ok {
		t.Error("what was used last is gone")
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f.Name(), info.Mode(), err)
		}
		total += info.Size()
	}
	if total > c.max {
		t.Errorf("%d bytes", total)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	c.Put(key(20), []byte("again"))
	if _, ok := c.Get(key(20)); !ok {
		t.Error("after the directory was deleted nothing is kept")
	}
	var none *DiskCache
	none.Put(key(1), nil)
	if _, ok := none.Get(key(1)); ok {
		t.Error("no cache has a picture")
	}
}

// TestDataOf checks pictures in their own address.
func TestDataOf(t *testing.T) {
	small := encoded(t, gradient(40, 40))
	b, err := DataOf("data:image/png;base64," + base64.StdEncoding.EncodeToString(small))
	if err != nil || !bytes.Equal(b, small) {
		t.Error(err)
	}
	if _, err := DataOf("data:image/svg+xml,%3Csvg%3E"); !errors.Is(err, ErrSVG) {
		t.Error(err)
	}
	for _, bad := range []string{"data:", "data:image/png;base64,###", "data:image/png,%zz"} {
		if _, err := DataOf(bad); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
