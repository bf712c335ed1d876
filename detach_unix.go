//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// detach starts a program without a terminal. So the program continues when the
// terminal closes or ctrl+c is pressed.
func detach(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
}
