// Package image shows pictures in a terminal: as kitty placeholders, by the protocol of
// iTerm2, as sixels, or as half blocks. Which of them a terminal really shows is found out
// from its answers.
//
// A picture passes through these steps:
//
//   - decode.go turns the bytes of a server into pixels. It refuses what would take too
//     much memory or time.
//   - fit.go says how many cells a picture takes and scales it to them. disk_cache.go keeps
//     scaled pictures on the disk.
//   - encode.go makes lines of cells of the pixels, and what is sent to the terminal
//     besides them: kitty.go, strips.go, half_blocks.go.
//
// detect.go and cell_size_unix.go say what the terminal can do. Start with [Decode],
// [Fit], [Scale] and [Encode].
//
// Never write bytes of a feed or server to the terminal. Only pixels pass, and they are
// encoded here.
package image

import "image"

// Protocol is a way to show pictures.
type Protocol uint8

// The protocols. A terminal with None shows the description of a picture instead.
const (
	None Protocol = iota
	Blocks
	Sixel
	ITerm2
	Kitty
)

// ParseProtocol returns the protocol of a name in the configuration. ok is false for "auto"
// and names that are unknown.
func ParseProtocol(name string) (p Protocol, ok bool) {
	p, ok = protocolNames[name]
	return p, ok
}

var protocolNames = map[string]Protocol{"off": None, "blocks": Blocks, "sixel": Sixel, "iterm2": ITerm2, "kitty": Kitty}

// Terminal is what a terminal can show.
type Terminal struct {
	Protocol Protocol
	// Cell is the size of a cell in pixels.
	Cell image.Point
	// Tmux reports whether what is sent must pass through tmux.
	Tmux bool
	// Palette limits half blocks to the 256 colours of xterm.
	Palette bool
}

// usualCell is the size of a cell if the terminal does not tell it.
var usualCell = image.Point{X: 8, Y: 16}

// cell returns the size of a cell in pixels. It is never 0.
func (t Terminal) cell() image.Point {
	if t.Cell.X < 2 || t.Cell.Y < 2 || t.Cell.X > 200 || t.Cell.Y > 400 {
		return usualCell
	}
	return t.Cell
}
