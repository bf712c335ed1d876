package cache

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"time"
)

// idBits is how many low bits of an item's id its place carries. 34 bits and a
// sign remain for the seconds: the years 1426 to 2514.
const idBits = 29

const (
	firstSecond = -1 << 34
	lastSecond  = 1<<34 - 1
	// top and bottom lie beyond every place.
	top    = 1<<63 - 1
	bottom = -1 << 63
)

// place joins an item's date and id into the one number that orders items.
func place(date time.Time, id int64) int64 {
	return floor(date) | id&(1<<idBits-1)
}

// floor is the lowest place of the second that t lies in.
func floor(t time.Time) int64 {
	return min(max(t.Unix(), firstSecond), lastSecond) << idBits
}

// dateOf is the date, to the second, that a place was made of.
func dateOf(pos int64) time.Time { return time.Unix(pos>>idBits, 0).UTC() }

// stamp is how an instant is kept: microseconds, NULL for the zero time.
func stamp(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMicro(), Valid: !t.IsZero()}
}

// instant undoes stamp, to the microsecond, in UTC.
func instant(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMicro(n.Int64).UTC()
}

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
