package db

import (
	"bytes"
	"errors"
	"os"
	"time"
)

// The format of the write-ahead log: https://www.sqlite.org/fileformat.html#the_write_ahead_log.
const (
	logHeaderSize   = 32
	frameHeaderSize = 24
	// logMagic is the beginning of a log, up to its lowest bit.
	logMagic = 0x377f0682
	// logScan is the number of frames that are searched for page 1. Every write of
	// dateline has that page first.
	logScan = 256
)

// logState is what tells whether a log belongs to a file.
type logState struct {
	// first is the first count of writes in the log, frames the number of its frames,
	// writes the count in the file. first or writes is 0 if unknown.
	first, writes uint32
	frames        int64
	salt          [8]byte
	info          os.FileInfo
}

// foreign reports whether the log cannot be of the file: its first write came after one
// that the file does not have, or the file is further than the log.
func (s logState) foreign() bool {
	if s.first == 0 || s.writes == 0 {
		return false
	}
	return int64((s.writes-s.first+1)&WritesMask) > s.frames+1
}

func readLogState(path string) (s logState, err error) {
	f, err := os.Open(path + "-wal")
	if err != nil {
		return s, err
	}
	defer f.Close()
	if s.info, err = f.Stat(); err != nil {
		return s, err
	}
	head := make([]byte, logHeaderSize)
	if _, err := f.ReadAt(head, 0); err != nil || BigEndian(head)&^1 != logMagic {
		return s, err
	}
	pageSize := int64(BigEndian(head[8:]))
	copy(s.salt[:], head[16:24])
	if pageSize < HeaderSize {
		return s, nil
	}
	s.frames = (s.info.Size() - logHeaderSize) / (frameHeaderSize + pageSize)
	frame := make([]byte, frameHeaderSize+HeaderSize)
	for n := range min(s.frames, logScan) {
		if _, err := f.ReadAt(frame, logHeaderSize+n*(frameHeaderSize+pageSize)); err != nil || !bytes.Equal(frame[8:16], s.salt[:]) {
			break
		}
		if BigEndian(frame) == 1 {
			s.first = BigEndian(frame[frameHeaderSize+WritesAt:]) & WritesMask
		}
		if s.first != 0 {
			break
		}
	}
	start, err := ReadStart(path, HeaderSize)
	if h, notSQLite := parseHeader(start); notSQLite == nil {
		s.writes = h.writes
	}
	return s, err
}

// SetForeignLogAside renames a log beside the file at path that belongs to another file,
// or to another state of it, and returns its new name; empty if there is none. SQLite
// would copy it into the file and damage it. Call it before SQLite opens the file.
func SetForeignLogAside(path string, now time.Time) (aside string, err error) {
	s, err := readLogState(path)
	if err != nil || !s.foreign() {
		return "", nil // there is no log, or SQLite says what is wrong with it
	}
	lock := path + ".log.lock"
	unlock, err := LockFile(lock)
	if err != nil {
		return "", err
	}
	defer unlock()
	for range logTries {
		// Another process may be emptying the log. Then file and log were read at
		// different moments.
		time.Sleep(logPause)
		again, err := readLogState(path)
		if err != nil || !again.foreign() || !os.SameFile(again.info, s.info) {
			_ = os.Remove(lock)
			return "", nil
		}
		if again.salt != s.salt || again.first != s.first || again.writes != s.writes {
			s = again
			continue
		}
		if aside = setAside(path, now); aside == "" {
			return "", errors.New("the log beside the database belongs to another one: move " + path + "-wal away")
		}
		_ = os.Remove(path + "-shm")
		_ = os.Remove(lock)
		return aside, nil
	}
	return "", nil
}

// CheckLogFiles returns an error if a named pipe, a socket or a device has the name of a log
// of the file at path. Opening it might never end.
func CheckLogFiles(path string) error {
	for _, suffix := range []string{"-wal", "-shm", "-journal"} {
		const other = os.ModeNamedPipe | os.ModeSocket | os.ModeDevice
		if info, err := os.Stat(path + suffix); err == nil && info.Mode()&other != 0 {
			return errors.New(path + suffix + " is not a file: move it away")
		}
	}
	return nil
}

const (
	logTries = 10
	logPause = 30 * time.Millisecond
)
