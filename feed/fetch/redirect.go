package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"dateline/feed/text"
)

// maxRedirects is the number of redirects after which a request fails.
const maxRedirects = 10

// redirects follows the redirects of one request.
type redirects struct {
	client  *Client
	request Request
	// first is the requested address, at the address of the next request. at never
	// contains a user or password. They are sent as a header, and only to the host
	// of first.
	first, at *url.URL
	// validated is the address whose response had the validators.
	validated   *url.URL
	credentials *credentials
	guard       guard
	// jar holds the cookies that hosts set during the redirects, each for its own
	// host.
	jar http.CookieJar
	// hops counts the redirects, and pages those of them that a page made.
	hops, pages int
	// seen holds the requests so far: see stateAt.
	seen map[string]bool
	// onOwnHost reports whether all requests so far went to the host of first.
	onOwnHost bool
	// permanent reports whether all redirects so far were permanent. moved is the
	// target of the last permanent one.
	permanent bool
	moved     string
}

// newRedirects returns the state before the first request.
func newRedirects(c *Client, r Request, start *url.URL) (*redirects, error) {
	rd := &redirects{client: c, request: r, first: start, at: withoutUser(start), onOwnHost: true, permanent: true, seen: map[string]bool{}}
	if r.Moved != "" {
		moved, err := parseURL(r.Moved)
		if err != nil {
			return nil, err
		}
		rd.at, rd.onOwnHost = withoutUser(moved), sameHost(start, moved)
	}
	rd.guard = newGuard(r, start, rd.at)
	rd.validated = rd.at
	if u, err := parseURL(r.Validated); err == nil {
		rd.validated = u
	}
	rd.credentials = newCredentials(c, r, start)
	// Without a list of public suffixes it never fails. See keepCookies.
	rd.jar, _ = cookiejar.New(nil)
	return rd, nil
}

// follow requests rd.at and follows redirects from there. The caller closes the
// body of the response.
func (rd *redirects) follow(ctx context.Context) (*http.Response, error) {
	for {
		req, err := rd.newRequest(ctx)
		if err != nil {
			return nil, err
		}
		state := rd.stateAt(rd.at)
		if rd.seen[state] {
			return nil, &Error{Kind: KindLoop, Err: fmt.Errorf("back to %s", displayURL(rd.at, ""))}
		}
		res, err := rd.send(ctx, req)
		if err != nil {
			return nil, err
		}
		rd.seen[state] = true
		location := res.Header.Get("Location")
		if !isRedirect(res.StatusCode) || location == "" {
			return res, nil
		}
		discard(res)
		next, err := text.ReadURL(rd.at.String(), location)
		if err != nil {
			return nil, &Error{Kind: KindRedirects, Err: errBadTarget}
		}
		if err := rd.step(next, isPermanent(res.StatusCode)); err != nil {
			return nil, err
		}
	}
}

// stateAt identifies a request for an address. A host may redirect to the same
// address after it set a cookie.
func (rd *redirects) stateAt(u *url.URL) string {
	state := u.String()
	for _, c := range rd.jar.Cookies(u) {
		state += " " + c.Name + "=" + c.Value
	}
	return state
}

// send sends one request. It sends it again with credentials if the host asks
// for them.
func (rd *redirects) send(ctx context.Context, req *http.Request) (*http.Response, error) {
	options := routeOptions{proxy: rd.request.Access.Proxy}
	if rd.onOwnHost && rd.request.Access.Insecure {
		options.insecure = rd.at.Hostname()
	}
	req, err := rd.guard.route(req, rd.client.transports.isProxied(options, req), &options)
	if err != nil {
		return nil, err
	}
	transport, err := rd.client.transports.get(options)
	if err != nil {
		return nil, err
	}
	for {
		res, err := transport.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		rd.keepCookies(res)
		if res.StatusCode != http.StatusUnauthorized || !rd.onOwnHost || rd.credentials == nil {
			return res, nil
		}
		again, err := rd.credentials.retryAfterRefusal(ctx, res)
		if err != nil {
			res.Body.Close()
			return nil, err
		}
		if !again {
			return res, nil
		}
		discard(res)
		if req, err = rd.newRequest(ctx); err != nil {
			return nil, err
		}
	}
}

// keepCookies stores a host's cookies for the rest of the request. It removes
// their Domain attribute, which would send them to other hosts of the domain.
func (rd *redirects) keepCookies(res *http.Response) {
	cookies := res.Cookies()
	for _, c := range cookies {
		c.Domain = ""
	}
	rd.jar.SetCookies(rd.at, cookies)
}

// sendsValidators reports whether the validators came from the host of rd.at.
// The first address gets only its own: a page that leads to the feed would answer
// 304 for itself.
func (rd *redirects) sendsValidators() bool {
	return sameHost(rd.validated, rd.at) && (rd.hops > 0 || rd.validated.Path == rd.at.Path)
}

// asAuthError changes a 401 error to [KindAuth] if credentials were sent.
func (rd *redirects) asAuthError(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Status == http.StatusUnauthorized && rd.onOwnHost && rd.credentials != nil && rd.credentials.sent != "" {
		e.Kind = KindAuth
	}
	return err
}

// errBadTarget reports a redirect to an invalid address.
var errBadTarget = errors.New("the redirect's target is not a valid address")

// tooManyRedirects returns the error for more than max redirects.
func tooManyRedirects(max int) error {
	return &Error{Kind: KindRedirects, Err: fmt.Errorf("more than %d times", max)}
}

// step sets rd to the target of a redirect. It returns an error if the redirect
// must not be followed.
func (rd *redirects) step(next *url.URL, permanent bool) error {
	next.User, next.Fragment, next.RawFragment = nil, "", ""
	switch {
	case next.Scheme != "http" && next.Scheme != "https" || next.Hostname() == "":
		return &Error{Kind: KindScheme, Err: fmt.Errorf("redirects to %s", displayURL(next, ""))}
	case rd.at.Scheme == "https" && next.Scheme == "http":
		return &Error{Kind: KindDowngrade, Err: fmt.Errorf("to %s", displayURL(next, ""))}
	case rd.hops == maxRedirects:
		return tooManyRedirects(maxRedirects)
	}
	rd.hops++
	rd.permanent = rd.permanent && permanent
	if rd.permanent {
		rd.moved = next.String()
	}
	rd.onOwnHost = rd.onOwnHost && sameHost(rd.first, next)
	rd.at = next
	return nil
}

// isPermanent reports whether a redirect with this status is permanent.
func isPermanent(status int) bool {
	return status == http.StatusMovedPermanently || status == http.StatusPermanentRedirect
}

// isRedirect reports whether a status is a redirect that names its target (RFC
// 9110 section 15.4).
func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// SameServer reports whether two addresses lead to the same server, so that
// secrets for one may be sent to the other.
func SameServer(from, to string) bool {
	a, errA := text.ReadURL("", from)
	b, errB := text.ReadURL("", to)
	return errA == nil && errB == nil && a.Hostname() != "" && sameHost(a, b)
}

// sameHost reports whether b is on the server of a. The step from http to https
// on the default ports stays on the server.
func sameHost(a, b *url.URL) bool {
	if !strings.EqualFold(a.Hostname(), b.Hostname()) {
		return false
	}
	return port(a) == port(b) || port(a) == "80" && port(b) == "443"
}

// port returns the port of an address, or the default port of its scheme.
func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// discard closes a response that is not needed. It reads a short body first, so
// that the connection can be used again.
func discard(res *http.Response) {
	const short = 4 << 10
	if res.ContentLength >= 0 && res.ContentLength <= short {
		// An error costs only the connection.
		_, _ = io.Copy(io.Discard, res.Body)
	}
	res.Body.Close()
}
