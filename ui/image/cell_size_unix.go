//go:build unix

package image

import (
	"image"
	"os"

	"golang.org/x/sys/unix"
)

// CellSize returns the size of a cell in pixels, from what the terminal has told the system
// (TIOCGWINSZ). It is 0 if the terminal has not.
func CellSize(terminal *os.File) image.Point {
	size, err := unix.IoctlGetWinsize(int(terminal.Fd()), unix.TIOCGWINSZ)
	if err != nil || size.Col == 0 || size.Row == 0 {
		return image.Point{}
	}
	return image.Point{X: int(size.Xpixel / size.Col), Y: int(size.Ypixel / size.Row)}
}
