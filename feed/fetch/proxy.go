package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// checkProxyResponse tells of a proxy that will not make a connection.
func checkProxyResponse(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &Error{Kind: KindProxy, Err: fmt.Errorf("it says %s", statusText(res.StatusCode))}
}

var errBadProxy = errors.New(`must be "http://…", "https://…" or "socks5://…" with a host, or "none"`)

// CheckProxy says what keeps a [feed.Access] proxy from being used; nil when
// nothing does. The error does not repeat the address, which may have a password
// in it.
func CheckProxy(proxy string) error {
	if proxy == "" || proxy == "none" {
		return nil
	}
	_, err := parseProxy(proxy)
	return err
}

func parseProxy(proxy string) (*url.URL, error) {
	u, err := url.Parse(proxy)
	if err != nil || u.Hostname() == "" {
		return nil, errBadProxy
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return u, nil
	}
	return nil, errBadProxy
}
