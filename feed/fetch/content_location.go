package fetch

import (
	"net/netip"
	"net/url"
	"strings"

	"dateline/feed/text"
)

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
