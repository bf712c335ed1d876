package folder

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/cache/rescue"
	"dateline/feed"
	"dateline/feed/text"
)

// readSetting is the start of the keys of settings that hold how far the files of marks of
// other databases were read. The ID of the database follows.
const readSetting = "folder.read "

const (
	// readChunk is the number of marks that one transaction stores. It is small, because a mark
	// that the user makes meanwhile waits for its end.
	readChunk = 2_000
	// maxFeeds is the number of feeds, which the database does not have, that a file may name.
	maxFeeds = 10_000
	// maxLines is the number of bytes of lines that are read of a file at once.
	maxLines = 4 << 30
)

// readState is how far a file of marks was read.
type readState struct {
	fileState
	// AheadAt is the present when marks ahead of it were read first, and AheadMax the latest
	// time of those. Both are in microseconds, and 0 if there were none. If the file is read
	// again, such a mark still counts as made at AheadAt, so that it does not replace what
	// was marked since.
	AheadAt  int64 `json:"ahead_at,omitempty"`
	AheadMax int64 `json:"ahead_max,omitempty"`
	// Problem is why the file was not read to its end; empty if it was.
	Problem string `json:"problem,omitempty"`
}

// marksReader reads the file of marks of another database.
type marksReader struct {
	*round
	id, name string
	state    readState
	// again reports whether the file is read from its start, and known is the state before
	// that.
	again bool
	known readState
	// feeds are the IDs of feeds by their addresses, and byKey by what [text.AddressKey]
	// returns.
	feeds, byKey map[string]int64
	// unknown are the addresses of feeds that the database did not have.
	unknown map[string]bool
}

// readMarks applies what another database has added to its marks. What is wrong with the file
// becomes a problem.
func (r *round) readMarks(id string) error {
	m := &marksReader{round: r, id: id, name: marksPrefix + id + marksSuffix}
	info, ok := r.files[m.name]
	if !ok || !info.Mode().IsRegular() {
		return nil
	}
	stored, err := r.store.Setting(r.ctx, readSetting+id)
	if err != nil {
		return err
	}
	_ = json.Unmarshal([]byte(stored), &m.known) // if it is damaged, the file is read again
	if m.known.isUnchanged(info) {
		if m.known.Problem != "" {
			r.problem(m.name, info, errors.New(m.known.Problem))
		}
		return nil
	}
	f, info, err := r.openFile(m.name, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		r.problem(m.name, info, err)
		return nil
	}
	defer f.Close()
	same, err := m.known.contains(f, info)
	if err != nil {
		r.problem(m.name, info, err)
		return nil
	}
	m.state, m.again = m.known, !same
	if m.again {
		m.state.fileState = fileState{}
	}
	return m.read(f, info)
}

// read reads the file from the offset of the state.
func (m *marksReader) read(f *os.File, info fs.FileInfo) error {
	d, err := newDecoder()
	if err != nil {
		return err
	}
	defer d.close()
	offset, total := m.state.Offset, 0
	from := bufio.NewReaderSize(io.NewSectionReader(f, offset, info.Size()-offset), 64<<10)
	why := error(nil)
	for why == nil {
		var frame, lines []byte
		if frame, why = nextFrame(from); errors.Is(why, errUnfinished) && offset > 0 {
			// The checksum is not there, but these lines are whole.
			if _, err := m.apply(d.begun(frame)); err != nil {
				return err
			}
		}
		if why != nil {
			break
		}
		if lines, why = d.lines(frame); why != nil {
			break
		}
		if total += len(lines); total > maxLines {
			why = errTooLarge
			break
		}
		if offset == 0 {
			why = m.checkHead(lines)
		} else if why, err = m.apply(lines); err != nil {
			return err
		}
		if why == nil {
			offset += int64(len(frame))
		}
	}
	m.state.Problem = ""
	if !errors.Is(why, io.EOF) && !errors.Is(why, errUnfinished) {
		m.state.Problem = reason(why)
		m.problem(m.name, info, why)
	}
	if m.state.fileState, err = stateOf(f, info, offset); err != nil {
		m.problem(m.name, info, err)
		return nil
	}
	state, err := json.Marshal(m.state)
	if err != nil {
		return err
	}
	return m.save(readSetting+m.id, string(state))
}

func (m *marksReader) checkHead(line []byte) error {
	var h head
	if json.Unmarshal(line, &h) != nil {
		return errDamaged
	}
	return h.check("marks", m.id)
}

// mark is a mark of a file.
type mark struct {
	rescue.MarkLine
	item
	// flag is the index in flags; -1 if the mark is none of those.
	flag int
	// pos is where the item was found; 0 if it was not looked for or is not here.
	pos int64
}

// micros returns the time of the mark as it is stored.
func (m mark) micros() int64 {
	if m.At.IsZero() {
		return 0
	}
	return m.At.UnixMicro()
}

// apply applies the marks of whole lines. why is what is wrong with a line; then those before
// it are applied.
func (m *marksReader) apply(lines []byte) (why, err error) {
	var marks []mark
	for line := range bytes.Lines(lines) {
		var one mark
		if one, why = m.parse(line); why != nil {
			break
		}
		if one.Known() {
			marks = append(marks, one)
		}
	}
	for chunk := range slices.Chunk(marks, readChunk) {
		if err := m.storeMarks(chunk); err != nil {
			if errors.Is(err, errDamaged) {
				return err, nil
			}
			return nil, err
		}
	}
	return why, nil
}

// parse returns the mark of a line, with the time that it counts as made at.
func (m *marksReader) parse(line []byte) (one mark, err error) {
	if len(line) > maxLine || json.Unmarshal(line, &one.MarkLine) != nil {
		return one, errDamaged
	}
	identity, ok := one.Check()
	address, shared := sharedAddress(one.Feed)
	if !ok || !shared || address != one.Feed || len(one.Label) > maxLabel || !hasTextForm(one.At) || !hasTextForm(one.Until) {
		return one, errDamaged
	}
	one.identity, one.Title, one.Link = identity, "", ""
	one.flag = slices.Index(flags(), feed.Flag(one.Flag))
	if one.At.IsZero() {
		return one, nil
	}
	made := one.At
	one.At = cache.CopiedMarkTime(made, m.present)
	if m.again && m.known.AheadAt != 0 && made.UnixMicro() <= m.known.AheadMax {
		one.At = cache.CopiedMarkTime(made, time.UnixMicro(m.known.AheadAt).UTC())
	} else if !one.At.Equal(made) {
		if m.state.AheadAt == 0 {
			m.state.AheadAt = m.present.UnixMicro()
		}
		m.state.AheadMax = max(m.state.AheadMax, made.UnixMicro())
	}
	return one, nil
}

// storeMarks applies some marks in one transaction. Those that change nothing are left out
// before it.
func (m *marksReader) storeMarks(marks []mark) error {
	if err := m.findFeeds(marks); err != nil {
		return err
	}
	marks, err := m.withoutKnown(marks)
	if err != nil || len(marks) == 0 {
		return err
	}
	return m.store.Internals().Write(m.ctx, "take the marks of another computer", func(tx *sql.Tx) error {
		marks, taken, err := m.takeFlags(tx, marks)
		if err != nil {
			return err
		}
		m.result.Taken += taken
		w := rescue.NewPendingWriter(m.ctx, tx, m.present, m.feeds)
		of := map[int64][]int64{}
		for _, one := range marks {
			id, err := w.Add(one.MarkLine)
			if err != nil {
				return err
			}
			of[id] = append(of[id], one.identity)
		}
		for id, identities := range of {
			n, err := m.store.Internals().ApplyMarksOf(m.ctx, tx, id, identities)
			if err != nil {
				return err
			}
			waiting := 0
			err = tx.QueryRowContext(m.ctx, `SELECT count(*) FROM pending_marks WHERE feed = ? AND identity IN (SELECT value FROM json_each(?))`,
				id, db.JSONIntegers(identities)).Scan(&waiting)
			if err != nil {
				return err
			}
			m.result.Taken += n
			m.result.Waiting += waiting
		}
		return nil
	})
}

// findFeeds sets the feeds of marks. A feed may be spelled in another way here.
func (m *marksReader) findFeeds(marks []mark) error {
	if m.feeds == nil {
		if err := m.loadFeeds(); err != nil {
			return err
		}
	}
	for i := range marks {
		url := marks[i].Feed
		id, ok := m.feeds[url]
		if !ok {
			id, ok = m.byKey[text.AddressKey(url)]
		}
		if ok {
			m.feeds[url], marks[i].feed = id, id
			continue
		}
		if m.unknown[url] = true; len(m.unknown) > maxFeeds {
			return errDamaged
		}
	}
	return nil
}

func (m *marksReader) loadFeeds() error {
	m.feeds, m.byKey, m.unknown = map[string]int64{}, map[string]int64{}, map[string]bool{}
	rows, err := m.store.Internals().Readers().QueryContext(m.ctx, `SELECT id, url FROM feeds ORDER BY config_order IS NOT NULL`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var url string
		if err := rows.Scan(&id, &url); err != nil {
			return err
		}
		m.feeds[url], m.byKey[text.AddressKey(url)] = id, id
	}
	return rows.Err()
}

// withoutKnown leaves out the flags that the database has, or has newer, and finds the
// positions of the items of the others.
func (m *marksReader) withoutKnown(marks []mark) ([]mark, error) {
	of := map[int64][]int64{}
	for _, one := range marks {
		if one.feed != 0 && one.flag >= 0 {
			of[one.feed] = append(of[one.feed], one.identity)
		}
	}
	known := map[item]*storedFlags{}
	for id, identities := range of {
		if err := loadFlags(m.ctx, m.store.Internals().Readers(), known, sqlFlagsOfItems, db.JSONIntegers(identities), id); err != nil {
			return nil, err
		}
	}
	left := marks[:0]
	for _, one := range marks {
		if s := known[one.item]; s != nil && one.flag >= 0 {
			if s.covers(one) {
				continue
			}
			one.pos = s.pos
		}
		left = append(left, one)
	}
	return left, nil
}
