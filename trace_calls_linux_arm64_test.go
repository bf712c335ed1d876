package main

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The places of registers in the system's user_pt_regs.
const (
	resultRegister = 0 // x0
	countRegister  = 2 // x2, the third argument
)

// regsetSystemCall is the system's NT_ARM_SYSTEM_CALL, the number of the call.
const regsetSystemCall = 0x404

// skipCall replaces a call at its entry by one that does not exist.
func skipCall(thread int) error {
	number := int32(-1)
	set := unix.Iovec{Base: (*byte)(unsafe.Pointer(&number))}
	set.SetLen(int(unsafe.Sizeof(number)))
	return ptrace(unix.PTRACE_SETREGSET, thread, regsetSystemCall, unsafe.Pointer(&set))
}

// oldCalls returns the calls that have another name on this architecture.
func oldCalls() map[uint64]fileCall {
	return map[uint64]fileCall{unix.SYS_FSTATAT: {"fstatat", reading, 1, true}}
}
