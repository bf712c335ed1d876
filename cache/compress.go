package cache

import (
	"bytes"
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"

	"dateline/feed"
)

// maxBody limits the size of one decompressed body, in bytes. It is several times the
// size of the largest document that is fetched, so only a damaged file reaches it.
const maxBody = 64 << 20

// bodyCodec compresses and decompresses stored bodies, and reads the rows that have
// them. Encoder and decoder are made when they are first needed.
type bodyCodec struct {
	encoder func() *zstd.Encoder
	decoder func() *zstd.Decoder
	// shown has the names of the items that were read last.
	shown *shownItems
}

// newEncoder returns the encoder of a store. Bodies are small, so its window is small,
// too. The fastest level takes half the time of the default level, and its output is a
// twentieth larger.
func newEncoder() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(compressors()), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(256<<10))
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

// compressors returns the number of bodies that are compressed at the same time.
func compressors() int { return min(runtime.GOMAXPROCS(0), 4) }

// prepareNew compresses the bodies and computes the keys of feeds that have no items
// yet, before the transaction, so that the write lock is held for a shorter time. Other
// feeds rarely have many new items, and finding them would take longer than the work
// itself. It is done when they are written, and so it is if prepareNew cannot read which
// feeds have items.
func (s *Store) prepareNew(ctx context.Context, batches []batch) {
	var todo []*incoming
	for _, b := range batches {
		if len(b.items) == 0 {
			continue
		}
		filled, err := s.hasItems(ctx, b.URL)
		if err != nil {
			return
		}
		for i := range b.items {
			if !filled {
				b.items[i].setKeys()
				todo = append(todo, &b.items[i])
			}
		}
	}
	var next atomic.Int64
	var done sync.WaitGroup
	for range min(compressors(), len(todo)) {
		done.Go(func() {
			// If compressing panics, it panics again when the item is written, and that
			// panic is reported.
			feed.Recover("compressing items", nil, func() {
				p := bodyCompressor{encoder: s.encoder()}
				for i := next.Add(1); i <= int64(len(todo)); i = next.Add(1) {
					todo[i-1].compressed = p.compress(todo[i-1].Body.Raw)
				}
			})
		})
	}
	done.Wait()
}

const sqlHasItems = `SELECT EXISTS (SELECT 1 FROM items INDEXED BY items_identity WHERE feed = (SELECT id FROM feeds WHERE url = ?))`

// hasItems reports whether a feed has items, before the transaction.
func (s *Store) hasItems(ctx context.Context, url string) (filled bool, err error) {
	stmt, err := s.cachedStatement(ctx, s.readers, sqlHasItems)
	if err != nil {
		return false, err
	}
	return filled, stmt.QueryRowContext(ctx, url).Scan(&filled)
}

// compressedBody returns the body of an item as it is stored.
func (s *bodyCodec) compressedBody(in incoming) []byte {
	if in.compressed != nil {
		return in.compressed
	}
	return s.compress(in.Body.Raw)
}

func (s *bodyCodec) compress(body string) []byte {
	return (&bodyCompressor{encoder: s.encoder()}).compress(body)
}

// bodyCompressor compresses one body after the other in the same buffers. Each result is a
// copy of the exact length, because it is held until it is written.
type bodyCompressor struct {
	encoder     *zstd.Encoder
	raw, packed []byte
}

func (p *bodyCompressor) compress(body string) []byte {
	if body == "" {
		return []byte{}
	}
	p.raw = append(p.raw[:0], body...)
	p.packed = p.encoder.EncodeAll(p.raw, p.packed[:0])
	return bytes.Clone(p.packed)
}

func (s *bodyCodec) decompress(body []byte) (string, error) {
	if len(body) == 0 {
		return "", nil
	}
	raw, err := s.decoder().DecodeAll(body, nil)
	return string(raw), err
}
