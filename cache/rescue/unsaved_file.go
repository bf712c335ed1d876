package rescue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"dateline/cache"
	"dateline/feed"
)

// Unsaved writes changes that cannot be written to the database to a file beside it.
// The file names items as a backup does, because another database may be there when
// [TakeUnsaved] reads it.
type Unsaved struct {
	store *cache.Store
	mu    sync.Mutex
	// path is the path of the file; empty if there is none yet.
	path string
}

// NewUnsaved returns the file of a process for changes of a store. It writes nothing.
func NewUnsaved(s *cache.Store) *Unsaved { return &Unsaved{store: s} }

// Kept is what [Unsaved.Keep] did.
type Kept struct {
	// Path is the file; empty if there was nothing to keep, or if it could not be written.
	Path string
	// Marks says which marks, undos and redos wait, for people; settings and reading
	// progress are not among them.
	Marks []string
	// Lost counts the changes of items that have no name any more, because the database
	// cannot be read.
	Lost int
}

// UserMessage returns a message for the user.
func (k Kept) UserMessage() string {
	message := ""
	switch {
	case k.Path != "" && len(k.Marks) > 0:
		message = "kept for the next start of dateline, which adds it to the database: " + shorten(k.Marks) + " (in " + k.Path + ")"
	case k.Path != "":
		message = "the place where you were reading is kept for the next start of dateline (in " + k.Path + ")"
	}
	if k.Path == "" && len(k.Marks) > 0 {
		message = "not kept, so mark again when that is mended: " + shorten(k.Marks)
	}
	if k.Lost > 0 {
		message = strings.TrimPrefix(fmt.Sprintf("%s; %d changes are lost, because the database cannot be read", message, k.Lost), "; ")
	}
	return message
}

// listed is the number of marks that a message lists.
const listed = 5

func shorten(marks []string) string {
	if len(marks) <= listed {
		return strings.Join(marks, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(marks[:listed], ", "), len(marks)-listed)
}

const (
	unsavedMark   = ".unsaved-"
	unsavedSuffix = ".jsonl"
	// unsavedTitle is the beginning of such a file, and unsavedFormat its version.
	unsavedTitle  = "changes that wait for the database"
	unsavedFormat = 1
)

// unsavedHead is the first line of a file.
type unsavedHead struct {
	Dateline string `json:"dateline"`
	Format   int    `json:"format"`
}

// unsavedLine is a line of a file. The lines of one change have the same Step. A line of
// an item is one of a backup. The last line has the number of such lines as End, and the
// checksum of everything before it as Sum.
type unsavedLine struct {
	Step int `json:"step,omitempty"`
	MarkLine
	View    *unsavedView `json:"view,omitempty"`
	Replay  *replayed    `json:"replay,omitempty"`
	Setting string       `json:"setting,omitempty"`
	Value   string       `json:"value,omitempty"`
	End     *int         `json:"end,omitempty"`
	Sum     uint32       `json:"sum,omitempty"`
}

// unsavedView is the view of a [cache.MarkView] or, with From, of a [cache.MarkBeside].
type unsavedView struct {
	Query  string     `json:"query"`
	Opened time.Time  `json:"opened,omitzero"`
	Oldest bool       `json:"oldest,omitempty"`
	From   *cache.Pos `json:"from,omitempty"`
	Above  bool       `json:"above,omitempty"`
}

// replayed is the step of the journal that an undo, or a redo, is about. The lines of its
// items say what that makes of them, for a database that does not have the step.
type replayed struct {
	Redo  bool      `json:"redo,omitempty"`
	Entry int64     `json:"entry"`
	Made  time.Time `json:"made"`
}

// Keep writes the changes that pending returns to the file of u, completely or not at all,
// and replaces what it had. The file and its name are on the disk when Keep returns. If there
// are no changes, Keep removes the file. Several goroutines may call Keep.
func (u *Unsaved) Keep(ctx context.Context, pending func() []cache.Change) (k Kept, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	changes := withoutUndone(pending())
	if len(changes) == 0 {
		return k, u.remove()
	}
	w := unsavedWriter{ctx: ctx, from: u.store.Internals(), kept: &k}
	for _, c := range changes {
		w.add(c)
	}
	if len(w.lines) == 0 {
		return k, u.remove()
	}
	path := u.path
	if path == "" {
		// If a symbolic link leads to another file now, the next start finds what is beside
		// the link.
		beside := u.store.Path()
		if u.store.Replaced() != nil {
			beside = u.store.Internals().Named()
		}
		if path, err = unsavedPath(beside); err != nil {
			return k, notKept(beside, err)
		}
	}
	if err := WriteFile(path, w.write); err != nil {
		return k, notKept(path, err)
	}
	u.path, k.Path = path, path
	return k, nil
}

// notKept returns the error for changes that can be written neither to the database nor to a
// file beside it at path.
func notKept(path string, err error) error {
	return fmt.Errorf("nor can your changes be kept in %s, where dateline must be able to write a file: %w", filepath.Dir(path), err)
}

// unsavedPath returns a path that no other process uses.
func unsavedPath(database string) (string, error) {
	dir := filepath.Dir(database)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, tempPrefix+"*")
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name())
	unique := strings.TrimPrefix(filepath.Base(f.Name()), tempPrefix)
	return database + unsavedMark + unique + unsavedSuffix, f.Close()
}

func (u *Unsaved) remove() error {
	if u.path == "" {
		return nil
	}
	err := os.Remove(u.path)
	if errors.Is(err, os.ErrNotExist) {
		err = nil // another process has taken it
	}
	return err
}

// withoutUndone returns the changes without marks that a later undo among them takes back,
// and without such undos. Of a reading progress or a setting only the last one stays.
func withoutUndone(changes []cache.Change) []cache.Change {
	gone := make([]bool, len(changes))
	last := map[cache.Change]int{}
	// marks can be undone, again can be redone. Both are indexes.
	var marks, again []int
	for n, c := range changes {
		switch c := c.(type) {
		case cache.SetProgress:
			replaceLast(last, gone, cache.SetProgress{Item: c.Item}, n)
		case cache.SetSetting:
			replaceLast(last, gone, cache.SetSetting{Key: c.Key}, n)
		case cache.UndoLast:
			of := n
			if len(marks) > 0 {
				of, marks = marks[len(marks)-1], marks[:len(marks)-1]
				gone[of], gone[n] = true, true
			}
			again = append(again, of)
		case cache.RedoLast:
			if len(again) == 0 {
				break
			}
			of := again[len(again)-1]
			again, gone[n] = again[:len(again)-1], true
			_, isUndo := changes[of].(cache.UndoLast)
			if gone[of] = isUndo; !isUndo {
				marks = append(marks, of)
			}
		default:
			marks, again = append(marks, n), nil
		}
	}
	var left []cache.Change
	for n, c := range changes {
		if !gone[n] {
			left = append(left, c)
		}
	}
	return left
}

// replaceLast marks the change before the one at n with the same key as gone.
func replaceLast(last map[cache.Change]int, gone []bool, key cache.Change, n int) {
	if before, ok := last[key]; ok {
		gone[before] = true
	}
	last[key] = n
}

// unsavedWriter makes lines of changes.
type unsavedWriter struct {
	ctx   context.Context
	from  cache.Internals
	kept  *Kept
	lines []unsavedLine
	// step numbers the changes. undos and redos count those of steps of the journal.
	step, undos, redos int
}

func (w *unsavedWriter) write(to io.Writer) error {
	sum := crc32.NewIEEE()
	out := json.NewEncoder(io.MultiWriter(to, sum))
	out.SetEscapeHTML(false)
	err := out.Encode(unsavedHead{unsavedTitle, unsavedFormat})
	for _, l := range w.lines {
		err = errors.Join(err, out.Encode(l))
	}
	n := len(w.lines)
	return errors.Join(err, out.Encode(unsavedLine{End: &n, Sum: sum.Sum32()}))
}

func (w *unsavedWriter) add(c cache.Change) {
	w.step++
	switch c := c.(type) {
	case cache.MarkItems:
		w.say(markText(c), w.addMarks(c))
	case cache.MarkView:
		w.addView(c.View, c.Mark, nil, false)
	case cache.MarkBeside:
		w.addView(c.View, c.Mark, &c.From, c.Above)
	case cache.UndoLast:
		w.addReplay(c.At, false, w.undos)
		w.undos++
	case cache.RedoLast:
		w.addReplay(c.At, true, w.redos)
		w.redos++
	case cache.SetProgress:
		w.addItem(c.Item, MarkLine{Flag: cache.FlagProgress, On: c.Permille > 0, Permille: c.Permille, At: w.from.Now()})
	case cache.SetSetting:
		w.lines = append(w.lines, unsavedLine{Step: w.step, Setting: c.Key, Value: c.Value})
	}
}

// say adds a mark of items with these titles to what is kept.
func (w *unsavedWriter) say(what string, titles []string) {
	switch {
	case len(titles) == 1:
		what += " “" + titles[0] + "”"
	case len(titles) > 1:
		what += fmt.Sprintf(" “%s” and %d more", titles[0], len(titles)-1)
	default:
		return
	}
	w.kept.Marks = append(w.kept.Marks, what)
}

// markText returns what a change does, for people.
func markText(marks []feed.Mark) string {
	m := marks[0]
	words := map[feed.Flag][2]string{
		feed.Read:    {"unread", "read"},
		feed.Starred: {"star off", "star on"},
		feed.Hidden:  {"unhidden", "hidden"},
		feed.Snooze:  {"snooze off", "snoozed"},
		feed.Label:   {"label " + m.Label + " off", "label " + m.Label + " on"},
	}[m.Flag]
	if m.On {
		return words[1]
	}
	return words[0]
}

// addMarks adds the lines of marks, and returns the titles of their items.
func (w *unsavedWriter) addMarks(marks []feed.Mark) (titles []string) {
	for _, m := range marks {
		l := w.markLine(m)
		for _, id := range m.Items {
			if title, ok := w.addItem(id, l); ok {
				titles = append(titles, title)
			}
		}
	}
	return titles
}

// markLine returns the line of a mark without items. unsavedLine.mark is its reverse.
func (w *unsavedWriter) markLine(m feed.Mark) MarkLine {
	if m.At.IsZero() {
		m.At = w.from.Now()
	}
	return MarkLine{Flag: string(m.Flag), Label: m.Label, On: m.On, At: m.At.UTC(), Until: m.Until.UTC()}
}

// addItem adds a line about an item.
func (w *unsavedWriter) addItem(id int64, l MarkLine) (title string, ok bool) {
	name, ok := w.from.ItemName(w.ctx, id)
	if !ok {
		w.kept.Lost++
		return "", false
	}
	l.Feed, l.Item = name.Feed, identityHex(name.Identity)
	if l.Flag != cache.FlagProgress {
		l.Title = name.Title
	}
	w.lines = append(w.lines, unsavedLine{Step: w.step, MarkLine: l})
	return name.Title, true
}

func (w *unsavedWriter) addView(v cache.View, m feed.Mark, from *cache.Pos, above bool) {
	w.lines = append(w.lines, unsavedLine{
		Step:     w.step,
		MarkLine: w.markLine(m),
		View:     &unsavedView{Query: v.Query.String(), Opened: v.Opened, Oldest: v.Oldest, From: from, Above: above},
	})
	w.kept.Marks = append(w.kept.Marks, markText([]feed.Mark{m})+" all of "+v.Query.String())
}

// addReplay adds an undo or a redo of the nth step of the journal.
func (w *unsavedWriter) addReplay(at time.Time, redo bool, n int) {
	s, ok, err := w.from.JournalStep(w.ctx, redo, n)
	if err != nil {
		w.kept.Lost++
	}
	if !ok {
		return
	}
	if at.IsZero() {
		at = w.from.Now()
	}
	w.lines = append(w.lines, unsavedLine{Step: w.step, MarkLine: MarkLine{At: at.UTC()}, Replay: &replayed{Redo: redo, Entry: s.Entry, Made: s.Made}})
	for i := range s.Marks {
		s.Marks[i].At = at
	}
	what := "undo of a mark of"
	if redo {
		what = "redo of a mark of"
	}
	w.say(what, w.addMarks(s.Marks))
}
