package folder

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	// idSetting and ownMarksSetting are the starts of the keys of settings that hold the ID
	// of the database and the state of its file of marks. What [place] returns follows.
	idSetting       = "folder.id "
	ownMarksSetting = "folder.marks "
)

// ownFiles is what a database knows about its files in the folder.
type ownFiles struct {
	// ID is in the names of the files.
	ID    string
	Marks ownMarks
	// place is where the database is.
	place string
}

// ownMarks is what was written last into the file of marks. The zero value means that
// nothing is known.
type ownMarks struct {
	Generation string `json:"generation"`
	// Earlier are the generations before, the latest last.
	Earlier []string `json:"earlier,omitempty"`
	// State is the file after the last write.
	State fileState `json:"state"`
	// Whole is its size when it was written anew, at the time Written in microseconds.
	Whole   int64 `json:"whole"`
	Written int64 `json:"written"`
	// Latest is the latest time of a mark in it, in microseconds.
	Latest int64 `json:"latest"`
}

// forgetChunk is the number of changes that one transaction forgets.
const forgetChunk = 20_000

// mostEarlier is the number of earlier generations that are known.
const mostEarlier = 50

// forgotten returns what is left if the file is not the one that was written last. A folder of
// a disk that was away, or an older version of the file, may come back.
func (m ownMarks) forgotten() ownMarks {
	all := slices.Clone(m.Earlier)
	if m.Generation != "" {
		all = append(all, m.Generation)
	}
	return ownMarks{Earlier: all[max(0, len(all)-mostEarlier):]}
}

func (o ownFiles) marks() string { return marksPrefix + o.ID + marksSuffix }

func (o ownFiles) subscriptions() string { return subscriptionsPrefix + o.ID + subscriptionsSuffix }

// temporary returns the name of a file while it is written. There is one for each database,
// so that nothing is left if a process is killed and starts again.
func (o ownFiles) temporary() string { return ".dateline-" + o.ID + ".tmp" }

// place returns a hash of where a database is: on which computer, and at which path. A copy of
// a database is at another place. It must not write the files of its original.
func place(path string) string {
	host, _ := os.Hostname() // without a name, the rest tells computers apart
	host, _, _ = strings.Cut(strings.ToLower(host), ".")
	machine, _ := os.ReadFile("/etc/machine-id") // only some systems have it
	if at, err := filepath.Abs(path); err == nil {
		path = at
	}
	sum := sha256.Sum256([]byte(host + "\x00" + strings.TrimSpace(string(machine)) + "\x00" + path))
	return hex.EncodeToString(sum[:8])
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

// loadOwn loads what is known about our files. It gives the database an ID if it has none at
// this place, or if another database has written our file: then this one is a copy of it, and
// was moved to the place of the other one.
func (r *round) loadOwn() error {
	r.own = ownFiles{place: place(r.store.Path())}
	id, err := r.store.Setting(r.ctx, idSetting+r.own.place)
	if err != nil {
		return err
	}
	marks, err := r.store.Setting(r.ctx, ownMarksSetting+r.own.place)
	if err != nil {
		return err
	}
	if marks != "" && json.Unmarshal([]byte(marks), &r.own.Marks) != nil {
		r.own.Marks = ownMarks{}
	}
	if r.own.ID = id; validID(id) {
		same, err := r.isOurs()
		if err != nil || same {
			return err
		}
	}
	r.own.ID, r.own.Marks = newID(), ownMarks{}
	return r.store.Internals().Write(r.ctx, "save the ID of the database", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(r.ctx, `DELETE FROM settings WHERE key = ?`, ownMarksSetting+r.own.place); err != nil {
			return err
		}
		return putSetting(r.ctx, tx, idSetting+r.own.place, r.own.ID)
	})
}

// isOurs reports whether this database has written the file with our name, or nobody has. It
// forgets what is known about the file if the file is not as we left it.
func (r *round) isOurs() (bool, error) {
	f, info, err := r.openFile(r.own.marks(), maxFile)
	if err != nil {
		r.own.Marks = r.own.Marks.forgotten()
		return true, nil // it is written anew
	}
	defer f.Close()
	if r.own.Marks.State.isUnchanged(info) {
		return true, nil
	}
	known := r.own.Marks
	if same, err := known.State.contains(f, info); err != nil {
		return false, awayError{err}
	} else if same && known.State.Offset == info.Size() {
		r.own.Marks.State = known.State.seen(info)
		return true, nil
	}
	r.own.Marks = known.forgotten()
	h, err := headOf(f)
	if err != nil || h.check("marks", r.own.ID) != nil {
		return true, nil
	}
	return len(r.own.Marks.Earlier) == 0 || slices.Contains(r.own.Marks.Earlier, h.Generation), nil
}

// saveOwnMarks stores what is known about our file of marks, and forgets the changes up to a
// number, which are in it. If it is interrupted, some are written again.
func (r *round) saveOwnMarks(upTo int64) error {
	state, err := json.Marshal(r.own.Marks)
	if err != nil {
		return err
	}
	var from int64
	err = r.store.Internals().Readers().QueryRowContext(r.ctx, `SELECT coalesce(min(change), 0) FROM changed_marks`).Scan(&from)
	if err != nil {
		return err
	}
	// The last change goes last. Until then no new one gets a number that is not above it.
	for done := false; !done; from += forgetChunk {
		done = from+forgetChunk > upTo
		err := r.store.Internals().Write(r.ctx, "save the state of the sync folder", func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(r.ctx, `DELETE FROM changed_marks WHERE change <= ?`, min(from+forgetChunk-1, upTo)); err != nil {
				return err
			}
			return putSetting(r.ctx, tx, ownMarksSetting+r.own.place, string(state))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// replaceFile writes a file of the folder under another name and renames it.
func (r *round) replaceFile(ctx context.Context, name string, write func(io.Writer) error) error {
	temporary := filepath.Join(r.dir, r.own.temporary())
	_ = os.Remove(temporary) // of a process that was killed
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return awayError{err}
	}
	defer os.Remove(temporary)
	written := writeError{to: f}
	err = write(&written)
	if written.err != nil {
		err = awayError{written.err}
	}
	if failed := cmp.Or(f.Sync(), f.Close()); err == nil && failed != nil {
		err = awayError{failed}
	}
	if err := cmp.Or(err, ctx.Err()); err != nil {
		return err
	}
	if err := os.Rename(temporary, filepath.Join(r.dir, name)); err != nil {
		return awayError{err}
	}
	return nil
}

// writeError keeps the error of a writer, to tell it from those of a database.
type writeError struct {
	to  io.Writer
	err error
}

func (w *writeError) Write(p []byte) (n int, err error) {
	n, err = w.to.Write(p)
	w.err = cmp.Or(w.err, err)
	return n, err
}
