package fetch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/text"
)

// maxReply is the limit of the body of a [Reply] in bytes, if the call sets none.
const maxReply = 32 << 20

// Call is a request to the programming interface of a server that the configuration
// names.
type Call struct {
	// Method is the HTTP method.
	Method string
	// URL has no user and no password.
	URL string
	// Headers may contain secrets. They are sent to the host and port of URL only.
	Headers map[string]string
	// Body is sent with the media type Type. It may be empty.
	Body []byte
	Type string
	// Access holds the proxy, the insecure option, and a user and password, which are
	// sent with basic authentication (RFC 7617) without being asked for.
	Access    feed.Access
	UserAgent string
	// Timeout is the limit of the whole call. 0 means [DefaultTimeout]. MaxBody is that of
	// the reply's body in bytes. 0 means 32 MB.
	Timeout time.Duration
	MaxBody int64
}

// Hide returns a text of the server without the secrets of the call, which a server may
// repeat in what it says: whole, in parts, or as they are in an address.
func (c Call) Hide(s string) string {
	values := []string{c.Access.Password, c.Access.Cookies}
	if c.Access.User != "" {
		values = append(values, base64.StdEncoding.EncodeToString([]byte(c.Access.User+":"+c.Access.Password)))
	}
	for _, value := range c.Headers {
		values = append(values, value)
	}
	if form, err := url.ParseQuery(string(c.Body)); err == nil && c.Type == "application/x-www-form-urlencoded" {
		for _, some := range form {
			values = append(values, some...)
		}
	}
	var secrets []string
	for _, value := range values {
		parts := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" ;,=/", r) })
		for _, part := range append(parts, value) {
			if len(part) >= shortestSecret {
				secrets = append(secrets, part, url.QueryEscape(part), url.PathEscape(part))
			}
		}
	}
	// A secret may be a part of another one.
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	for _, secret := range secrets {
		s = strings.ReplaceAll(s, secret, "…")
	}
	return s
}

// shortestSecret is the length in bytes from which on a value is hidden: shorter ones are in
// many texts by chance.
const shortestSecret = 6

// Reply is the response to a [Call], whatever its status.
type Reply struct {
	// URL is the address that answered. It is safe to show.
	URL    string
	Status int
	// Body is decompressed. Type is the Content-Type header.
	Body []byte
	Type string
	// RetryAfter is the server's Retry-After. 0 if it sent none.
	RetryAfter time.Duration
	// Clock is the current time by the server's clock, to the second. Zero if unknown.
	Clock time.Time
	// Headers are those of the response.
	Headers map[string][]string
}

// Err returns an [*Error] with the status of a reply that is no success; nil otherwise.
func (r Reply) Err(call Call) error {
	if r.Status >= 200 && r.Status <= 299 {
		return nil
	}
	return &Error{URL: displayURL(nil, call.URL), Kind: KindStatus, Status: r.Status, RetryAfter: r.RetryAfter, OfCall: true}
}

// JSON decodes the body. It may have at most so many elements in all arrays together: empty
// ones are short and take a hundred times as much memory as their text. Every error is an
// [*Error].
func (r Reply) JSON(into any, mostElements int) error {
	mistyped, err := r.LooseJSON(into, mostElements)
	if mistyped {
		return r.malformed()
	}
	return err
}

// LooseJSON is JSON, but values of another type than their fields count as absent. mistyped
// reports whether there are any. An error of a type that decodes itself counts as one of the
// body.
func (r Reply) LooseJSON(into any, mostElements int) (mistyped bool, err error) {
	if n := countElements(r.Body, mostElements); n > mostElements {
		return false, &Error{URL: r.URL, Kind: KindTooLarge, Status: r.Status, Err: fmt.Errorf("more than %s values", text.Number(mostElements)), OfCall: true}
	}
	var other *json.UnmarshalTypeError
	if err := json.Unmarshal(r.Body, into); err != nil && !errors.As(err, &other) {
		return false, r.malformed()
	}
	return other != nil, nil
}

func (r Reply) malformed() error {
	return &Error{URL: r.URL, Kind: KindOther, Status: r.Status, Err: errors.New("the response is incomplete or malformed"), OfCall: true}
}

// countElements returns how many elements the arrays of a JSON text have together. It stops
// after more than most. What it returns for a malformed text means nothing.
func countElements(body []byte, most int) (n int) {
	var inArray []bool // the objects and arrays that are open
	for i := 0; i < len(body) && n <= most; i++ {
		switch body[i] {
		case '"':
			for i++; i < len(body) && body[i] != '"'; i++ {
				if body[i] == '\\' {
					i++
				}
			}
		case '[', '{':
			if len(inArray) > maxDepth {
				return n
			}
			if inArray = append(inArray, body[i] == '['); body[i] == '[' {
				n++
			}
		case ']', '}':
			inArray = inArray[:max(len(inArray)-1, 0)]
		case ',':
			if len(inArray) > 0 && inArray[len(inArray)-1] {
				n++
			}
		}
	}
	return n
}

// maxDepth is how many objects and arrays may be open at once, as in package json.
const maxDepth = 10_000

// Do makes a call. Every error is an [*Error]; a response with any status is none. It
// follows redirects of GET within the server of the call, from http to https too. A redirect
// to another host or port fails, because the secrets of the call are for its server only.
func (c *Client) Do(ctx context.Context, call Call) (reply Reply, err error) {
	defer func() { err = ofCall(err) }()
	if call.Access.Unset != "" {
		return Reply{}, &Error{URL: displayURL(nil, call.URL), Kind: KindUnset, Err: errors.New(call.Access.Unset)}
	}
	bounded, cancel := context.WithTimeout(ctx, cmp.Or(call.Timeout, DefaultTimeout))
	defer cancel()
	at, err := parseURL(call.URL)
	if err != nil {
		return Reply{}, asError(ctx, bounded, displayURL(nil, call.URL), err)
	}
	first := at
	for range maxRedirects {
		res, err := c.roundTrip(bounded, call, at)
		if err != nil {
			return Reply{}, asError(ctx, bounded, displayURL(at, ""), err)
		}
		location := res.Header.Get("Location")
		if !isRedirect(res.StatusCode) || location == "" {
			reply, err := c.readReply(call, at, res)
			if err != nil {
				return Reply{}, asError(ctx, bounded, displayURL(at, ""), err)
			}
			return reply, nil
		}
		discard(res)
		if at, err = redirectCall(call, first, at, location); err != nil {
			return Reply{}, asError(ctx, bounded, displayURL(first, ""), err)
		}
	}
	return Reply{}, asError(ctx, bounded, displayURL(first, ""), tooManyRedirects(maxRedirects))
}

// ofCall returns the error of a call so that its message is about one.
func ofCall(err error) error {
	var failed *Error
	if errors.As(err, &failed) {
		failed.OfCall = true
	}
	return err
}

// redirectCall returns the target of a redirect, or an error if it must not be followed.
func redirectCall(call Call, first, at *url.URL, location string) (*url.URL, error) {
	next, err := text.ReadURL(at.String(), location)
	if err != nil {
		return nil, &Error{Kind: KindRedirects, Err: errBadTarget}
	}
	next.User, next.Fragment, next.RawFragment = nil, "", ""
	// The server chooses what is shown of it, and knows the secrets.
	shown := *next
	shown.RawQuery, shown.ForceQuery = "", false
	target := call.Hide(displayURL(&shown, ""))
	switch {
	case at.Scheme == "https" && next.Scheme != "https":
		return nil, &Error{Kind: KindDowngrade, Err: fmt.Errorf("to %s", target)}
	case !sameHost(first, next) || call.Method != http.MethodGet:
		return nil, &Error{Kind: KindRedirects, Err: fmt.Errorf("it leads to %s; name that address instead", target)}
	}
	return next, nil
}

// roundTrip sends one request of a call.
func (c *Client) roundTrip(ctx context.Context, call Call, at *url.URL) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, call.Method, at.String(), bytes.NewReader(call.Body))
	if err != nil {
		return nil, err
	}
	// net/http would trust the response's Content-Encoding. See unpacker.
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", cmp.Or(call.UserAgent, c.userAgent, "dateline"))
	setNonEmpty(req.Header, "Content-Type", call.Type)
	setNonEmpty(req.Header, "Cookie", call.Access.Cookies)
	if call.Access.User != "" {
		req.SetBasicAuth(call.Access.User, call.Access.Password)
	}
	for name, value := range call.Headers {
		req.Header.Set(name, value)
	}
	options := routeOptions{proxy: call.Access.Proxy}
	if call.Access.Insecure {
		options.insecure = at.Hostname()
	}
	transport, err := c.transports.get(options)
	if err != nil {
		return nil, err
	}
	return transport.RoundTrip(req)
}

// readReply reads the response of a call.
func (c *Client) readReply(call Call, at *url.URL, res *http.Response) (Reply, error) {
	defer res.Body.Close()
	most := cmp.Or(call.MaxBody, maxReply)
	body, err := io.ReadAll(io.LimitReader(newUnpacker(res), most+1))
	if err != nil {
		return Reply{}, err
	}
	if int64(len(body)) > most {
		return Reply{}, &Error{Kind: KindTooLarge, Status: res.StatusCode, Err: fmt.Errorf("more than %s", text.Size(most))}
	}
	return Reply{URL: displayURL(at, ""), Status: res.StatusCode, Body: body, Type: res.Header.Get("Content-Type"), RetryAfter: retryAfter(res.Header.Get("Retry-After"), c.now()),
		Clock: serverTime(res.Header), Headers: res.Header}, nil
}

// Secret returns the first line that a command of the configuration prints. It is kept in
// memory until [Client.ForgetSecret]. An error is an [*Error].
func (c *Client) Secret(ctx context.Context, command []string) (string, error) {
	value, _, err := c.passwords.get(ctx, command)
	var failed *programError
	if errors.As(err, &failed) {
		failed.role = roleSecret // of an account
	}
	if err != nil {
		return "", ofCall(asError(ctx, ctx, "", err))
	}
	return value, nil
}

// SecretNow is like [Client.Secret], but returns what the command prints now.
func (c *Client) SecretNow(ctx context.Context, command []string) (string, error) {
	value, fresh, err := c.passwords.get(ctx, command)
	if err == nil && !fresh {
		c.ForgetSecret(command, value)
		return c.Secret(ctx, command)
	}
	if err != nil {
		return "", ofCall(asError(ctx, ctx, "", err))
	}
	return value, nil
}

// ForgetSecret makes the next [Client.Secret] run the command again, unless its value is
// another one than old already.
func (c *Client) ForgetSecret(command []string, old string) { c.passwords.forget(command, old) }
