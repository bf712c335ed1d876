package cache

import (
	"crypto/sha256"
	"encoding/binary"
)

// hash tells texts apart: the first 64 bits of their SHA-256, each text with
// its length before it.
func hash(texts ...string) int64 { return new(hasher).hash(texts...) }

// hasher is [hash] for many texts, with one room for all of them: a body is
// copied to be hashed.
type hasher struct{ said []byte }

func (h *hasher) hash(texts ...string) int64 {
	h.said = h.said[:0]
	for _, t := range texts {
		h.said = binary.LittleEndian.AppendUint64(h.said, uint64(len(t)))
		h.said = append(h.said, t...)
	}
	sum := sha256.Sum256(h.said)
	return int64(binary.LittleEndian.Uint64(sum[:]))
}
