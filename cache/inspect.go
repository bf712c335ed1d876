package cache

import (
	"bytes"
	"context"
	"errors"
	"io/fs"

	"dateline/cache/db"
)

// inspect looks whose file it is before anything is written to it. stamped is
// false for one of ours that does not say so yet. It reads but the header of a
// cache that says so.
func (s *Store) inspect(ctx context.Context) (stamped bool, err error) {
	header, err := readStart(s.path, db.HeaderSize)
	switch {
	case err != nil || len(header) == 0:
		return false, err
	case len(header) < db.HeaderSize, string(header[:len(db.Magic)]) != db.Magic:
		return false, ErrForeign
	case db.BigEndian(header[db.ApplicationAt:]) == applicationID:
		return true, nil
	}
	conn, err := s.reachable(1, db.Pragmas("user_version"))
	if err != nil {
		return false, err
	}
	defer conn.Close()
	var id, tables, ours int
	err = conn.QueryRowContext(ctx, `SELECT application_id, (SELECT count(*) FROM sqlite_schema), (SELECT count(*) FROM sqlite_schema WHERE name = '`+db.OurIndex+`')
		FROM pragma_application_id`).Scan(&id, &tables, &ours)
	if err == nil && id != applicationID && (id != 0 || tables > 0 && ours == 0) {
		err = ErrForeign
	}
	return id == applicationID, err
}

// resemblance is how much of a file is searched for a schema like ours.
const resemblance = 1 << 20

// orDamaged is err, or ErrCorrupt where it says that the file is none of ours
// although it is one whose beginning is destroyed.
func (s *Store) orDamaged(err error) error {
	if !errors.Is(err, ErrForeign) {
		return err
	}
	if start, _ := readStart(s.path, resemblance); bytes.Contains(start, []byte(db.OurIndex)) {
		return ErrCorrupt
	}
	return err
}

// readStart returns up to n bytes of a file.
func readStart(path string, n int64) ([]byte, error) {
	b, err := db.ReadStart(path, n)
	var at *fs.PathError
	switch {
	case err == nil:
		return b, nil
	case errors.As(err, &at) && at.Op == "open":
		return nil, errors.Join(err, ErrOpen)
	}
	return nil, errors.Join(err, ErrIO)
}
