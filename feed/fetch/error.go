package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"dateline/feed/text"
)

// Kind classifies failures by what the user can do about them.
type Kind string

// The kinds of an [Error].
const (
	// KindScheme is an address that dateline cannot fetch.
	KindScheme Kind = "scheme"
	// KindBuiltin is a builtin: address that does not exist in this version.
	KindBuiltin Kind = "builtin"
	// KindLocal is a file, a program, a filter or a password command that the
	// configuration does not name.
	KindLocal Kind = "local"
	// KindUnset is an environment variable that the configuration uses but that is
	// not set.
	KindUnset Kind = "unset"
	// KindFile is a file: feed whose file cannot be read.
	KindFile Kind = "file"
	// KindProgram is a configured program that failed: an exec: feed, a filter or a
	// password command.
	KindProgram Kind = "program"
	// KindAuth is a user name and password that the server refused.
	KindAuth Kind = "auth"
	// KindDNS is a host name that cannot be resolved.
	KindDNS Kind = "dns"
	// KindRefused is a refused connection.
	KindRefused Kind = "refused"
	// KindUnreachable is a host or network that is unreachable.
	KindUnreachable Kind = "unreachable"
	// KindProxy is a proxy that cannot be used.
	KindProxy Kind = "proxy"
	// KindReset is a connection that was closed before a response.
	KindReset Kind = "reset"
	// KindTimeout is a phase or a whole request that took too long.
	KindTimeout Kind = "timeout"
	// KindSlow is a body that was received so slowly, or was so large, that it lost
	// its memory to others. The same request with [Request.Last] may succeed.
	KindSlow Kind = "slow"
	// KindShortage is a request for which this computer has not enough: memory, open
	// files, ports or buffers. It says nothing about the feed.
	KindShortage Kind = "shortage"
	// KindPrivate is an address of a private network that a server on the internet
	// led to.
	KindPrivate Kind = "private"
	// KindTLS is a connection that cannot be secured, for instance because the
	// server's certificate is not trusted.
	KindTLS Kind = "tls"
	// KindStatus is a response with an HTTP status other than success. See
	// [Error.Status].
	KindStatus Kind = "status"
	// KindTooLarge is a body larger than [Options.MaxBody].
	KindTooLarge Kind = "too-large"
	// KindRedirects is too many redirects, or a redirect to an invalid address.
	KindRedirects Kind = "redirects"
	// KindLoop is a redirect to an address that was already requested.
	KindLoop Kind = "loop"
	// KindDowngrade is a redirect from https to http.
	KindDowngrade Kind = "downgrade"
	// KindEncoding is a body in a compression that was not asked for.
	KindEncoding Kind = "encoding"
	// KindTruncated is a body that ended before its first byte.
	KindTruncated Kind = "truncated"
	// KindCanceled is a request that the caller canceled.
	KindCanceled Kind = "canceled"
	// KindOther is any other failure.
	KindOther Kind = "other"
)

// Error is a failed request.
type Error struct {
	// URL is the address that failed, which redirects may have led to. It contains
	// no user and no password and is safe to show.
	URL string
	// Status is the HTTP status. 0 if there was no response.
	Status int
	Kind   Kind
	// RetryAfter is the server's Retry-After. 0 if it sent none.
	RetryAfter time.Duration
	// OfCall is set if a [Call] failed, and no feed.
	OfCall bool
	// Page is a hash of the first bytes of the error page. Empty if there was none.
	Page string
	// Err is the cause. It may be nil.
	Err error
}

// Error returns a text for logs and developers. Show users [Error.UserMessage].
func (e *Error) Error() string {
	var what string
	switch {
	case e.Kind == KindStatus, e.Kind == KindAuth:
		what = statusText(e.Status)
	default:
		what = e.cause()
	}
	return "fetch " + e.URL + ": " + what
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Gone reports whether the server ended the feed permanently (410, RFC 9110
// section 15.5.11).
func (e *Error) Gone() bool { return e.Status == http.StatusGone }

// AsksForPause reports whether the server asked not to be asked again for a while (429, RFC
// 6585 section 4, or 503 with Retry-After), and for how long; 0 if it did not say.
func (e *Error) AsksForPause() (after time.Duration, asked bool) {
	asked = e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable && e.RetryAfter > 0
	return e.RetryAfter, asked
}

// LocalFailure reports whether the request reached no server for a reason on
// this side: no network, no response from the DNS servers, a proxy that is
// down, or a network that wants a login.
func (e *Error) LocalFailure() bool {
	var dns *net.DNSError
	switch e.Kind {
	case KindUnreachable, KindProxy, KindShortage:
		return true
	case KindStatus:
		return e.Status == http.StatusNetworkAuthenticationRequired
	case KindDNS:
		return !errors.As(e.Err, &dns) || !dns.IsNotFound
	}
	return false
}

// NoResponse reports whether nothing was received from the server. Either side
// may be the cause. Many such failures at the same time mean that the network
// is down.
func (e *Error) NoResponse() bool {
	var op *net.OpError
	switch e.Kind {
	case KindDNS, KindRefused, KindUnreachable, KindProxy, KindReset, KindTLS:
		return true
	case KindTimeout:
		return errors.As(e.Err, &op) && op.Op == "dial"
	}
	return false
}

// asError returns err as an [*Error]. at is the address for messages. ctx is
// the caller's context, and bounded is the one that also ends with the
// request's timeout.
func asError(ctx, bounded context.Context, at string, err error) *Error {
	var e *Error
	if errors.As(err, &e) && ctx.Err() != nil && (e.Kind == KindSlow || e.Kind == KindShortage) {
		e.Kind = KindCanceled
	}
	if e == nil {
		e = &Error{Kind: kindOf(err), Err: err}
		switch {
		case e.Kind == KindShortage:
		case ctx.Err() != nil:
			e.Kind = KindCanceled
		case bounded.Err() != nil:
			e.Kind = KindTimeout
			if errors.Is(err, context.Canceled) { // the deadline cancels, which is no interruption
				e.Err = context.DeadlineExceeded
			}
		}
	}
	e.URL = at
	return e
}

// kindOf classifies an error of net/http or of a program.
func kindOf(err error) Kind {
	var dns *net.DNSError
	var op *net.OpError
	var timeout net.Error
	var program *programError
	switch {
	case isShortage(err):
		return KindShortage
	case errors.As(err, &program):
		return KindProgram
	case errors.As(err, &op) && (op.Op == "proxyconnect" || op.Op == "socks connect"):
		return KindProxy
	case errors.As(err, &dns):
		return KindDNS
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return KindTimeout
	case errors.Is(err, syscall.ECONNREFUSED):
		return KindRefused
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETDOWN), errors.Is(err, syscall.EADDRNOTAVAIL):
		return KindUnreachable
	// Most errors of crypto/tls have no type of their own, but all of them contain
	// this text.
	case strings.Contains(err.Error(), "tls: "):
		return KindTLS
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return KindReset
	}
	return KindOther
}

// isShortage reports whether this computer had too little of something for a request:
// open files, ports, buffers or memory. A DNS error has the cause as text only. Without
// an IPv6 address of its own a computer has no port for another one's: that is no
// shortage.
func isShortage(err error) bool {
	var dns *net.DNSError
	var op *net.OpError
	isDNS := errors.As(err, &dns)
	for _, own := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL} {
		if errors.Is(err, own) || isDNS && strings.HasSuffix(dns.Err, own.Error()) {
			to, isTCP := (*net.TCPAddr)(nil), false
			if errors.As(err, &op) {
				to, isTCP = op.Addr.(*net.TCPAddr)
			}
			return own != syscall.EADDRNOTAVAIL || !isTCP || to.IP.To4() != nil
		}
	}
	return false
}

// displayURL returns an address that is safe to show: cleaned, shortened, and
// without user and password. If u is nil, raw is an address that could not be
// parsed.
func displayURL(u *url.URL, raw string) string {
	if u != nil {
		raw = withoutUser(u).String()
	} else if scheme, rest, ok := strings.Cut(raw, "://"); ok {
		if at := strings.LastIndexByte(rest, '@'); at >= 0 {
			raw = scheme + "://" + rest[at+1:]
		}
	}
	return cut(text.Clean(raw), 200)
}

// cause returns the text of the cause on one line. It is cleaned, because it
// may quote a server.
func (e *Error) cause() string {
	if e.Err == nil {
		return string(e.Kind)
	}
	return cut(text.Clean(e.Err.Error()), 200)
}

// cut shortens s to about max bytes without splitting a character.
func cut(s string, max int) string {
	if len(s) <= max {
		return s
	}
	return strings.ToValidUTF8(s[:max], "") + "…"
}

// statusText returns an HTTP status with its name, such as "404 Not Found".
func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return fmt.Sprintf("%d %s", status, text)
	}
	return fmt.Sprintf("status %d", status)
}
