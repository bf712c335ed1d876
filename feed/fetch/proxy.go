package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"dateline/feed/text"
)

// checkProxyResponse returns an error if the proxy refuses to connect.
func checkProxyResponse(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &Error{Kind: KindProxy, Err: fmt.Errorf("it responded %s", statusText(res.StatusCode))}
}

// errBadProxy reports a malformed proxy address.
var errBadProxy = errors.New(`must be "http://…", "https://…" or "socks5://…" with a host, or "none"`)

// CheckProxy returns an error if a [feed.Access] proxy is malformed. The error
// does not contain the address, because that may contain a password.
func CheckProxy(proxy string) error {
	if proxy == "" || proxy == "none" {
		return nil
	}
	_, err := parseProxy(proxy)
	return err
}

// parseProxy parses the address of a proxy.
func parseProxy(proxy string) (*url.URL, error) {
	u, err := text.ReadURL("", proxy)
	if err != nil || u.Hostname() == "" {
		return nil, errBadProxy
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return u, nil
	}
	return nil, errBadProxy
}
