package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// maxRedirects is how long a chain may be before it is given up.
const maxRedirects = 10

// redirects is one request's way through redirects.
type redirects struct {
	client  *Client
	request Request
	// first is the address asked for, at the one being asked now, which never
	// has user and password in it: they are a header, and only for first's host.
	first, at *url.URL
	// validated is the address that gave the validators.
	validated   *url.URL
	credentials *credentials
	// jar has the cookies that hosts set on the way, each for its own host.
	jar  http.CookieJar
	hops int
	// onOwnHost holds while every step stayed on first's host.
	onOwnHost bool
	// permanent holds while every step was a permanent redirect, moved is where
	// those led.
	permanent bool
	moved     string
}

func newRedirects(c *Client, r Request, start *url.URL) (*redirects, error) {
	w := &redirects{client: c, request: r, first: start, at: withoutUser(start), onOwnHost: true, permanent: true}
	if r.Moved != "" {
		moved, err := parseURL(r.Moved)
		if err != nil {
			return nil, err
		}
		w.at, w.onOwnHost = withoutUser(moved), sameHost(start, moved)
	}
	w.validated = w.at
	if u, err := parseURL(r.Validated); err == nil {
		w.validated = u
	}
	w.credentials = newCredentials(c, r, start)
	// Without a list of public suffixes it never fails; see keepCookies.
	w.jar, _ = cookiejar.New(nil)
	return w, nil
}

// follow asks w.at and then wherever redirects lead. The caller closes the
// answer's body.
func (w *redirects) follow(ctx context.Context) (*http.Response, error) {
	seen := make(map[string]bool)
	for {
		req, err := w.newRequest(ctx)
		if err != nil {
			return nil, err
		}
		// A host may send back to the same address with a cookie.
		state := w.at.String() + " " + req.Header.Get("Cookie")
		if seen[state] {
			return nil, &Error{Kind: KindLoop, Err: fmt.Errorf("redirects back to %s", displayURL(w.at, ""))}
		}
		res, err := w.send(ctx, req)
		if err != nil {
			return nil, err
		}
		seen[state] = true
		if !isRedirect(res.StatusCode) || res.Header.Get("Location") == "" {
			return res, nil
		}
		discard(res)
		if err := w.step(res); err != nil {
			return nil, err
		}
	}
}

// send makes one request, and makes it again where the host asks for user and
// password.
func (w *redirects) send(ctx context.Context, req *http.Request) (*http.Response, error) {
	way := routeOptions{proxy: w.request.Access.Proxy}
	if w.onOwnHost && w.request.Access.Insecure {
		way.insecure = w.at.Hostname()
	}
	transport, err := w.client.transports.get(way)
	if err != nil {
		return nil, err
	}
	for {
		res, err := transport.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		w.keepCookies(res)
		if res.StatusCode != http.StatusUnauthorized || !w.onOwnHost || w.credentials == nil {
			return res, nil
		}
		again, err := w.credentials.retryAfterRefusal(ctx, res)
		if err != nil {
			res.Body.Close()
			return nil, err
		}
		if !again {
			return res, nil
		}
		discard(res)
		if req, err = w.newRequest(ctx); err != nil {
			return nil, err
		}
	}
}

// keepCookies remembers what a host sets for itself until the walk ends. A
// domain would hand it to the host's neighbours, so it is left out.
func (w *redirects) keepCookies(res *http.Response) {
	cookies := res.Cookies()
	for _, c := range cookies {
		c.Domain = ""
	}
	w.jar.SetCookies(w.at, cookies)
}

// sendsValidators says whether the host being asked gave the validators.
func (w *redirects) sendsValidators() bool { return sameHost(w.validated, w.at) }

// newRequest makes the request for w.at.
func (w *redirects) newRequest(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.at.String(), nil)
	if err != nil {
		return nil, err
	}
	r := w.request
	req.Header.Set("Accept", cmp.Or(r.Accept, accept))
	req.Header.Set("User-Agent", cmp.Or(r.UserAgent, w.client.userAgent, "dateline"))
	if w.sendsValidators() {
		setNonEmpty(req.Header, "If-None-Match", r.ETag)
		setNonEmpty(req.Header, "If-Modified-Since", r.LastModified)
	}
	if w.onOwnHost {
		err = w.addPrivateHeaders(ctx, req)
	}
	for _, c := range w.jar.Cookies(w.at) {
		req.AddCookie(c)
	}
	return req, err
}

// addPrivateHeaders puts on a request what is for the feed's own host only. Headers
// that the configuration spells out come last and so prevail.
func (w *redirects) addPrivateHeaders(ctx context.Context, req *http.Request) error {
	setNonEmpty(req.Header, "Cookie", w.request.Access.Cookies)
	if w.credentials != nil {
		if err := w.credentials.sign(ctx, req); err != nil {
			return err
		}
	}
	for name, value := range w.request.Headers {
		switch http.CanonicalHeaderKey(name) {
		case "Host":
			req.Host = value
		case "Accept-Encoding":
			// net/http decodes only what it asked for itself.
		default:
			req.Header.Set(name, value)
		}
	}
	return nil
}

// asAuthError makes a refusal of user and password of an answer's error.
func (w *redirects) asAuthError(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Status == http.StatusUnauthorized && w.onOwnHost && w.credentials != nil && w.credentials.sent != "" {
		e.Kind = KindAuth
	}
	return err
}

// errBadTarget is a redirect whose target is no address.
var errBadTarget = errors.New("the redirect's target cannot be read")

// step moves w to where res points, or says why not.
func (w *redirects) step(res *http.Response) error {
	location := res.Header.Get("Location")
	next, err := w.at.Parse(location)
	if err != nil {
		return &Error{Kind: KindRedirects, Err: errBadTarget}
	}
	next.User, next.Fragment, next.RawFragment = nil, "", ""
	switch {
	case next.Scheme != "http" && next.Scheme != "https" || next.Hostname() == "":
		return &Error{Kind: KindScheme, Err: fmt.Errorf("redirects to %s", displayURL(next, location))}
	case w.at.Scheme == "https" && next.Scheme == "http":
		return &Error{Kind: KindDowngrade, Err: fmt.Errorf("redirects to %s", displayURL(next, location))}
	case w.hops == maxRedirects:
		return &Error{Kind: KindRedirects, Err: fmt.Errorf("more than %d redirects", maxRedirects)}
	}
	w.hops++
	w.permanent = w.permanent && (res.StatusCode == http.StatusMovedPermanently || res.StatusCode == http.StatusPermanentRedirect)
	if w.permanent {
		w.moved = next.String()
	}
	w.onOwnHost = w.onOwnHost && sameHost(w.first, next)
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

// SameServer says whether what is sent to one address may be sent to another:
// both lead to one server.
func SameServer(from, to string) bool {
	a, errA := url.Parse(from)
	b, errB := url.Parse(to)
	return errA == nil && errB == nil && a.Hostname() != "" && sameHost(a, b)
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
