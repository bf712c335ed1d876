package rescue

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/text"
)

// Taken is what [TakeUnsaved] did.
type Taken struct {
	// Files counts the files that were taken in. Marks counts the marks of items that
	// changed by that, or wait for their items.
	Files, Marks int
	// HadMarks is true if the files had marks, undos or redos.
	HadMarks bool
	// Problems are messages about files that were not taken in; empty if there are
	// none. Such files stay as they are.
	Problems []string
}

// UserMessage returns a message for the user; empty if there is nothing to say.
func (t Taken) UserMessage() string {
	var parts []string
	switch {
	case t.Marks > 0:
		parts = append(parts, "added to the database what an earlier run could not write: "+text.Plural(t.Marks, "mark"))
	case t.HadMarks:
		parts = append(parts, "the marks that an earlier run kept in a file were in the database already, or you changed them since")
	}
	return strings.Join(append(parts, t.Problems...), "; ")
}

// maxUnsaved is the largest size of a file, in bytes.
const maxUnsaved = 256 << 20

var errNotUnsaved = errors.New("is damaged, or not of this version of dateline; nothing of it was used, and it stays: move it away if you do not need it")

// ListUnsaved returns the paths of the files beside the database at path with changes that
// wait for it, oldest first.
func ListUnsaved(path string) []string {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil
	}
	type file struct {
		path string
		made int64
	}
	var files []file
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), filepath.Base(path)+unsavedMark) || !strings.HasSuffix(e.Name(), unsavedSuffix) {
			continue
		}
		f := file{path: filepath.Join(filepath.Dir(path), e.Name())}
		if info, err := e.Info(); err == nil {
			f.made = info.ModTime().UnixNano()
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b file) int {
		return cmp.Or(cmp.Compare(a.made, b.made), strings.Compare(a.path, b.path))
	})
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = f.path
	}
	return paths
}

// TakeUnsaved makes the changes that earlier processes could not write, see [Unsaved.Keep],
// and removes their files after that. Each change has the time at which the user made it,
// so a later mark wins. A file can be taken in twice: a process may be killed before it
// has removed the file. A damaged file is not used and not removed.
func TakeUnsaved(ctx context.Context, s *cache.Store) (t Taken) {
	files := func() []string {
		list := ListUnsaved(s.Path())
		if named := s.Internals().Named(); named != s.Path() {
			list = append(list, ListUnsaved(named)...)
		}
		return list
	}
	if len(files()) == 0 {
		return t
	}
	// Two processes must not make the same undo.
	lock := s.Path() + unsavedMark + "lock"
	unlock, err := db.LockFile(lock)
	if err != nil {
		return Taken{Problems: []string{"the changes of an earlier run still wait for the database: " + err.Error()}}
	}
	defer func() {
		_ = os.Remove(lock)
		unlock()
	}()
	for _, path := range files() {
		steps, err := readUnsaved(path)
		if err == nil {
			var n int
			if n, err = takeSteps(ctx, s, steps); err != nil && ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if err == nil {
				t.Marks += n
				t.Files++
				t.HadMarks = t.HadMarks || hasMarks(steps)
				err = os.Remove(path)
			}
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Problems = append(t.Problems, problemOf(path, err))
		}
	}
	if t.Files > 0 {
		syncDir(filepath.Dir(s.Path()))
	}
	return t
}

func problemOf(path string, err error) string {
	if errors.Is(err, errNotUnsaved) {
		return "the file with unsaved changes " + path + " " + errNotUnsaved.Error()
	}
	return "the changes in " + path + " still wait for the database: " + err.Error()
}

// readUnsaved reads a whole file before anything of it is used. It returns the lines of
// each change.
func readUnsaved(path string) (steps [][]unsavedLine, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	// Only the owner of a file can change its mode.
	if !info.Mode().IsRegular() || info.Size() > maxUnsaved || os.Chmod(path, 0o600) != nil {
		return nil, errNotUnsaved
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parseUnsaved(io.LimitReader(f, maxUnsaved))
}

func parseUnsaved(from io.Reader) (steps [][]unsavedLine, err error) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxLine)
	var head unsavedHead
	if !lines.Scan() || strictJSON(lines.Bytes(), &head) != nil || head != (unsavedHead{unsavedTitle, unsavedFormat}) {
		return nil, errNotUnsaved
	}
	sum := crc32.NewIEEE()
	add := func() { sum.Write(append(bytes.Clone(lines.Bytes()), '\n')) }
	add()
	n, ended := 0, false
	for ; lines.Scan(); add() {
		var l unsavedLine
		if ended || strictJSON(lines.Bytes(), &l) != nil {
			return nil, errNotUnsaved
		}
		if l.End != nil {
			if ended = *l.End == n && l.Sum == sum.Sum32(); !ended {
				return nil, errNotUnsaved
			}
			continue
		}
		if l.check() != nil {
			return nil, errNotUnsaved
		}
		if last := len(steps) - 1; last >= 0 && steps[last][0].Step == l.Step {
			steps[last] = append(steps[last], l)
		} else {
			steps = append(steps, []unsavedLine{l})
		}
		n++
	}
	if err := lines.Err(); err != nil && !errors.Is(err, bufio.ErrTooLong) {
		return nil, err
	}
	if !ended {
		return nil, errNotUnsaved
	}
	return steps, nil
}

func strictJSON(line []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errNotUnsaved
	}
	return nil
}

// check returns an error if a line cannot be used.
func (l unsavedLine) check() error {
	if text.Clean(l.Feed) != l.Feed || text.Clean(l.Label) != l.Label || len(l.Setting) > maxSetting {
		return errNotUnsaved
	}
	switch {
	case l.Replay != nil:
		return nil
	case l.Setting != "":
		return nil
	case l.View != nil:
		if _, err := query.Parse(l.View.Query); err != nil {
			return err
		}
	case l.Feed == "":
		return errNotUnsaved
	}
	if l.View == nil {
		if _, err := identityOf(l.Item); err != nil {
			return err
		}
	}
	if l.Flag == cache.FlagProgress {
		return nil
	}
	return cache.CheckMark(l.mark())
}

// maxSetting is the longest key of a setting, in bytes.
const maxSetting = 200

// mark returns the mark of a line, without items.
func (l unsavedLine) mark() feed.Mark {
	return feed.Mark{Flag: feed.Flag(l.Flag), Label: l.Label, On: l.On, At: l.At, Until: l.Until}
}

// hasMarks reports whether a change is more than reading progress or a setting.
func hasMarks(steps [][]unsavedLine) bool {
	return slices.ContainsFunc(steps, func(lines []unsavedLine) bool {
		return lines[0].Setting == "" && lines[0].Flag != cache.FlagProgress
	})
}

// takeSteps makes the changes in order. It returns how many marks changed, or wait for
// their items.
func takeSteps(ctx context.Context, s *cache.Store, steps [][]unsavedLine) (marks int, err error) {
	for _, lines := range steps {
		first, n := lines[0], 0
		switch {
		case first.Setting != "":
			_, err = s.Apply(ctx, cache.SetSetting{Key: first.Setting, Value: first.Value})
		case first.Replay != nil:
			n, err = takeReplay(ctx, s, first, lines[1:])
		case first.View != nil:
			n, err = takeView(ctx, s, first)
		default:
			n, err = takeItems(ctx, s, lines)
		}
		if marks += n; err != nil {
			return marks, err
		}
	}
	return marks, nil
}

func takeView(ctx context.Context, s *cache.Store, l unsavedLine) (n int, err error) {
	q, err := query.Parse(l.View.Query)
	if err != nil {
		return 0, err
	}
	v := cache.View{Query: q, Opened: l.View.Opened, Oldest: l.View.Oldest}
	var c cache.Change = cache.MarkView{View: v, Mark: l.mark()}
	if l.View.From != nil {
		c = cache.MarkBeside{View: v, From: *l.View.From, Above: l.View.Above, Mark: l.mark()}
	}
	r, err := s.Apply(ctx, c)
	return r.N, err
}

// takeReplay makes an undo or redo, if the step is still the one that it was about. If it
// is replayed already, nothing is done. In a database without the step the marks of lines
// are made.
func takeReplay(ctx context.Context, s *cache.Store, l unsavedLine, lines []unsavedLine) (n int, err error) {
	r := *l.Replay
	undone, known, err := s.Internals().IsUndone(ctx, r.Entry, r.Made)
	if err != nil || known && undone != r.Redo {
		return 0, err
	}
	next, ok, err := s.Internals().JournalStep(ctx, r.Redo, 0)
	if err != nil {
		return 0, err
	}
	var c cache.Change = cache.UndoLast{At: l.At}
	switch {
	case !known || !ok || next.Entry != r.Entry:
		return takeItems(ctx, s, lines)
	case r.Redo:
		c = cache.RedoLast{At: l.At}
	}
	made, err := s.Apply(ctx, c)
	return made.N, err
}

// takeItems makes marks of items, as one step of undo. Marks of items that are not in the
// database are stored as pending, as those of a backup.
func takeItems(ctx context.Context, s *cache.Store, lines []unsavedLine) (n int, err error) {
	const op = "save the marks of an earlier run"
	var marks cache.MarkItems
	var waiting []MarkLine
	for _, l := range lines {
		identity, err := identityOf(l.Item)
		if err != nil {
			return 0, err
		}
		var id int64
		err = s.Internals().Readers().QueryRowContext(ctx, `SELECT i.id FROM items i WHERE i.feed = (SELECT id FROM feeds WHERE url = ?) AND i.identity = ?`, l.Feed, identity).Scan(&id)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			waiting = append(waiting, l.MarkLine)
			if l.Flag != cache.FlagProgress {
				n++
			}
		case err != nil:
			return 0, cache.WrapError(ctx, op, err)
		case l.Flag == cache.FlagProgress:
			if _, err := s.Apply(ctx, cache.SetProgress{Item: id, Permille: l.Permille}); err != nil {
				return 0, err
			}
		default:
			marks = addMark(marks, l.mark(), id)
		}
	}
	if len(marks) > 0 {
		made, err := s.Apply(ctx, marks)
		if err != nil {
			return 0, err
		}
		n += made.N
	}
	if len(waiting) == 0 {
		return n, nil
	}
	return n, s.Internals().Write(ctx, op, func(tx *sql.Tx) error {
		k := NewPendingWriter(ctx, tx, s.Internals().Now(), nil)
		for _, l := range waiting {
			if _, err := k.Add(l); err != nil {
				return fmt.Errorf("%s: %w", op, err)
			}
		}
		return nil
	})
}

// addMark adds an item to the last mark, or to a new one if that is another.
func addMark(marks cache.MarkItems, m feed.Mark, id int64) cache.MarkItems {
	if n := len(marks) - 1; n >= 0 {
		last := &marks[n]
		if last.Flag == m.Flag && last.Label == m.Label && last.On == m.On && last.At.Equal(m.At) && last.Until.Equal(m.Until) {
			last.Items = append(last.Items, id)
			return marks
		}
	}
	m.Items = []int64{id}
	return append(marks, m)
}
