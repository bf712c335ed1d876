package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxRedirects is how long a chain may be before it is given up.
const maxRedirects = 10

// walk is one request's way through redirects.
type walk struct {
	client  *Client
	request Request
	// first is the address asked for, at the one being asked now, which never
	// has user and password in it: they are a header, and only for first's host.
	first, at *url.URL
	hops      int
	// own holds while every step stayed on first's host.
	own bool
	// permanent holds while every step was a permanent redirect, moved is where
	// those led.
	permanent bool
	moved     string
}

// follow asks w.at and then wherever redirects lead. The caller closes the
// answer's body.
func (w *walk) follow(ctx context.Context) (*http.Response, error) {
	seen := make(map[string]bool)
	for {
		req, err := w.build(ctx)
		if err != nil {
			return nil, err
		}
		seen[w.at.String()] = true
		res, err := w.client.transport.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		if !isRedirect(res.StatusCode) || res.Header.Get("Location") == "" {
			return res, nil
		}
		discard(res)
		if err := w.step(res, seen); err != nil {
			return nil, err
		}
	}
}

// build makes the request for w.at.
func (w *walk) build(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.at.String(), nil)
	if err != nil {
		return nil, err
	}
	r := w.request
	req.Header.Set("Accept", accept)
	req.Header.Set("User-Agent", cmp.Or(r.UserAgent, w.client.userAgent, "dateline"))
	setIf(req.Header, "If-None-Match", r.ETag)
	setIf(req.Header, "If-Modified-Since", r.LastModified)
	if !w.own {
		return req, nil
	}
	if user := w.first.User; user != nil {
		password, _ := user.Password()
		req.SetBasicAuth(user.Username(), password)
	}
	for name, value := range r.Headers {
		switch http.CanonicalHeaderKey(name) {
		case "Host":
			req.Host = value
		case "Accept-Encoding":
			// net/http decodes only what it asked for itself.
		default:
			req.Header.Set(name, value)
		}
	}
	return req, nil
}

// step moves w to where res points, or says why not.
func (w *walk) step(res *http.Response, seen map[string]bool) error {
	location := res.Header.Get("Location")
	next, err := w.at.Parse(location)
	if err != nil {
		return &Error{Kind: KindRedirects, Err: errors.New("the redirect's target cannot be read")}
	}
	next.User, next.Fragment, next.RawFragment = nil, "", ""
	switch {
	case next.Scheme != "http" && next.Scheme != "https" || next.Hostname() == "":
		return &Error{Kind: KindScheme, Err: fmt.Errorf("redirects to %s", shown(next, location))}
	case w.at.Scheme == "https" && next.Scheme == "http":
		return &Error{Kind: KindDowngrade, Err: fmt.Errorf("redirects to %s", shown(next, location))}
	case seen[next.String()]:
		return &Error{Kind: KindLoop, Err: fmt.Errorf("redirects back to %s", shown(next, location))}
	case w.hops == maxRedirects:
		return &Error{Kind: KindRedirects, Err: fmt.Errorf("more than %d redirects", maxRedirects)}
	}
	w.hops++
	w.permanent = w.permanent && (res.StatusCode == http.StatusMovedPermanently || res.StatusCode == http.StatusPermanentRedirect)
	if w.permanent {
		w.moved = next.String()
	}
	w.own = w.own && sameHost(w.first, next)
	w.at = next
	return nil
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// sameHost says whether b is the server of a. A step up from http to https on
// the default ports stays with it.
func sameHost(a, b *url.URL) bool {
	if !strings.EqualFold(a.Hostname(), b.Hostname()) {
		return false
	}
	return port(a) == port(b) || port(a) == "80" && port(b) == "443"
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// discard closes an answer that only led elsewhere; a short body is read first
// so that its connection can serve the next step.
func discard(res *http.Response) {
	const short = 4 << 10
	if res.ContentLength >= 0 && res.ContentLength <= short {
		// Whatever goes wrong here costs no more than the connection.
		_, _ = io.Copy(io.Discard, res.Body)
	}
	res.Body.Close()
}
