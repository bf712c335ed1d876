package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"dateline/feed/text"
)

// IsLocal reports whether an address names a file (file:) or a program (exec:)
// of this computer.
func IsLocal(address string) bool {
	scheme, _, _ := strings.Cut(address, ":")
	return strings.EqualFold(scheme, "file") || strings.EqualFold(scheme, "exec")
}

// CheckLocal returns an error if a file: or exec: address is malformed. It does
// not check whether the file or the program exists.
func CheckLocal(address string) error {
	if _, ok := strings.CutPrefix(address, "exec:"); ok {
		_, err := commandArgs(address)
		return err
	}
	_, err := filePath(address)
	return err
}

// filePath returns the path in a file: address (RFC 8089). A leading ~/ stands
// for the home directory.
func filePath(address string) (string, error) {
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
	return expandHome(path), nil
}

// expandHome replaces a leading ~/ by the home directory. There is no shell
// that would do it.
func expandHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	home, err := os.UserHomeDir()
	if !ok || err != nil {
		return path
	}
	return filepath.Join(home, rest)
}

// fetchLocal reads a file: or runs an exec: feed.
func (c *Client) fetchLocal(ctx context.Context, limit *deadline, r Request) (Response, error) {
	if strings.HasPrefix(r.URL, "exec:") {
		return c.execFeed(ctx, limit, r)
	}
	return c.readFile(ctx, limit, r)
}

// fileError returns the error for a file that cannot be read.
func fileError(err error) *Error {
	if isShortage(err) {
		return &Error{Kind: KindShortage, Err: err}
	}
	return &Error{Kind: KindFile, Err: err}
}

// readFile reads a file: feed. It accepts regular files only, because a pipe or
// a device might never end. The validator is made of the file's modification
// time and size.
func (c *Client) readFile(ctx context.Context, limit *deadline, r Request) (Response, error) {
	path, err := filePath(r.URL)
	if err != nil {
		return Response{}, &Error{Kind: KindScheme, Err: err}
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return Response{}, fileError(err)
	case !info.Mode().IsRegular():
		return Response{}, &Error{Kind: KindFile, Err: errors.New("it is not a regular file")}
	}
	out := Response{Status: http.StatusOK, FinalURL: r.URL, ETag: fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size())}
	if out.ETag == r.ETag {
		return Response{Status: http.StatusNotModified, FinalURL: r.URL, NotModified: true}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return Response{}, fileError(err)
	}
	defer f.Close()
	claim := c.claimMemory(ctx, limit, r, io.LimitReader(f, c.maxBody))
	if out.Body, err = claim.readAll(); err != nil {
		claim.release()
		return Response{}, fileError(err)
	}
	if info.Size() > c.maxBody {
		if !startsAsText(out.Body[:min(len(out.Body), headSize)]) {
			claim.release()
			return Response{}, &Error{Kind: KindTooLarge, Err: fmt.Errorf("more than %s", text.Size(c.maxBody))}
		}
		out.Body, out.Shortened = wholeRunes(out.Body), true
	}
	claim.complete()
	out.Bytes, out.claim = int64(len(out.Body)), claim
	return out, nil
}
