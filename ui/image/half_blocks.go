package image

import (
	"image"
	"image/color"
	"strconv"
)

// halfBlocks returns a picture as rows of cells, each of which shows two pixels, one above
// the other.
func (t Terminal) halfBlocks(m *image.RGBA) []string {
	lines := make([]string, 0, (m.Rect.Dy()+1)/2)
	var b []byte
	for y := 0; y+1 < m.Rect.Dy(); y += 2 {
		b = b[:0]
		var above, below color.RGBA
		for x := range m.Rect.Dx() {
			up, down := m.RGBAAt(x, y), m.RGBAAt(x, y+1)
			if x == 0 || up != above {
				b = t.appendColor(b, "38", up)
			}
			if x == 0 || down != below {
				b = t.appendColor(b, "48", down)
			}
			above, below = up, down
			b = append(b, "▀"...)
		}
		lines = append(lines, string(append(b, "\x1b[m"...)))
	}
	return lines
}

// appendColor appends the sequence for the colour of the text (38) or of what is behind it
// (48).
func (t Terminal) appendColor(b []byte, of string, c color.RGBA) []byte {
	b = append(append(b, "\x1b["...), of...)
	if t.Palette {
		b = strconv.AppendInt(append(b, ";5;"...), int64(paletteIndex(c)), 10)
		return append(b, 'm')
	}
	b = append(b, ";2;"...)
	for i, v := range []uint8{c.R, c.G, c.B} {
		if i > 0 {
			b = append(b, ';')
		}
		b = strconv.AppendInt(b, int64(v), 10)
	}
	return append(b, 'm')
}

// paletteIndex returns the nearest of xterm's 256 colours: of its cube of six steps for each
// colour, or of its 24 greys.
func paletteIndex(c color.RGBA) int {
	step := func(v uint8) int {
		if v < 48 {
			return 0
		}
		if v < 115 {
			return 1
		}
		return (int(v) - 35) / 40
	}
	level := func(s int) int {
		if s == 0 {
			return 0
		}
		return 55 + 40*s
	}
	r, g, b := step(c.R), step(c.G), step(c.B)
	grey := min(max((int(c.R)+int(c.G)+int(c.B))/3-3, 0)/10, 23)
	distance := func(x, y, z int) int {
		x, y, z = x-int(c.R), y-int(c.G), z-int(c.B)
		return x*x + y*y + z*z
	}
	if v := 8 + 10*grey; distance(v, v, v) < distance(level(r), level(g), level(b)) {
		return 232 + grey
	}
	return 16 + 36*r + 6*g + b
}
