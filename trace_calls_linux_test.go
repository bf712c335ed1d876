//go:build linux && (amd64 || arm64)

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A tracer runs a program and lets one of its system calls on files fail. It is a debugger:
// the system stops each thread of the program at the entry and at the exit of each call.

// fault is what happens to a system call.
type fault string

const (
	// killed ends the process at the entry of a call that changes files.
	killed fault = "kill"
	// failed lets one call fail as a broken disk does.
	failed fault = "EIO"
	// full lets a call and all later ones that need space fail as a full disk does.
	full fault = "ENOSPC"
	// short writes half of the bytes. The next write to the same file fails as on a full
	// disk.
	short fault = "short write"
)

func faults() []fault { return []fault{killed, failed, full, short} }

// tracer runs a program and does one thing to one of its calls.
type tracer struct {
	// dir is the directory whose files count. Calls on other files, pipes, sockets and
	// the terminal do not.
	dir   string
	fault fault
	// at is the number of the call, from 1 on, among those that the fault can happen to.
	// If it is 0, nothing fails.
	at int
	// limit ends a program that hangs.
	limit time.Duration

	// seen is the number of calls that each fault can happen to.
	seen map[fault]int
	// hit is the call to which the fault happened, empty if it did not.
	hit  string
	hung atomic.Bool

	calls   map[uint64]fileCall
	process int
	// pending has, for each thread in a call that is to fail, the error.
	pending map[int]unix.Errno
	// shortened is the file of a short write, until the next write fails.
	shortened string
}

// errNoTrace means that programs cannot be traced on this system.
var errNoTrace = errors.New("programs cannot be traced here")

// run starts the program and waits for its end. The result is the exit code, -1 if a
// signal has ended the program.
func (tr *tracer) run(cmd *exec.Cmd) (code int, err error) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		// Only the thread that starts a traced program can control it. The thread is not
		// unlocked, so it ends with this function, and a program that still runs with it.
		runtime.LockOSThread()
		code, err = tr.trace(cmd)
	}()
	<-ended
	return code, err
}

func (tr *tracer) trace(cmd *exec.Cmd) (int, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	// In a group of its own the program can be waited for without taking the ends of others.
	cmd.SysProcAttr.Ptrace, cmd.SysProcAttr.Setpgid = true, true
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("%w: %w", errNoTrace, err)
	}
	tr.process, tr.calls, tr.pending, tr.seen = cmd.Process.Pid, fileCalls(), map[int]unix.Errno{}, map[fault]int{}
	timer := time.AfterFunc(tr.limit, func() {
		tr.hung.Store(cmd.Process.Kill() == nil)
	})
	defer timer.Stop()
	// The error says that the process is waited for already. It is called for the output.
	defer cmd.Wait() //nolint:errcheck
	var status unix.WaitStatus
	if _, err := unix.Wait4(tr.process, &status, unix.WALL, nil); err != nil {
		return 0, err
	}
	// Threads are traced, too. Programs that the program starts are not.
	if err := unix.PtraceSetOptions(tr.process, unix.PTRACE_O_TRACESYSGOOD|unix.PTRACE_O_TRACECLONE|unix.PTRACE_O_EXITKILL); err != nil {
		return 0, fmt.Errorf("%w: %w", errNoTrace, err)
	}
	for thread, signal := tr.process, 0; ; {
		if err := tr.resume(thread, signal); err != nil && err != unix.ESRCH { // it was killed
			return 0, err
		}
		var err error
		for thread, err = 0, unix.EINTR; err == unix.EINTR; {
			thread, err = unix.Wait4(-tr.process, &status, unix.WALL, nil)
		}
		if err != nil {
			return 0, err
		}
		if thread == tr.process && (status.Exited() || status.Signaled()) {
			return status.ExitStatus(), nil
		}
		if signal, err = tr.stopped(thread, status); err != nil {
			return 0, err
		}
	}
}

// resume lets a thread run until its next stop. After the last fault calls do not stop.
func (tr *tracer) resume(thread, signal int) error {
	if tr.hit != "" && tr.fault != full && tr.shortened == "" && len(tr.pending) == 0 {
		return unix.PtraceCont(thread, signal)
	}
	return unix.PtraceSyscall(thread, signal)
}

// stopped looks at a thread that has stopped. It returns the signal to pass on.
func (tr *tracer) stopped(thread int, status unix.WaitStatus) (signal int, err error) {
	switch {
	case !status.Stopped(): // a thread has ended
		return 0, nil
	case status.StopSignal() == unix.SIGTRAP|0x80: // a call, because of TRACESYSGOOD
		return 0, tr.call(thread)
	case status.StopSignal() == unix.SIGTRAP, status.StopSignal() == unix.SIGSTOP: // a new thread
		return 0, nil
	default: // Go uses signals to interrupt goroutines
		return int(status.StopSignal()), nil
	}
}

// call handles the entry or the exit of a call.
func (tr *tracer) call(thread int) error {
	info := syscallInfo{}
	if err := info.read(thread); err != nil {
		if err == unix.ESRCH {
			return nil // it was killed
		}
		return fmt.Errorf("%w: %w", errNoTrace, err)
	}
	if info.op == opExit {
		errno, failing := tr.pending[thread]
		if !failing {
			return nil
		}
		delete(tr.pending, thread)
		return changeRegister(thread, resultRegister, uint64(-int64(errno)))
	}
	c, known := tr.calls[info.number]
	if !known {
		return nil
	}
	file := c.file(thread, info.args)
	if !strings.HasPrefix(file, tr.dir+"/") {
		return nil
	}
	if tr.hit != "" {
		return tr.again(thread, c, file, info.args)
	}
	for _, f := range faults() {
		if c.suffers(f, file, info.args) {
			tr.seen[f]++
		}
	}
	if tr.at == 0 || tr.seen[tr.fault] != tr.at || !c.suffers(tr.fault, file, info.args) {
		return nil
	}
	tr.hit = c.name + " " + strings.TrimPrefix(file, tr.dir+"/")
	switch tr.fault {
	case killed:
		return unix.Kill(tr.process, unix.SIGKILL)
	case short:
		tr.shortened = file
		return changeRegister(thread, countRegister, info.args[2]/2)
	case full:
		return tr.fail(thread, unix.ENOSPC)
	default:
		return tr.fail(thread, unix.EIO)
	}
}

// again handles a call after the fault has happened.
func (tr *tracer) again(thread int, c fileCall, file string, args [6]uint64) error {
	switch {
	case tr.fault == full && c.suffers(full, file, args):
	case tr.fault == short && tr.shortened == file && c.suffers(short, file, args):
		tr.shortened = ""
	default:
		return nil
	}
	return tr.fail(thread, unix.ENOSPC)
}

// fail replaces a call at its entry by one that does not exist. At the exit it gets the
// error.
func (tr *tracer) fail(thread int, errno unix.Errno) error {
	tr.pending[thread] = errno
	return skipCall(thread)
}

// fileCall is a system call on files.
type fileCall struct {
	name string
	// kind is what the call does.
	kind callKind
	// at is the argument that has the file. It is a path if isPath, else a descriptor.
	at     int
	isPath bool
}

type callKind int

const (
	reading callKind = iota
	// opening creates the file if there is none and the argument after the path says so.
	opening
	// locking is a lock, if the argument after the descriptor says so.
	locking
	// changing needs no space on the disk.
	changing
	// growing may need space.
	growing
	// writing has a number of bytes as its third argument.
	writing
)

// suffers reports whether the fault can happen to the call on the file.
func (c fileCall) suffers(f fault, file string, args [6]uint64) bool {
	kind := c.kind
	if kind == opening {
		kind = reading
		if _, err := os.Lstat(file); err != nil && args[c.at+1]&unix.O_CREAT != 0 {
			kind = growing
		}
	}
	switch f {
	case killed:
		return kind >= changing
	case full:
		return kind >= growing
	case short:
		return kind == writing && args[2] > 1
	default:
		return kind != locking || c.name == "flock" || args[1] == unix.F_SETLK || args[1] == unix.F_SETLKW || args[1] == unix.F_OFD_SETLK
	}
}

// fileCalls returns the calls that count, by number.
func fileCalls() map[uint64]fileCall {
	calls := map[uint64]fileCall{
		unix.SYS_READ:            {"read", reading, 0, false},
		unix.SYS_PREAD64:         {"pread64", reading, 0, false},
		unix.SYS_READV:           {"readv", reading, 0, false},
		unix.SYS_GETDENTS64:      {"getdents64", reading, 0, false},
		unix.SYS_FSTAT:           {"fstat", reading, 0, false},
		unix.SYS_STATX:           {"statx", reading, 1, true},
		unix.SYS_MMAP:            {"mmap", reading, 4, false},
		unix.SYS_FLOCK:           {"flock", locking, 0, false},
		unix.SYS_FCNTL:           {"fcntl", locking, 0, false},
		unix.SYS_OPENAT:          {"openat", opening, 1, true},
		unix.SYS_FSYNC:           {"fsync", changing, 0, false},
		unix.SYS_FDATASYNC:       {"fdatasync", changing, 0, false},
		unix.SYS_FTRUNCATE:       {"ftruncate", changing, 0, false},
		unix.SYS_FCHMOD:          {"fchmod", changing, 0, false},
		unix.SYS_FCHMODAT:        {"fchmodat", changing, 1, true},
		unix.SYS_UNLINKAT:        {"unlinkat", changing, 1, true},
		unix.SYS_RENAMEAT:        {"renameat", growing, 1, true},
		unix.SYS_RENAMEAT2:       {"renameat2", growing, 1, true},
		unix.SYS_MKDIRAT:         {"mkdirat", growing, 1, true},
		unix.SYS_LINKAT:          {"linkat", growing, 3, true},
		unix.SYS_SYMLINKAT:       {"symlinkat", growing, 2, true},
		unix.SYS_FALLOCATE:       {"fallocate", growing, 0, false},
		unix.SYS_COPY_FILE_RANGE: {"copy_file_range", growing, 2, false},
		unix.SYS_WRITEV:          {"writev", growing, 0, false},
		unix.SYS_PWRITEV:         {"pwritev", growing, 0, false},
		unix.SYS_WRITE:           {"write", writing, 0, false},
		unix.SYS_PWRITE64:        {"pwrite64", writing, 0, false},
	}
	for number, c := range oldCalls() {
		calls[number] = c
	}
	return calls
}

// file returns the path of the file that a call is about, empty if it is not known.
func (c fileCall) file(thread int, args [6]uint64) string {
	if !c.isPath {
		path, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", thread, int32(args[c.at])))
		return path
	}
	path := make([]byte, unix.PathMax)
	to := []unix.Iovec{{Base: &path[0]}}
	to[0].SetLen(len(path))
	// The next page of memory need not exist, so it is a part of its own.
	at := uintptr(args[c.at])
	rest := 4096 - int(at%4096)
	n, _ := unix.ProcessVMReadv(thread, to, []unix.RemoteIovec{{Base: at, Len: rest}, {Base: at + uintptr(rest), Len: 4096 - rest}}, 0)
	text, _, _ := bytes.Cut(path[:max(n, 0)], []byte{0})
	return string(text)
}

// syscallInfo is the beginning of the system's ptrace_syscall_info.
type syscallInfo struct {
	op     uint8
	_      [3]uint8
	arch   uint32
	_      [2]uint64 // the instruction and the stack
	number uint64
	args   [6]uint64
}

const opExit = 2

func (i *syscallInfo) read(thread int) error {
	return ptrace(unix.PTRACE_GET_SYSCALL_INFO, thread, unsafe.Sizeof(*i), unsafe.Pointer(i))
}

// changeRegister changes a register of a stopped thread.
func changeRegister(thread, register int, value uint64) error {
	all := [64]uint64{}
	set := unix.Iovec{Base: (*byte)(unsafe.Pointer(&all))}
	set.SetLen(int(unsafe.Sizeof(all)))
	if err := ptrace(unix.PTRACE_GETREGSET, thread, unix.NT_PRSTATUS, unsafe.Pointer(&set)); err != nil {
		return err
	}
	all[register] = value
	return ptrace(unix.PTRACE_SETREGSET, thread, unix.NT_PRSTATUS, unsafe.Pointer(&set))
}

func ptrace(request, thread int, address uintptr, data unsafe.Pointer) error {
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, uintptr(request), uintptr(thread), address, uintptr(data), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
