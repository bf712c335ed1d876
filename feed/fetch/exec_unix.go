//go:build unix

package fetch

import (
	"os/exec"
	"syscall"
)

// runInGroup makes canceling c also kill every process that it started.
func runInGroup(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}
