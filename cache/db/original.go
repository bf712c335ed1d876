package db

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"
)

// What [Original.Look] finds. Each says what happened to the file.
var (
	ErrGone    = errors.New("the file was removed or renamed")
	ErrOther   = errors.New("another file was put in its place")
	ErrContent = errors.New("something else was written into the file")
	ErrCut     = errors.New("the file was cut off")
	ErrRestore = errors.New("another database was restored into the file")
	ErrLink    = errors.New("the symbolic link to the file was removed or changed")
	ErrLog     = errors.New("the log beside the file was removed or replaced")
	ErrLogCut  = errors.New("the log beside the file was cut off")
)

// Original is the file that a store has opened. It tells whether that file is still at
// its path, with its content. SQLite does not: it goes on writing to a file that was
// renamed, and copies its log into whatever was written over the file.
type Original struct {
	path string
	// named is the path that the user named; it may be a symbolic link to path.
	named string
	// file is open as long as SQLite has the file open: closing any descriptor of a
	// file ends all locks that the process has on it.
	file *os.File
	info fs.FileInfo
	// index is the open file of the shared memory, the last one of indexes. It is nil if
	// there is none. indexInfo describes it.
	index     *os.File
	indexInfo fs.FileInfo
	indexes   []*os.File

	mu sync.Mutex
	seen
	// count is the last count of writes that this process has read; 0 if none.
	count uint32
	// reconnects reports whether SQLite may have closed the file in between. Then it may
	// have removed its log.
	reconnects bool
	// lost is what happened to the file; nil if nothing did. It stays.
	lost   error
	closed bool
}

// seen is what the last look found.
type seen struct {
	header header
	size   int64
	// log and shm are the files beside the file; nil if there were none.
	log, shm fs.FileInfo
}

// header is what a look compares of the header of a file.
type header struct {
	pageSize, pages, writes, application uint32
}

// WritesAt is the offset of the count of write transactions in the header. It begins
// with a random number, so that it also tells one database from another, and has 31
// bits. SQLite keeps there what PRAGMA default_cache_size sets: the number of cached
// pages that it suggests. Every connection of dateline sets its own.
const WritesAt = 48

// WritesMask has the bits of a count of writes.
const WritesMask = 1<<31 - 1

// mostWrites is the number of writes that other processes may have made between two
// looks. A file whose count is further ahead, or behind, is another one.
const mostWrites = 1 << 20

// OpenOriginal opens the file at path for looking at it. named is path, or a symbolic
// link to it.
func OpenOriginal(path, named string) (*Original, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	o := &Original{path: path, named: named, file: f}
	if o.info, err = f.Stat(); err == nil {
		o.seen, err = o.learn(o.info)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return o, nil
}

// Close closes the file. Call it after SQLite has closed it.
func (o *Original) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil
	}
	o.closed = true
	for _, f := range o.indexes {
		_ = f.Close()
	}
	return o.file.Close()
}

// learn reads the header of the file, which info describes. A file that is still empty has
// no header.
func (o *Original) learn(info fs.FileInfo) (s seen, err error) {
	s = seen{size: info.Size(), log: statOrNil(o.path + "-wal"), shm: statOrNil(o.path + "-shm")}
	if s.header, err = o.read(); s.size == 0 {
		err = nil
	}
	return s, err
}

func statOrNil(path string) fs.FileInfo {
	info, err := os.Lstat(path)
	if err != nil {
		return nil
	}
	return info
}

// read returns the header. The error is ErrCut if there is none, and ErrContent if it is
// not a header of SQLite.
func (o *Original) read() (h header, err error) {
	b := make([]byte, HeaderSize)
	if _, err := o.file.ReadAt(b, 0); err != nil {
		if errors.Is(err, io.EOF) {
			err = ErrCut
		}
		return h, err
	}
	return parseHeader(b)
}

// parseHeader returns the header at the start of a file. The error is ErrContent if it is not
// a header of SQLite.
func parseHeader(b []byte) (h header, err error) {
	if len(b) < HeaderSize || !bytes.HasPrefix(b, []byte(Magic)) {
		return h, ErrContent
	}
	return header{uint32(b[16])<<8 | uint32(b[17]), BigEndian(b[28:]), BigEndian(b[WritesAt:]) & WritesMask, BigEndian(b[ApplicationAt:])}, nil
}

// Follow compares the count of writes at the start of a transaction with the last one. If it
// does not follow, another database was restored into the file by means of SQLite, and the
// error is ErrRestore. The first transaction opens the log: until then another process may
// have removed it, because it was the last one to close the file.
func (o *Original) Follow(writes uint32) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.count == 0 {
		o.log, o.shm = statOrNil(o.path+"-wal"), statOrNil(o.path+"-shm")
	}
	if o.lost == nil && o.count != 0 && (writes == 0 || (writes-o.count)&WritesMask > mostWrites) {
		o.lost = ErrRestore
	}
	o.count = writes
	return o.lost
}

// HasCount reports whether the count of writes that SQLite reads can be that of the file. Then
// the content was written by means of SQLite, and the log belongs to it.
func (o *Original) HasCount(writes uint32) bool {
	h, err := o.read()
	return err == nil && writes != 0 && (h.writes-writes+mostWrites)&WritesMask <= 2*mostWrites
}

// Look returns nil if the file is still at its path and nothing but SQLite has written to
// it, and otherwise what happened. After that it returns the same for ever, because the
// log belongs to what is gone. Look takes some microseconds.
func (o *Original) Look() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for try := 0; o.lost == nil && !o.closed; try++ {
		err := o.look()
		if err == nil {
			break
		}
		if try == lookTries || errors.Is(err, ErrGone) || errors.Is(err, ErrOther) || errors.Is(err, ErrLink) {
			o.lost = err
			break
		}
		// Another process may be writing the header, or the same content as before.
		time.Sleep(lookPause)
	}
	return o.lost
}

const (
	lookTries = 20
	lookPause = 5 * time.Millisecond
)

func (o *Original) look() error {
	at, err := os.Stat(o.path)
	switch {
	case isMissing(err):
		return ErrGone
	case err != nil:
		return nil // SQLite says what is wrong
	case !os.SameFile(at, o.info):
		return ErrOther
	case o.isLinkChanged():
		return ErrLink
	}
	now, err := o.learn(at)
	switch {
	case errors.Is(err, ErrCut), errors.Is(err, ErrContent):
		return err
	case err != nil:
		return nil
	}
	if err := o.compare(now); err != nil {
		return err
	}
	if o.count != 0 && !o.reconnects && (isAnother(o.log, now.log) || isAnother(o.shm, now.shm)) {
		return ErrLog
	}
	if o.logIsCut(now.shm) {
		return ErrLogCut
	}
	o.seen = now
	return nil
}

// isLinkChanged reports whether the link to the file leads elsewhere, or nowhere. Then the
// next start will not find what is written to the file.
func (o *Original) isLinkChanged() bool {
	if o.named == o.path {
		return false
	}
	at, err := os.Stat(o.named)
	if err != nil {
		return isMissing(err)
	}
	return !os.SameFile(at, o.info)
}

// isMissing reports whether an error says that there is no file at a path.
func isMissing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// compare compares the file with what it was at the last look.
func (o *Original) compare(now seen) error {
	old, h := o.header, now.header
	switch {
	case o.size == 0: // it was new
		return nil
	case now.size == 0:
		return ErrCut
	case h.pageSize != old.pageSize, old.application != 0 && h.application != old.application:
		return ErrContent
	}
	if err := o.compareWrites(old.writes, h.writes); err != nil {
		return err
	}
	if now.size < o.size && now.size < int64(h.pages)*int64(h.pageSize) {
		// When SQLite makes the file smaller, it has written the number of pages before.
		return ErrCut
	}
	return nil
}

func (o *Original) compareWrites(before, now uint32) error {
	switch {
	case now == before:
		return nil
	case before != 0:
		if now == 0 || (now-before)&WritesMask > mostWrites {
			return ErrContent
		}
	case o.count != 0:
		// The file has been without a count, which is in the log until then.
		if (now-o.count+mostWrites)&WritesMask > 2*mostWrites {
			return ErrContent
		}
	}
	return nil
}

// Reconnects tells o that SQLite may close the file, and open it again.
func (o *Original) Reconnects() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.reconnects = true
}

// LogIsGone reports whether there is nothing in place of a log or of shared memory that was
// removed. Otherwise another process already uses what is there.
func (o *Original) LogIsGone() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	log, shm := statOrNil(o.path+"-wal"), statOrNil(o.path+"-shm")
	return (log == nil || !isAnother(o.log, log)) && (shm == nil || !isAnother(o.shm, shm))
}

// isAnother reports whether a file that was there is gone or another one.
func isAnother(was, now fs.FileInfo) bool {
	return was != nil && (now == nil || !os.SameFile(was, now))
}

// RemoveLog removes the log and the shared memory of the file from its path, if they still
// are those of the file. Call it after the log was copied into the file: the next
// process to open the path would apply them to what it finds there.
func (o *Original) RemoveLog() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, f := range []struct {
		path string
		was  fs.FileInfo
	}{{o.path + "-shm", o.shm}, {o.path + "-wal", o.log}} {
		if isFile(f.path, f.was) {
			_ = os.Remove(f.path)
		}
	}
}

// SetLogAside is RemoveLog for a log that was not copied into the file: it gets another
// name. It returns this name, empty if there was no log.
func (o *Original) SetLogAside(now time.Time) string {
	o.mu.Lock()
	aside := ""
	if isFile(o.path+"-wal", o.log) && FileSize(o.path+"-wal") > 0 {
		aside = setAside(o.path, now)
	}
	o.mu.Unlock()
	o.RemoveLog()
	return aside
}

func isFile(path string, was fs.FileInfo) bool {
	now := statOrNil(path)
	return now != nil && was != nil && os.SameFile(now, was)
}

// setAside renames the log of the file at path to a name of its own and returns it; empty
// if that fails.
func setAside(path string, now time.Time) string {
	base := path + ".log-" + now.Format(time.DateOnly)
	name := base
	for n := 2; statOrNil(name) != nil; n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	if os.Rename(path+"-wal", name) != nil {
		return ""
	}
	return name
}
