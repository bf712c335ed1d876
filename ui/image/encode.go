package image

import (
	"bytes"
	"image"
	"image/png"

	"github.com/charmbracelet/x/ansi"
)

// Encoded is a picture for the terminal.
type Encoded struct {
	Size
	// Lines are the cells of each row as styled text: placeholders or half blocks. Each
	// has as many cells as the picture has columns, and ends unstyled.
	Lines []string
	// ID is the number that the terminal knows the picture by, and Chunks are what sends
	// it there; 0 and nil if the lines are all.
	ID     uint32
	Chunks [][]byte
	// Strips are sequences that draw one row each at the position of the cursor; nil if the
	// lines are all.
	Strips [][]byte
}

// Bytes returns about how much memory the picture takes.
func (e *Encoded) Bytes() int {
	n := 0
	for _, l := range e.Lines {
		n += len(l)
	}
	for _, part := range [][][]byte{e.Chunks, e.Strips} {
		for _, b := range part {
			n += len(b)
		}
	}
	return n
}

// Encode makes a scaled picture ready for the terminal. id is a number of [IDs], which only
// the protocol of kitty needs.
func (t Terminal) Encode(m *image.RGBA, s Size, id uint32) (*Encoded, error) {
	e := &Encoded{Size: s}
	var err error
	switch t.Protocol {
	case Kitty:
		err = t.kitty(e, m, id)
	case Sixel, ITerm2:
		e.Lines = t.halfBlocks(Scale(m, image.Point{X: s.Columns, Y: 2 * s.Rows}))
		e.Strips, err = t.strips(m, s)
	default:
		e.Lines = t.halfBlocks(m)
	}
	return e, err
}

// wrap makes a sequence pass through tmux, if there is one.
func (t Terminal) wrap(sequence string) []byte {
	if t.Tmux {
		sequence = ansi.TmuxPassthrough(sequence)
	}
	return []byte(sequence)
}

// PNG encodes a picture, quickly rather than small.
func PNG(m image.Image) ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	err := e.Encode(&b, m)
	return b.Bytes(), err
}
