// Package gallery decides which pictures of an open article are loaded, how many rows they
// take, and what these rows show.
//
// Start with [New] and [Gallery.Open]. [Gallery.Plan] returns the pictures to load now, as
// jobs that run off the event loop (job.go). [Gallery.Take] takes what they bring,
// [Gallery.Settle] gives pictures their rows, and [Gallery.Insert] puts these into the
// article.
//
// Never change the number of rows of a picture that the reader sees, unless the reader has
// asked for it or moves: [Gallery.Settle] decides that.
package gallery

import (
	"context"
	stdimage "image"
	"slices"

	"dateline/ui/article"
	"dateline/ui/frame"
	"dateline/ui/image"
)

const (
	// maxJobs is how many pictures are loaded at the same time.
	maxJobs = 3
	// ahead and behind say how far from the lines that are shown pictures are loaded, in
	// heights of the pane.
	ahead, behind = 3, 1
	// maxMemory is how many bytes of encoded pictures are kept, besides those that are
	// shown.
	maxMemory = 12 << 20
)

// Screen keeps pictures in the terminal, as [frame.Painter] does.
type Screen interface {
	Keep(id uint32, chunks [][]byte, remove, abort []byte)
	Remove(id uint32)
}

// Room is the room for pictures.
type Room struct {
	// Measure is the width of the text, and Pane that from the beginning of the text to
	// the edge of the pane, in cells.
	Measure, Pane int
	// Height is that of the highest picture, in lines.
	Height int
}

// Gallery has the pictures of an article. It is empty until Open is called.
type Gallery struct {
	// Dim styles the words that stand in the place of a picture.
	Dim func(string) string

	terminal image.Terminal
	room     Room
	pictures []*picture
	// generation numbers the sizes and articles. What was loaded for an earlier one is
	// dropped.
	generation int
	running    int
	shared     *shared
	stop       context.CancelFunc
	ctx        context.Context
}

// state is how far a picture is.
type state uint8

const (
	idle state = iota
	loading
	ready
	failed
)

// picture is a picture of the article.
type picture struct {
	article.Picture
	indent int
	state  state
	// natural is the size in pixels, at first that of the article's HTML; 0 if unknown.
	natural stdimage.Point
	encoded *image.Encoded
	// why says in a few words why there is no picture; empty if it is only too small.
	why string
	// rows is how many rows the picture has in the article now.
	rows int
	// cells are the rows as the painter gets them.
	cells []*frame.Picture
}

// New returns an empty gallery. disk may be nil.
func New(disk *image.DiskCache) *Gallery {
	return &Gallery{
		Dim:    func(s string) string { return s },
		stop:   func() {},
		shared: &shared{ids: image.NewIDs(), disk: disk, decoding: make(chan struct{}, 1)},
	}
}

// Open takes the pictures of an article. Those that the gallery already has stay.
func (g *Gallery) Open(ctx context.Context, s Screen, lines []article.Line) {
	var opened []*picture
	for _, l := range lines {
		for _, p := range l.Pictures {
			opened = append(opened, &picture{Picture: p, indent: int(l.Indent), natural: stdimage.Point{X: int(p.Width), Y: int(p.Height)}})
		}
	}
	same := slices.EqualFunc(g.pictures, opened, func(a, b *picture) bool { return a.URL == b.URL })
	if !same {
		g.Close(s)
		g.pictures = opened
	}
	for i, p := range opened {
		g.pictures[i].Picture, g.pictures[i].indent = p.Picture, p.indent
	}
	if g.ctx == nil {
		g.ctx, g.stop = context.WithCancel(ctx)
	}
}

// Close drops all pictures and stops what is being loaded.
func (g *Gallery) Close(s Screen) {
	g.Rest(s)
	g.pictures = nil
	g.shared.forget()
}

// Rest drops what is loaded and stops what is being loaded. The pictures keep their rows.
func (g *Gallery) Rest(s Screen) {
	g.stop()
	g.ctx, g.stop = nil, func() {}
	g.reload(s)
}

// reload drops what is loaded, so that it is loaded again.
func (g *Gallery) reload(s Screen) {
	g.generation++
	g.running = 0
	for _, p := range g.pictures {
		if p.state != failed {
			g.drop(s, p)
		}
	}
}

// drop drops an encoded picture.
func (g *Gallery) drop(s Screen, p *picture) {
	if p.encoded != nil && p.encoded.ID != 0 {
		if s != nil {
			s.Remove(p.encoded.ID)
		}
		g.shared.ids.Free(p.encoded.ID)
	}
	p.encoded, p.cells, p.state = nil, nil, idle
}

// SetRoom sets what the terminal shows and the room for pictures. It reports whether that
// is different from before: then all pictures are loaded again in their new size.
func (g *Gallery) SetRoom(s Screen, t image.Terminal, r Room) bool {
	if t == g.terminal && r == g.room {
		return false
	}
	g.terminal, g.room = t, r
	g.reload(s)
	return true
}

// Loading returns how many pictures are being loaded.
func (g *Gallery) Loading() int { return g.running }

// limits returns the largest size of a picture in cells. One that is much wider than high
// may be as wide as the pane.
func (r Room) limits(natural stdimage.Point, indent int, t image.Terminal) (columns, rows int) {
	columns, rows = r.Measure-indent, r.Height
	if natural.X > 2*natural.Y && natural.X > t.Pixels(image.Size{Columns: columns, Rows: 1}).X {
		columns = max(columns, r.Pane-indent)
	}
	return columns, max(rows, 1)
}

// want returns how many rows a picture should have.
func (g *Gallery) want(p *picture) int {
	switch {
	case p.encoded != nil:
		return p.encoded.Rows
	case p.state == failed && p.why == "":
		return 0
	case p.state == failed:
		return 1
	}
	columns, rows := g.room.limits(p.natural, p.indent, g.terminal)
	size, _ := g.terminal.Fit(p.natural, columns, rows)
	return size.Rows
}

// place is where the rows of a picture are in the lines, or its description if it has none.
type place struct{ at, rows int }

// placesIn returns the places of all pictures in the lines.
func (g *Gallery) placesIn(lines []article.Line) []place {
	places := make([]place, len(g.pictures))
	number := 0
	for i := range lines {
		l := &lines[i]
		if n := int(l.Row.Picture); n > 0 && n <= len(places) {
			if places[n-1].rows++; places[n-1].rows == 1 {
				places[n-1].at = i
			}
		}
		for range l.Pictures {
			if number < len(places) && places[number].rows == 0 {
				places[number].at = i
			}
			number++
		}
	}
	return places
}

// Settle gives pictures the rows that they should have. Those that are seen keep theirs,
// unless free is set. It reports whether that changed something.
func (g *Gallery) Settle(lines []article.Line, first, height int, free bool) (changed bool) {
	var places []place
	for i, p := range g.pictures {
		want := g.want(p)
		if want == p.rows {
			continue
		}
		if places == nil {
			places = g.placesIn(lines)
		}
		at := places[i]
		if seen := at.at < first+height && at.at+max(at.rows, 1) > first; !seen || free {
			p.rows, changed = want, true
		}
	}
	return changed
}

// Insert returns the lines of the article with the rows of its pictures.
func (g *Gallery) Insert(plain []article.Line) []article.Line {
	return article.InsertPictures(plain, func(n int, _ article.Picture, _ int) []string {
		if n > len(g.pictures) {
			return nil
		}
		return g.pictures[n-1].text(g.Dim)
	})
}

// text returns what the rows of a picture show.
func (p *picture) text(dim func(string) string) []string {
	rows := make([]string, p.rows)
	switch {
	case p.encoded != nil:
		copy(rows, p.encoded.Lines)
	case len(rows) == 0:
	case p.state == failed:
		rows[0] = dim("no picture: " + p.why)
	case p.state == loading:
		rows[0] = dim("fetching the picture")
	}
	return rows
}

// Anchor returns the line of after that shows what line i of before shows.
func Anchor(before, after []article.Line, i int) int {
	if i < 0 || i >= len(before) {
		return i
	}
	row := before[i].Row
	text := 0
	for at := range i {
		if before[at].Row.Picture == 0 {
			text++
		}
	}
	start := -1
	for at := range after {
		shown := after[at].Row
		switch {
		case row.Picture > 0 && shown.Picture == row.Picture:
			if start = at; shown.Row == row.Row {
				return at
			}
		case shown.Picture > 0:
		case text == 0:
			if start >= 0 {
				return start
			}
			return at
		default:
			text--
		}
	}
	return max(start, 0)
}

// Cells returns a row of a picture for the painter; nil if the row shows words. x is the
// column of the screen at which it begins.
func (g *Gallery) Cells(row article.PictureRow, x int) *frame.Picture {
	n, r := int(row.Picture), int(row.Row)
	if n < 1 || n > len(g.pictures) || g.pictures[n-1].encoded == nil || r >= g.pictures[n-1].encoded.Rows {
		return nil
	}
	p := g.pictures[n-1]
	if p.cells == nil || p.cells[0].X != x {
		p.cells = make([]*frame.Picture, p.encoded.Rows)
		for i := range p.cells {
			p.cells[i] = &frame.Picture{X: x}
			if i < len(p.encoded.Strips) {
				p.cells[i].Strip = p.encoded.Strips[i]
			}
		}
	}
	return p.cells[r]
}

// Plan returns the pictures to load now: those near the lines that are shown, nearest below
// first.
func (g *Gallery) Plan(lines []article.Line, first, height int) (jobs []*Job) {
	if g.running >= maxJobs || g.ctx == nil || !slices.ContainsFunc(g.pictures, func(p *picture) bool { return p.state == idle }) {
		return nil
	}
	places := g.placesIn(lines)
	for _, below := range []bool{true, false} {
		for i, p := range g.pictures {
			at := places[i].at
			near := at+places[i].rows >= first && at < first+(1+ahead)*height
			if !below {
				near = at+places[i].rows >= first-behind*height && at < first
			}
			if g.running >= maxJobs {
				return jobs
			}
			if p.state == idle && near {
				p.state = loading
				g.running++
				jobs = append(jobs, &Job{
					ctx: g.ctx, shared: g.shared, generation: g.generation, number: i,
					address: p.URL, natural: p.natural, indent: p.indent, terminal: g.terminal, room: g.room,
				})
			}
		}
	}
	return jobs
}

// Take takes what a job brings. It reports whether that belongs to the open article.
func (g *Gallery) Take(s Screen, r Result) bool {
	if r.generation != g.generation || r.number >= len(g.pictures) {
		if r.encoded != nil && r.encoded.ID != 0 {
			g.shared.ids.Free(r.encoded.ID)
		}
		return false
	}
	g.running--
	p := g.pictures[r.number]
	if p.encoded, p.why, p.state = r.encoded, r.why, ready; r.encoded == nil {
		p.state = failed
		return true
	}
	p.natural = r.natural
	if id := r.encoded.ID; id != 0 && s != nil {
		s.Keep(id, r.encoded.Chunks, g.terminal.Delete(id), g.terminal.Abort())
	}
	return true
}

// Trim drops the pictures that are farthest from the lines that are shown, if they take too
// much memory.
func (g *Gallery) Trim(s Screen, lines []article.Line, first, height int) {
	total := 0
	for _, p := range g.pictures {
		if p.encoded != nil {
			total += p.encoded.Bytes()
		}
	}
	if total <= maxMemory {
		return
	}
	places := g.placesIn(lines)
	for total > maxMemory {
		farthest, distance := -1, height
		for i, p := range g.pictures {
			d := max(places[i].at-first-height, first-places[i].at-places[i].rows)
			if p.encoded != nil && d > distance {
				farthest, distance = i, d
			}
		}
		if farthest < 0 {
			return
		}
		total -= g.pictures[farthest].encoded.Bytes()
		g.drop(s, g.pictures[farthest]) // it is loaded again when the reader comes near it
	}
}
