package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"dateline/config"
	"dateline/feed/text"
	"dateline/ui"
)

// browserWatch is how long a browser is watched after its start. One that fails later has
// shown the page before.
const browserWatch = 8 * time.Second

// maxBrowserWords is how much of a failed browser's error output is read, in bytes.
const maxBrowserWords = 4 << 10

// browser returns a function that opens a link in the browser. The function does not
// wait for the browser to end. The link is within one argument. If c is empty, the
// browsers of $BROWSER and then the system's browser are tried. If background is true and
// the system supports it, the browser stays in the background.
func browser(c config.Command) func(ctx context.Context, url string, background bool) (ui.Browser, error) {
	return func(ctx context.Context, url string, background bool) (ui.Browser, error) {
		safe, ok := text.SafeURL(url)
		if !ok {
			return ui.Browser{}, fmt.Errorf("this kind of link may be unsafe: %s; copy it if you trust it", text.Clean(url))
		}
		if len(c) > 0 {
			return openFirst(ctx, [][]string{c.Fill([]string{"%u"}, []string{safe})})
		}
		commands := browsersOf(os.Getenv("BROWSER"), safe)
		return openFirst(ctx, append(commands, systemBrowser(runtime.GOOS, background).Fill(nil, []string{safe})))
	}
}

// browsersOf returns the commands of a value of $BROWSER for a link. The value is a list
// with colons. Each entry has words, and %s for the link, which is otherwise added at the
// end; %% is a percent sign and %c a colon.
func browsersOf(value, url string) [][]string {
	var commands [][]string
	for entry := range strings.SplitSeq(value, ":") {
		words := text.SplitCommand(strings.TrimSuffix(strings.TrimSpace(entry), "&"))
		if len(words) == 0 {
			continue
		}
		found := false
		for i, w := range words {
			found = found || strings.Contains(strings.ReplaceAll(w, "%%", ""), "%s")
			words[i] = strings.NewReplacer("%%", "%", "%s", url, "%c", ":").Replace(w)
		}
		if !found {
			words = append(words, url)
		}
		commands = append(commands, words)
	}
	return commands
}

// openFirst starts the first command whose program exists, or prepares it if it needs the
// terminal. If it soon fails, the next one is tried.
func openFirst(ctx context.Context, commands [][]string) (ui.Browser, error) {
	var failure error
	for i, args := range commands {
		program := exec.Command(args[0], args[1:]...)
		if program.Err != nil {
			failure = errors.Join(failure, program.Err)
			continue
		}
		if needsTerminal(args, program.Path) {
			return ui.Browser{Terminal: func(stop func() error) error { return lendTerminal(ctx, program, stop) }}, nil
		}
		failed, err := startBrowser(program)
		if err != nil {
			failure = errors.Join(failure, err)
			continue
		}
		return ui.Browser{Failed: func() error {
			err := failed()
			if err == nil || i+1 == len(commands) {
				return err
			}
			next, otherErr := openFirst(ctx, commands[i+1:])
			if otherErr != nil || next.Failed == nil {
				return err
			}
			return next.Failed()
		}}, nil
	}
	return ui.Browser{}, failure
}

// startBrowser starts a browser without a terminal. failed waits for browserWatch at most
// and returns how the browser failed, nil if it did not.
func startBrowser(program *exec.Cmd) (failed func() error, err error) {
	detach(program)
	words, err := scratchFile()
	if err == nil {
		program.Stderr = words
	}
	if err := program.Start(); err != nil {
		closeFile(words)
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }() // also prevents a zombie process
	name := filepath.Base(program.Path)
	return func() error {
		defer closeFile(words)
		watch := time.NewTimer(browserWatch)
		defer watch.Stop()
		select {
		case err := <-ended:
			if err == nil {
				return nil
			}
			return fmt.Errorf("%s: %w%s", name, err, lastWords(words))
		case <-watch.C:
			if words != nil {
				_ = words.Truncate(0) // nobody reads what the browser writes from here on
			}
			return nil
		}
	}, nil
}

// scratchFile returns a file without a name. A browser writes its errors there: a pipe would
// end the browser when dateline ends.
func scratchFile() (*os.File, error) {
	f, err := os.CreateTemp("", "dateline-browser-")
	if err != nil {
		return nil, err
	}
	name := f.Name()
	appending, err := os.OpenFile(name, os.O_RDWR|os.O_APPEND, 0o600)
	closeFile(f)
	_ = os.Remove(name) // Windows removes it only after it was closed
	return appending, err
}

func closeFile(f *os.File) {
	if f != nil {
		_ = f.Close() // nothing in it is needed
	}
}

// lastWords returns the last line of a browser's errors in brackets, empty if there is none.
func lastWords(f *os.File) string {
	if f == nil {
		return ""
	}
	all, _ := io.ReadAll(io.NewSectionReader(f, 0, maxBrowserWords))
	lines := bytes.Split(bytes.TrimSpace(all), []byte("\n"))
	if last := text.Clean(string(lines[len(lines)-1])); last != "" {
		return " (" + last + ")"
	}
	return ""
}

// textBrowsers are browsers that need the terminal.
var textBrowsers = []string{
	"amfora", "bombadillo", "browsh", "carbonyl", "cha", "chawan", "edbrowse", "elinks", "felinks", "links", "links2",
	"lynx", "netrik", "offpunk", "retawq", "telescope", "w3m",
}

// needsTerminal reports whether a command runs a browser on the terminal. path is where its
// program is: a symbolic link such as www-browser leads to the browser.
func needsTerminal(args []string, path string) bool {
	args = withoutWrapper(args)
	names := []string{args[0]}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		names = append(names, real)
	}
	return slices.ContainsFunc(names, func(name string) bool {
		name = strings.TrimSuffix(strings.ToLower(filepath.Base(name)), ".exe")
		if strings.HasPrefix(name, "links") && slices.Contains(args, "-g") {
			return false // links has a window, too
		}
		return slices.Contains(textBrowsers, name)
	})
}

// withoutWrapper returns a command without a program such as env that only starts another.
func withoutWrapper(args []string) []string {
	switch filepath.Base(args[0]) {
	case "env", "nice", "torsocks", "torify", "proxychains", "proxychains4":
		for i, a := range args[1:] {
			if !strings.HasPrefix(a, "-") && !strings.Contains(a, "=") {
				return args[1+i:]
			}
		}
	case "sh", "bash", "dash", "zsh":
		if len(args) > 2 && args[1] == "-c" {
			script := text.SplitCommand(strings.TrimPrefix(strings.TrimSpace(args[2]), "exec "))
			if len(script) > 0 {
				return script
			}
		}
	}
	return args
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
