package image

import (
	"bytes"
	"encoding/base64"
	"image"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/iterm2"
	"github.com/charmbracelet/x/ansi/sixel"
)

// strips returns one sequence for each row of cells. So a row can be drawn again by itself,
// and a picture that is scrolled out of the screen is clipped.
func (t Terminal) strips(m *image.RGBA, s Size) ([][]byte, error) {
	height := m.Rect.Dy() / s.Rows
	out := make([][]byte, s.Rows)
	for row := range out {
		part := image.Rect(0, row*height, m.Rect.Dx(), (row+1)*height)
		strip := image.NewRGBA(image.Rectangle{Max: part.Size()})
		copy(strip.Pix, m.Pix[part.Min.Y*m.Stride:part.Max.Y*m.Stride])
		var err error
		if t.Protocol == ITerm2 {
			out[row], err = t.iterm2(strip, s.Columns)
		} else {
			out[row], err = t.sixel(strip)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sixel returns a strip as sixels.
func (t Terminal) sixel(strip *image.RGBA) ([]byte, error) {
	var b bytes.Buffer
	if err := new(sixel.Encoder).Encode(&b, strip); err != nil {
		return nil, err
	}
	// The encoder ends with a line break, after which some terminals scroll.
	return t.wrap(ansi.SixelGraphics(0, 1, 0, bytes.TrimSuffix(b.Bytes(), []byte{sixel.LineBreak}))), nil
}

// iterm2 returns a strip for iTerm2 and the terminals that have its protocol
// (https://iterm2.com/documentation-images.html).
func (t Terminal) iterm2(strip *image.RGBA, columns int) ([]byte, error) {
	data, err := PNG(strip)
	if err != nil {
		return nil, err
	}
	content := []byte(base64.StdEncoding.EncodeToString(data))
	return t.wrap(ansi.ITerm2(iterm2.File{
		Size: int64(len(data)), Width: iterm2.Cells(columns), Height: iterm2.Cells(1),
		IgnoreAspectRatio: true, Inline: true, DoNotMoveCursor: true, Content: content,
	})), nil
}
