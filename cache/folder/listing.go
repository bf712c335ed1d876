package folder

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// The names of the files of a database. Its ID is between the two parts.
const (
	marksPrefix, marksSuffix                 = "marks-", ".jsonl.zst"
	subscriptionsPrefix, subscriptionsSuffix = "subscriptions-", ".jsonl"
)

// maxOthers is the number of other databases whose files are read.
const maxOthers = 200

// validID reports whether id is the ID of a database: 16 hexadecimal digits.
func validID(id string) bool {
	return len(id) == 16 && strings.Trim(id, "0123456789abcdef") == ""
}

// idOf returns the ID in the name of a file; empty if it has none.
func idOf(name, prefix, suffix string) string {
	id, ok := strings.CutPrefix(name, prefix)
	id, ends := strings.CutSuffix(id, suffix)
	if !ok || !ends || !validID(id) {
		return ""
	}
	return id
}

// isHidden reports whether a file is one that is being written, see [ownFiles.temporary], or
// one of the program that copies the folder.
func isHidden(name string) bool { return strings.HasPrefix(name, ".") }

// others returns the IDs of the other databases with files in the folder. Files that are
// neither theirs nor ours become problems, except hidden ones: those are of the program that
// copies the folder.
func (r *round) others() []string {
	ids, foreign, copies := map[string]bool{}, []string{}, []string{}
	isCopy := regexp.MustCompile(`^(marks|subscriptions)-[0-9a-f]{16}\b`).MatchString
	for _, name := range slices.Sorted(maps.Keys(r.files)) {
		id := idOf(name, marksPrefix, marksSuffix)
		if id == "" {
			id = idOf(name, subscriptionsPrefix, subscriptionsSuffix)
		}
		switch {
		case id == r.own.ID && id != "", isHidden(name):
		case id != "" && r.files[name].Mode().IsRegular() && (ids[id] || len(ids) < maxOthers):
			ids[id] = true
		case isCopy(name):
			copies = append(copies, name)
		default:
			foreign = append(foreign, name)
		}
	}
	r.ignore(copies, "dateline does not read copies and what is not a plain file")
	r.ignore(foreign, "dateline does not know such files")
	return slices.Sorted(maps.Keys(ids))
}

// shownNames is the number of names that a message has.
const shownNames = 2

// ignore makes a problem of names that are ignored.
func (r *round) ignore(names []string, why string) {
	if len(names) == 0 {
		return
	}
	shown := make([]string, min(len(names), shownNames))
	for i := range shown {
		shown[i] = short(names[i])
	}
	list := strings.Join(shown, ", ")
	if len(names) > len(shown) {
		list += ", …"
	}
	r.problems["ignored "+strings.Join(names, "\x00")] = "ignored in the sync folder: " + list + " (" + why + "; remove what you do not need)"
}

// openFile opens a regular file of the folder that is at most most bytes long. A symbolic
// link, a directory or a named pipe is none.
func (r *round) openFile(name string, most int64) (*os.File, fs.FileInfo, error) {
	path := filepath.Join(r.dir, name)
	info, err := os.Lstat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, errNotPlain
	}
	if info.Size() > most {
		return nil, nil, errTooLarge
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	if is, err := f.Stat(); err != nil || !os.SameFile(is, info) {
		return nil, nil, errors.Join(err, errNotPlain, f.Close())
	}
	return f, info, nil
}

var (
	errNotPlain = errors.New("it is not a plain file")
	errTooLarge = errors.New("it is larger than any file of dateline")
	errDamaged  = errors.New("it is damaged, or not of dateline")
	errNewer    = errors.New("it is of a later version of dateline; update this one")
)

// problem records why a file of the folder was not read to its end. It is told again when the
// file has changed.
func (r *round) problem(name string, info fs.FileInfo, err error) {
	r.problems[problemKey(name, info)] = "the file " + short(name) + " in the sync folder is read only in part or not at all: " + reason(err) +
		"; it is read again when it changes; remove it if none of your computers writes it"
}

// fileProblem begins the key of a problem of a file.
const fileProblem = "file "

// problemKey returns the key of the problem of a file. info may be nil.
func problemKey(name string, info fs.FileInfo) string {
	if info == nil {
		return fileProblem + name
	}
	return fileProblem + name + " " + info.ModTime().UTC().String()
}
