// Package probe finds out which kind of server is at an address, before anybody has to
// write down a login.
//
// Start at [Find]. It sends no secret: it asks for what only a login gets, and looks at how
// the server refuses.
package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/text"
)

// The kinds of servers, as [feed.AccountSettings] has them.
const (
	Miniflux = "miniflux"
	GReader  = "greader"
)

// maxBody is the limit of a response in bytes. Those that count are short.
const maxBody = 64 << 10

// readerPaths are where servers of the Google Reader API have it, below the address of the
// site. The last two are those of FreshRSS.
var readerPaths = []string{"", "/api/greader.php", "/p/api/greader.php"}

// errSwitchedOff is returned for a FreshRSS that refuses its API to everybody.
var errSwitchedOff = errors.New("FreshRSS is there, but its API is switched off; switch it on under Authentication in its settings, and set an API password in your profile")

// Find returns the kind of the server at an address, and the address of its programming
// interface. access has the proxy and the insecure option. The error is an [*fetch.Error] if
// the server cannot be reached, and otherwise says what to do.
func Find(ctx context.Context, client *fetch.Client, address string, access feed.Access) (kind, base string, err error) {
	base = strings.TrimSuffix(strings.TrimRight(address, "/"), "/v1")
	ask := func(url string) (fetch.Reply, error) {
		return client.Do(ctx, fetch.Call{Method: "GET", URL: url, Access: feed.Access{Proxy: access.Proxy, Insecure: access.Insecure}, MaxBody: maxBody})
	}
	reply, err := ask(base + "/v1/me")
	if unreachable(err) {
		return "", "", err
	}
	if err == nil && isMiniflux(reply) {
		return Miniflux, base, nil
	}
	off := false
	for _, path := range readerPaths {
		reply, err := ask(base + path + "/reader/api/0/token")
		if err != nil {
			continue // a page that is too long, or a redirect to elsewhere
		}
		if isReader(reply) {
			return GReader, base + path, nil
		}
		off = off || reply.Status == 503 && strings.HasSuffix(base+path, "/greader.php")
	}
	if off {
		return "", "", errSwitchedOff
	}
	return "", "", fmt.Errorf("%s is neither a Miniflux nor a server of the Google Reader API; check the address, or name the address of its API and --kind", host(address))
}

// unreachable reports whether an error means that no request to this server can succeed.
func unreachable(err error) bool {
	var failed *fetch.Error
	return errors.As(err, &failed) && (failed.NoResponse() || failed.LocalFailure() || failed.Kind == fetch.KindTimeout)
}

// isMiniflux reports whether a response is how Miniflux refuses a request without a login.
func isMiniflux(r fetch.Reply) bool {
	var refused struct {
		Message string `json:"error_message"`
	}
	return r.Status == 401 && json.Unmarshal(r.Body, &refused) == nil && refused.Message != ""
}

// isReader reports whether a response is how a server of the Google Reader API refuses a
// request without a login. A site that wants a login for every page asks for it with
// WWW-Authenticate (RFC 9110 section 11.6.1). A web page is no refusal of an API.
func isReader(r fetch.Reply) bool {
	return r.Status == 401 && len(r.Headers["Www-Authenticate"]) == 0 && !bytes.HasPrefix(bytes.TrimSpace(r.Body), []byte("<"))
}

// host returns the host of an address for messages.
func host(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return text.Clean(u.Host)
	}
	return text.Clean(address)
}
