package fetch

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// headSize is the number of first bytes that decide what a body is.
	headSize = 512
	// maxLayers is how often a body may be compressed, such as a .gz file that the
	// server compresses again.
	maxLayers = 3
	// maxGrowth is how many times larger than its compressed form a shortened body
	// may be. Feeds of repeated sentences grow about 250 times, and compression
	// bombs about 1000 times.
	maxGrowth = 300
)

// unpacker decompresses a body. It goes by the first bytes and not by
// Content-Encoding: servers label plain text as gzip, send .gz files without a
// label, and compress twice. It asks for gzip itself, so net/http decodes
// nothing.
type unpacker struct {
	counter countingReader
	outer   *bufio.Reader
	// labels are the values of Content-Encoding in lower case.
	labels []string

	// out is the decompressed body. It is nil until the first bytes were read.
	out io.Reader
	err error
	// packed reports whether the body is compressed, and isText whether the
	// decompressed body starts as text.
	packed, isText bool
}

// newUnpacker returns an unpacker of the response's body.
func newUnpacker(res *http.Response) *unpacker {
	u := &unpacker{counter: countingReader{from: res.Body}}
	u.outer = bufio.NewReaderSize(&u.counter, 4096)
	for label := range strings.SplitSeq(strings.Join(res.Header.Values("Content-Encoding"), ","), ",") {
		u.labels = append(u.labels, strings.ToLower(strings.TrimSpace(label)))
	}
	return u
}

// Read returns decompressed bytes.
func (u *unpacker) Read(p []byte) (int, error) {
	u.open()
	if u.err != nil {
		return 0, u.err
	}
	return u.out.Read(p)
}

// open reads the first bytes and sets out or err. Calling it twice does no harm.
func (u *unpacker) open() {
	if u.out != nil || u.err != nil {
		return
	}
	r := u.outer
	for layer := 0; ; layer++ {
		head, _ := r.Peek(headSize)
		u.isText = startsAsText(head)
		if u.isText || layer == maxLayers {
			u.out = r
			return
		}
		inner, err := u.decompress(r, head, layer)
		if err != nil {
			u.err = err
			return
		}
		if inner == nil {
			u.out = r
			return
		}
		u.packed = true
		r = bufio.NewReaderSize(inner, 4096)
	}
}

// decompress returns a reader of what r holds compressed. It returns nil if r
// is not compressed, and an [*encodingError] if dateline cannot decompress it.
func (u *unpacker) decompress(r *bufio.Reader, head []byte, layer int) (io.Reader, error) {
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b\x08")):
		return gzip.NewReader(r)
	case len(head) > 1 && head[0] == 0x78 && (int(head[0])<<8|int(head[1]))%31 == 0:
		return zlib.NewReader(r)
	case layer == 0 && u.isLabeled("deflate", "gzip", "x-gzip") && startsAsDeflate(head):
		return flate.NewReader(r), nil
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		return nil, &encodingError{"zstd"}
	}
	for _, label := range []string{"br", "zstd", "compress"} {
		if u.isLabeled(label) {
			return nil, &encodingError{label}
		}
	}
	return nil, nil
}

// isLabeled reports whether Content-Encoding contains one of the names.
func (u *unpacker) isLabeled(names ...string) bool {
	return slices.ContainsFunc(u.labels, func(label string) bool { return slices.Contains(names, label) })
}

// isBomb reports whether size decompressed bytes are so many more than the
// compressed ones that the body was made to use up memory.
func (u *unpacker) isBomb(size int64) bool {
	used := u.counter.count - int64(u.outer.Buffered())
	return u.packed && size > used*maxGrowth
}

// encodingError reports a compression that dateline did not ask for.
type encodingError struct{ name string }

func (e *encodingError) Error() string { return "the compression is " + e.name }

// startsAsDeflate reports whether head is the start of text that is compressed
// with deflate (RFC 1951). Deflate has no signature.
func startsAsDeflate(head []byte) bool {
	f := flate.NewReader(bytes.NewReader(head))
	plain := make([]byte, 64)
	n, err := io.ReadFull(f, plain)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	return n > 0 && startsAsText(plain[:n])
}

// startsAsText reports whether head, the first bytes of a body, can be the start
// of a text in any charset. No compressed data starts like that.
func startsAsText(head []byte) bool {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff", "<\x00", "\x00<", "\x00\x00\x00<"} {
		if bytes.HasPrefix(head, []byte(mark)) {
			return true // UTF-16 and UTF-32
		}
	}
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for _, c := range head {
		if c < ' ' && !bytes.ContainsRune([]byte("\t\n\v\f\r\x1b"), rune(c)) || c == 0x7f {
			return false // escape sequences are part of ISO-2022-JP
		}
	}
	if start := bytes.TrimLeft(head, " \t\r\n"); len(start) > 0 && bytes.IndexByte([]byte("<{["), start[0]) >= 0 {
		return true
	}
	return utf8.Valid(wholeRunes(head))
}

// wholeRunes returns b without a character at its end that was cut off.
func wholeRunes(b []byte) []byte {
	for back := 1; back <= min(utf8.UTFMax, len(b)); back++ {
		if at := len(b) - back; utf8.RuneStart(b[at]) {
			if !utf8.FullRune(b[at:]) {
				return b[:at]
			}
			break
		}
	}
	return b
}

// countingReader counts the bytes that are read from another reader.
type countingReader struct {
	from  io.Reader
	count int64
}

// Read reads from the other reader.
func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.count += int64(n)
	return n, err
}
