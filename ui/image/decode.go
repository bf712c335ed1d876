package image

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"image"
	"io"
	"mime"
	"net/url"
	"strings"

	_ "image/gif"  // the formats that Decode knows
	_ "image/jpeg" // …
	_ "image/png"  // …

	_ "golang.org/x/image/webp" // …
)

// The limits of a picture before it is scaled. MaxBytes is of the encoded picture.
const (
	MaxBytes  = 8 << 20
	maxPixels = 16 << 20
	maxSide   = 16384
	// minSide is the side, in pixels, below which a picture stays words.
	minSide = 32
)

// The reasons why there is no picture. They are shown in its place.
var (
	ErrPage     = errors.New("a page instead of a picture")
	ErrTooLarge = errors.New("too large")
	ErrTooSmall = errors.New("too small")
	ErrBroken   = errors.New("a damaged picture")
	ErrUnknown  = errors.New("not a picture that dateline knows")
	ErrSVG      = errors.New("an SVG drawing, which only a browser shows")
	ErrAVIF     = errors.New("an AVIF picture, which only a browser shows")
	ErrTooSlow  = errors.New("took too long to decode")
)

// Decode decodes a JPEG, PNG, GIF or WebP picture; of a moving one the first frame. The
// picture stands as its camera was held. It returns one of the errors of this package if
// there is no picture, is too large a one, or ctx ends.
func Decode(ctx context.Context, data []byte) (m image.Image, err error) {
	defer func() {
		if recover() != nil {
			m, err = nil, ErrBroken
		}
	}()
	if len(data) > MaxBytes {
		return nil, ErrTooLarge
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, whyUnknown(data, err)
	}
	switch w, h := size.Width, size.Height; {
	case w < 1 || h < 1:
		return nil, ErrBroken
	case w > maxSide || h > maxSide || w*h > maxPixels:
		return nil, ErrTooLarge
	case w < minSide || h < minSide:
		return nil, ErrTooSmall
	}
	m, _, err = image.Decode(&limitedReader{ctx, bytes.NewReader(data)})
	switch {
	case ctx.Err() != nil:
		return nil, ErrTooSlow
	case err != nil || m.Bounds().Empty():
		return nil, ErrBroken
	}
	if format == "jpeg" {
		m = upright(m, orientation(data))
	}
	return m, nil
}

// limitedReader reads until its context ends. A decoder cannot be stopped otherwise.
type limitedReader struct {
	ctx  context.Context
	from *bytes.Reader
}

// Read reads a small part, so that a decoder asks often.
func (r *limitedReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p[:min(len(p), 4<<10)])
}

// whyUnknown returns what a body is that is no known picture.
func whyUnknown(data []byte, err error) error {
	head := bytes.TrimLeft(data[:min(len(data), 1<<10)], "\xef\xbb\xbf \t\r\n")
	lower := bytes.ToLower(head)
	switch {
	case len(data) > 12 && string(data[4:8]) == "ftyp" && (bytes.HasPrefix(data[8:], []byte("avif")) || bytes.HasPrefix(data[8:], []byte("avis"))):
		return ErrAVIF
	case bytes.HasPrefix(head, []byte("<")) && bytes.Contains(lower, []byte("<svg")):
		return ErrSVG
	case bytes.HasPrefix(head, []byte("<")) || bytes.HasPrefix(head, []byte("{")):
		return ErrPage
	case errors.Is(err, image.ErrFormat):
		return ErrUnknown
	}
	return ErrBroken
}

// IsData reports whether an address contains the picture itself (RFC 2397).
func IsData(address string) bool { return strings.HasPrefix(address, "data:") }

// DataOf returns the bytes of a picture that its address contains.
func DataOf(address string) ([]byte, error) {
	kind, data, found := strings.Cut(strings.TrimPrefix(address, "data:"), ",")
	if !found || len(data) > MaxBytes*3/2 {
		return nil, ErrBroken
	}
	plain, err := url.PathUnescape(data)
	if err != nil {
		return nil, ErrBroken
	}
	kind, isBase64 := strings.CutSuffix(strings.TrimSpace(kind), ";base64")
	if t, _, err := mime.ParseMediaType(kind); err == nil && t == "image/svg+xml" {
		return nil, ErrSVG
	}
	if !isBase64 {
		return []byte(plain), nil
	}
	b, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, strings.NewReader(strings.Join(strings.Fields(plain), ""))))
	if err != nil {
		return nil, ErrBroken
	}
	return b, nil
}
