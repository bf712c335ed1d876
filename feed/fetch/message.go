package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"dateline/feed/text"
)

// UserMessage says what went wrong and what the user can do about it. It names
// options as they are in the configuration.
func (e *Error) UserMessage() string {
	host := e.host()
	if e.OfCall {
		if message := e.callMessage(host); message != "" {
			return message
		}
	}
	switch e.Kind {
	case KindScheme:
		if e.Err != nil {
			return fmt.Sprintf("dateline cannot fetch this kind of address (%s): use one that starts with https:// or http://.", e.cause())
		}
		return "dateline cannot fetch this kind of address: use one that starts with https:// or http://."
	case KindBuiltin:
		return "There is no built-in feed of this name: use builtin:guide, or remove the feed."
	case KindLocal:
		return "Only the configuration may name a file, a program, a filter or a password command: write it there by hand, or use an address that starts with https://."
	case KindUnset:
		return fmt.Sprintf("The configuration uses the environment variable %s here, but it is not set: set it before you start dateline, or remove it from the configuration.", e.cause())
	case KindFile:
		return fmt.Sprintf("Cannot read the feed's file (%s): check its path and permissions.", e.cause())
	case KindProgram:
		return e.programMessage()
	case KindAuth:
		return fmt.Sprintf("%s refuses the user name and password (%s): check user and password, or password_command, in the feed's settings.", host, statusText(e.Status))
	case KindDNS:
		return fmt.Sprintf("The host name %s could not be found: check the network connection, or the spelling of the address.", host)
	case KindRefused:
		return fmt.Sprintf("%s refused the connection: the server may be down, so try again later, or check the address and its port.", host)
	case KindUnreachable:
		return fmt.Sprintf("%s is unreachable: check the network connection.", host)
	case KindProxy:
		return fmt.Sprintf("The proxy for %s cannot be used (%s): check the option proxy, or HTTP_PROXY and HTTPS_PROXY in the environment.", host, e.cause())
	case KindReset:
		return fmt.Sprintf("%s closed the connection without a response: try again later, or check the address.", host)
	case KindTimeout, KindSlow, KindShortage, KindPrivate:
		return e.timeoutMessage(host)
	case KindTLS:
		return e.tlsMessage(host)
	case KindStatus:
		return e.statusMessage(host)
	case KindTooLarge:
		return fmt.Sprintf("The response of %s is too large (%s): look for a smaller feed on the site.", host, e.cause())
	case KindRedirects, KindLoop, KindDowngrade:
		return e.redirectMessage(host)
	case KindEncoding:
		return fmt.Sprintf("%s used a compression that dateline did not ask for (%s): tell the site's owner, or look for another feed on it.", host, e.cause())
	case KindTruncated:
		return fmt.Sprintf("%s closed the connection before sending data: try again later.", host)
	case KindCanceled:
		return "The refresh was stopped before this feed responded: refresh again to fetch it."
	}
	if why, unruly := strings.CutPrefix(e.cause(), invalidHTTP); unruly {
		return fmt.Sprintf("%s sent an invalid HTTP response (%s): try again later, or tell the site's owner.", host, strings.TrimPrefix(strings.TrimPrefix(why, "net/http: "), "http: "))
	}
	return fmt.Sprintf("Fetching from %s failed (%s): check the feed's address and headers, or try again later.", host, e.cause())
}

// callMessage is the message of a [Call], whose way out is another one than that of a feed.
// It is empty if there is no difference.
func (e *Error) callMessage(host string) string {
	switch e.Kind {
	case KindUnset:
		return fmt.Sprintf("The configuration uses the environment variable %s for the account, but it is not set: set it before you start dateline.", e.cause())
	case KindProgram:
		return fmt.Sprintf("The command that prints the token or password failed (%s): run it by hand to see why.", e.cause())
	case KindRedirects, KindLoop:
		return fmt.Sprintf("%s redirects (%s): check url in the account's table.", host, e.cause())
	case KindDowngrade:
		return fmt.Sprintf("%s redirects from https to http (%s); dateline did not follow, because others could read your secret: check url in the account's table.", host, e.cause())
	case KindTooLarge, KindEncoding:
		return fmt.Sprintf("The response of %s cannot be used (%s): try again later, or tell who runs the server.", host, e.cause())
	case KindTimeout:
		var slow *programError
		if errors.As(e.Err, &slow) {
			return "The command that prints the token or password did not end in time: run it by hand to see why."
		}
		return fmt.Sprintf("%s took too long to respond: the next refresh tries again; timeout in [defaults], if it is longer than 1m, gives this account more time.", host)
	case KindStatus:
		return e.callStatusMessage(host)
	case KindOther:
		if !strings.HasPrefix(e.cause(), invalidHTTP) {
			return fmt.Sprintf("Asking %s failed (%s): the next refresh tries again.", host, e.cause())
		}
	case KindCanceled:
		return "The refresh was stopped before the server responded: refresh again."
	}
	return ""
}

// callStatusMessage is the message of [KindStatus] of a [Call].
func (e *Error) callStatusMessage(host string) string {
	what := statusText(e.Status)
	_, asksForPause := e.AsksForPause()
	switch {
	case e.Status == http.StatusProxyAuthRequired, e.Status == http.StatusNetworkAuthenticationRequired:
		return ""
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusForbidden:
		return fmt.Sprintf("%s refuses the request (%s): check the login of the account, and what stands before the server.", host, what)
	case e.Status == http.StatusTooManyRequests:
		return fmt.Sprintf("%s received too many requests (%s): dateline asks it again later; your marks wait until then.", host, what)
	case asksForPause:
		return fmt.Sprintf("%s asks for a pause (%s): dateline asks it again later; your marks wait until then.", host, what)
	case e.Status >= 500:
		return fmt.Sprintf("%s has a server error (%s): the next refresh tries again; your marks wait until then.", host, what)
	}
	return fmt.Sprintf("%s did not answer as such a server does (%s): check url in the account's table.", host, what)
}

// invalidHTTP is how net/http begins its error for a response that it cannot
// parse.
const invalidHTTP = "net/http: HTTP/1.x transport connection broken: "

// redirectMessage is the message of a redirect that was not followed.
func (e *Error) redirectMessage(host string) string {
	const wayOut = "open the feed in a browser to find its correct address."
	switch {
	case e.Kind == KindDowngrade:
		return fmt.Sprintf("%s redirects from https to http (%s); dateline did not follow: subscribe to the http address if you trust it.", host, e.cause())
	case e.Kind == KindLoop:
		return fmt.Sprintf("%s redirects in a loop (%s): "+wayOut, host, e.cause())
	case errors.Is(e.Err, errBadTarget):
		return fmt.Sprintf("%s redirects to an invalid address: "+wayOut, host)
	}
	return fmt.Sprintf("%s redirects too often (%s): "+wayOut, host, e.cause())
}

// timeoutMessage is the message of [KindTimeout] and of what this side ended itself.
func (e *Error) timeoutMessage(host string) string {
	switch e.Kind {
	case KindPrivate:
		return fmt.Sprintf("%s leads to a private network (%s); dateline did not follow: set allow_private = true for the feed if it is yours.", host, e.cause())
	case KindShortage:
		return fmt.Sprintf("This computer has too little for so many requests (%s): dateline tries again by itself; fewer workers in the configuration need less.", e.cause())
	case KindSlow:
		return fmt.Sprintf("%s sends its response too slowly (%s): dateline checks it again later.", host, e.cause())
	}
	var slow *programError
	if errors.As(e.Err, &slow) {
		return fmt.Sprintf("The %s did not end in time: run it by hand to see why, or raise the feed's timeout.", slow.role)
	}
	var op *net.OpError
	if errors.As(e.Err, &op) && op.Op == "dial" {
		return fmt.Sprintf("%s cannot be reached (no connection in time): check the network connection, or try again later.", host)
	}
	return fmt.Sprintf("%s took too long to respond: try again later, or raise the feed's timeout.", host)
}

// programMessage is the message of [KindProgram].
func (e *Error) programMessage() string {
	role := roleFeed
	var failed *programError
	if errors.As(e.Err, &failed) {
		role = failed.role
	}
	return fmt.Sprintf("The %s failed (%s): run it by hand to see why.", role, e.cause())
}

// host returns the host of the address for messages, or the whole address if it
// has none.
func (e *Error) host() string {
	if u, err := url.Parse(e.URL); err == nil && u.Host != "" {
		// Parsing decodes percent-encoded characters, so the host needs cleaning
		// again.
		return text.Clean(u.Host)
	}
	return e.URL
}

// owner is what the options for a request belong to.
func (e *Error) owner() string {
	if e.OfCall {
		return "account"
	}
	return "feed"
}

// statusMessage is the message of [KindStatus].
func (e *Error) statusMessage(host string) string {
	what := statusText(e.Status)
	switch {
	case e.Status == http.StatusUnauthorized:
		return fmt.Sprintf("%s wants a user name and password (%s): set user and password, or password_command, in the feed's settings.", host, what)
	case e.Status == http.StatusProxyAuthRequired:
		return fmt.Sprintf("The proxy for %s wants a user name and password (%s): add them to the proxy's address in the %s's settings.", host, what, e.owner())
	case e.Status == http.StatusNetworkAuthenticationRequired:
		return fmt.Sprintf("This network wants a login before it lets you reach %s (%s): open any web page in a browser to log in.", host, what)
	case e.Status == http.StatusForbidden:
		return fmt.Sprintf("%s refuses to give the feed (%s): it may need a login, or another user_agent in the feed's settings.", host, what)
	case e.Status == http.StatusNotFound:
		return fmt.Sprintf("%s has nothing at this address (%s): look for the feed's new address on the site.", host, what)
	case e.Status == http.StatusGone:
		return fmt.Sprintf("%s ended this feed permanently (%s), so dateline no longer checks it automatically: remove it, or look for its new address on the site.", host, what)
	case e.Status == http.StatusTooManyRequests:
		return fmt.Sprintf("%s received too many requests (%s): dateline checks the feed again later; set a longer interval for it.", host, what)
	case e.Status >= 500:
		return fmt.Sprintf("%s has a server error (%s): dateline checks the feed again later.", host, what)
	}
	return fmt.Sprintf("%s returned no feed (%s): open the address in a browser to see why.", host, what)
}

// tlsMessage is the message of [KindTLS].
func (e *Error) tlsMessage(host string) string {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var noRoots x509.SystemRootsError
	var record tls.RecordHeaderError
	switch {
	case errors.As(e.Err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("The certificate of %s is valid only from %s to %s: check this computer's clock, or wait until the site renews it.",
			host, invalid.Cert.NotBefore.Format("2 January 2006"), invalid.Cert.NotAfter.Format("2 January 2006"))
	case errors.As(e.Err, &unknown):
		return fmt.Sprintf("The certificate of %s is not signed by an authority that this computer trusts: if it is your own server, install its authority's certificate on this computer, or set insecure = true for the %s.", host, e.owner())
	case errors.As(e.Err, &name):
		return fmt.Sprintf("The certificate of %s is for another host name: check the address, or tell the site's owner.", host)
	case errors.As(e.Err, &noRoots):
		return "This computer has no list of certificate authorities: install its ca-certificates package."
	case errors.As(e.Err, &record):
		return fmt.Sprintf("%s does not use https at this address: try http:// instead.", host)
	}
	return fmt.Sprintf("Cannot make a secure connection to %s (%s): try again later, or tell the site's owner.", host, e.cause())
}
