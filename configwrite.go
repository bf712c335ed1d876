package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// editor changes the configuration file. Several can work on one file, in one
// process or in many: each reads the file anew under a lock and replaces it as
// a whole.
type editor struct {
	// path is the configuration file; it need not exist yet.
	path string
	// lock is a file that holds nothing; it lies outside the configuration
	// directory, which people keep under version control.
	lock string
}

var errChanged = errors.New("another program keeps changing it")

// edit applies change to the file and gives the configuration that then
// holds. A change that would leave a file dateline can't read is refused.
func (e *editor) edit(change func(doc []byte) (edited, error)) (Config, error) {
	err := os.MkdirAll(filepath.Dir(e.lock), 0o700)
	write := configFile.replace
	if err == nil {
		var unlock func()
		if unlock, err = lockedfile.MutexAt(e.lock).Lock(); err == nil {
			defer unlock()
		}
	}
	if err != nil {
		write = func(configFile, []byte) error { return fmt.Errorf("lock it: %w", err) }
	}
	for range 5 {
		c, err := e.try(change, write)
		if !errors.Is(err, errChanged) {
			return c, err
		}
	}
	return Config{}, fmt.Errorf("%s was not written: %w; close it there and try again", e.path, errChanged)
}

var byteOrderMark = []byte("\ufeff")

func (e *editor) try(change func(doc []byte) (edited, error), write func(configFile, []byte) error) (Config, error) {
	f, err := openConfig(e.path)
	if err != nil {
		return Config{}, err
	}
	now, err := parseConfig(f.doc, e.path)
	if err != nil {
		return Config{}, fmt.Errorf("the configuration has to be mended first:\n%w", err)
	}
	ed, err := change(bytes.TrimPrefix(f.doc, byteOrderMark))
	if err != nil {
		return Config{}, fmt.Errorf("%s was not changed: %w", e.path, err)
	}
	if bytes.HasPrefix(f.doc, byteOrderMark) {
		ed.doc = append(bytes.Clone(byteOrderMark), ed.doc...)
	}
	if bytes.Equal(ed.doc, f.doc) {
		return now, nil
	}
	then, err := parseConfig(ed.doc, e.path)
	if err != nil {
		return Config{}, fmt.Errorf("%s was left as it is, since the change would spoil it:\n%w", e.path, err)
	}
	switch err := write(f, ed.doc); {
	case errors.Is(err, errChanged):
		return Config{}, err
	case err != nil:
		return Config{}, ed.notWritten(e.path, err)
	}
	return then, nil
}

// configFile is a configuration as it was read.
type configFile struct {
	// path has no symbolic link left in it.
	path string
	doc  []byte
	mode fs.FileMode
	// exists is false when doc is the example, for want of a file.
	exists bool
}

func openConfig(path string) (configFile, error) {
	path, err := followLinks(path)
	if err != nil {
		return configFile{}, fmt.Errorf("read the configuration: %w", err)
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return configFile{path: path, doc: exampleConfig, mode: 0o600}, nil
	}
	if err != nil {
		return configFile{}, fmt.Errorf("read the configuration: %w", err)
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		return configFile{}, fmt.Errorf("read the configuration: %w", err)
	}
	return configFile{path: path, doc: doc, mode: info.Mode().Perm(), exists: true}, nil
}

// followLinks is the file that a chain of symbolic links ends at, whether it
// exists or not.
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
	return "", fmt.Errorf("%s is a symbolic link that leads to itself; put a file in its place", path)
}

// replace writes the file anew beside the old one and puts it in its place, so
// that a crash leaves one or the other.
func (f configFile) replace(doc []byte) error {
	dir := filepath.Dir(f.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := f.writable(); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".config-*.toml")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(doc)
	err = cmp.Or(err, tmp.Chmod(f.mode), tmp.Sync())
	if err = cmp.Or(err, tmp.Close()); err != nil {
		return err
	}
	if !f.unchanged() {
		return errChanged
	}
	if err := os.Rename(tmp.Name(), f.path); err != nil {
		return err
	}
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync() // the file is whole either way; this only hastens the new name to the disk
		_ = d.Close()
	}
	return nil
}

// writable respects a file that was made read-only, though a directory that is
// writable would let it be replaced.
func (f configFile) writable() error {
	if !f.exists {
		return nil
	}
	if f.mode&0o222 == 0 {
		return errors.New("the file is read-only")
	}
	w, err := os.OpenFile(f.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return w.Close()
}

// unchanged says whether the file still is what was read.
func (f configFile) unchanged() bool {
	doc, err := os.ReadFile(f.path)
	if !f.exists {
		return errors.Is(err, fs.ErrNotExist)
	}
	return err == nil && bytes.Equal(doc, f.doc)
}
