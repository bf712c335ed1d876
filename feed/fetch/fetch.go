// Package fetch gets documents over HTTP. It also reads files and runs programs
// that the configuration names. It is the only package that imports net/http.
//
// Start at [Client.Get]. It makes one polite, bounded request: conditional if
// there are validators, with a timeout for each phase and for the whole, and
// with a limit on the bytes of the body. Headers, cookies and passwords of a
// feed go to the feed's own host only, also after redirects. A failure is an
// [*Error]: [Error.UserMessage] says what happened and what the user can do.
//
// Never set [Request.Configured] for an address that the configuration does not
// contain, unless it is http or https: the flag permits file: and exec:
// addresses.
package fetch

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"dateline/feed"
	"dateline/feed/text"
)

const (
	// DefaultMaxBody is the limit of a decoded body in bytes if [Options.MaxBody]
	// is 0.
	DefaultMaxBody int64 = 10 << 20
	// DefaultTimeout is the limit of a whole request if [Request.Timeout] is 0.
	DefaultTimeout = 30 * time.Second
)

// Options configures a [Client]. The zero value works.
type Options struct {
	// UserAgent is the User-Agent header, such as "dateline/1.0
	// (+https://example.org)". If it is empty, "dateline" is sent.
	UserAgent string
	// MaxBody is the limit of a body in bytes after decompression. 0 means
	// [DefaultMaxBody].
	MaxBody int64
	// Builtin returns the document of a builtin:NAME address and reports whether it
	// exists. If it is nil, no document exists.
	Builtin func(name string) ([]byte, bool)
	// Files limits the files that all connections have open at the same time. 0 means
	// no limit.
	Files int
	// Transport replaces the client's own transport in tests. If it is nil, the
	// client makes its own.
	Transport http.RoundTripper
	// Now returns the current time. Dates in Retry-After and Expires headers are
	// compared with it. If it is nil, [time.Now] is used.
	Now func() time.Time
}

// Client makes requests. It pools connections, so a program needs only one.
// Several goroutines may use it.
type Client struct {
	// transports holds plain transports, not an http.Client. An http.Client follows
	// redirects by its own rules: it would send the feed's headers, and its address
	// as Referer, to any host.
	transports      transports
	userAgent       string
	maxBody         int64
	builtinDocument func(name string) ([]byte, bool)
	now             func() time.Time
	// memory limits the bodies that may be in memory.
	memory     *memory
	challenges challengeCache
	passwords  passwords
}

// New returns a new Client.
func New(o Options) *Client {
	c := &Client{
		transports:      transports{standard: o.Transport, others: map[routeOptions]*http.Transport{}},
		userAgent:       o.UserAgent,
		maxBody:         cmp.Or(o.MaxBody, DefaultMaxBody),
		builtinDocument: o.Builtin,
		now:             o.Now,
		memory:          newMemory(),
		challenges:      challengeCache{known: map[string]*usedChallenge{}},
		passwords:       passwords{known: map[string]*password{}},
	}
	if c.transports.standard == nil {
		c.transports.standard = c.newTransport(o.Files)
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c
}

// newTransport returns the standard transport, whose connections have at most so many
// files open. 0 means no limit.
func (c *Client) newTransport(files int) *http.Transport {
	t := newTransport(defaultTimeouts(), nil)
	if files > 0 {
		limit := newConnectionLimit(files)
		limit.closeIdle = c.transports.closeIdle
		t.DialContext = limit.dialer(t.DialContext)
		t.MaxIdleConns = min(t.MaxIdleConns, max(files/4, 1))
	}
	return t
}

// CloseIdle closes the connections that no request uses. Call it after a
// refresh, so that neither this computer nor the servers hold connections until
// the next one.
func (c *Client) CloseIdle() {
	c.transports.closeIdle()
	c.memory.forget()
}

// Request describes one request.
type Request struct {
	// URL is http://…, https://…, builtin:NAME, or, if Configured is set, file:PATH
	// or exec:COMMAND. A user and password in it are sent with basic authentication
	// (RFC 7617), or with digest authentication (RFC 7616) if the server asks for
	// that.
	URL string
	// Moved is the feed's new address after a permanent redirect. It is requested
	// instead of URL. Headers and secrets still go to the host of URL only. Empty
	// if the feed has not moved.
	Moved string
	// ETag and LastModified are the validators of the stored document, as its
	// Response had them. Empty if there are none.
	ETag         string
	LastModified string
	// Validated is the address whose response had the validators. The validators
	// are sent to its host only, because they can identify a user. If it is empty,
	// they belong to the requested address.
	Validated string
	// Accept replaces the Accept header. If it is empty, feeds are preferred.
	Accept string
	// UserAgent replaces the client's User-Agent header. If it is empty, the
	// client's own is sent.
	UserAgent string
	// Headers are sent to the host of URL only. After a redirect to another host
	// they are not sent again.
	Headers map[string]string
	// Access holds proxy, login, cookies, TLS options and filter of the feed. User,
	// password, cookies and the insecure option apply to the host of URL only.
	Access feed.Access
	// Configured reports whether the request is for a subscription of the
	// configuration. Only such a request may use file: and exec: addresses, filters
	// and password commands; any other is refused with [KindLocal].
	Configured bool
	// Timeout is the limit of the whole request with redirects and body. 0 means
	// [DefaultTimeout].
	Timeout time.Duration
	// PublicOnly is set if the address comes from a feed or a page on the internet.
	// Then the request reaches no private address, such as one of this computer's
	// network. A request without it may begin at a private address. One that begins
	// at a public address never leads to a private one, unless Access allows it.
	PublicOnly bool
	// NoCookies is set if cookies that servers set during redirects are not sent back.
	NoCookies bool
	// MaxBody lowers the limit of the body in bytes. 0 means [Options.MaxBody].
	MaxBody int64
	// Last is set if an earlier request for the same document failed with
	// [KindSlow]. Its body gets memory after all others, and no more time.
	Last bool
	// OnWait is called with true when the body begins to wait for memory, and with
	// false when it ends to. It may be nil.
	OnWait func(waiting bool)
	// Received counts the bytes of the body that were received. It may be nil.
	Received *atomic.Int64
}

// Response is a successful response.
type Response struct {
	// Status is the HTTP status. It is 200 or 304 if no server was involved.
	Status int
	// Body is the decompressed body in the server's character set. It is nil if
	// NotModified is set.
	Body []byte
	// ContentType is the Content-Type header as received. It may be empty.
	ContentType string
	// ETag and LastModified are the validators to store with the document. With a
	// filter, ETag also identifies the filter. Both are empty if the body is
	// Partial. If NotModified is set, those that are not empty replace the stored
	// ones (RFC 9111 section 4.3.4).
	ETag         string
	LastModified string
	// FinalURL is the address that responded, without user, password and fragment.
	// It is the requested address if no server was involved.
	FinalURL string
	// ContentLocation is the Content-Location header as an absolute address: the
	// base of the document's relative links if the document itself names none.
	// Empty if there is no such header or its host is not public.
	ContentLocation string
	// Public reports whether the request was limited to public addresses in the end,
	// because it began at one or was PublicOnly.
	Public bool
	// Redirects counts the redirects that were followed.
	Redirects int
	// Permanent is the target of the permanent redirects (301, 308) at the start of
	// the chain. It is the feed's new address. Empty if there were none.
	Permanent string
	// RetryAfter is the server's Retry-After. 0 if it sent none.
	RetryAfter time.Duration
	// Fresh is how long the response stays fresh for a cache (RFC 9111 section
	// 4.2). 0 if unknown.
	Fresh time.Duration
	// Clock is the current time by the server's clock. Zero if unknown.
	Clock time.Time
	// Bytes is the size of the decoded body before any filter.
	Bytes int64
	// NotModified reports whether the copy that the request's validators identify
	// is current.
	NotModified bool
	// Partial reports whether Body is incomplete: the connection broke, or the
	// server sent a part (206). Body may still contain whole items.
	Partial bool
	// Shortened reports whether Body has only the first [Options.MaxBody] bytes of a
	// longer text.
	Shortened bool
	// Links are the Link headers as received (RFC 8288), at most 64.
	Links []string

	claim *claim
}

// Release frees the memory of the body. Call it when the body and everything made
// from it are no longer needed: all bodies share a limited memory, and further ones
// wait. Calling it twice does no harm.
func (r Response) Release() {
	if r.claim != nil {
		r.claim.release()
	}
}

// Get sends the request and follows redirects. Every error is an [*Error]. The
// caller must release the response. If ctx is canceled, the error has
// [KindCanceled].
func (c *Client) Get(ctx context.Context, r Request) (Response, error) {
	if name, ok := builtinName(r.URL); ok {
		return c.fetchBuiltin(name, r)
	}
	if err := r.checkAllowed(); err != nil {
		return Response{}, err
	}
	bounded, limit, cancel := newDeadline(ctx, cmp.Or(r.Timeout, DefaultTimeout))
	defer cancel()
	out, at, err := c.request(bounded, limit, r.withServerValidators())
	if err == nil {
		err = c.filter(bounded, limit, r, &out)
	}
	if err != nil {
		return Response{}, asError(ctx, bounded, at, err)
	}
	return out, nil
}

// checkAllowed returns an error if only the configuration may make this
// request, or if the configuration refers to a variable that is not set.
func (r Request) checkAllowed() error {
	e := &Error{URL: displayURL(nil, r.URL)}
	switch {
	case !r.Configured && (IsLocal(r.URL) || r.Access.Filter != nil || r.Access.PasswordCommand != nil):
		e.Kind = KindLocal
	case r.Access.Unset != "":
		e.Kind, e.Err = KindUnset, errors.New(r.Access.Unset)
	default:
		return nil
	}
	return e
}

// request sends the request. at is the last requested address, for error
// messages.
func (c *Client) request(ctx context.Context, limit *deadline, r Request) (out Response, at string, err error) {
	if IsLocal(r.URL) {
		out, err = c.fetchLocal(ctx, limit, r)
		return out, displayURL(nil, r.URL), err
	}
	start, err := parseURL(r.URL)
	if err != nil {
		return out, displayURL(nil, r.URL), err
	}
	rd, err := newRedirects(c, r, start)
	if err != nil {
		return out, displayURL(nil, r.Moved), err
	}
	for {
		var leads bool
		out, leads, err = c.requestPage(ctx, limit, r, rd)
		if err != nil {
			return out, displayURL(rd.at, ""), rd.asAuthError(err)
		}
		if !leads {
			break
		}
	}
	out.FinalURL, out.Redirects, out.Permanent = rd.at.String(), rd.hops, rd.moved
	out.Public = rd.guard.public
	return out, displayURL(rd.at, ""), nil
}

// requestPage requests rd.at, follows redirects, and reads the response. leads
// reports whether the response is a page that leads on. Then rd.at is its target,
// and the response is released.
func (c *Client) requestPage(ctx context.Context, limit *deadline, r Request, rd *redirects) (out Response, leads bool, err error) {
	res, err := rd.follow(ctx)
	if err != nil {
		return out, false, err
	}
	defer res.Body.Close()
	if !rd.sendsValidators() {
		r.ETag, r.LastModified = "", ""
	}
	if out, err = c.newResponse(ctx, limit, r, res); err != nil {
		return out, false, err
	}
	out.ContentLocation = contentLocation(res.Header.Get("Content-Location"), rd.at)
	leads, err = rd.leadOn(res.Header, out)
	if leads || err != nil {
		out.Release()
	}
	return out, leads, err
}

// parseURL parses an absolute http or https address as a browser does. The result
// keeps user and password. They are sent as a header only.
func parseURL(raw string) (*url.URL, error) {
	u, err := text.ReadURL("", raw)
	if err != nil {
		return nil, &Error{URL: displayURL(nil, raw), Kind: KindScheme, Err: err}
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, &Error{URL: displayURL(u, raw), Kind: KindScheme}
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// maxBodyOf returns the limit of a request's body in bytes.
func (c *Client) maxBodyOf(r Request) int64 { return min(cmp.Or(r.MaxBody, c.maxBody), c.maxBody) }

func withoutUser(u *url.URL) *url.URL {
	plain := *u
	plain.User = nil
	return &plain
}
