package fetch

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"dateline/feed"
)

// IsLocal says whether an address names a file (file:) or a program (exec:) of
// this computer rather than a server.
func IsLocal(address string) bool {
	scheme, _, _ := strings.Cut(address, ":")
	return strings.EqualFold(scheme, "file") || strings.EqualFold(scheme, "exec")
}

// CheckLocal says what keeps a local address from being asked; nil when nothing
// does. Whether there is such a file or program is seen only when it is asked.
func CheckLocal(address string) error {
	if _, ok := strings.CutPrefix(address, "exec:"); ok {
		_, err := commandOf(address)
		return err
	}
	_, err := pathOf(address)
	return err
}

// commandOf is the program that an exec: address names, with its arguments.
func commandOf(address string) ([]string, error) {
	argv := feed.SplitCommand(strings.TrimPrefix(address, "exec:"))
	if len(argv) == 0 || argv[0] == "" {
		return nil, fmt.Errorf("%q names no program; write exec: and a command, such as exec:~/bin/feed", address)
	}
	return argv, nil
}

// pathOf is the file that a file: address names (RFC 8089); ~/ stands for the
// home directory.
func pathOf(address string) (string, error) {
	rest, ok := strings.CutPrefix(address, "file:")
	path, uri := strings.CutPrefix(rest, "//")
	if uri {
		path = strings.TrimPrefix(path, "localhost")
		if decoded, err := url.PathUnescape(path); err == nil {
			path = decoded
		}
	}
	if !ok || !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "~/") || strings.ContainsRune(path, 0) {
		return "", fmt.Errorf("%q names no file; write its whole path, such as file:///home/ann/feed.xml or file:~/feed.xml", address)
	}
	return fromHome(path), nil
}

// fromHome puts the home directory in place of a ~ that a path begins with, as
// no shell does it for us.
func fromHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	home, err := os.UserHomeDir()
	if !ok || err != nil {
		return path
	}
	return filepath.Join(home, rest)
}

var errBadProxy = errors.New(`must be "http://…", "https://…" or "socks5://…" with a host, or "none"`)

// CheckProxy says what keeps a [feed.Access] proxy from being used; nil when
// nothing does. The error does not repeat the address, which may have a password
// in it.
func CheckProxy(proxy string) error {
	if proxy == "" || proxy == "none" {
		return nil
	}
	_, err := parseProxy(proxy)
	return err
}

func parseProxy(proxy string) (*url.URL, error) {
	u, err := url.Parse(proxy)
	if err != nil || u.Hostname() == "" {
		return nil, errBadProxy
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return u, nil
	}
	return nil, errBadProxy
}
