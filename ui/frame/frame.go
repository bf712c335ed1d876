// Package frame paints the screen. A [Frame] is what the screen shows, as rows of
// pieces. The [Painter] compares each frame with the one before and writes only the
// pieces that have changed. This keeps a slow connection and the processor free.
//
// Start with [NewPainter], [Painter.Run] and [Painter.Show]. The package works with
// lines and columns and does not depend on panes or symbols.
//
// Never write to the terminal without the painter. It would not know that the screen
// has changed. Use [Painter.Write].
package frame

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Piece is styled text on one line that begins at column X. It ends unstyled.
type Piece struct {
	X    int
	Text string
	// Picture is set if the piece shows a row of a picture. Its text then is cells of
	// which every terminal knows the width, and its colours are painted as they are.
	Picture *Picture
}

// Picture is a row of a picture. It is compared by its address.
type Picture struct {
	// X is the column of the screen at which the picture begins.
	X int
	// Strip is a sequence that draws the row at the position of the cursor, over the text
	// of the piece; nil if the text shows the picture. It is written when nothing else has
	// been painted for a moment.
	Strip []byte
}

// Row is a line of the screen. Its pieces, from left to right, fill the line.
type Row []Piece

// Frame is a whole screen.
type Frame struct {
	Rows []Row
	// Cursor is where the terminal's cursor stands; nil hides it. Programs that read the
	// screen aloud or show it in braille follow the cursor, also if HideCursor is set and
	// nobody sees it.
	Cursor     *Point
	HideCursor bool
}

// Point is a cell of the screen.
type Point struct{ X, Y int }

// Whole returns rows of one piece each.
func Whole(lines []string) []Row {
	rows := make([]Row, len(lines))
	for y, line := range lines {
		rows[y] = Row{{Text: line}}
	}
	return rows
}

// Lines returns the rows as text.
func Lines(rows []Row) []string {
	lines := make([]string, len(rows))
	for y, row := range rows {
		var b strings.Builder
		for _, p := range row {
			b.WriteString(p.Text)
		}
		lines[y] = b.String()
	}
	return lines
}

// knownWidth reports whether every terminal draws the row as wide as it was
// measured. Then one of its pieces can be painted without the others. Terminals
// differ over emoji, characters that join, and scripts whose letters combine.
// They agree on the common alphabets, box drawings, the letters of Chinese,
// Japanese and Korean, and the known symbols.
func (r Row) knownWidth(known string) bool {
	return !slices.ContainsFunc(r, func(p Piece) bool {
		return p.Picture == nil && strings.ContainsFunc(p.Text, func(c rune) bool { return ambiguousWidth(c) && !strings.ContainsRune(known, c) })
	})
}

// ambiguousWidth reports whether terminals may draw a character with different widths.
func ambiguousWidth(r rune) bool {
	switch {
	case r < 0x300:
		return r == 0xad
	case r < 0x370:
		return true
	case r < 0x530:
		return r >= 0x483 && r <= 0x489
	case r >= 0x2010 && r <= 0x2027, r >= 0x2500 && r < 0x25a0:
		return false
	case r >= 0x3041 && r <= 0x3096, r >= 0x30a1 && r <= 0x30fa, r >= 0x4e00 && r <= 0x9fff, r >= 0xac00 && r <= 0xd7a3:
		return false
	}
	return true
}

// removeControls removes every control character that does not belong to a colour or a
// link. What other control sequences do could not be undone by painting over it.
func removeControls(text string) string {
	var b strings.Builder
	from := 0
	for i := 0; i < len(text); {
		if c := text[i]; c >= 0x20 && c < 0x7f {
			i++
			continue
		}
		if n := sequence(text[i:]); n > 0 {
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if r < 0xa0 || r == utf8.RuneError && n == 1 {
			b.WriteString(text[from:i])
			from = i + n
		}
		i += n
	}
	if from == 0 {
		return text
	}
	b.WriteString(text[from:])
	return b.String()
}

// linkPrefix is the start of a link sequence (OSC 8).
const linkPrefix = "\x1b]8;"

// sequence returns the length of the colour (ECMA-48, SGR) or link (OSC 8) at the
// start of a text; 0 if there is none.
func sequence(s string) int {
	switch {
	case strings.HasPrefix(s, "\x1b["):
		return StyleLen(s)
	case strings.HasPrefix(s, linkPrefix):
		for i := len(linkPrefix); i < len(s); i++ {
			switch c := s[i]; {
			case c == '\a':
				return i + 1
			case c == '\x1b' && strings.HasPrefix(s[i:], "\x1b\\"):
				return i + 2
			case c < 0x20 || c == 0x7f:
				return 0
			}
		}
	}
	return 0
}

// StyleLen returns the length of the sequence for colour and weight (ECMA-48, SGR)
// at the start of a text; 0 if there is none.
func StyleLen(s string) int {
	if !strings.HasPrefix(s, "\x1b[") {
		return 0
	}
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case c < '0' || c > ';':
			return 0
		}
	}
	return 0
}
