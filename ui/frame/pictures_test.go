package frame

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

// keep adds a picture of so many chunks.
func keep(p *Painter, id uint32, chunks int) {
	var list [][]byte
	for i := range chunks {
		list = append(list, fmt.Appendf(nil, "<%d chunk %d>", id, i))
	}
	p.Keep(id, list, fmt.Appendf(nil, "<remove %d>", id), []byte("<abort>"))
}

// TestPicturesAreSentBetweenFrames protects the time that a key waits: one chunk follows a
// frame, and a frame may follow each chunk.
func TestPicturesAreSentBetweenFrames(t *testing.T) {
	var out bytes.Buffer
	p := NewPainter(&out, "")
	keep(p, 1, 3)
	p.sendNext(time.Time{})
	if out.Len() > 0 {
		t.Errorf("before the screen is up: %q", out.String())
	}
	p.Write([]byte(screenUp))
	for i, want := range []string{"<1 chunk 0>", "<1 chunk 1>", "<1 chunk 2>", ""} {
		p.Show(Frame{Rows: Whole([]string{fmt.Sprint("frame ", i)})})
		out.Reset()
		p.paint(p.nextFrame())
		p.sendNext(time.Now())
		if got := out.String(); !strings.HasSuffix(got, want) || !strings.Contains(got, "frame") || strings.Count(got, "<") != strings.Count(want, "<") {
			t.Errorf("round %d writes %q", i, got)
		}
	}
}

// TestPicturesAreRemoved protects the terminal: whatever was sent is removed when the
// picture goes, the screen is closed, or the terminal is given away, also in the middle.
func TestPicturesAreRemoved(t *testing.T) {
	var out bytes.Buffer
	p := NewPainter(&out, "")
	p.Write([]byte(screenUp))
	rest := func() string {
		out.Reset()
		for range 20 {
			p.sendNext(time.Time{})
		}
		return out.String()
	}
	keep(p, 1, 2)
	keep(p, 2, 2)
	rest()
	p.Remove(1)
	if got := rest(); got != "<remove 1>" {
		t.Errorf("a picture that goes writes %q", got)
	}
	keep(p, 3, 4)
	p.sendNext(time.Time{})
	keep(p, 4, 1) // never sent
	out.Reset()
	p.Write([]byte(screenDown))
	if got := out.String(); got != "<remove 2><abort><remove 3>"+screenDown {
		t.Errorf("closing the screen writes %q", got)
	}
	if got := rest(); got != "" {
		t.Errorf("without the screen: %q", got)
	}
	p.Write([]byte(screenUp))
	p.Remove(3)
	if got := rest(); got != "<2 chunk 0><2 chunk 1><4 chunk 0>" {
		t.Errorf("with the screen back: %q", got)
	}
	keep(p, 5, 3)
	p.sendNext(time.Time{})
	p.Remove(5)
	if got := rest(); got != "<abort><remove 5>" {
		t.Errorf("a picture that goes while it is sent: %q", got)
	}
	out.Reset()
	p.Write([]byte(screenDown))
	p.Write([]byte(screenDown))
	if got := out.String(); strings.Count(got, "<remove 2>") != 1 || strings.Count(got, "<remove 4>") != 1 {
		t.Errorf("closing twice writes %q", got)
	}
}

// TestStripsAreDrawnAtRest checks that strips are drawn over the text of their pieces, each
// once, not while something moves, and never on the last row.
func TestStripsAreDrawnAtRest(t *testing.T) {
	var out bytes.Buffer
	p := NewPainter(&out, "")
	p.Write([]byte(screenUp))
	strip := []*Picture{{X: 3, Strip: []byte("<strip 0>")}, {X: 3, Strip: []byte("<strip 1>")}, {X: 3, Strip: []byte("<strip 2>")}}
	show := func(side string, first int) string {
		rows := []Row{}
		for y := range 3 {
			row := Row{{X: 0, Text: side}, {X: 2, Text: " text"}}
			if n := first + y; n < len(strip) {
				row[1] = Piece{X: 2, Text: fmt.Sprintf(" %d▀▀▀", n), Picture: strip[n]}
			}
			rows = append(rows, row)
		}
		p.Show(Frame{Rows: rows})
		out.Reset()
		p.paint(p.nextFrame())
		p.sendNext(time.Now())
		return out.String()
	}
	rest := func() string {
		out.Reset()
		for range 10 {
			p.sendNext(time.Time{})
		}
		return out.String()
	}
	if got := show("ab", 0); !strings.Contains(got, "0▀▀▀") || strings.Contains(got, "strip") {
		t.Errorf("a new frame writes %q", got)
	}
	if got := rest(); got != "\x1b[1;4H<strip 0>\x1b[2;4H<strip 1>" {
		t.Errorf("at rest: %q", got)
	}
	if got := show("cd", 0) + rest(); strings.Contains(got, "▀") || strings.Contains(got, "strip") {
		t.Errorf("another pane draws the picture again: %q", got)
	}
	show("cd", 1)
	if got := rest(); got != "\x1b[1;4H<strip 1>\x1b[2;4H<strip 2>" {
		t.Errorf("after scrolling: %q", got)
	}
	p.Show(Frame{Rows: Whole([]string{"overlay", "overlay", "overlay"})})
	p.paint(p.nextFrame())
	if got := rest(); got != "" {
		t.Errorf("under an overlay: %q", got)
	}
	show("cd", 1)
	if got := rest(); got != "\x1b[1;4H<strip 1>\x1b[2;4H<strip 2>" {
		t.Errorf("after the overlay: %q", got)
	}
	p.Write([]byte(erased))
	show("cd", 1)
	if got := rest(); strings.Count(got, "<strip") != 2 {
		t.Errorf("after the screen was erased: %q", got)
	}
}

// TestPicturePiecesAreExact checks that a picture's cells are painted by themselves, in their
// own colours.
func TestPicturePiecesAreExact(t *testing.T) {
	var out bytes.Buffer
	p := NewPainter(&out, "")
	p.SetColorProfile(func(string) string { return "reduced" })
	p.Write([]byte(screenUp))
	cell := "\x1b[38;5;7m\U0010eeee\u0305\u0305\u0305\x1b[m"
	shown := &Picture{}
	p.Show(Frame{Rows: []Row{{{0, "left", nil}, {4, cell, shown}}}})
	p.paint(p.nextFrame())
	out.Reset()
	p.Show(Frame{Rows: []Row{{{0, "left", nil}, {4, cell + cell, shown}}}})
	p.paint(p.nextFrame())
	if got := out.String(); got != "\x1b[1;5H"+cell+cell {
		t.Errorf("%q", got)
	}
}
