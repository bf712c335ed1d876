package fetch

import (
	"cmp"
	"context"
	"net/http"
)

// newRequest returns the HTTP request for rd.at.
func (rd *redirects) newRequest(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, rd.at.String(), nil)
	if err != nil {
		return nil, err
	}
	r := rd.request
	req.Header.Set("Accept", cmp.Or(r.Accept, accept))
	// net/http would trust the response's Content-Encoding. See unpacker.
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("User-Agent", cmp.Or(r.UserAgent, rd.client.userAgent, "dateline"))
	if rd.sendsValidators() {
		setNonEmpty(req.Header, "If-None-Match", r.ETag)
		setNonEmpty(req.Header, "If-Modified-Since", r.LastModified)
	}
	if rd.onOwnHost {
		err = rd.addPrivateHeaders(ctx, req)
	}
	if !r.NoCookies {
		for _, c := range rd.jar.Cookies(rd.at) {
			req.AddCookie(c)
		}
	}
	return req, err
}

// addPrivateHeaders adds the headers for the feed's own host only: cookies,
// credentials, and the configured headers. The configured headers are last and
// replace the others.
func (rd *redirects) addPrivateHeaders(ctx context.Context, req *http.Request) error {
	setNonEmpty(req.Header, "Cookie", rd.request.Access.Cookies)
	if rd.credentials != nil {
		if err := rd.credentials.sign(ctx, req); err != nil {
			return err
		}
	}
	for name, value := range rd.request.Headers {
		switch http.CanonicalHeaderKey(name) {
		case "Host":
			req.Host = value
		case "Accept-Encoding":
			// dateline decompresses only what it asks for itself.
		default:
			req.Header.Set(name, value)
		}
	}
	return nil
}
