package fetch

import (
	"context"
	"dateline/feed/text"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// Kind sorts failures by what a reader can do about them.
type Kind string

// The kinds of an [Error].
const (
	// KindScheme is an address of no kind that can be asked.
	KindScheme Kind = "scheme"
	// KindBuiltin is a builtin address that this program does not have.
	KindBuiltin Kind = "builtin"
	// KindLocal is a file or program that something else than the configuration
	// named.
	KindLocal Kind = "local"
	// KindUnset is a configured environment variable that is not set.
	KindUnset Kind = "unset"
	// KindFile is a file that could not be read.
	KindFile Kind = "file"
	// KindProgram is a program of the configuration that failed: the feed
	// itself, its filter, or its password command.
	KindProgram Kind = "program"
	// KindAuth is a user and password that a server refused.
	KindAuth Kind = "auth"
	// KindDNS is a host name that could not be looked up.
	KindDNS Kind = "dns"
	// KindRefused is a host where nothing listens.
	KindRefused Kind = "refused"
	// KindUnreachable is a host or network without a way to it.
	KindUnreachable Kind = "unreachable"
	// KindProxy is a proxy that could not be used.
	KindProxy Kind = "proxy"
	// KindReset is a connection that ended before an answer.
	KindReset Kind = "reset"
	// KindTimeout is a phase, or the whole request, that took too long.
	KindTimeout Kind = "timeout"
	// KindTLS is a connection that could not be secured.
	KindTLS Kind = "tls"
	// KindStatus is an answer other than a document; see [Error.Status].
	KindStatus Kind = "status"
	// KindTooLarge is a body above [Options.MaxBody].
	KindTooLarge Kind = "too-large"
	// KindRedirects is a chain that is too long or leads nowhere.
	KindRedirects Kind = "redirects"
	// KindLoop is a chain that comes back to an address it has been to.
	KindLoop Kind = "loop"
	// KindDowngrade is a redirect from https to http.
	KindDowngrade Kind = "downgrade"
	// KindEncoding is a body compressed in a way that was not asked for.
	KindEncoding Kind = "encoding"
	// KindTruncated is a body that broke off before its first byte.
	KindTruncated Kind = "truncated"
	// KindCanceled is a request that the caller ended.
	KindCanceled Kind = "canceled"
	// KindOther is everything else.
	KindOther Kind = "other"
)

// Error is a request that failed.
type Error struct {
	// URL is the address that failed, perhaps one that redirects led to,
	// without user and password and safe to show.
	URL string
	// Status is the HTTP status; zero when there was no answer.
	Status int
	Kind   Kind
	// RetryAfter is how long the server asks to be left alone; zero when
	// unsaid.
	RetryAfter time.Duration
	// Page is a hash of the beginning of the page that came with Status; empty
	// when none was read.
	Page string
	// Err is the cause below; may be nil.
	Err error
}

// Error is for logs and for who writes dateline; readers get [Error.UserMessage].
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

// Unwrap gives the cause to [errors.Is] and [errors.As].
func (e *Error) Unwrap() error { return e.Err }

// Gone says that the server ended the feed for good (RFC 9110 section 15.5.11).
func (e *Error) Gone() bool { return e.Status == http.StatusGone }

// LocalFailure says that the request never got as far as a server, for a reason on this
// side: no network, no answer from the name servers, a proxy that is down, a network that wants a login.
func (e *Error) LocalFailure() bool {
	var dns *net.DNSError
	switch e.Kind {
	case KindUnreachable, KindProxy:
		return true
	case KindStatus:
		return e.Status == http.StatusNetworkAuthenticationRequired
	case KindDNS:
		return !errors.As(e.Err, &dns) || !dns.IsNotFound
	}
	return false
}

// NoResponse says that no word of a server came, be it the server's fault or the
// network's: many such failures at once are the network's.
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

// asError makes the *Error of a request to at, an address fit to be shown, that
// failed. ctx is the caller's,
// whole the one that also ends with the request's own timeout.
func asError(ctx, whole context.Context, at string, err error) *Error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Kind: kindOf(err), Err: err}
		switch {
		case ctx.Err() != nil:
			e.Kind = KindCanceled
		case whole.Err() != nil:
			e.Kind = KindTimeout
		}
	}
	e.URL = at
	return e
}

func kindOf(err error) Kind {
	var dns *net.DNSError
	var op *net.OpError
	var timeout net.Error
	var program *programError
	switch {
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
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETDOWN):
		return KindUnreachable
	// Most of what goes wrong in crypto/tls has no type of its own, but all of
	// it begins so.
	case strings.Contains(err.Error(), "tls: "):
		return KindTLS
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return KindReset
	}
	return KindOther
}

// displayURL is an address fit for a screen: cleaned, and without its password. A
// nil u stands for a raw address that could not be parsed.
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

// cause is the text of the error below, fit for one line: parts of it may come
// from servers.
func (e *Error) cause() string {
	if e.Err == nil {
		return string(e.Kind)
	}
	return cut(text.Clean(e.Err.Error()), 200)
}

// cut shortens s to about max bytes at a rune's edge.
func cut(s string, max int) string {
	if len(s) <= max {
		return s
	}
	return strings.ToValidUTF8(s[:max], "") + "…"
}

func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return fmt.Sprintf("%d %s", status, text)
	}
	return fmt.Sprintf("status %d", status)
}
