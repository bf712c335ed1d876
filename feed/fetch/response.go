package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dateline/feed/text"
)

// accept prefers feeds but accepts any type, because many servers send feeds as
// text/html, and because a web page may link to its feeds.
const accept = "application/rss+xml, application/atom+xml, application/feed+json, " +
	"application/rdf+xml;q=0.9, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"

// maxDelay is the longest Retry-After or max-age that is believed.
const maxDelay = 30 * 24 * time.Hour

// maxLinks is the number of Link headers that are read.
const maxLinks = 64

// newResponse converts the server's response. It returns an error if the
// response is not successful.
func (c *Client) newResponse(ctx context.Context, limit *deadline, r Request, res *http.Response) (Response, error) {
	h := res.Header
	out := Response{
		Status:     res.StatusCode,
		RetryAfter: retryAfter(h.Get("Retry-After"), c.now()),
		Fresh:      freshness(h, c.now()),
		Clock:      serverTime(h),
	}
	conditional := r.ETag != "" || r.LastModified != ""
	switch {
	case res.StatusCode == http.StatusNotModified && conditional:
		out.NotModified = true
		out.ETag, out.LastModified = validator(h, "ETag"), validator(h, "Last-Modified")
		return out, nil
	case res.StatusCode < 200 || res.StatusCode > 299:
		return Response{}, &Error{Kind: KindStatus, Status: res.StatusCode, RetryAfter: out.RetryAfter, Page: pageHash(res)}
	}
	body, shortened, claim, err := c.readBody(ctx, limit, r, res)
	var foreign *encodingError
	var skimmed *skimmedError
	switch {
	case claim.failure() != nil:
		err = claim.failure()
	case errors.As(err, &skimmed):
	case errors.Is(err, errTooLarge):
		err = &Error{Kind: KindTooLarge, Status: res.StatusCode, Err: fmt.Errorf("more than %s", text.Size(c.maxBodyOf(r)))}
	case errors.As(err, &foreign):
		err = &Error{Kind: KindEncoding, Status: res.StatusCode, Err: err}
	case err != nil && ctx.Err() == nil && len(body) == 0:
		err = &Error{Kind: KindTruncated, Status: res.StatusCode, Err: err}
	case err == nil || ctx.Err() == nil:
		out.Partial = err != nil || res.StatusCode == http.StatusPartialContent
		err = nil
	}
	if err != nil {
		claim.release()
		return Response{}, err
	}
	out.Body, out.Bytes, out.Shortened, out.claim = body, int64(len(body)), shortened, claim
	out.ContentType = h.Get("Content-Type")
	out.Links = h.Values("Link")
	out.Links = out.Links[:min(len(out.Links), maxLinks)]
	if !out.Partial {
		out.ETag, out.LastModified = validator(h, "ETag"), validator(h, "Last-Modified")
	}
	return out, nil
}

// pageHash returns a hash of the status and of the first bytes of the body. It
// is empty if there is no body, because many servers send error responses
// without one.
func pageHash(res *http.Response) string {
	const maxBytes = 4 << 10
	head, err := io.ReadAll(io.LimitReader(res.Body, maxBytes))
	if err != nil || len(head) == 0 {
		return ""
	}
	sum := sha256.Sum256(append(strconv.AppendInt(nil, int64(res.StatusCode), 10), head...))
	return hex.EncodeToString(sum[:])
}

// validator returns a header that the next request sends back. Values that are
// too long are dropped, because most servers refuse requests with them even if
// they sent them.
func validator(h http.Header, name string) string {
	const longest = 1024
	if v := h.Get(name); len(v) <= longest {
		return v
	}
	return ""
}

// retryAfter parses the Retry-After header in both of its forms (RFC 9110
// section 10.2.3). It returns 0 if the header is missing or invalid.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if seconds, ok := parseSeconds(value); ok {
		return seconds
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxDelay)
}

// freshness returns how long a response is fresh (RFC 9111 section 4.2):
// max-age, or else the time from Date to Expires, minus its age in caches.
// s-maxage is ignored, because it applies to shared caches.
func freshness(h http.Header, now time.Time) time.Duration {
	lifetime, given := time.Duration(0), false
	for part := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch strings.ToLower(name) {
		case "no-cache", "no-store":
			return 0
		case "max-age":
			lifetime, given = parseSeconds(strings.Trim(value, `"`))
		}
	}
	if !given {
		// The server's clock may be wrong, so Expires is compared with its Date. An
		// invalid Expires, such as the common 0, means stale.
		date, err := http.ParseTime(h.Get("Date"))
		if err != nil {
			date = now
		}
		if expires, err := http.ParseTime(h.Get("Expires")); err == nil {
			lifetime = min(expires.Sub(date), maxDelay)
		}
	}
	age, _ := parseSeconds(strings.TrimSpace(h.Get("Age")))
	return max(lifetime-age, 0)
}

// serverTime returns the current time by the server's clock: the Date header
// plus the time that the response spent in caches (RFC 9110 section 6.6.1, RFC
// 9111 section 5.1). It is zero if there is no valid Date.
func serverTime(h http.Header) time.Time {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	age, _ := parseSeconds(strings.TrimSpace(h.Get("Age")))
	return date.Add(age)
}

// parseSeconds parses a number of seconds from 0 to maxDelay. Larger numbers
// become maxDelay.
func parseSeconds(s string) (time.Duration, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return maxDelay, true
	case err != nil:
		return 0, false
	}
	return time.Duration(min(n, uint64(maxDelay/time.Second))) * time.Second, true
}

// setNonEmpty sets a header if value is not empty.
func setNonEmpty(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}

// contentLocation resolves the Content-Location header against the address that
// responded (RFC 2616 section 14.14). RFC 7231 no longer makes the header a
// base, because many servers name an internal host in it. So a host that is not
// public is ignored.
func contentLocation(header string, at *url.URL) string {
	header = strings.TrimSpace(header)
	if header == "" {
		return ""
	}
	if _, err := url.Parse(header); err != nil {
		return ""
	}
	u, err := text.ReadURL(at.String(), header)
	if err != nil {
		return ""
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	if host := u.Hostname(); !strings.EqualFold(host, at.Hostname()) && !publicHost(host) {
		return ""
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	return u.String()
}

// publicHost reports whether a host name can mean the same computer here as on
// the server that sent it.
func publicHost(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsGlobalUnicast() && !ip.IsPrivate()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	_, domain, dotted := strings.Cut(host, ".")
	if !dotted {
		return false
	}
	domain = domain[strings.LastIndexByte(domain, '.')+1:]
	return domain != "localhost" && domain != "local" && domain != "internal"
}
