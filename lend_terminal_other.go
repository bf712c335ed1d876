//go:build !unix

package main

import (
	"context"
	"os"
	"os/exec"
)

// lendTerminal runs a program on the terminal, such as a browser without a window. It returns
// an error after another exit status than 0.
func lendTerminal(_ context.Context, p *exec.Cmd, _ func() error) error {
	p.Stdin, p.Stdout, p.Stderr = os.Stdin, os.Stdout, os.Stderr
	return p.Run()
}
