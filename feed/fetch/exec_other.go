//go:build !unix

package fetch

import "os/exec"

// asGroup has nothing to do where processes form no groups.
func asGroup(*exec.Cmd) {}
