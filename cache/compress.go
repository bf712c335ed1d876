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

// maxBody bounds what one stored body may unfold to: several times the largest
// document that is ever fetched, so only a damaged file meets it.
const maxBody = 64 << 20

// bodyCodec compresses bodies as they are stored, and reads rows that have them.
// Encoder and decoder are made when they are first needed.
type bodyCodec struct {
	zip   func() *zstd.Encoder
	unzip func() *zstd.Decoder
}

// newEncoder makes the encoder of a store. Bodies are small: its window is, too.
// The fastest level takes half the time of the default one for a twentieth more
// bytes.
func newEncoder() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(packers()), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(256<<10))
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

// packers is how many bodies are packed at a time.
func packers() int { return min(runtime.GOMAXPROCS(0), 4) }

// compressEarly packs the bodies that are about to be written, so that this neither
// waits for the writer nor keeps others waiting for it. What it leaves out, like
// all when the cache cannot be asked what is known, is packed when it is written.
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
	for range min(packers(), len(todo)) {
		done.Go(func() {
			// What trips here trips again where it is written, and is told there.
			feed.Recover("packing items", nil, func() {
				p := packer{zip: s.zip()}
				for i := next.Add(1); i <= int64(len(todo)); i = next.Add(1) {
					todo[i-1].body = p.pack(todo[i-1].Body.Raw)
				}
			})
		})
	}
	done.Wait()
}

// Whether the feed has items at all is asked once: a new one has none of many.
const sqlSources = `SELECT i.identity, i.source_hash FROM json_each(?2) j
	CROSS JOIN items i INDEXED BY items_identity ON i.feed = (SELECT id FROM feeds WHERE url = ?1) AND i.identity = j.value
	WHERE EXISTS (SELECT 1 FROM items o INDEXED BY items_identity WHERE o.feed = (SELECT id FROM feeds WHERE url = ?1))`

// sources are the identities and sources that are known of an answer's items.
func (s *Store) sources(ctx context.Context, b batch) (map[[2]int64]bool, error) {
	stmt, err := s.keptStatement(ctx, s.readers, sqlSources)
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

// packed is the body of an item as it is written.
func (s *bodyCodec) packed(in incoming) []byte {
	if in.body != nil {
		return in.body
	}
	return s.pack(in.Body.Raw)
}

func (s *bodyCodec) pack(body string) []byte { return (&packer{zip: s.zip()}).pack(body) }

// packer packs one body after the other in one room: what it returns is as long
// as it has to be, since it is held until it is written.
type packer struct {
	zip         *zstd.Encoder
	raw, packed []byte
}

func (p *packer) pack(body string) []byte {
	if body == "" {
		return []byte{}
	}
	p.raw = append(p.raw[:0], body...)
	p.packed = p.zip.EncodeAll(p.raw, p.packed[:0])
	return bytes.Clone(p.packed)
}

func (s *bodyCodec) unpack(body []byte) (string, error) {
	if len(body) == 0 {
		return "", nil
	}
	raw, err := s.unzip().DecodeAll(body, nil)
	return string(raw), err
}
