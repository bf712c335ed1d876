package main

import "golang.org/x/sys/unix"

// The places of registers in the system's user_regs_struct.
const (
	resultRegister = 10 // rax
	countRegister  = 12 // rdx, the third argument
	numberRegister = 15 // orig_rax
)

// skipCall replaces a call at its entry by one that does not exist.
func skipCall(thread int) error { return changeRegister(thread, numberRegister, ^uint64(0)) }

// oldCalls returns the calls that only this architecture has.
func oldCalls() map[uint64]fileCall {
	return map[uint64]fileCall{
		unix.SYS_OPEN:       {"open", opening, 0, true},
		unix.SYS_STAT:       {"stat", reading, 0, true},
		unix.SYS_LSTAT:      {"lstat", reading, 0, true},
		unix.SYS_NEWFSTATAT: {"newfstatat", reading, 1, true},
		unix.SYS_ACCESS:     {"access", reading, 0, true},
		unix.SYS_CHMOD:      {"chmod", changing, 0, true},
		unix.SYS_UNLINK:     {"unlink", changing, 0, true},
		unix.SYS_RMDIR:      {"rmdir", changing, 0, true},
		unix.SYS_RENAME:     {"rename", growing, 0, true},
		unix.SYS_MKDIR:      {"mkdir", growing, 0, true},
		unix.SYS_LINK:       {"link", growing, 1, true},
	}
}
