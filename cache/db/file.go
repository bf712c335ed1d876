package db

import (
	"io"
	"os"
)

// The header of a database file: SQLite file format, section 1.3.
const (
	Magic      = "SQLite format 3\x00"
	HeaderSize = 100
	// UserVersionAt and ApplicationAt are the offsets of PRAGMA user_version and
	// PRAGMA application_id.
	UserVersionAt = 60
	ApplicationAt = 68
)

// ReadStart returns up to n bytes of a file.
func ReadStart(path string, n int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, n))
}

// BigEndian reads a number of a header.
func BigEndian(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// FileSize returns the size of a file, 0 if there is none.
func FileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// OurIndex is a name in the schema of every database of dateline.
const OurIndex = "items_identity"
