package image

import (
	"cmp"
	"image"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Answers collects what a terminal has answered to [Questions].
type Answers struct {
	// Tmux reports whether tmux is between the program and the terminal.
	Tmux bool
	// versions are the names that terminals have given (XTVERSION): that of tmux, too.
	versions []string
	// attributes are the primary device attributes.
	attributes []int
	// graphics reports whether a terminal has understood the question about the protocol
	// of kitty.
	graphics bool
	cell     image.Point
}

// queryID is the number of the picture in the question about the protocol of kitty.
const queryID = 31

// Questions returns what to send to a terminal to find out what it shows. Within tmux the
// questions go to the terminal around it, too.
func Questions(tmux bool) []byte {
	outer := ansi.RequestNameVersion + ansi.KittyGraphics([]byte("AAAA"), "i="+strconv.Itoa(queryID), "s=1", "v=1", "a=q", "t=d", "f=24")
	if tmux {
		outer = ansi.TmuxPassthrough(outer)
	}
	return []byte(outer + ansi.WindowOp(requestCellSize) + ansi.RequestPrimaryDeviceAttributes)
}

// requestCellSize is the operation of XTWINOPS that asks for the size of a cell in pixels.
const requestCellSize = 16

// AddVersion adds a name, such as "kitty(0.35.2)".
func (a *Answers) AddVersion(name string) { a.versions = append(a.versions, name) }

// AddAttributes adds the primary device attributes.
func (a *Answers) AddAttributes(attributes []int) { a.attributes = attributes }

// AddCell adds the size of a cell in pixels.
func (a *Answers) AddCell(size image.Point) { a.cell = size }

// Cell returns the size of a cell that the terminal has answered; 0 if it has not.
func (a *Answers) Cell() image.Point { return a.cell }

// AddGraphics adds the answer to the question about the protocol of kitty.
func (a *Answers) AddGraphics(id int) { a.graphics = a.graphics || id == queryID }

// Protocol returns the best protocol that the terminal really shows. Names decide, not what
// a terminal says it understands: Konsole answers the question of kitty's protocol but
// shows no placeholders. colors reports whether the terminal has at least 256 colours.
func (a *Answers) Protocol(colors bool) Protocol {
	for _, name := range a.versions {
		// tmux draws over the pictures of all others than kitty.
		if p, known := byName(name); known && (!a.Tmux || p == Kitty && a.graphics) {
			return p
		}
	}
	konsole := slices.ContainsFunc(a.versions, func(name string) bool { return strings.HasPrefix(strings.ToLower(name), "konsole") })
	switch {
	case konsole || a.Tmux:
	case slices.Contains(a.attributes[min(1, len(a.attributes)):], sixelAttribute):
		return Sixel
	}
	if colors {
		return Blocks
	}
	return None
}

// sixelAttribute is the device attribute of terminals that show sixels.
const sixelAttribute = 4

// byName returns the protocol of the terminals that are known by name.
func byName(name string) (Protocol, bool) {
	name = strings.ToLower(name)
	switch {
	case strings.HasPrefix(name, "kitty"):
		if atLeast(name[len("kitty"):], 0, 28) {
			return Kitty, true
		}
		return Blocks, true
	case strings.HasPrefix(name, "ghostty"):
		return Kitty, true
	case strings.HasPrefix(name, "iterm2"), strings.HasPrefix(name, "wezterm"):
		return ITerm2, true
	}
	return None, false
}

// atLeast reports whether a version such as "(0.35.2)" is major.minor or later.
func atLeast(version string, major, minor int) bool {
	parts := strings.FieldsFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) < 2 {
		return false
	}
	have, _ := strconv.Atoi(parts[0])
	haveMinor, _ := strconv.Atoi(parts[1])
	return cmp.Or(cmp.Compare(have, major), cmp.Compare(haveMinor, minor)) >= 0
}
