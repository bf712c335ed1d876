package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// notifyTime is how long a program may take to tell of new items.
const notifyTime = 10 * time.Second

// notifier runs the command with the title and the text of a notification, each
// within an argument of its own: they hold what publishers wrote. Nil without a
// command.
func (c Command) notifier() func(ctx context.Context, title, body string) error {
	if len(c) == 0 {
		return nil
	}
	return func(ctx context.Context, title, body string) error {
		ctx, cancel := context.WithTimeout(ctx, notifyTime)
		defer cancel()
		args := c.fill([]string{"%t", "%b"}, []string{noOption(title), noOption(body)})
		program := exec.CommandContext(ctx, args[0], args[1:]...)
		program.WaitDelay = time.Second
		detach(program)
		err := program.Run()
		if errors.Is(err, exec.ErrWaitDelay) {
			return nil // it has told, and left something behind that goes on
		}
		if err != nil {
			return fmt.Errorf("tell of new items: %w; set the option notify_command to a program that works", err)
		}
		return nil
	}
}

// noOption keeps a publisher's text from being taken for an option.
func noOption(text string) string {
	if strings.HasPrefix(text, "-") {
		return " " + text
	}
	return text
}
