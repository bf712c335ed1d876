package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"dateline/feed/text"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// UserMessage tells a reader what went wrong and what can be done about it. The
// options it names are those of the configuration.
func (e *Error) UserMessage() string {
	host := e.host()
	switch e.Kind {
	case KindScheme:
		if e.Err != nil {
			return fmt.Sprintf("The address cannot be asked (%s): give one that starts with https:// or http://.", e.cause())
		}
		return "The address is not one that can be asked: give one that starts with https:// or http://."
	case KindBuiltin:
		return "This dateline has no feed of that name built in: use builtin:guide, or remove the feed."
	case KindLocal:
		return "A feed from a file or a program, a filter and a password command can only stand in the configuration: write them there by hand, or give an address that starts with https://."
	case KindUnset:
		return fmt.Sprintf("The configuration wants the environment variable %s for this feed, which is not set: set it where dateline is started, or take it out of the feed's settings.", e.cause())
	case KindFile:
		return fmt.Sprintf("The feed's file can't be read (%s): check its path and its permissions.", e.cause())
	case KindProgram:
		return e.programMessage()
	case KindAuth:
		return fmt.Sprintf("%s refuses the user name and password (%s): check user and password, or password_command, in the feed's settings.", host, statusText(e.Status))
	case KindDNS:
		return fmt.Sprintf("The name %s could not be looked up: check the network connection, or the address for a misspelling.", host)
	case KindRefused:
		return fmt.Sprintf("Nothing answers at %s (connection refused): the server may be down, so try again later, or check the address and its port.", host)
	case KindUnreachable:
		return fmt.Sprintf("There is no way to reach %s: check the network connection.", host)
	case KindProxy:
		return fmt.Sprintf("The proxy for %s could not be used (%s): check the option proxy, or HTTP_PROXY and HTTPS_PROXY in the environment.", host, e.cause())
	case KindReset:
		return fmt.Sprintf("%s ended the connection without an answer: try again later, or check the address.", host)
	case KindTimeout:
		return e.timeoutMessage(host)
	case KindTLS:
		return e.tlsMessage(host)
	case KindStatus:
		return e.statusMessage(host)
	case KindTooLarge:
		return fmt.Sprintf("The answer of %s is too large (%s): look for a shorter feed on the site.", host, e.cause())
	case KindRedirects:
		if errors.Is(e.Err, errBadTarget) {
			return fmt.Sprintf("%s sends on to an address that cannot be read: open the feed in a browser to find its right address.", host)
		}
		return fmt.Sprintf("%s sends from address to address without end (%s): open the feed in a browser to find its right address.", host, e.cause())
	case KindLoop:
		return fmt.Sprintf("%s sends round in a circle (%s): open the feed in a browser to find its right address.", host, e.cause())
	case KindDowngrade:
		return fmt.Sprintf("%s leads from a secure address to an open one (%s), which was not followed: subscribe to that address if you trust it.", host, e.cause())
	case KindEncoding:
		return fmt.Sprintf("%s packed its answer in a way nobody asked for (%s): tell the site, or look for another feed on it.", host, e.cause())
	case KindTruncated:
		return fmt.Sprintf("The answer of %s broke off before anything came: try again later.", host)
	case KindCanceled:
		return "The refresh was stopped before this feed answered: refresh again to ask it."
	}
	if why, unruly := strings.CutPrefix(e.cause(), invalidHTTP); unruly {
		return fmt.Sprintf("%s does not keep to the rules of HTTP (%s): try again later, or tell the site.", host, strings.TrimPrefix(strings.TrimPrefix(why, "net/http: "), "http: "))
	}
	return fmt.Sprintf("Asking %s failed (%s): check the feed's address and headers, or try again later.", host, e.cause())
}

// invalidHTTP begins what net/http says of an answer that it cannot read.
const invalidHTTP = "net/http: HTTP/1.x transport connection broken: "

func (e *Error) timeoutMessage(host string) string {
	var slow *programError
	if errors.As(e.Err, &slow) {
		return fmt.Sprintf("The feed's %s did not end in time: run it by hand to see why, or raise the feed's timeout.", slow.role)
	}
	var op *net.OpError
	if errors.As(e.Err, &op) && op.Op == "dial" {
		return fmt.Sprintf("%s cannot be reached (no connection in time): check the network connection, or try again later.", host)
	}
	return fmt.Sprintf("%s took too long to answer: try again later, or raise the feed's timeout.", host)
}

func (e *Error) programMessage() string {
	role := roleFeed
	var failed *programError
	if errors.As(e.Err, &failed) {
		role = failed.role
	}
	return fmt.Sprintf("The feed's %s failed (%s): run it by hand to see why.", role, e.cause())
}

func (e *Error) host() string {
	if u, err := url.Parse(e.URL); err == nil && u.Host != "" {
		// Parsing decodes what the shown address holds percent-encoded.
		return text.Clean(u.Host)
	}
	return e.URL
}

func (e *Error) statusMessage(host string) string {
	what := statusText(e.Status)
	switch {
	case e.Status == http.StatusUnauthorized:
		return fmt.Sprintf("%s wants a user name and password (%s): give the feed user and password, or password_command, in the configuration.", host, what)
	case e.Status == http.StatusProxyAuthRequired:
		return fmt.Sprintf("The proxy for %s wants a user name and password (%s): put them into the proxy's address in the feed's settings.", host, what)
	case e.Status == http.StatusNetworkAuthenticationRequired:
		return fmt.Sprintf("The network wants a login before it lets anyone through to %s (%s): open any web page in a browser to log in.", host, what)
	case e.Status == http.StatusForbidden:
		return fmt.Sprintf("%s refuses to give the feed (%s): it may need a login, or another user_agent in the feed's settings.", host, what)
	case e.Status == http.StatusNotFound:
		return fmt.Sprintf("%s has nothing at this address (%s): look for the feed's new address on the site.", host, what)
	case e.Status == http.StatusGone:
		return fmt.Sprintf("%s has ended this feed for good (%s), so it will not be asked again by itself: remove it, or look for its new address on the site.", host, what)
	case e.Status == http.StatusTooManyRequests:
		return fmt.Sprintf("%s was asked too often (%s): the feed will be asked again later; give it a longer interval.", host, what)
	case e.Status >= 500:
		return fmt.Sprintf("%s has trouble of its own (%s): the feed will be asked again later.", host, what)
	}
	return fmt.Sprintf("%s gave no feed (%s): open the address in a browser to see why.", host, what)
}

func (e *Error) tlsMessage(host string) string {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var noRoots x509.SystemRootsError
	var record tls.RecordHeaderError
	switch {
	case errors.As(e.Err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("The certificate of %s is only good from %s to %s: check this computer's clock, or wait until the site renews it.",
			host, invalid.Cert.NotBefore.Format("2 January 2006"), invalid.Cert.NotAfter.Format("2 January 2006"))
	case errors.As(e.Err, &unknown):
		return fmt.Sprintf("The certificate of %s is signed by nobody this computer trusts: if it is your own server, install its authority's certificate on this computer, or give the feed insecure = true.", host)
	case errors.As(e.Err, &name):
		return fmt.Sprintf("The certificate of %s is made out to another name: check the address, or tell the site.", host)
	case errors.As(e.Err, &noRoots):
		return "This computer has no list of certificate authorities: install its ca-certificates package."
	case errors.As(e.Err, &record):
		return fmt.Sprintf("%s does not speak https at this address: try it with http://.", host)
	}
	return fmt.Sprintf("No secure connection to %s could be made (%s): try again later, or tell the site.", host, e.cause())
}
