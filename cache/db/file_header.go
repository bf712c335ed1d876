package db

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// The header of a database file, see https://www.sqlite.org/fileformat.html#the_database_header.
const (
	Magic      = "SQLite format 3\x00"
	HeaderSize = 100
	// UserVersionAt and ApplicationAt are the offsets of PRAGMA user_version and
	// PRAGMA application_id in the header.
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

// BigEndian returns the number in the first four bytes of b.
func BigEndian(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// ResolveLink returns the path of the file that path leads to. SQLite keeps its log beside
// that file. If there is no file yet, ResolveLink returns path unchanged.
func ResolveLink(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// FileSize returns the size of a file in bytes; 0 if there is none.
func FileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// KnownIndex is the name of an index that the schema of every database of dateline has
// had. A file that contains it is one of dateline.
const KnownIndex = "items_identity"

// MakePrivate takes the permissions of all other users away from a file. The error says
// that they stay, because the file belongs to somebody else.
func MakePrivate(path string) error {
	info, err := os.Lstat(path)
	if err != nil || runtime.GOOS == "windows" || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return os.Chmod(path, info.Mode().Perm()&^0o077)
}
