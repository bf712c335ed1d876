package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// accept asks for feeds first, but takes anything: many servers label feeds
// text/html, and a page may announce its feeds.
const accept = "application/rss+xml, application/atom+xml, application/feed+json, " +
	"application/rdf+xml;q=0.9, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"

// maxDelay is the longest Retry-After or max-age that is believed.
const maxDelay = 30 * 24 * time.Hour

// newResponse turns what the server said into a Response, or an error unless it is
// a good answer.
func (c *Client) newResponse(ctx context.Context, limit *deadline, r Request, res *http.Response) (Response, error) {
	h := res.Header
	out := Response{
		Status:     res.StatusCode,
		RetryAfter: retryAfter(h.Get("Retry-After"), c.now()),
		Fresh:      freshness(h, c.now()),
		Clock:      serverTime(h),
	}
	asked := r.ETag != "" || r.LastModified != ""
	switch {
	case res.StatusCode == http.StatusNotModified && asked:
		out.NotModified = true
		return out, nil
	case res.StatusCode < 200 || res.StatusCode > 299:
		return Response{}, &Error{Kind: KindStatus, Status: res.StatusCode, RetryAfter: out.RetryAfter, Page: pageHash(res)}
	}
	if enc := strings.ToLower(h.Get("Content-Encoding")); unrequestedEncoding(enc) {
		return Response{}, &Error{Kind: KindEncoding, Status: res.StatusCode, Err: fmt.Errorf("Content-Encoding is %s", enc)}
	}
	body, gate, err := c.readBody(ctx, limit, res)
	switch {
	case errors.Is(err, errTooLarge):
		err = &Error{Kind: KindTooLarge, Status: res.StatusCode, Err: fmt.Errorf("more than %s", size(c.maxBody))}
	case err != nil && ctx.Err() == nil && len(body) == 0:
		err = &Error{Kind: KindTruncated, Status: res.StatusCode, Err: err}
	case err == nil || ctx.Err() == nil:
		out.Partial = err != nil || res.StatusCode == http.StatusPartialContent
		err = nil
	}
	if err != nil {
		gate.release()
		return Response{}, err
	}
	out.Body, out.Bytes, out.slot = body, int64(len(body)), gate
	out.ContentType = h.Get("Content-Type")
	if !out.Partial {
		out.ETag, out.LastModified = validator(h, "ETag"), validator(h, "Last-Modified")
	}
	return out, nil
}

// pageHash is a hash of the status and the beginning of what came with it. An
// answer without a body, as many servers give, says nothing.
func pageHash(res *http.Response) string {
	const beginning = 4 << 10
	head, err := io.ReadAll(io.LimitReader(res.Body, beginning))
	if err != nil || len(head) == 0 {
		return ""
	}
	sum := sha256.Sum256(append(strconv.AppendInt(nil, int64(res.StatusCode), 10), head...))
	return hex.EncodeToString(sum[:])
}

// validator is a header that is sent back with the next request; one that is
// longer than any server means is not kept, for most refuse what they gave.
func validator(h http.Header, name string) string {
	const longest = 1024
	if v := h.Get(name); len(v) <= longest {
		return v
	}
	return ""
}

// size is a count of bytes in words.
func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MB", n>>20)
}

// unrequestedEncoding says whether a body still encoded after net/http's work is in a coding
// that nobody asked for. Other values are mistakes of servers that send plain
// text all the same.
func unrequestedEncoding(encoding string) bool {
	switch encoding {
	case "br", "zstd", "compress":
		return true
	}
	return false
}

// retryAfter reads the header in both its forms (RFC 9110 section 10.2.3).
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

// freshness is how long an answer stays fresh by its own account: max-age, else
// the time from Date to Expires, less the time it spent in caches on its way
// (RFC 9111 section 4.2). s-maxage is for shared caches, which this is not.
func freshness(h http.Header, now time.Time) time.Duration {
	lifetime, said := time.Duration(0), false
	for part := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch strings.ToLower(name) {
		case "no-cache", "no-store":
			return 0
		case "max-age":
			lifetime, said = parseSeconds(strings.Trim(value, `"`))
		}
	}
	if !said {
		// By the server's own clock, since it may be wrong. A date that can't be
		// read, such as the usual 0, means stale.
		made, err := http.ParseTime(h.Get("Date"))
		if err != nil {
			made = now
		}
		if expires, err := http.ParseTime(h.Get("Expires")); err == nil {
			lifetime = min(expires.Sub(made), maxDelay)
		}
	}
	spent, _ := parseSeconds(strings.TrimSpace(h.Get("Age")))
	return max(lifetime-spent, 0)
}

// serverTime is the time by the clock of the server that made an answer, which may
// have spent a while in caches since (RFC 9110 section 6.6.1, RFC 9111 section
// 5.1).
func serverTime(h http.Header) time.Time {
	made, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	spent, _ := parseSeconds(strings.TrimSpace(h.Get("Age")))
	return made.Add(spent)
}

// parseSeconds reads a count of seconds, which is never negative and never
// above maxWait.
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

func setNonEmpty(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}
