package db

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"os"
)

// The format of the shared memory, the index of the log: https://www.sqlite.org/walformat.html.
// Its numbers have the byte order of the computer. The header is there twice.
const (
	indexHeaderSize = 48
	indexReadyAt    = 12
	indexPageSizeAt = 14
	indexFramesAt   = 16
	indexCopiedAt   = 2 * indexHeaderSize
)

// logIndex is what SQLite knows of the log. All processes share it.
type logIndex struct {
	// pageSize is in bytes; 0 if nothing is known.
	pageSize int64
	// frames is the number of frames that are committed, copied the number of those that
	// are in the file, too.
	frames, copied int64
}

// readLogIndex reads the shared memory. While another process is changing it, nothing is
// known.
func readLogIndex(f *os.File) logIndex {
	b := make([]byte, indexCopiedAt+4)
	if f == nil {
		return logIndex{}
	}
	if _, err := f.ReadAt(b, 0); err != nil || b[indexReadyAt] == 0 || !bytes.Equal(b[:indexHeaderSize], b[indexHeaderSize:indexCopiedAt]) {
		return logIndex{}
	}
	order := binary.NativeEndian
	size := int64(order.Uint16(b[indexPageSizeAt:]))
	if size == 1 {
		size = 1 << 16 // it has no place in 16 bits
	}
	return logIndex{size, int64(order.Uint32(b[indexFramesAt:])), int64(order.Uint32(b[indexCopiedAt:]))}
}

// size is the least size of a log with n frames, in bytes.
func (i logIndex) size(n int64) int64 {
	if n == 0 || i.pageSize == 0 {
		return 0
	}
	return logHeaderSize + n*(frameHeaderSize+i.pageSize)
}

// logIsCut reports whether the log is shorter than SQLite has written it. When SQLite
// itself makes the log shorter, it writes that into the index before. shm describes the
// shared memory at its path; nil if there is none.
func (o *Original) logIsCut(shm fs.FileInfo) bool {
	if o.count == 0 || o.reconnects {
		return false // the index may be one that a killed process has left
	}
	o.openIndex(shm)
	index := readLogIndex(o.index)
	return FileSize(o.path+"-wal") < index.size(index.frames)
}

// openIndex opens the shared memory at its path, which shm describes, unless it is open. The
// file stays open: see Original.file.
func (o *Original) openIndex(shm fs.FileInfo) {
	if os.SameFile(o.indexInfo, shm) {
		return
	}
	if f, err := os.Open(o.path + "-shm"); err == nil {
		o.indexes, o.index = append(o.indexes, f), f
		o.indexInfo, _ = f.Stat() // without it the next look opens the file again
	}
}

// LogCanStay reports whether a log that was cut off still has what the file has of it.
// Then the next process can add the rest of it to the file. Otherwise the log would replace
// newer pages by older ones.
func (o *Original) LogCanStay() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	index := readLogIndex(o.index)
	return FileSize(o.path+"-wal") >= index.size(index.copied)
}
