package rescue

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"

	"dateline/cache/db"
)

// pageSize is the size of the pages of a database in bytes, the default of SQLite.
const pageSize = 4096

// copyDamaged copies a damaged file with its log, and repairs the header of the copy
// so that SQLite can open it.
func copyDamaged(path, to string) error {
	if exists(path + "-wal") {
		if err := copyFile(path+"-wal", to+"-wal"); err != nil {
			return err
		}
	}
	if err := copyFile(path, to); err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(repairHeader(f), f.Close())
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// repairHeader writes a new header with the number of pages of the file and an empty
// list of free pages. If the root page of the schema is destroyed, too, it builds a
// new root from the leaf pages. See
// https://www.sqlite.org/fileformat.html#the_database_header.
func repairHeader(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	pages := uint32(info.Size() / pageSize)
	if pages == 0 {
		return nil
	}
	page := make([]byte, pageSize)
	if _, err := f.ReadAt(page, 0); err != nil {
		return err
	}
	if kind := page[db.HeaderSize]; kind != leafPage && kind != innerPage {
		leaves, err := schemaLeaves(f, pages)
		if err != nil {
			return err
		}
		page = schemaRoot(leaves)
	}
	copy(page, db.Magic)
	binary.BigEndian.PutUint16(page[16:], pageSize)
	copy(page[18:], []byte{2, 2, 0, 64, 32, 32})
	binary.BigEndian.PutUint32(page[24:], 1) // file change counter; version-valid-for below must be equal
	binary.BigEndian.PutUint32(page[28:], pages)
	clear(page[32:40]) // the freelist
	binary.BigEndian.PutUint32(page[44:], 4)
	binary.BigEndian.PutUint32(page[56:], 1) // UTF-8
	binary.BigEndian.PutUint32(page[92:], 1)
	_, err = f.WriteAt(page, 0)
	return err
}

// The types of the pages of a table: https://www.sqlite.org/fileformat.html#b_tree_pages.
const (
	leafPage  = 0x0d
	innerPage = 0x05
)

// schemaLeaf is a leaf page of the schema. key is the rowid of its last row.
type schemaLeaf struct {
	page uint32
	key  int64
}

// schemaLeaves returns the leaf pages of the schema, in the order of their keys.
func schemaLeaves(f *os.File, pages uint32) ([]schemaLeaf, error) {
	var leaves []schemaLeaf
	b := make([]byte, pageSize)
	for n := uint32(2); n <= pages; n++ {
		if _, err := f.ReadAt(b, int64(n-1)*pageSize); err != nil {
			return nil, err
		}
		cells := int(binary.BigEndian.Uint16(b[3:]))
		if b[0] != leafPage || cells == 0 || 8+2*cells > pageSize || !bytes.Contains(b, []byte("CREATE ")) {
			continue
		}
		last := int(binary.BigEndian.Uint16(b[8+2*(cells-1):]))
		if key, ok := schemaRow(b[min(last, pageSize):]); ok {
			leaves = append(leaves, schemaLeaf{n, key})
		}
	}
	slices.SortFunc(leaves, func(a, b schemaLeaf) int { return cmp.Compare(a.key, b.key) })
	return slices.CompactFunc(leaves, func(a, b schemaLeaf) bool { return a.key == b.key }), nil
}

// schemaRow returns the rowid of a row of the schema. Such a row begins with the word
// table or index; ok reports whether it does.
func schemaRow(cell []byte) (key int64, ok bool) {
	_, n := varint(cell)
	rowid, m := varint(cell[n:])
	record := cell[n+m:]
	header, h := varint(record)
	if n == 0 || m == 0 || h == 0 || header < 6 || int(header)+5 > len(record) {
		return 0, false
	}
	word := string(record[header : header+5])
	return int64(rowid), word == "table" || word == "index"
}

// varint returns the varint at the start of b and its length; n is 0 if there is none.
// See https://www.sqlite.org/fileformat.html#varint.
func varint(b []byte) (v uint64, n int) {
	for i := range min(len(b), 8) {
		v = v<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

// schemaRoot returns the first page of a file, without the header, as the root of the
// leaves in the order of their keys.
func schemaRoot(leaves []schemaLeaf) []byte {
	page := make([]byte, pageSize)
	head := page[db.HeaderSize:]
	if len(leaves) == 0 {
		head[0] = leafPage
		return page
	}
	head[0] = innerPage
	at := pageSize
	inner := leaves[:len(leaves)-1]
	for i, l := range inner {
		cell := binary.BigEndian.AppendUint32(nil, l.page)
		if l.key >= 0x80 {
			cell = append(cell, byte(l.key>>7)|0x80)
		}
		cell = append(cell, byte(l.key&0x7f))
		at -= len(cell)
		copy(page[at:], cell)
		binary.BigEndian.PutUint16(head[12+2*i:], uint16(at))
	}
	binary.BigEndian.PutUint16(head[3:], uint16(len(inner)))
	binary.BigEndian.PutUint16(head[5:], uint16(at))
	binary.BigEndian.PutUint32(head[8:], leaves[len(leaves)-1].page)
	return page
}
