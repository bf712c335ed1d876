package sweep

import (
	"fmt"
	"sync"
	"testing"
	"unsafe"

	"modernc.org/libc"
	_ "modernc.org/sqlite" // sets SQLite up before the VFS is registered
	lib "modernc.org/sqlite/lib"
)

// vfs is the VFS that every database of this test binary is opened with: SQLite's own,
// with faults. See https://www.sqlite.org/vfs.html.
var vfs struct {
	once sync.Once
	// own is SQLite's own VFS, a *lib.Tsqlite3_vfs.
	own uintptr
	// methods and withoutShm are *lib.Tsqlite3_io_methods, for files whose own methods
	// have shared memory and for all others.
	methods, withoutShm uintptr

	mu    sync.Mutex
	disks []*disk
	// open has the open files by the address of their lib.Tsqlite3_file.
	open map[uintptr]openFile
}

type openFile struct {
	disk *disk
	name string
}

// headSize is the offset of the file of SQLite's own VFS in a file of this one.
const headSize = 16

// registerVFS makes the VFS the default of this process, once. So the program needs no
// option for it.
func registerVFS(t testing.TB) {
	t.Helper()
	vfs.once.Do(func() {
		tls := libc.NewTLS()
		vfs.open = map[uintptr]openFile{}
		vfs.own = lib.Xsqlite3_vfs_find(tls, 0)
		own := at[lib.Tsqlite3_vfs](vfs.own)
		vfs.methods, vfs.withoutShm = ioMethods(tls, true), ioMethods(tls, false)
		p := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(lib.Tsqlite3_vfs{})))
		v := at[lib.Tsqlite3_vfs](p)
		// The other methods have nothing to do with files.
		*v = *own
		v.FpNext = 0
		v.FzName, _ = libc.CString("faulty")
		v.FszOsFile = own.FszOsFile + headSize
		v.FxOpen, v.FxDelete, v.FxAccess = pointer(xOpen), pointer(xDelete), pointer(xAccess)
		if code := lib.Xsqlite3_vfs_register(tls, p, 1); code != lib.SQLITE_OK {
			panic(fmt.Sprintf("registering the VFS: %d", code))
		}
	})
}

func ioMethods(tls *libc.TLS, shm bool) uintptr {
	p := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(lib.Tsqlite3_io_methods{})))
	m := at[lib.Tsqlite3_io_methods](p)
	*m = lib.Tsqlite3_io_methods{
		FiVersion: 1,
		FxClose:   pointer(xClose), FxRead: pointer(xRead), FxWrite: pointer(xWrite), FxTruncate: pointer(xTruncate),
		FxSync: pointer(xSync), FxFileSize: pointer(xFileSize), FxLock: pointer(xLock), FxUnlock: pointer(xUnlock),
		FxCheckReservedLock: pointer(xCheckReservedLock), FxFileControl: pointer(xFileControl),
		FxSectorSize: pointer(xSectorSize), FxDeviceCharacteristics: pointer(xDeviceCharacteristics),
	}
	if shm {
		m.FiVersion = 2
		m.FxShmMap, m.FxShmLock, m.FxShmBarrier, m.FxShmUnmap = pointer(xShmMap), pointer(xShmLock), pointer(xShmBarrier), pointer(xShmUnmap)
	}
	return p
}

// at returns what is at an address of SQLite's memory, which Go does not manage.
func at[T any](address uintptr) *T { return (*T)(*(*unsafe.Pointer)(unsafe.Pointer(&address))) }

// pointer returns the pointer that SQLite calls a function by. f is a function of the
// package, not a closure.
func pointer(f any) uintptr { return (*[2]uintptr)(unsafe.Pointer(&f))[1] }

// function returns the function behind a pointer of SQLite.
func function[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&p)) }

// ownFile returns the file of SQLite's own VFS, and its methods.
func ownFile(file uintptr) (uintptr, *lib.Tsqlite3_io_methods) {
	own := file + headSize
	return own, at[lib.Tsqlite3_io_methods](at[lib.Tsqlite3_file](own).FpMethods)
}

// fileOf returns what is known of an open file. Its disk is nil if it has no faults.
func fileOf(file uintptr) openFile {
	vfs.mu.Lock()
	defer vfs.mu.Unlock()
	return vfs.open[file]
}

type (
	fileFunc    = func(tls *libc.TLS, file uintptr) int32
	fileIntFunc = func(tls *libc.TLS, file uintptr, n int32) int32
	filePtrFunc = func(tls *libc.TLS, file, p uintptr) int32
	rangeFunc   = func(tls *libc.TLS, file, buffer uintptr, n int32, offset lib.Tsqlite3_int64) int32
)

func xOpen(tls *libc.TLS, _, name, file uintptr, flags int32, outFlags uintptr) int32 {
	at[lib.Tsqlite3_file](file).FpMethods = 0
	f := openFile{}
	if name != 0 {
		f.name = libc.GoString(name)
		f.disk = diskOf(f.name)
	}
	class := reads
	if flags&lib.SQLITE_OPEN_CREATE != 0 {
		class = grows
	}
	if f.disk.fails("open "+f.name, class) {
		return lib.SQLITE_CANTOPEN
	}
	own := file + headSize
	at[lib.Tsqlite3_file](own).FpMethods = 0
	code := function[func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32](at[lib.Tsqlite3_vfs](vfs.own).FxOpen)(tls, vfs.own, name, own, flags, outFlags)
	if at[lib.Tsqlite3_file](own).FpMethods == 0 {
		return code
	}
	at[lib.Tsqlite3_file](file).FpMethods = vfs.withoutShm
	if _, m := ownFile(file); m.FiVersion >= 2 && m.FxShmMap != 0 {
		at[lib.Tsqlite3_file](file).FpMethods = vfs.methods
	}
	vfs.mu.Lock()
	defer vfs.mu.Unlock()
	vfs.open[file] = f
	return code
}

func xDelete(tls *libc.TLS, _, name uintptr, syncDir int32) int32 {
	path := libc.GoString(name)
	if diskOf(path).fails("delete "+path, changes) {
		return lib.SQLITE_IOERR_DELETE
	}
	return function[func(*libc.TLS, uintptr, uintptr, int32) int32](at[lib.Tsqlite3_vfs](vfs.own).FxDelete)(tls, vfs.own, name, syncDir)
}

func xAccess(tls *libc.TLS, _, name uintptr, flags int32, out uintptr) int32 {
	path := libc.GoString(name)
	if diskOf(path).fails("access "+path, reads) {
		return lib.SQLITE_IOERR_ACCESS
	}
	return function[func(*libc.TLS, uintptr, uintptr, int32, uintptr) int32](at[lib.Tsqlite3_vfs](vfs.own).FxAccess)(tls, vfs.own, name, flags, out)
}

// xClose always closes the file, as the end of a process does.
func xClose(tls *libc.TLS, file uintptr) int32 {
	vfs.mu.Lock()
	delete(vfs.open, file)
	vfs.mu.Unlock()
	own, m := ownFile(file)
	return function[fileFunc](m.FxClose)(tls, own)
}

func xRead(tls *libc.TLS, file, buffer uintptr, n int32, offset lib.Tsqlite3_int64) int32 {
	f := fileOf(file)
	if f.disk.fails("read "+f.name, reads) {
		return lib.SQLITE_IOERR_READ
	}
	own, m := ownFile(file)
	return function[rangeFunc](m.FxRead)(tls, own, buffer, n, offset)
}

// xWrite writes half of the bytes before a short write or a kill.
func xWrite(tls *libc.TLS, file, buffer uintptr, n int32, offset lib.Tsqlite3_int64) int32 {
	f := fileOf(file)
	own, m := ownFile(file)
	write := function[rangeFunc](m.FxWrite)
	if kind, failed := f.disk.write("write "+f.name, func() { write(tls, own, buffer, n/2, offset) }); failed {
		if kind == full {
			return lib.SQLITE_FULL
		}
		return lib.SQLITE_IOERR_WRITE
	}
	return write(tls, own, buffer, n, offset)
}

func xTruncate(tls *libc.TLS, file uintptr, size lib.Tsqlite3_int64) int32 {
	f := fileOf(file)
	if f.disk.fails("truncate "+f.name, changes) {
		return lib.SQLITE_IOERR_TRUNCATE
	}
	own, m := ownFile(file)
	return function[func(*libc.TLS, uintptr, lib.Tsqlite3_int64) int32](m.FxTruncate)(tls, own, size)
}

// xSync does not wait for the disk: no test cuts the power.
func xSync(_ *libc.TLS, file uintptr, _ int32) int32 {
	f := fileOf(file)
	if f.disk.fails("sync "+f.name, changes) {
		return lib.SQLITE_IOERR_FSYNC
	}
	return lib.SQLITE_OK
}

func xFileSize(tls *libc.TLS, file, size uintptr) int32 {
	f := fileOf(file)
	if f.disk.fails("size "+f.name, reads) {
		return lib.SQLITE_IOERR_FSTAT
	}
	own, m := ownFile(file)
	return function[filePtrFunc](m.FxFileSize)(tls, own, size)
}

func xLock(tls *libc.TLS, file uintptr, level int32) int32 {
	f := fileOf(file)
	if f.disk.fails("lock "+f.name, reads) {
		return lib.SQLITE_IOERR_LOCK
	}
	own, m := ownFile(file)
	return function[fileIntFunc](m.FxLock)(tls, own, level)
}

// xUnlock never fails: the end of a process ends its locks, too.
func xUnlock(tls *libc.TLS, file uintptr, level int32) int32 {
	own, m := ownFile(file)
	return function[fileIntFunc](m.FxUnlock)(tls, own, level)
}

func xCheckReservedLock(tls *libc.TLS, file, out uintptr) int32 {
	f := fileOf(file)
	if f.disk.fails("check the lock of "+f.name, reads) {
		return lib.SQLITE_IOERR_CHECKRESERVEDLOCK
	}
	own, m := ownFile(file)
	return function[filePtrFunc](m.FxCheckReservedLock)(tls, own, out)
}

func xFileControl(tls *libc.TLS, file uintptr, op int32, arg uintptr) int32 {
	if f := fileOf(file); f.disk.isDead() {
		return lib.SQLITE_NOTFOUND
	}
	own, m := ownFile(file)
	return function[func(*libc.TLS, uintptr, int32, uintptr) int32](m.FxFileControl)(tls, own, op, arg)
}

func xSectorSize(tls *libc.TLS, file uintptr) int32 {
	own, m := ownFile(file)
	return function[fileFunc](m.FxSectorSize)(tls, own)
}

func xDeviceCharacteristics(tls *libc.TLS, file uintptr) int32 {
	own, m := ownFile(file)
	return function[fileFunc](m.FxDeviceCharacteristics)(tls, own)
}

func xShmMap(tls *libc.TLS, file uintptr, region, size, extend int32, out uintptr) int32 {
	f := fileOf(file)
	class, code := reads, int32(lib.SQLITE_IOERR_SHMMAP)
	if extend != 0 {
		class, code = grows, lib.SQLITE_IOERR_SHMSIZE
	}
	if f.disk.fails("map the shared memory of "+f.name, class) {
		*at[uintptr](out) = 0
		return code
	}
	own, m := ownFile(file)
	return function[func(*libc.TLS, uintptr, int32, int32, int32, uintptr) int32](m.FxShmMap)(tls, own, region, size, extend, out)
}

func xShmLock(tls *libc.TLS, file uintptr, offset, n, flags int32) int32 {
	f := fileOf(file)
	if flags&lib.SQLITE_SHM_LOCK != 0 && f.disk.fails("lock the shared memory of "+f.name, reads) {
		return lib.SQLITE_IOERR_SHMLOCK
	}
	own, m := ownFile(file)
	return function[func(*libc.TLS, uintptr, int32, int32, int32) int32](m.FxShmLock)(tls, own, offset, n, flags)
}

func xShmBarrier(tls *libc.TLS, file uintptr) {
	own, m := ownFile(file)
	function[func(*libc.TLS, uintptr)](m.FxShmBarrier)(tls, own)
}

// xShmUnmap never fails, but a killed process deletes nothing.
func xShmUnmap(tls *libc.TLS, file uintptr, remove int32) int32 {
	if f := fileOf(file); f.disk.isDead() {
		remove = 0
	}
	own, m := ownFile(file)
	return function[fileIntFunc](m.FxShmUnmap)(tls, own, remove)
}
