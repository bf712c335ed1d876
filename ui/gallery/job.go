package gallery

import (
	"bytes"
	"context"
	"errors"
	stdimage "image"
	"image/draw"
	"image/png"
	"slices"
	"sync"
	"time"

	"dateline/ui/image"
)

// decodeLimit is how long it may take to decode a picture.
const decodeLimit = 10 * time.Second

// maxOriginals is how many bytes of pictures are kept as they came, so that another size of
// the screen needs no request.
const maxOriginals = 16 << 20

// Fetch fetches a picture. release must be called when the data is no longer needed.
type Fetch func(ctx context.Context, address string) (data []byte, release func(), err error)

// shared is what jobs use at the same time.
type shared struct {
	ids  *image.IDs
	disk *image.DiskCache
	// decoding has room for one job: a large picture takes much memory.
	decoding chan struct{}

	mu sync.Mutex
	// originals are pictures as they came, the last fetched last.
	originals []original
	bytes     int
}

type original struct {
	address string
	data    []byte
}

// forget drops the pictures as they came.
func (s *shared) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.originals, s.bytes = nil, 0
}

// keep keeps a picture as it came.
func (s *shared) keep(address string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.originals = append(s.originals, original{address, bytes.Clone(data)})
	for s.bytes += len(data); s.bytes > maxOriginals; s.originals = s.originals[1:] {
		s.bytes -= len(s.originals[0].data)
	}
}

// original returns a picture as it came; nil if it is not kept.
func (s *shared) original(address string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.originals, func(o original) bool { return o.address == address }); i >= 0 {
		return s.originals[i].data
	}
	return nil
}

// Job loads a picture.
type Job struct {
	ctx        context.Context
	shared     *shared
	generation int
	number     int
	address    string
	natural    stdimage.Point
	indent     int
	terminal   image.Terminal
	room       Room
}

// Result is a picture, or the reason why there is none.
type Result struct {
	generation int
	number     int
	natural    stdimage.Point
	encoded    *image.Encoded
	why        string
}

// Failed returns the result of a job that cannot go on, with the reason in a few words. The
// other pictures continue.
func (j *Job) Failed(why string) Result {
	return Result{generation: j.generation, number: j.number, why: why}
}

// Run loads the picture. It takes long: call it outside of the event loop.
func (j *Job) Run(fetch Fetch) Result {
	r := Result{generation: j.generation, number: j.number}
	scaled, size, natural, err := j.load(fetch)
	if err == nil {
		id := uint32(0)
		if j.terminal.Protocol == image.Kitty {
			if id = j.shared.ids.Take(); id == 0 {
				err = errTooMany
			}
		}
		if err == nil {
			if r.encoded, err = j.terminal.Encode(scaled, size, id); err != nil {
				j.shared.ids.Free(id)
				r.encoded = nil
			}
		}
	}
	r.natural, r.why = natural, word(err)
	return r
}

var errTooMany = errors.New("too many pictures at once")

// word says in a few words why there is no picture. For one that is only too small it is
// empty: its description is enough.
func word(err error) string {
	var known interface{ PictureWord() string }
	switch {
	case err == nil, errors.Is(err, image.ErrTooSmall):
		return ""
	case errors.As(err, &known):
		return known.PictureWord()
	}
	return err.Error()
}

// load returns a picture scaled for the room, from the disk or from its server.
func (j *Job) load(fetch Fetch) (*stdimage.RGBA, image.Size, stdimage.Point, error) {
	columns, rows := j.room.limits(stdimage.Point{X: 1, Y: 1}, j.indent, j.terminal)
	key := image.Key{
		Address: j.address, Limit: image.Size{Columns: columns, Rows: rows}, Wide: j.room.Pane - j.indent,
		Cell: j.terminal.Cell, Blocks: j.terminal.Protocol == image.Blocks,
	}
	isData := image.IsData(j.address)
	if data, ok := j.shared.disk.Get(key); ok && !isData {
		if m, size, ok := j.fromDisk(data); ok {
			return m, size, j.naturalOf(size), nil
		}
	}
	m, err := j.decoded(fetch)
	if err != nil {
		return nil, image.Size{}, stdimage.Point{}, err
	}
	natural := m.Bounds().Size()
	columns, rows = j.room.limits(natural, j.indent, j.terminal)
	size, ok := j.terminal.Fit(natural, columns, rows)
	if !ok {
		return nil, size, natural, image.ErrTooSmall
	}
	scaled := image.Scale(m, j.terminal.Pixels(size))
	if data, err := image.PNG(scaled); err == nil && !isData {
		j.shared.disk.Put(key, data)
	}
	return scaled, size, natural, nil
}

// naturalOf returns the size in pixels of a picture of which only a scaled copy is known: at
// least that of the copy.
func (j *Job) naturalOf(size image.Size) stdimage.Point {
	t := j.terminal
	t.Protocol = image.Kitty
	p := t.Pixels(size)
	return stdimage.Point{X: max(p.X, j.natural.X), Y: max(p.Y, j.natural.Y)}
}

// fromDisk decodes a scaled picture. It is not ok if somebody has changed the file.
func (j *Job) fromDisk(data []byte) (*stdimage.RGBA, image.Size, bool) {
	config, err := png.DecodeConfig(bytes.NewReader(data))
	one := j.terminal.Pixels(image.Size{Columns: 1, Rows: 1})
	if err != nil || config.Width%one.X != 0 || config.Height%one.Y != 0 {
		return nil, image.Size{}, false
	}
	size := image.Size{Columns: config.Width / one.X, Rows: config.Height / one.Y}
	if size.Columns < 1 || size.Rows < 1 || size.Columns > max(j.room.Measure, j.room.Pane) || size.Rows > j.room.Height {
		return nil, size, false
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, size, false
	}
	if rgba, ok := m.(*stdimage.RGBA); ok {
		return rgba, size, true
	}
	rgba := stdimage.NewRGBA(stdimage.Rectangle{Max: m.Bounds().Size()})
	draw.Draw(rgba, rgba.Rect, m, m.Bounds().Min, draw.Src)
	return rgba, size, true
}

// decoded fetches and decodes the picture.
func (j *Job) decoded(fetch Fetch) (stdimage.Image, error) {
	data, release := j.shared.original(j.address), func() {}
	switch {
	case data != nil:
	case image.IsData(j.address):
		var err error
		if data, err = image.DataOf(j.address); err != nil {
			return nil, err
		}
	case j.address == "":
		return nil, image.ErrUnknown
	default:
		var err error
		if data, release, err = fetch(j.ctx, j.address); err != nil {
			return nil, err
		}
		j.shared.keep(j.address, data)
	}
	defer release()
	select {
	case j.shared.decoding <- struct{}{}:
		defer func() { <-j.shared.decoding }()
	case <-j.ctx.Done():
		return nil, j.ctx.Err()
	}
	ctx, cancel := context.WithTimeout(j.ctx, decodeLimit)
	defer cancel()
	return image.Decode(ctx, data)
}
