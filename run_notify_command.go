package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"dateline/config"
)

// notifyTimeout is how long a notification program may run.
const notifyTimeout = 10 * time.Second

// notifier returns a function that runs c for a notification, nil if c is empty. Title
// and body come from publishers, so each stays within one argument. In a command they are
// those of [feed.Notification], on the screen those of package ui/notify.
func notifier(c config.Command) func(ctx context.Context, title, body string) error {
	if len(c) == 0 {
		return nil
	}
	return func(ctx context.Context, title, body string) error {
		ctx, cancel := context.WithTimeout(ctx, notifyTimeout)
		defer cancel()
		args := c.Fill([]string{"%t", "%b"}, []string{notOption(title), notOption(body)})
		program := exec.CommandContext(ctx, args[0], args[1:]...)
		program.WaitDelay = time.Second
		detach(program)
		err := program.Run()
		if errors.Is(err, exec.ErrWaitDelay) {
			return nil // the program has ended, and a child of it still runs
		}
		if err != nil {
			return fmt.Errorf("cannot notify you of new items: %w; set notify_command in the configuration to a program that works", err)
		}
		return nil
	}
}

// notOption returns text with a space before a leading dash. Otherwise the program could
// take the text for an option.
func notOption(text string) string {
	if strings.HasPrefix(text, "-") {
		return " " + text
	}
	return text
}
