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

// compressEarly compresses the bodies of new and changed items before the transaction,
// so that the write lock is held for a shorter time. If it cannot read which items are
// known, it compresses nothing. Bodies that are not compressed here are compressed
// when they are written.
func (s *Store) compressEarly(ctx context.Context, batches []batch) {
	var todo []*incoming
	for _, b := range batches {
		if len(b.items) == 0 {
			continue
		}
		same, err := s.sources(ctx, b)
		if err != nil {
			return
		}
		for i := range b.items {
			if in := &b.items[i]; !same[[2]int64{in.identity, in.source}] {
				todo = append(todo, in)
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

// sqlSources checks first whether the feed has any items. A new feed has none, and
// then the items are not looked up one by one.
const sqlSources = `SELECT i.identity, i.source_hash FROM json_each(?2) j
	CROSS JOIN items i INDEXED BY items_identity ON i.feed = (SELECT id FROM feeds WHERE url = ?1) AND i.identity = j.value
	WHERE EXISTS (SELECT 1 FROM items o INDEXED BY items_identity WHERE o.feed = (SELECT id FROM feeds WHERE url = ?1))`

// sources returns the pairs of identity and source hash that are known of a batch.
func (s *Store) sources(ctx context.Context, b batch) (map[[2]int64]bool, error) {
	stmt, err := s.cachedStatement(ctx, s.readers, sqlSources)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, b.URL, b.identities)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[[2]int64]bool{}
	for rows.Next() {
		var k [2]int64
		if err := rows.Scan(&k[0], &k[1]); err != nil {
			return nil, err
		}
		known[k] = true
	}
	return known, rows.Err()
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
