package folder

import (
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/cache/rescue"
	"dateline/feed/text"
)

const (
	// wholeAfter is how long a file of marks is only appended to. After that, or when it has
	// grown to more than twice its size and growth bytes, it is written anew: then each mark
	// is in it once.
	wholeAfter = 7 * 24 * time.Hour
	growth     = 256 << 10
	// changedChunk is the number of changed items that are read or corrected at once.
	changedChunk = 5_000
)

// writeMarks writes the marks that changed since the last time into our file, or all of them.
func (r *round) writeMarks() error {
	m := &r.own.Marks
	whole := m.State.Offset == 0 || m.State.Offset > m.Whole &&
		(m.State.Offset > 2*m.Whole+growth || r.present.Sub(time.UnixMicro(m.Written)) >= wholeAfter)
	if r.isAhead(m.Latest) {
		whole = true // the clock was ahead when these marks were written
	}
	upTo, err := r.lastChange()
	if err != nil || upTo == 0 && !whole {
		return err
	}
	if err := r.correctAhead(whole); err != nil {
		return err
	}
	if upTo, err = r.lastChange(); err != nil {
		return err
	}
	if !whole {
		err = r.appendMarks(upTo)
	}
	if whole || errors.Is(err, errChanged) {
		err = r.replaceMarks()
	}
	if err != nil {
		return err
	}
	return r.saveOwnMarks(upTo)
}

// lastChange returns the number of the last change of marks; 0 if there is none.
func (r *round) lastChange() (n int64, err error) {
	err = r.store.Internals().Readers().QueryRowContext(r.ctx, `SELECT coalesce(max(change), 0) FROM changed_marks`).Scan(&n)
	return n, err
}

// isAhead reports whether a time in microseconds is one of a wrong clock.
func (r *round) isAhead(micros int64) bool {
	at := time.UnixMicro(micros).UTC()
	return !cache.CopiedMarkTime(at, r.present).Equal(at)
}

// correctAhead gives our marks that are ahead of the present, because the clock was wrong when
// they were made, the time that they have at other computers. Otherwise these would answer a
// mark that is never older here. whole looks at all marks, not only at those that changed.
func (r *round) correctAhead(whole bool) error {
	const changed = `IN (SELECT item FROM changed_marks)`
	items, ofItem, labels := ` WHERE `, ` WHERE `, ` WHERE `
	if !whole {
		items, ofItem = ` WHERE id `+changed+` AND `, ` WHERE id `+changed+` AND `
		labels = ` WHERE pos IN (SELECT i.pos FROM items i WHERE i.id ` + changed + `) AND `
	}
	for _, c := range []struct{ find, update string }{
		{`SELECT id, read_at FROM items` + items + `read_at > ?`, `UPDATE items SET read_at = ?2 WHERE id = ?1`},
		{`SELECT id, starred_at FROM items` + items + `starred_at > ?`, `UPDATE items SET starred_at = ?2 WHERE id = ?1`},
		{`SELECT id, hidden_at FROM items` + items + `hidden_at > ?`, `UPDATE items SET hidden_at = ?2 WHERE id = ?1`},
		{`SELECT id, snoozed_at FROM items` + items + `snoozed_at > ?`, `UPDATE items SET snoozed_at = ?2 WHERE id = ?1`},
		{`SELECT id, at FROM progress` + ofItem + `at > ?`, `UPDATE progress SET at = ?2 WHERE id = ?1`},
		{`SELECT DISTINCT pos, at FROM labels` + labels + `at > ?`, `UPDATE labels SET at = ?2 WHERE pos = ?1 AND at = ?3`},
	} {
		found, err := pairs(r, c.find, r.present.UnixMicro())
		if err != nil {
			return err
		}
		found = slices.DeleteFunc(found, func(p [2]int64) bool { return !r.isAhead(p[1]) })
		for chunk := range slices.Chunk(found, changedChunk) {
			if err := r.correct(chunk, c.update); err != nil {
				return err
			}
		}
	}
	return nil
}

// correct corrects the times of some rows: their keys with the times that are ahead.
func (r *round) correct(rows [][2]int64, update string) error {
	return r.store.Internals().Write(r.ctx, "correct dates of a wrong clock", func(tx *sql.Tx) error {
		for _, row := range rows {
			at := cache.CopiedMarkTime(time.UnixMicro(row[1]), r.present).UnixMicro()
			if _, err := tx.ExecContext(r.ctx, update, row[0], at, row[1]); err != nil {
				return err
			}
		}
		return nil
	})
}

// pairs returns the rows of a query of two numbers.
func pairs(r *round, query string, args ...any) (list [][2]int64, err error) {
	rows, err := r.store.Internals().Readers().QueryContext(r.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p [2]int64
		if err := rows.Scan(&p[0], &p[1]); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// marksWriter writes marks as frames.
type marksWriter struct {
	*frameWriter
	lines  *rescue.MarkWriter
	latest int64
	sent   int
	// urls are the addresses of feeds as they are in the files, "" if their marks are not.
	urls map[string]string
}

func newMarksWriter(to io.Writer) (*marksWriter, error) {
	f, err := newFrameWriter(to)
	if err != nil {
		return nil, err
	}
	return &marksWriter{frameWriter: f, lines: rescue.NewMarkWriter(&f.lines), urls: map[string]string{}}, nil
}

// mark writes a mark, except one of a feed whose address is not shared.
func (w *marksWriter) mark(l rescue.MarkLine) error {
	url, ok := w.urls[l.Feed]
	if !ok {
		url, _ = sharedAddress(l.Feed)
		w.urls[l.Feed] = url
	}
	if url == "" || len(l.Label) > maxLabel {
		return nil
	}
	l.Feed = url
	if !l.At.IsZero() {
		w.latest = max(w.latest, l.At.UnixMicro())
	}
	w.sent++
	if err := w.lines.Write(l); err != nil {
		return err
	}
	return w.flushFull()
}

const (
	// maxAddress and maxLabel are the lengths of the longest address and label in a file.
	maxAddress = 4096
	maxLabel   = 1024
)

// sharedAddress returns the address by which other computers know a feed. ok is false if they
// do not: files and commands are of this computer alone, and may hold secrets. The address
// has no user and no password.
func sharedAddress(url string) (address string, ok bool) {
	address, _, _ = text.SplitLogin(url)
	if !text.IsHTTPURL(address) || text.Clean(address) != address || len(address) > maxAddress {
		return "", false
	}
	return address, true
}

// replaceMarks writes our file anew, with all marks.
func (r *round) replaceMarks() error {
	m := ownMarks{Generation: newID(), Earlier: r.own.Marks.forgotten().Earlier, Written: r.present.UnixMicro()}
	// If the process is killed after it has renamed the file, the file is still ours.
	planned, err := json.Marshal(ownMarks{Earlier: append(m.Earlier, m.Generation)})
	if err != nil {
		return err
	}
	if err := r.save(ownMarksSetting+r.own.place, string(planned)); err != nil {
		return err
	}
	sent := 0
	err = r.replaceFile(r.ctx, r.own.marks(), func(to io.Writer) error {
		w, err := newMarksWriter(to)
		if err != nil {
			return err
		}
		if err := w.head(head{"marks", format, r.own.ID, m.Generation}); err != nil {
			return err
		}
		if err := rescue.ExportMarks(r.ctx, r.store, rescue.MarkExport{Plain: true}, w.mark); err != nil {
			return err
		}
		err = w.flush()
		m.Whole, m.Latest, sent = w.written, w.latest, w.sent
		return err
	})
	if err != nil {
		return err
	}
	f, info, err := r.openFile(r.own.marks(), maxFile)
	if err != nil {
		return awayError{err}
	}
	defer f.Close()
	if m.State, err = stateOf(f, info, info.Size()); err != nil {
		return awayError{err}
	}
	if info.Size() != m.Whole {
		m.State = fileState{} // somebody else has written it, and it is written once more
	}
	r.own.Marks = m
	r.result.Sent += sent
	return nil
}

// errChanged is returned if somebody else has written our file.
var errChanged = errors.New("another program has changed the file")

// appendMarks appends the marks of the items of the changes up to a number.
func (r *round) appendMarks(upTo int64) error {
	ids, err := db.Integers(r.ctx, r.store.Internals().Readers(), db.SQL(`SELECT DISTINCT item FROM changed_marks WHERE change <= ?`, upTo))
	if err != nil {
		return err
	}
	m := &r.own.Marks
	f, err := os.OpenFile(filepath.Join(r.dir, r.own.marks()), os.O_RDWR, 0)
	if err != nil {
		return errChanged
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return awayError{err}
	}
	if at, err := os.Lstat(f.Name()); err != nil || !os.SameFile(at, info) || info.Size() != m.State.Offset {
		return errChanged
	}
	to := writeError{to: io.NewOffsetWriter(f, m.State.Offset)}
	w, err := newMarksWriter(&to)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(ids, changedChunk) {
		if err = rescue.ExportMarks(r.ctx, r.store, rescue.MarkExport{Items: chunk, Plain: true}, w.mark); err != nil {
			break
		}
	}
	if err == nil {
		err = w.flush()
	}
	if err == nil && w.written == 0 {
		return nil
	}
	if synced := f.Sync(); err == nil && synced != nil {
		err = awayError{synced}
	}
	if to.err != nil {
		err = awayError{to.err}
	}
	if err != nil {
		_ = f.Truncate(m.State.Offset) // else the next sync finds that the file is another one
		return err
	}
	if info, err = f.Stat(); err != nil {
		return awayError{err}
	}
	if m.State, err = stateOf(f, info, m.State.Offset+w.written); err != nil {
		return awayError{err}
	}
	m.Latest = max(m.Latest, w.latest)
	r.result.Sent += w.sent
	return nil
}
