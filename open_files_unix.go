//go:build unix

package main

import (
	"math"
	"syscall"
)

// openFileLimit returns how many files the program may open; 0 if it cannot be read.
// Go has raised the limit to the highest that the system allows.
func openFileLimit() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 0
	}
	return int(min(uint64(l.Cur), math.MaxInt32))
}
