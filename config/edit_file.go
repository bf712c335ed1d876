package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/lockedfile"

	"dateline/feed"
)

var (
	errChanged  = errors.New("another program keeps writing it")
	errHardLink = errors.New("the file has another name, a hard link, that would keep the old text")
)

// Add subscribes to feeds and returns the configuration that then applies. Feeds that
// are in the file already are left out.
func (f *File) Add(subs []feed.Subscription) (Config, error) {
	return f.edit(func(doc []byte) (edited, error) { return addFeeds(doc, subs) })
}

// Remove removes a feed and returns the configuration that then applies. url has no
// user and no password. If the file does not list the feed, it returns an error.
func (f *File) Remove(url string) (Config, error) {
	return f.edit(func(doc []byte) (edited, error) { return removeFeed(doc, url) })
}

// Move replaces the url of a feed and returns the configuration that then applies.
// from has no user and no password. Those of the feed are kept if to is on the same
// server. If the file does not list the feed, it returns an error.
func (f *File) Move(from, to string) (Config, error) {
	return f.edit(func(doc []byte) (edited, error) { return moveFeed(doc, from, to) })
}

// AddQuery adds a saved query and returns the configuration that then applies. If there is
// already one of that name, it returns an error.
func (f *File) AddQuery(q Query) (Config, error) {
	return f.edit(func(doc []byte) (edited, error) { return addQuery(doc, q) })
}

// AddAccount adds an account and returns the configuration that then applies. If there is
// already one of that name, it replaces its kind, its address and how it logs in, and keeps
// its other options. If private is set, the file is then
// readable and writable for its owner alone. If there is no file, the new one has nothing
// but the account: the feeds of the example are not those of the account.
func (f *File) AddAccount(a Account, private bool) (Config, error) {
	return f.editFrom(nil, func(doc []byte) (edited, error) {
		e, err := addAccount(doc, a)
		e.private = private
		return e, err
	})
}

// edit applies change to the file and returns the configuration that then applies. It
// holds a lock, reads the file again and replaces it as a whole. A change after which
// the file would have mistakes, or would mean anything else than it should, is refused.
func (f *File) edit(change func(doc []byte) (edited, error)) (Config, error) {
	return f.editFrom(f.Example, change)
}

// editFrom is edit. A file that does not exist begins with the text begin.
func (f *File) editFrom(begin []byte, change func(doc []byte) (edited, error)) (Config, error) {
	write := version.replace
	if unlock, err := f.lock(); err == nil {
		defer unlock()
	} else {
		write = func(version, []byte) error { return fmt.Errorf("lock the configuration: %w", err) }
	}
	for range 5 {
		c, err := f.editOnce(begin, change, write)
		if !errors.Is(err, errChanged) {
			return c, err
		}
	}
	return Config{}, fmt.Errorf("%s was not changed: %w; close the file there and try again", f.Path, errChanged)
}

// lock waits until no other process edits the file.
func (f *File) lock() (unlock func(), err error) { return f.LockAs(filepath.Base(f.Lock)) }

// LockAs waits until no other process has the lock with this name in the directory of
// f.Lock, and takes it. It creates the directory, and a file that only the user can read:
// whoever can read a file can lock it. The lock ends with the process.
func (f *File) LockAs(name string) (unlock func(), err error) {
	dir := filepath.Dir(f.Lock)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := lockedfile.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return func() { _ = lock.Close() }, nil
}

// editOnce is one attempt of edit. The error is errChanged if another program changed
// the file meanwhile.
func (f *File) editOnce(begin []byte, change func(doc []byte) (edited, error), write func(version, []byte) error) (Config, error) {
	v, err := f.readVersion()
	if err != nil {
		return Config{}, err
	}
	if !v.exists {
		v.doc = begin
	}
	current, err := Parse(v.doc, f.Path, f.Checks)
	if err != nil {
		return Config{}, fmt.Errorf("fix the configuration first:\n%w", err)
	}
	edit, err := change(bytes.TrimPrefix(v.doc, byteOrderMark))
	if err != nil {
		return Config{}, fmt.Errorf("%s was not changed: %w", f.Path, err)
	}
	if bytes.HasPrefix(v.doc, byteOrderMark) {
		edit.doc = append(bytes.Clone(byteOrderMark), edit.doc...)
	}
	if edit.want == nil {
		return current, nil
	}
	result, err := Parse(edit.doc, f.Path, f.Checks)
	if err != nil {
		return Config{}, fmt.Errorf("%s was not changed, because the result would have errors:\n%w", f.Path, err)
	}
	if !edit.isRight(current, result) {
		return Config{}, fmt.Errorf("%s was not changed, because dateline cannot make this change in it; edit it yourself: %s:\n\n%s", f.Path, edit.todo, edit.lines)
	}
	if edit.private {
		v.mode &= 0o600
	}
	switch err := write(v, edit.doc); {
	case errors.Is(err, errChanged):
		return Config{}, err
	case err != nil:
		return Config{}, edit.notWritten(f.Path, err)
	}
	f.seen.Store(true)
	return result, nil
}

// version is the file as it was read.
type version struct {
	// path has no symbolic links.
	path string
	doc  []byte
	mode fs.FileMode
	// names is the number of hard links to the file.
	names uint64
	// exists is false if there is no file and doc is the example.
	exists bool
}

// readVersion returns the file as it is now, or the example if there is no file.
func (f *File) readVersion() (version, error) {
	path, err := followLinks(f.Path)
	if err != nil {
		return version{}, fmt.Errorf("cannot read the configuration: %w", err)
	}
	v := version{path: path, mode: 0o600}
	if v.doc, v.exists, err = f.read(); err != nil || !v.exists {
		return v, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return version{}, fmt.Errorf("cannot read the configuration: %w; make it readable, or choose another file with --config", err)
	}
	v.mode, v.names = info.Mode().Perm(), hardLinks(info)
	return v, nil
}

// followLinks returns the path that a chain of symbolic links leads to. There may be
// no file at that path.
func followLinks(path string) (string, error) {
	for range 40 {
		target, err := os.Readlink(path)
		if err != nil {
			return path, nil
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return "", fmt.Errorf("%s is a symbolic link to itself; replace it by a file", path)
}

// replace writes a new file beside the old one and renames it, so that a crash
// leaves either the old file or the new one. The error is errChanged if the old file
// is no longer v.
func (v version) replace(doc []byte) error {
	dir := filepath.Dir(v.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := v.writable(); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, tempPrefix+"*"+tempSuffix)
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(doc)
	err = cmp.Or(err, tmp.Chmod(v.mode), tmp.Sync())
	if err = cmp.Or(err, tmp.Close()); err != nil {
		return err
	}
	if !v.unchanged() {
		return errChanged
	}
	if err := os.Rename(tmp.Name(), v.path); err != nil {
		return err
	}
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync() // the file is complete in any case; this only saves the rename sooner
		_ = d.Close()
	}
	return nil
}

// The start and the end of the name of a new file until it is complete. Digits are between
// them.
const (
	tempPrefix = ".dateline-config-"
	tempSuffix = ".toml"
)

// RemoveLeftovers removes the incomplete new files of processes that were killed during an
// edit. An edit has the lock while it has such a file. What cannot be removed stays.
func (f *File) RemoveLeftovers() {
	path, err := followLinks(f.Path)
	if err != nil || len(leftovers(filepath.Dir(path))) == 0 {
		return
	}
	unlock, err := f.lock()
	if err != nil {
		return
	}
	defer unlock()
	for _, name := range leftovers(filepath.Dir(path)) {
		_ = os.Remove(name)
	}
}

// leftovers returns the paths of the incomplete new files in a directory.
func leftovers(dir string) (paths []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), tempPrefix)
		digits, complete := strings.CutSuffix(rest, tempSuffix)
		if ours && complete && e.Type().IsRegular() && strings.Trim(digits, "0123456789") == "" {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths
}

// writable returns an error if the file is read-only or has another name. A file that a
// user made read-only is not replaced, even if its directory is writable. With another
// name the user means both to be one file. Writing into it would keep that, but a crash
// could then leave half of the text.
func (v version) writable() error {
	if !v.exists {
		return nil
	}
	if v.mode&0o222 == 0 {
		return errors.New("the file is read-only")
	}
	if v.names > 1 {
		return errHardLink
	}
	w, err := os.OpenFile(v.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return w.Close()
}

// unchanged reports whether the file still is what was read.
func (v version) unchanged() bool {
	doc, err := os.ReadFile(v.path)
	if !v.exists {
		return errors.Is(err, fs.ErrNotExist)
	}
	return err == nil && bytes.Equal(doc, v.doc)
}
