package image

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// DiskCache keeps scaled pictures in a directory, as PNG files that only the user can read.
// It may be deleted at any time. Errors are no errors: then a picture is fetched again. A
// nil cache keeps nothing.
type DiskCache struct {
	dir string
	max int64
	mu  sync.Mutex
	// size is how many bytes the files have; -1 if that was not counted yet.
	size int64
}

// diskMax is how many bytes of pictures are kept.
const diskMax = 64 << 20

// NewDiskCache returns a cache in a directory. It creates the directory with the first
// picture.
func NewDiskCache(dir string) *DiskCache { return &DiskCache{dir: dir, max: diskMax, size: -1} }

// Key identifies a scaled picture.
type Key struct {
	Address string
	// Limit is the largest number of cells for which it was scaled, Wide the largest number
	// of columns if it is wide, and Cell the size of a cell in pixels.
	Limit Size
	Wide  int
	Cell  image.Point
	// Blocks is set for a picture of half blocks.
	Blocks bool
}

// file returns the name of a picture's file. It does not tell the address.
func (c *DiskCache) file(k Key) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %v %d %v %v", k.Address, k.Limit, k.Wide, k.Cell, k.Blocks))
	return filepath.Join(c.dir, hex.EncodeToString(sum[:16])+".png")
}

// Get returns the PNG of a picture; false if there is none.
func (c *DiskCache) Get(k Key) ([]byte, bool) {
	if c == nil {
		return nil, false
	}
	name := c.file(k)
	b, err := os.ReadFile(name)
	if err != nil || len(b) == 0 || int64(len(b)) > c.max {
		return nil, false
	}
	// The time says what was used last.
	now := time.Now()
	_ = os.Chtimes(name, now, now)
	return b, true
}

// Put keeps the PNG of a picture. If there are too many, those go that were not used for
// the longest time.
func (c *DiskCache) Put(k Key, png []byte) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return
	}
	f, err := os.CreateTemp(c.dir, "new-*") // only the user can read it
	if err != nil {
		return
	}
	_, err = f.Write(png)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), c.file(k))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return
	}
	if c.size >= 0 {
		c.size += int64(len(png))
	}
	if c.size < 0 || c.size > c.max {
		c.evict()
	}
}

// evict counts the files. If they are too many, it removes the oldest until a tenth of the
// room is free. It also removes files that a process has left unfinished.
func (c *DiskCache) evict() {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	var files []fs.FileInfo
	c.size = 0
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if strings.HasPrefix(info.Name(), "new-") && time.Since(info.ModTime()) > time.Hour {
			_ = os.Remove(filepath.Join(c.dir, info.Name()))
			continue
		}
		if !strings.HasSuffix(info.Name(), ".png") {
			continue // it is not a file of this cache
		}
		files = append(files, info)
		c.size += info.Size()
	}
	if c.size <= c.max {
		return
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for _, info := range files {
		if c.size <= c.max*9/10 {
			return
		}
		if os.Remove(filepath.Join(c.dir, info.Name())) == nil {
			c.size -= info.Size()
		}
	}
}
