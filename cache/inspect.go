package cache

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
)

const (
	sqliteMagic   = "SQLite format 3\x00"
	headerSize    = 100
	applicationAt = 68
)

// inspect looks whose file it is before anything is written to it. stamped is
// false for one of ours that does not say so yet. It reads but the header of a
// cache that says so.
func (s *Store) inspect(ctx context.Context) (stamped bool, err error) {
	header, err := beginning(s.path, headerSize)
	switch {
	case err != nil || len(header) == 0:
		return false, err
	case len(header) < headerSize, string(header[:len(sqliteMagic)]) != sqliteMagic:
		return false, ErrForeign
	case bigEndian(header[applicationAt:]) == applicationID:
		return true, nil
	}
	db, err := s.reachable(1, pragmas("user_version"))
	if err != nil {
		return false, err
	}
	defer db.Close()
	var id, tables, ours int
	err = db.QueryRowContext(ctx, `SELECT application_id, (SELECT count(*) FROM sqlite_schema), (SELECT count(*) FROM sqlite_schema WHERE name = '`+ourIndex+`')
		FROM pragma_application_id`).Scan(&id, &tables, &ours)
	if err == nil && id != applicationID && (id != 0 || tables > 0 && ours == 0) {
		err = ErrForeign
	}
	return id == applicationID, err
}

// ourIndex is a name that the schema of every cache has.
const ourIndex = "items_identity"

// resemblance is how much of a file is searched for a schema like ours.
const resemblance = 1 << 20

// orDamaged is err, or ErrCorrupt where it says that the file is none of ours
// although it is one whose beginning is destroyed.
func (s *Store) orDamaged(err error) error {
	if !errors.Is(err, ErrForeign) {
		return err
	}
	if start, _ := beginning(s.path, resemblance); bytes.Contains(start, []byte(ourIndex)) {
		return ErrCorrupt
	}
	return err
}

// beginning is up to n bytes of a file.
func beginning(path string, n int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.Join(err, ErrOpen)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, n))
	if err != nil {
		return nil, errors.Join(err, ErrIO)
	}
	return b, nil
}

func bigEndian(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}
