//go:build !unix

package main

import "os/exec"

// detach does nothing, because here a program outlives the one that started it.
func detach(*exec.Cmd) {}
