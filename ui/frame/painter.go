package frame

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Painter paints frames on a terminal. Show sets the next frame and Run paints it. If
// frames come faster than they can be painted, only the last one is painted. Everything
// else that is written to the terminal goes through Write. The painter paints only while
// the alternate screen is up. It finds the sequences for that in what is written.
type Painter struct {
	out io.Writer
	// known are symbols that every terminal draws in one cell.
	known string
	// before is called before a frame is painted; it may be nil.
	before func()
	// wake has an entry if there may be something to paint.
	wake chan struct{}
	done chan struct{}

	// mu is held while something is written to the terminal.
	mu sync.Mutex
	// up reports whether the alternate screen is up.
	up bool
	// stale reports whether the screen may differ from shown.
	stale bool
	// shown is the frame that was painted last.
	shown       Frame
	syncEnabled bool
	// reduceColors reduces the colours of a text; nil if the terminal has all colours.
	reduceColors func(string) string
	// cursor reports whether the terminal shows its cursor.
	cursor bool
	// strayed reports whether something else may have moved the cursor.
	strayed  bool
	buf      bytes.Buffer
	pictures pictures

	// next is the frame to paint. It has its own lock, so that Show never waits for
	// a slow terminal.
	nextMu sync.Mutex
	next   *Frame
}

// frameInterval is the shortest time between two frames.
const frameInterval = 8 * time.Millisecond

// NewPainter returns the painter of a terminal. known are the symbols of the
// rows that every terminal draws in one cell.
func NewPainter(out io.Writer, known string) *Painter {
	return &Painter{out: out, known: known, wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// Before makes Run call before with each frame that it is about to paint. It may wait for
// what the frame shows: meanwhile Show replaces the next frame, not this one. Call Before
// before Run.
func (p *Painter) Before(before func()) { p.before = before }

// Show sets the frame to paint. It replaces a frame that is not painted yet.
func (p *Painter) Show(f Frame) {
	p.nextMu.Lock()
	p.next = &f
	p.nextMu.Unlock()
	p.nudge()
}

// EnableSync makes the terminal show each frame as a whole (synchronized output, mode
// 2026).
func (p *Painter) EnableSync() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.syncEnabled = true
}

// SetColorProfile sets the function that reduces the colours of a text to those
// that the terminal has.
func (p *Painter) SetColorProfile(lower func(string) string) {
	p.mu.Lock()
	p.reduceColors, p.stale = lower, true
	p.mu.Unlock()
	p.nudge()
}

// nudge wakes Run.
func (p *Painter) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run paints frames until Close is called. It waits frameInterval between two frames.
func (p *Painter) Run() {
	var last time.Time
	for {
		select {
		case <-p.done:
			return
		case <-p.wake:
		}
		if early := frameInterval - time.Since(last); early > 0 {
			time.Sleep(early)
		}
		f := p.nextFrame()
		if p.before != nil && f != nil {
			p.before()
		}
		if p.paint(f) {
			last = time.Now()
		}
		p.sendNext(last)
	}
}

// nextFrame returns the frame to paint; nil if there is none yet.
func (p *Painter) nextFrame() *Frame {
	p.nextMu.Lock()
	defer p.nextMu.Unlock()
	return p.next
}

// Close ends Run.
func (p *Painter) Close() { close(p.done) }

// The sequences of Bubble Tea that the painter must notice.
const (
	screenUp   = "\x1b[?1049h"
	screenDown = "\x1b[?1049l"
	erased     = "\x1b[2J"
)

// Write writes what does not belong to a frame. If that puts the screen up or erases
// it, everything is painted again.
func (p *Painter) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	up, down := bytes.LastIndex(b, []byte(screenUp)), bytes.LastIndex(b, []byte(screenDown))
	if down > up || bytes.Contains(b, []byte(erased)) {
		p.recall()
	}
	n, err := p.out.Write(b)
	if up != down {
		p.up, p.cursor = up > down, false
	}
	if p.up {
		p.stale = p.stale || up >= 0 || bytes.Contains(b, []byte(erased))
		p.strayed = true
		p.nudge()
	}
	return n, err
}

// paint writes what differs between the screen and a frame. It reports whether anything
// did.
func (p *Painter) paint(f *Frame) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.up || f == nil {
		return false
	}
	p.buf.Reset()
	p.pictures.fit(len(f.Rows), p.stale)
	for y, row := range f.Rows {
		var was Row
		if !p.stale && y < len(p.shown.Rows) {
			was = p.shown.Rows[y]
		}
		p.row(y, was, row)
	}
	painted := p.buf.Len() > 0
	p.putCursor(f.Cursor, f.HideCursor)
	p.shown, p.stale = *f, false
	if p.buf.Len() == 0 {
		return false
	}
	p.emit(painted)
	return true
}

// emit writes the buffer to the terminal at once. It ignores errors, because reading
// from a broken terminal fails, too, and ends the program.
func (p *Painter) emit(painted bool) {
	if !p.syncEnabled || !painted {
		_, _ = p.out.Write(p.buf.Bytes())
		return
	}
	whole := slices.Concat([]byte("\x1b[?2026h"), p.buf.Bytes(), []byte("\x1b[?2026l"))
	_, _ = p.out.Write(whole)
}

// row paints the pieces of a row that have changed. was is the row that is shown. If
// terminals may draw one of the rows with different widths, it erases the line and paints
// all pieces.
func (p *Painter) row(y int, was, row Row) {
	if slices.Equal(was, row) {
		return
	}
	if sameColumns(was, row) && was.knownWidth(p.known) && row.knownWidth(p.known) {
		for i, piece := range row {
			if was[i] != piece {
				if was[i].Picture != nil {
					p.pictures.drawn[y] = nil
				}
				p.piece(y, piece, i == len(row)-1)
			}
		}
		return
	}
	p.hideCursor()
	p.pictures.drawn[y] = nil
	// Turning off wrapping keeps a text on its line if it is drawn wider than
	// measured.
	p.move(0, y)
	p.buf.WriteString("\x1b[?7l\x1b[2K")
	for i, piece := range row {
		p.piece(y, piece, i == len(row)-1)
	}
	p.buf.WriteString("\x1b[?7h")
}

// sameColumns reports whether two rows have their pieces at the same columns.
func sameColumns(a, b Row) bool {
	return len(a) > 0 && slices.EqualFunc(a, b, func(a, b Piece) bool { return a.X == b.X })
}

// piece paints a piece. Spaces at its end are erased instead of written.
func (p *Painter) piece(y int, piece Piece, last bool) {
	p.hideCursor()
	p.move(piece.X, y)
	text := removeControls(piece.Text)
	if p.reduceColors != nil && piece.Picture == nil {
		text = p.reduceColors(text)
	}
	shown := strings.TrimRight(text, " ")
	p.buf.WriteString(shown)
	if strings.Contains(shown, linkPrefix) {
		p.buf.WriteString("\x1b]8;;\x1b\\")
	}
	if strings.Contains(shown, "\x1b[") && !strings.HasSuffix(shown, "\x1b[m") {
		p.buf.WriteString("\x1b[m")
	}
	switch n := len(text) - len(shown); {
	case n == 0:
	case last:
		p.buf.WriteString("\x1b[K")
	case n < 6:
		p.buf.WriteString(text[len(shown):])
	default:
		p.buf.WriteString("\x1b[" + strconv.Itoa(n) + "X")
	}
}

func (p *Painter) move(x, y int) {
	b := append(p.buf.AvailableBuffer(), "\x1b["...)
	b = strconv.AppendInt(b, int64(y+1), 10)
	b = append(b, ';')
	b = strconv.AppendInt(b, int64(x+1), 10)
	p.buf.Write(append(b, 'H'))
}

// hideCursor hides the cursor while something is painted.
func (p *Painter) hideCursor() {
	if p.cursor {
		p.buf.WriteString("\x1b[?25l")
		p.cursor = false
	}
}

// putCursor moves the cursor to its position in the frame, after everything is painted.
func (p *Painter) putCursor(at *Point, hide bool) {
	if at == nil || hide {
		p.hideCursor()
	}
	if at == nil {
		return
	}
	was := p.shown.Cursor
	if p.buf.Len() == 0 && !p.strayed && was != nil && *was == *at && p.cursor == !hide {
		return
	}
	p.move(at.X, at.Y)
	p.strayed = false
	if !p.cursor && !hide {
		p.buf.WriteString("\x1b[?25h")
		p.cursor = true
	}
}
