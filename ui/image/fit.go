package image

import (
	"image"
	"math"

	"golang.org/x/image/draw"
)

// Size is how many cells a picture takes.
type Size struct{ Columns, Rows int }

// maxCells is the largest number of columns and rows of a picture. Kitty has no numbers
// for more.
const maxCells = 290

// Fit returns how many cells a picture of natural pixels takes in at most so many columns
// and rows. It keeps the proportions and does not enlarge the picture by more than a part
// of a cell. It returns false for a picture that is too small to be shown.
func (t Terminal) Fit(natural image.Point, columns, rows int) (Size, bool) {
	columns, rows = min(columns, maxCells), min(rows, maxCells)
	if natural.X < minSide || natural.Y < minSide || columns < 2 || rows < 1 {
		return Size{}, false
	}
	cell := t.cell()
	// All in cells; a cell is no square.
	w, h := float64(natural.X)/float64(cell.X), float64(natural.Y)/float64(cell.Y)
	scale := min(1, float64(columns)/w, float64(rows)/h)
	aspect := w / h
	// Rows are coarser than columns, so the rows are chosen first, and then the columns
	// that keep the proportions. A part of a row more is better than less of the width,
	// unless the picture would be enlarged.
	fitted := func(rows float64) (Size, float64) {
		c := min(math.Round(rows*aspect), float64(columns))
		c = max(c, 1)
		return Size{int(c), int(rows)}, math.Abs(c/rows/aspect - 1)
	}
	low := max(math.Floor(h*scale+0.02), 1)
	size, _ := fitted(low)
	if low+1 <= float64(rows) && scale < 1 && low+1 <= min(h*scale*1.04, h) {
		if more, skewed := fitted(low + 1); skewed < 0.04 {
			size = more
		}
	}
	return size, true
}

// Pixels returns the size in pixels to which a picture is scaled for so many cells.
func (t Terminal) Pixels(s Size) image.Point {
	if t.Protocol == Blocks {
		return image.Point{X: s.Columns, Y: 2 * s.Rows}
	}
	cell := t.cell()
	return image.Point{X: s.Columns * cell.X, Y: s.Rows * cell.Y}
}

// Scale returns a picture in another size, on white where it is transparent: pictures of
// the web are made for white pages.
func Scale(m image.Image, to image.Point) *image.RGBA {
	if t, isTurned := m.(*turned); isTurned {
		if t.orientation >= 5 {
			to.X, to.Y = to.Y, to.X
		}
		return t.turn(Scale(t.Image, to))
	}
	from := m.Bounds()
	// CatmullRom reads each pixel several times, so a large picture is made smaller first.
	if near := (image.Point{X: 3 * to.X, Y: 3 * to.Y}); from.Dx() > near.X && from.Dy() > near.Y {
		smaller := onWhite(near)
		draw.ApproxBiLinear.Scale(smaller, smaller.Bounds(), m, from, draw.Over, nil)
		m, from = smaller, smaller.Bounds()
	}
	out := onWhite(to)
	if from.Size() == to {
		draw.Copy(out, image.Point{}, m, from, draw.Over, nil)
		return out
	}
	draw.CatmullRom.Scale(out, out.Bounds(), m, from, draw.Over, nil)
	return out
}

// onWhite returns a white picture.
func onWhite(size image.Point) *image.RGBA {
	m := image.NewRGBA(image.Rectangle{Max: size})
	for i := range m.Pix {
		m.Pix[i] = 0xff
	}
	return m
}

// turn returns the pixels of the picture, already scaled, turned upright.
func (t *turned) turn(m *image.RGBA) *image.RGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	size := image.Point{X: w, Y: h}
	if t.orientation >= 5 {
		size.X, size.Y = h, w
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	for y := range h {
		for x := range w {
			p := image.Point{X: x, Y: y}
			switch t.orientation {
			case 2:
				p.X = w - 1 - x
			case 3:
				p.X, p.Y = w-1-x, h-1-y
			case 4:
				p.Y = h - 1 - y
			case 5:
				p.X, p.Y = y, x
			case 6:
				p.X, p.Y = h-1-y, x
			case 7:
				p.X, p.Y = h-1-y, w-1-x
			case 8:
				p.X, p.Y = y, w-1-x
			}
			out.SetRGBA(p.X, p.Y, m.RGBAAt(x, y))
		}
	}
	return out
}
