package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"

	"dateline/config"
	"dateline/feed/text"
)

// browser returns a function that opens a link in the browser. The function does not
// wait for the browser to end. The link is within one argument. If c is empty, the
// system's browser is used. If background is true and the system supports it, the browser
// stays in the background.
func browser(c config.Command) func(ctx context.Context, url string, background bool) error {
	return func(_ context.Context, url string, background bool) error {
		safe, ok := text.SafeURL(url)
		if !ok {
			return fmt.Errorf("not opened, because this kind of link may be unsafe: %s; copy it if you trust it", text.Clean(url))
		}
		command := c
		if len(command) == 0 {
			command = systemBrowser(runtime.GOOS, background)
		}
		args := command.Fill([]string{"%u"}, []string{safe})
		program := exec.Command(args[0], args[1:]...)
		detach(program)
		if err := program.Start(); err != nil {
			return fmt.Errorf("cannot start the browser: %w; set the option browser in the configuration", err)
		}
		go program.Wait() // prevents a zombie process
		return nil
	}
}

// systemBrowser returns the command with which an operating system opens a link.
func systemBrowser(goos string, background bool) config.Command {
	switch {
	case goos == "darwin" && background:
		return config.Command{"open", "-g"}
	case goos == "darwin":
		return config.Command{"open"}
	case goos == "windows":
		return config.Command{"rundll32", "url.dll,FileProtocolHandler"}
	default:
		return config.Command{"xdg-open"}
	}
}
