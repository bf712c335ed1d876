//go:build !unix

package main

import "os/exec"

// detach has nothing to do where a program outlives its starter anyway.
func detach(*exec.Cmd) {}
