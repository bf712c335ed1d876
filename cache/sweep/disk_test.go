package sweep

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// faultKind is what goes wrong.
type faultKind int

const (
	// ioError is an error of the disk, at any I/O.
	ioError faultKind = iota
	// full is a full disk: what needs space fails, all else works.
	full
	// short writes half of the bytes and fails.
	short
	// kill is the end of the process: half of a write reaches the file, or nothing of
	// another change, and nothing after that.
	kill
)

func (k faultKind) String() string {
	return [...]string{"I/O error", "full disk", "short write", "kill"}[k]
}

// class says what an I/O does, which decides the faults that it can have.
type class int

const (
	reads class = iota
	// changes needs no space.
	changes
	grows
	writes
)

// hits reports whether an I/O of a class can have the fault.
func (k faultKind) hits(c class) bool {
	switch k {
	case full:
		return c >= grows
	case short:
		return c == writes
	case kill:
		return c >= changes
	}
	return true
}

// fault is a fault at the I/O number at, counted from 1 among those that can have it.
type fault struct {
	kind faultKind
	at   int
	// lasting reports whether each later I/O that can have it fails, too. A kill always
	// lasts.
	lasting bool
}

func (f fault) String() string {
	text := fmt.Sprintf("%s at %d", f.kind, f.at)
	if f.lasting {
		text += " and later"
	}
	return text
}

// disk is a directory with faults.
type disk struct {
	dir string
	mu  sync.Mutex
	// armed is the fault to inject; nil if there is none.
	armed *fault
	// counted is the number of I/Os so far that could have the fault, and classes that of
	// all I/Os by class.
	counted int
	classes [writes + 1]int
	// at is the I/O that failed first; empty if none did.
	at   string
	dead bool
	// killed is called with the files as a kill leaves them.
	killed func()
}

// newDisk adds faults to the files in a directory, until the end of the test.
func newDisk(t testing.TB, dir string) *disk {
	registerVFS(t)
	d := &disk{dir: real(t, dir) + string(filepath.Separator)}
	vfs.mu.Lock()
	defer vfs.mu.Unlock()
	vfs.disks = append(vfs.disks, d)
	return d
}

// remove ends the faults of the disk for good.
func (d *disk) remove() {
	vfs.mu.Lock()
	defer vfs.mu.Unlock()
	vfs.disks = slices.DeleteFunc(vfs.disks, func(e *disk) bool { return e == d })
}

// real returns the path of a directory without symbolic links.
func real(t testing.TB, dir string) string {
	t.Helper()
	path, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// diskOf returns the disk of a file; nil if it has no faults.
func diskOf(path string) *disk {
	path = filepath.FromSlash(path)
	vfs.mu.Lock()
	defer vfs.mu.Unlock()
	for _, d := range vfs.disks {
		if strings.HasPrefix(path, d.dir) {
			return d
		}
	}
	return nil
}

// arm begins to count, and injects a fault.
func (d *disk) arm(f fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.armed, d.counted, d.at = &f, 0, ""
	clear(d.classes[:])
}

// disarm ends the fault, except a kill. It returns the I/O that failed first.
func (d *disk) disarm() (at string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.armed = nil
	return d.at
}

// length returns how many I/Os of the last run could have a kind of fault.
func (d *disk) length(k faultKind) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for c, counted := range d.classes {
		if k.hits(class(c)) {
			n += counted
		}
	}
	return n
}

// revive makes the disk work again after a kill.
func (d *disk) revive() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = false
}

func (d *disk) isDead() bool {
	if d == nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

// fails counts an I/O, and reports whether it fails.
func (d *disk) fails(what string, c class) bool {
	_, failed := d.count(what, c, func() {})
	return failed
}

// write is fails for a write. half writes half of the bytes.
func (d *disk) write(what string, half func()) (faultKind, bool) { return d.count(what, writes, half) }

func (d *disk) count(what string, c class, half func()) (faultKind, bool) {
	if d == nil {
		return 0, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return kill, true
	}
	f := d.armed
	if f != nil {
		d.classes[c]++
	}
	if f == nil || !f.kind.hits(c) {
		return 0, false
	}
	d.counted++
	if d.counted < f.at || d.counted > f.at && !f.lasting {
		return f.kind, false
	}
	if d.at == "" {
		d.at = what
	}
	switch f.kind {
	case short:
		half()
	case kill:
		half()
		d.dead = true
		d.killed()
	}
	return f.kind, true
}
