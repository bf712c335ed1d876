package folder

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
)

// fileState tells whether a file is the one that was read or written before.
type fileState struct {
	// Size and Modified, in nanoseconds, are those of the whole file.
	Size     int64 `json:"size"`
	Modified int64 `json:"modified"`
	// Offset is the end of the part that was read, and Sum a checksum of samples of that part.
	Offset int64  `json:"offset"`
	Sum    string `json:"sum"`
}

// isUnchanged reports whether a file was not written since.
func (s fileState) isUnchanged(info fs.FileInfo) bool {
	return s.Modified != 0 && s.Size == info.Size() && s.Modified == info.ModTime().UnixNano()
}

// seen returns the state for a file whose part up to Offset is the same.
func (s fileState) seen(info fs.FileInfo) fileState {
	s.Size, s.Modified = info.Size(), info.ModTime().UnixNano()
	return s
}

// sample is the size of the samples in bytes: of the head, which has the generation of a file,
// and of what is in front of the end.
const sample = 4096

// sumUpTo returns a checksum of samples of a file in front of an offset.
func sumUpTo(f *os.File, offset int64) (string, error) {
	sum := sha256.New()
	n := min(sample, offset)
	for _, from := range []int64{0, offset - n} {
		if _, err := io.Copy(sum, io.NewSectionReader(f, from, n)); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:16]), nil
}

// contains reports whether a file still has the part up to Offset.
func (s fileState) contains(f *os.File, info fs.FileInfo) (bool, error) {
	if s.Offset == 0 || info.Size() < s.Offset {
		return false, nil
	}
	sum, err := sumUpTo(f, s.Offset)
	return sum == s.Sum, err
}

// stateOf returns the state of a file that was read up to offset.
func stateOf(f *os.File, info fs.FileInfo, offset int64) (fileState, error) {
	sum, err := sumUpTo(f, offset)
	return fileState{Offset: offset, Sum: sum}.seen(info), err
}

// headOf returns the head of a file of marks.
func headOf(f *os.File) (h head, err error) {
	d, err := newDecoder()
	if err != nil {
		return h, err
	}
	defer d.close()
	frame, err := nextFrame(bufio.NewReader(io.NewSectionReader(f, 0, maxFrame)))
	if err != nil {
		return h, err
	}
	lines, err := d.lines(frame)
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal(lines, &h)
}
