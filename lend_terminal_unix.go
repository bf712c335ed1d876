//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// lendTerminal runs a program on the terminal, such as a browser without a window, and then
// takes the terminal back. It runs the program as a shell runs a job: in the foreground and in
// a process group of its own, so that the keys for signals are for the program alone. It
// returns an error after another exit status than 0. If ctx ends, so does the program. stop
// stops dateline until the shell continues it.
func lendTerminal(ctx context.Context, p *exec.Cmd, stop func() error) error {
	// os.OpenFile would make the terminal non-blocking for the program, too.
	fd, err := unix.Open("/dev/tty", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open the terminal: %w", err)
	}
	terminal := os.NewFile(uintptr(fd), "/dev/tty")
	defer terminal.Close()
	// Without this the system would stop dateline, which is now in the background.
	signal.Ignore(syscall.SIGTTOU)
	defer signal.Reset(syscall.SIGTTOU)
	defer foreground(fd, unix.Getpgrp())
	p.Stdin, p.Stdout, p.Stderr = terminal, terminal, terminal
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Foreground: true, Ctty: fd}
	if err := p.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-ctx.Done():
			_ = unix.Kill(-p.Process.Pid, unix.SIGHUP)
		case <-ended:
		}
	}()
	err = waitForJob(fd, p.Process.Pid, stop)
	return errors.Join(err, p.Process.Release())
}

// waitForJob waits until a program ends. If the program is stopped, stop stops dateline, too, so
// that the shell gets the terminal. Both continue together.
func waitForJob(terminal, pid int, stop func() error) error {
	for {
		var status unix.WaitStatus
		_, err := unix.Wait4(pid, &status, unix.WUNTRACED, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return err
		case status.Stopped():
			foreground(terminal, unix.Getpgrp())
			if err := stop(); err != nil {
				return err
			}
			foreground(terminal, pid)
			_ = unix.Kill(-pid, unix.SIGCONT)
		case status.Signaled():
			return fmt.Errorf("killed (%v)", status.Signal())
		case status.ExitStatus() != 0:
			return fmt.Errorf("exit status %d", status.ExitStatus())
		default:
			return nil
		}
	}
}

// foreground puts a process group into the foreground of a terminal. If the terminal is
// gone, it does nothing.
func foreground(terminal, group int) {
	_ = unix.IoctlSetPointerInt(terminal, unix.TIOCSPGRP, group)
}
