//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// detach keeps a program alive and silent when the terminal closes or ctrl+c
// is typed.
func detach(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
}
