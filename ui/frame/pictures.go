package frame

import (
	"slices"
	"time"
)

// pictures is what the terminal has, or is to get, of pictures besides the cells.
type pictures struct {
	// kept are the pictures that the terminal keeps, in the order in which they are sent.
	kept []*kept
	// removals are the sequences that remove others.
	removals [][]byte
	// drawn are the strips that are on the screen, by row.
	drawn []*Picture
	// resting wakes the painter when strips may be drawn; nil if it need not.
	resting *time.Timer
}

// kept is a picture that the terminal keeps.
type kept struct {
	id     uint32
	chunks [][]byte
	// sent is how many of the chunks are.
	sent          int
	remove, abort []byte
}

// restDelay is how long nothing else may have been painted before strips are drawn. While
// an article is scrolled the text of their pieces stands for them.
const restDelay = 70 * time.Millisecond

// Keep sends a picture to the terminal, chunk by chunk, between frames, so that no key waits
// for all of it. remove removes it from the terminal, and abort ends it if not all chunks
// were sent. If the terminal is given away, the picture is removed from it, and sent again
// when the terminal is back.
func (p *Painter) Keep(id uint32, chunks [][]byte, remove, abort []byte) {
	p.mu.Lock()
	p.pictures.kept = append(p.pictures.kept, &kept{id: id, chunks: chunks, remove: remove, abort: abort})
	p.mu.Unlock()
	p.nudge()
}

// Remove removes a picture that [Painter.Keep] has sent.
func (p *Painter) Remove(id uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.IndexFunc(p.pictures.kept, func(k *kept) bool { return k.id == id })
	if at < 0 {
		return
	}
	p.pictures.removals = append(p.pictures.removals, p.pictures.kept[at].recall()...)
	p.pictures.kept = slices.Delete(p.pictures.kept, at, at+1)
	p.nudge()
}

// recall returns what removes a picture from the terminal. It is to be sent again then.
func (k *kept) recall() (sequences [][]byte) {
	switch {
	case k.sent == 0:
		return nil
	case k.sent < len(k.chunks):
		sequences = append(sequences, k.abort)
	}
	k.sent = 0
	return append(sequences, k.remove)
}

// recall removes all pictures from the terminal. The caller holds the lock.
func (p *Painter) recall() {
	if !p.up {
		return
	}
	for _, k := range p.pictures.kept {
		p.pictures.removals = append(p.pictures.removals, k.recall()...)
	}
	for _, b := range p.pictures.removals {
		_, _ = p.out.Write(b)
	}
	p.pictures.removals = nil
	p.nudge()
}

// fit makes room for the rows of a frame. If the screen is stale, no strip is on it.
func (s *pictures) fit(rows int, stale bool) {
	if stale || len(s.drawn) != rows {
		s.drawn = make([]*Picture, rows)
	}
}

// sendNext writes a part of what pictures need, so that a frame can follow: what removes
// some, a chunk, or a strip. painted is when the last frame was painted.
func (p *Painter) sendNext(painted time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.up {
		return
	}
	if s := &p.pictures; len(s.removals) > 0 {
		_, _ = p.out.Write(s.removals[0])
		s.removals = s.removals[1:]
		p.nudge()
		return
	}
	for _, k := range p.pictures.kept {
		if k.sent < len(k.chunks) {
			_, _ = p.out.Write(k.chunks[k.sent])
			k.sent++
			p.nudge()
			return
		}
	}
	p.drawStrip(painted)
}

// drawStrip draws one strip that is not on the screen. The last row gets none: the terminal
// would scroll. The caller holds the lock.
func (p *Painter) drawStrip(painted time.Time) {
	s := &p.pictures
	for y, row := range p.shown.Rows[:max(len(p.shown.Rows)-1, 0)] {
		for _, piece := range row {
			if piece.Picture == nil || piece.Picture.Strip == nil || s.drawn[y] == piece.Picture {
				continue
			}
			if wait := restDelay - time.Since(painted); wait > 0 {
				p.wakeIn(wait)
				return
			}
			p.buf.Reset()
			p.hideCursor()
			p.move(piece.Picture.X, y)
			p.buf.Write(piece.Picture.Strip)
			p.putCursor(p.shown.Cursor, p.shown.HideCursor)
			_, _ = p.out.Write(p.buf.Bytes())
			s.drawn[y] = piece.Picture
			p.nudge()
			return
		}
	}
}

// wakeIn wakes the painter after a while.
func (p *Painter) wakeIn(d time.Duration) {
	if s := &p.pictures; s.resting == nil {
		s.resting = time.AfterFunc(d, p.nudge)
	} else {
		s.resting.Reset(d)
	}
}
