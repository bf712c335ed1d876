package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"

	"dateline/feed/text"
)

// openURL gives a link to the browser as an argument of its own and does not
// wait for it to end. background asks the browser not to come to the front,
// where a system has a way to ask.
func (c Command) openURL(_ context.Context, url string, background bool) error {
	safe, ok := text.SafeURL(url)
	if !ok {
		return fmt.Errorf("%s is not a link that a browser should get; copy it if you trust it", text.Clean(url))
	}
	if len(c) == 0 {
		c = systemBrowser(runtime.GOOS, background)
	}
	args := c.with(safe)
	program := exec.Command(args[0], args[1:]...)
	detach(program)
	if err := program.Start(); err != nil {
		return fmt.Errorf("start the browser: %w; set the option browser in the configuration", err)
	}
	go program.Wait() // only so that no zombie stays behind
	return nil
}

// systemBrowser is how an operating system opens an address.
func systemBrowser(goos string, background bool) Command {
	switch {
	case goos == "darwin" && background:
		return Command{"open", "-g"}
	case goos == "darwin":
		return Command{"open"}
	case goos == "windows":
		return Command{"rundll32", "url.dll,FileProtocolHandler"}
	default:
		return Command{"xdg-open"}
	}
}
