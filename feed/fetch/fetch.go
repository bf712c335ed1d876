// Package fetch asks servers for documents over HTTP, and files and programs
// where the configuration says so. It is the only package that knows net/http.
//
// [Client.Get] makes one polite, bounded request: conditional where there are
// validators, ended by a timeout for each phase and for the whole, capped in
// the bytes it will hold, careful with whom it tells the feed's own headers
// after a redirect. What goes wrong is an [*Error], whose [Error.UserMessage]
// tells a reader what happened and what to do.
package fetch

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"dateline/feed"
)

const (
	// DefaultMaxBody bounds a decoded body when [Options.MaxBody] is zero.
	DefaultMaxBody int64 = 10 << 20
	// DefaultTimeout bounds a whole request when [Request.Timeout] is zero.
	DefaultTimeout = 30 * time.Second
)

// Options are what a [Client] needs to know. The zero value works.
type Options struct {
	// UserAgent names this program and where to read about it, for instance
	// "dateline/1.0 (+https://example.org)".
	UserAgent string
	// MaxBody bounds the body in bytes after decompression; zero means
	// [DefaultMaxBody].
	MaxBody int64
	// Builtin answers builtin:NAME addresses; nil knows none.
	Builtin func(name string) ([]byte, bool)
	// Transport replaces the client's own, for tests; nil for the real one.
	Transport http.RoundTripper
	// Now is the clock that dates in Retry-After are measured by; nil means
	// [time.Now].
	Now func() time.Time
}

// Client makes requests. Its connections are pooled, so a program needs only
// one; it may be used from many goroutines.
type Client struct {
	// transports have bare transports: http.Client would follow redirects by its own
	// rules, with the feed's headers, and its address as Referer, for any host.
	transports      transports
	userAgent       string
	maxBody         int64
	builtinDocument func(name string) ([]byte, bool)
	now             func() time.Time
	// largeSlots has a place for each large body being read.
	largeSlots chan struct{}
	challenges challengeCache
	passwords  passwords
}

// New makes a Client.
func New(o Options) *Client {
	c := &Client{
		transports:      transports{standard: o.Transport, others: map[routeOptions]*http.Transport{}},
		userAgent:       o.UserAgent,
		maxBody:         cmp.Or(o.MaxBody, DefaultMaxBody),
		builtinDocument: o.Builtin,
		now:             o.Now,
		largeSlots:      make(chan struct{}, largeBodies),
		challenges:      challengeCache{known: map[string]*usedChallenge{}},
		passwords:       passwords{known: map[string]*password{}},
	}
	if c.transports.standard == nil {
		c.transports.standard = newTransport(defaultTimeouts(), nil)
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c
}

// CloseIdle closes the connections that no request is using, so that nothing
// is held open, and nobody's server is kept waiting, between two rounds.
func (c *Client) CloseIdle() {
	c.transports.closeIdle()
}

// Request says what to ask for.
type Request struct {
	// URL is http://…, https://…, builtin:NAME or, when Configured, file:PATH or
	// exec:COMMAND. User and password in it are sent as basic authentication (RFC
	// 7617), or as a digest where the server asks for one (RFC 7616).
	URL string
	// Moved is where the feed has moved for good, to be asked in place of URL;
	// empty when it has not. What is for the host of URL stays with that host.
	Moved string
	// ETag and LastModified are the validators of the copy at hand, as its
	// Response had them; empty for none.
	ETag         string
	LastModified string
	// Validated is the address that gave the validators, which are sent to its
	// host only, as they can tell a reader from others; empty means the one asked.
	Validated string
	// Accept replaces the header that asks for feeds when it is not empty.
	Accept string
	// UserAgent replaces the client's own when it is not empty.
	UserAgent string
	// Headers are sent to the host of URL only, and never again once a
	// redirect has led to another host.
	Headers map[string]string
	// Access is how the feed is reached. Its user, password, cookies and
	// leniency are for the host of URL only, like Headers.
	Access feed.Access
	// Configured says that the request is for a subscription of the
	// configuration, which alone may name files and programs: file: and exec:
	// addresses, filters and password commands are refused without it.
	Configured bool
	// Timeout bounds the whole request, redirects and body included; zero
	// means [DefaultTimeout].
	Timeout time.Duration
}

// Response is a good answer.
type Response struct {
	// Status is the HTTP status; 200 for a builtin address.
	Status int
	// Body is decompressed, in the server's character set. It is nil when
	// NotModified.
	Body []byte
	// ContentType is the Content-Type header as it came; may be empty.
	ContentType string
	// ETag and LastModified are the validators as the server sent them, and with a
	// filter what tells it behind the ETag. Both are empty when the body is
	// Partial.
	ETag         string
	LastModified string
	// FinalURL is the address that answered, without user, password and
	// fragment; that of the request for what no server answered.
	FinalURL string
	// ContentLocation is the Content-Location header made absolute: the base of
	// the document's relative links where it names none itself. Empty when there
	// is none, and when it leads to a host that means nothing to a reader.
	ContentLocation string
	// Redirects counts the redirects followed to get there.
	Redirects int
	// Permanent is where the permanent redirects (301, 308) that began the
	// chain led: the feed's new address. Empty when there were none.
	Permanent string
	// RetryAfter is how long the server asks to be left alone, Fresh how long
	// it will go on calling this answer fresh (RFC 9111 section 4.2); zero when
	// unsaid.
	RetryAfter time.Duration
	Fresh      time.Duration
	// Clock is the time by the server's clock; zero when unsaid.
	Clock time.Time
	// Bytes is the size of the decoded body, before any filter.
	Bytes int64
	// NotModified says that the copy with the request's validators is current.
	NotModified bool
	// Partial says that the connection broke before the body's end: Body holds
	// what came, which may still have whole items in it.
	Partial bool

	slot *bodySlot
}

// Release says that the body and what was made of it are done with. Only a few
// large bodies are out at one time, so every answer must be released; twice does
// no harm.
func (r Response) Release() {
	if r.slot != nil {
		r.slot.release()
	}
}

// Get asks for r and follows redirects. Every error is an [*Error]; an answer is
// to be released.
func (c *Client) Get(ctx context.Context, r Request) (Response, error) {
	if name, ok := builtinName(r.URL); ok {
		return c.fetchBuiltin(name, r)
	}
	if err := r.checkAllowed(); err != nil {
		return Response{}, err
	}
	whole, limit, cancel := newDeadline(ctx, cmp.Or(r.Timeout, DefaultTimeout))
	defer cancel()
	out, at, err := c.request(whole, limit, r.withServerValidators())
	if err == nil {
		err = c.filter(whole, limit, r.Access.Filter, &out)
	}
	if err != nil {
		return Response{}, asError(ctx, whole, at, err)
	}
	return out, nil
}

// checkAllowed refuses what only the configuration may ask for, and what it asks
// for in vain.
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

// request gets an answer and says from where, for people.
func (c *Client) request(ctx context.Context, limit *deadline, r Request) (out Response, at string, err error) {
	if IsLocal(r.URL) {
		out, err = c.fetchLocal(ctx, limit, r)
		return out, displayURL(nil, r.URL), err
	}
	start, err := parseURL(r.URL)
	if err != nil {
		return out, displayURL(nil, r.URL), err
	}
	w, err := newRedirects(c, r, start)
	if err != nil {
		return out, displayURL(nil, r.Moved), err
	}
	res, err := w.follow(ctx)
	if err != nil {
		return out, displayURL(w.at, ""), err
	}
	defer res.Body.Close()
	if !w.sendsValidators() {
		r.ETag, r.LastModified = "", ""
	}
	out, err = c.newResponse(ctx, limit, r, res)
	out.FinalURL, out.Redirects, out.Permanent = w.at.String(), w.hops, w.moved
	out.ContentLocation = contentLocation(res.Header.Get("Content-Location"), w.at)
	return out, displayURL(w.at, ""), w.asAuthError(err)
}

// parseURL admits absolute http and https addresses. User and password stay in
// the result: they leave the program as a header only.
func parseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	var bad *url.Error
	if errors.As(err, &bad) {
		// The error around the cause would show the address with its password.
		return nil, &Error{URL: displayURL(nil, raw), Kind: KindScheme, Err: bad.Err}
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, &Error{URL: displayURL(u, raw), Kind: KindScheme}
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

func withoutUser(u *url.URL) *url.URL {
	plain := *u
	plain.User = nil
	return &plain
}
