package image

import (
	"encoding/base64"
	"image"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/kitty"
)

// IDs gives out the numbers by which kitty knows pictures. A terminal with 256 colours can
// show a number of eight bits as a colour, and of another eight as a third diacritic. The
// latter are random, so that two programs on a terminal do not have the same numbers.
type IDs struct {
	mu   sync.Mutex
	high uint32
	last uint32
	used [256]bool
}

// NewIDs returns numbers of which none is used.
func NewIDs() *IDs { return &IDs{high: 1 + rand.Uint32N(255)} }

// Take returns a number that is not in use; 0 if there is none.
func (n *IDs) Take() uint32 {
	n.mu.Lock()
	defer n.mu.Unlock()
	for range 255 {
		if n.last = n.last%255 + 1; !n.used[n.last] {
			n.used[n.last] = true
			return n.high<<24 | n.last
		}
	}
	return 0
}

// Free makes a number available again. Call it when the terminal was told to delete the
// picture.
func (n *IDs) Free(id uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.used[id&0xff] = false
}

// kitty fills in a picture as placeholders
// (https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders).
func (t Terminal) kitty(e *Encoded, m *image.RGBA, id uint32) error {
	data, err := PNG(m)
	if err != nil {
		return err
	}
	e.ID, e.Lines = id, placeholders(e.Size, id)
	payload := base64.StdEncoding.EncodeToString(data)
	options := []string{"a=T", "U=1", "f=100", "q=2", "i=" + strconv.Itoa(int(id)), "c=" + strconv.Itoa(e.Columns), "r=" + strconv.Itoa(e.Rows)}
	for len(payload) > 0 {
		chunk := payload[:min(len(payload), kitty.MaxChunkSize)]
		payload = payload[len(chunk):]
		more := "m=1"
		if payload == "" {
			more = "m=0"
		}
		e.Chunks = append(e.Chunks, t.wrap(ansi.KittyGraphics([]byte(chunk), append(options, more)...)))
		options = []string{"q=2"}
	}
	return nil
}

// placeholders returns the cells that kitty replaces by a picture. Each cell has its row,
// its column and the high bits of the number, so that it shows the right part wherever it
// stands and whatever is beside it.
func placeholders(s Size, id uint32) []string {
	lines := make([]string, s.Rows)
	for row := range lines {
		var b strings.Builder
		b.WriteString("\x1b[38;5;" + strconv.Itoa(int(id&0xff)) + "m")
		for column := range s.Columns {
			b.WriteRune(kitty.Placeholder)
			b.WriteRune(kitty.Diacritic(row))
			b.WriteRune(kitty.Diacritic(column))
			b.WriteRune(kitty.Diacritic(int(id >> 24)))
		}
		b.WriteString("\x1b[m")
		lines[row] = b.String()
	}
	return lines
}

// Delete returns the sequence that deletes a picture of kitty with its data and all of its
// places.
func (t Terminal) Delete(id uint32) []byte {
	return t.wrap(ansi.KittyGraphics(nil, "a=d", "d=I", "i="+strconv.Itoa(int(id)), "q=2"))
}

// Abort returns the sequence that ends a picture of kitty of which not all chunks were sent.
func (t Terminal) Abort() []byte {
	return t.wrap(ansi.KittyGraphics(nil, "q=2", "m=0"))
}
