//go:build !unix

package fetch

import "os/exec"

// runInGroup does nothing on systems without process groups.
func runInGroup(*exec.Cmd) {}
