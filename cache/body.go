package cache

import "github.com/klauspost/compress/zstd"

// maxBody bounds what one stored body may unfold to: several times the largest
// document that is ever fetched, so only a damaged file meets it.
const maxBody = 64 << 20

// newEncoder makes the encoder of a store. Bodies are small and come one by
// one from the only writer: one encoder with a small window. The fastest level
// takes half the time of the default one for a twentieth more bytes.
func newEncoder() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(256<<10))
	if err != nil {
		panic("cache: zstd encoder options: " + err.Error())
	}
	return e
}

func newDecoder() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(readerConns), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxBody))
	if err != nil {
		panic("cache: zstd decoder options: " + err.Error())
	}
	return d
}

func (s *Store) pack(body string) []byte {
	if body == "" {
		return []byte{}
	}
	return s.zip().EncodeAll([]byte(body), nil)
}

func (s *Store) unpack(body []byte) (string, error) {
	if len(body) == 0 {
		return "", nil
	}
	raw, err := s.unzip().DecodeAll(body, nil)
	return string(raw), err
}
