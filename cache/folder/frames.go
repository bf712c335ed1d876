package folder

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// A file of marks is a series of frames of zstd (RFC 8878 section 3.1.1). Each frame has whole
// lines and a checksum. Frames are only appended. So whatever part of a file was copied, the
// frames in front of its end can be used.

const (
	// frameLines is the number of bytes of lines from which a frame is complete, and maxLine
	// the length of the longest line.
	frameLines = 1 << 20
	maxLine    = 64 << 10
	// maxFrame is the size of the largest frame, with and without compression. A frame of
	// dateline ends after the line that completes it.
	maxFrame = 4 << 20
	// maxRatio is how much smaller than its lines a frame may be, if these are longer than
	// smallLines. The hash of an item alone does not compress that well.
	maxRatio   = 200
	smallLines = 256 << 10
	// maxFile is the size of the largest file that is read. Ten million marks need less.
	maxFile = 512 << 20
)

const format = 1

// head is the first line of a file. The first frame has only this line.
type head struct {
	// Dateline is what the file holds: "marks" or "subscriptions".
	Dateline string `json:"dateline"`
	Format   int    `json:"format"`
	// Database is the ID of the database that writes the file.
	Database string `json:"database"`
	// Generation changes whenever a file of marks is written anew, not when it is appended to.
	Generation string `json:"generation,omitempty"`
}

// check returns an error if the head is not one of a file of a database.
func (h head) check(what, database string) error {
	switch {
	case h.Dateline != what || h.Database != database || what == "marks" && !validID(h.Generation):
		return errDamaged
	case h.Format > format:
		return errNewer
	}
	return nil
}

// errUnfinished is the end of a file in the middle of a frame: its last part is on its way.
var errUnfinished = errors.New("the file ends in the middle of a frame")

// nextFrame reads a frame without decompressing it. At the end of the file the error is
// [io.EOF]. If it ends in the middle of a frame, nextFrame returns the part that is there and
// [errUnfinished].
func nextFrame(from *bufio.Reader) (frame []byte, err error) {
	start, err := from.Peek(zstd.HeaderMaxSize)
	if len(start) == 0 {
		return nil, err
	}
	var h zstd.Header
	if err := h.Decode(start); err != nil {
		// Some programs give a file its full size before they have copied its content.
		if err == io.ErrUnexpectedEOF || len(bytes.Trim(start, "\x00")) == 0 {
			return nil, errUnfinished
		}
		return nil, errDamaged
	}
	if h.Skippable || h.DictionaryID != 0 || h.HeaderSize > len(start) {
		return nil, errDamaged
	}
	take := func(n int) []byte {
		if err == nil && len(frame)+n > maxFrame {
			err = errDamaged
		}
		if err != nil {
			return nil
		}
		at := len(frame)
		frame = append(frame, make([]byte, n)...)
		var got int
		if got, err = io.ReadFull(from, frame[at:]); err != nil {
			frame = frame[:at+got]
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				err = errUnfinished
			}
		}
		return frame[at:]
	}
	err = nil
	take(h.HeaderSize)
	for last := false; !last && err == nil; {
		b := take(3)
		if err != nil {
			break
		}
		block := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
		last = block&1 != 0
		switch kind, size := block>>1&3, block>>3; kind {
		case 1: // one byte, repeated
			take(1)
		case 3:
			err = errDamaged
		default:
			take(size)
		}
	}
	if h.HasCheckSum {
		take(4)
	}
	return frame, err
}

// decoder decompresses frames.
type decoder struct {
	zstd *zstd.Decoder
	raw  []byte
}

func newDecoder() (*decoder, error) {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxFrame), zstd.WithDecoderMaxWindow(maxFrame))
	return &decoder{zstd: z}, err
}

func (d *decoder) close() { d.zstd.Close() }

// lines returns the lines of a whole frame. They are valid until the next call.
func (d *decoder) lines(frame []byte) ([]byte, error) {
	raw, err := d.zstd.DecodeAll(frame, d.raw[:0])
	if err != nil {
		return nil, errDamaged
	}
	d.raw = raw
	if len(raw) > smallLines && len(raw) > maxRatio*len(frame) || len(raw) > 0 && raw[len(raw)-1] != '\n' {
		return nil, errDamaged
	}
	return raw, nil
}

// begun returns the whole lines of the beginning of a frame, whose checksum is not there yet.
func (d *decoder) begun(part []byte) []byte {
	if len(part) == 0 || d.zstd.Reset(bytes.NewReader(part)) != nil {
		return nil
	}
	raw, _ := io.ReadAll(io.LimitReader(d.zstd, min(maxFrame, int64(maxRatio*len(part)+smallLines)))) // it ends with an error
	return raw[:bytes.LastIndexByte(raw, '\n')+1]
}

// frameWriter writes lines as frames.
type frameWriter struct {
	to    io.Writer
	zstd  *zstd.Encoder
	lines bytes.Buffer
	// written is the number of bytes that were written to to.
	written int64
	packed  []byte
}

func newFrameWriter(to io.Writer) (*frameWriter, error) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	return &frameWriter{to: to, zstd: z}, err
}

// head writes a frame that has only a head.
func (w *frameWriter) head(h head) error {
	if err := json.NewEncoder(&w.lines).Encode(h); err != nil {
		return err
	}
	return w.flush()
}

// flushFull writes a frame if it is complete. Call it after each line.
func (w *frameWriter) flushFull() error {
	if w.lines.Len() < frameLines {
		return nil
	}
	return w.flush()
}

// flush writes the lines that are left.
func (w *frameWriter) flush() error {
	if w.lines.Len() == 0 {
		return nil
	}
	w.packed = w.zstd.EncodeAll(w.lines.Bytes(), w.packed[:0])
	w.lines.Reset()
	n, err := w.to.Write(w.packed)
	w.written += int64(n)
	return err
}
