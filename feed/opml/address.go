package opml

import (
	"net/url"
	"slices"
	"strings"

	"dateline/feed/text"
)

// feedURL returns the address of a feed as it can be subscribed to: without the prefix
// feed:, as in feed://host/path and feed:https://host/path, without ampersands that were
// escaped twice, and with https if it is a host and a path without a scheme. reason says
// why the address cannot be subscribed to, and is empty if it can.
func feedURL(s string) (address, reason string) {
	s = unescape(strings.TrimSpace(s))
	if len(s) > 5 && strings.EqualFold(s[:5], "feed:") {
		s = s[5:]
		if strings.HasPrefix(s, "//") {
			s = "http:" + s
		}
	}
	scheme := schemeOf(s)
	switch {
	case slices.Contains([]string{"exec", "file", "filter"}, scheme), strings.HasPrefix(s, "|"):
		return "", "feeds from files and programs can only be added in the configuration"
	case scheme == "" && !looksLikeHost(s):
		return "", "its address does not begin with https:// or http://"
	case scheme == "":
		s = "https://" + strings.TrimPrefix(s, "//")
	case scheme != "http" && scheme != "https":
		return "", "dateline reads only http and https addresses"
	}
	address, ok := text.SafeURL(s)
	if u, err := url.Parse(address); !ok || err != nil || u.Opaque != "" || strings.ContainsAny(u.Hostname(), " %") || text.Clean(address) != address {
		return "", "its address is not valid"
	}
	return address, ""
}

// maxEscapes is how many escapes of one ampersand are undone.
const maxEscapes = 4

// unescape replaces ampersands that were escaped twice or more.
func unescape(s string) string {
	replace := strings.NewReplacer("&amp;", "&", "&#38;", "&", "&#x26;", "&", "&AMP;", "&")
	for range maxEscapes {
		plain := replace.Replace(s)
		if plain == s {
			break
		}
		s = plain
	}
	return s
}

// schemeOf returns the scheme of an address in small letters (RFC 3986 section 3.1), empty
// if there is none. In host:8080/path the host is no scheme.
func schemeOf(s string) string {
	scheme, rest, found := strings.Cut(s, ":")
	if !found || scheme == "" || strings.Trim(strings.ToLower(scheme), "abcdefghijklmnopqrstuvwxyz0123456789+-.") != "" {
		return ""
	}
	port, _, _ := strings.Cut(rest, "/")
	if port != "" && strings.Trim(port, "0123456789") == "" && !strings.HasPrefix(rest, "//") {
		return ""
	}
	return strings.ToLower(scheme)
}

// looksLikeHost reports whether an address without a scheme begins with the name of a host
// and a path: a name with a dot or a port, or localhost. Without a path it is rather the name
// of a file, or a site.
func looksLikeHost(s string) bool {
	host, _, hasPath := strings.Cut(strings.TrimPrefix(s, "//"), "/")
	if !hasPath || strings.ContainsAny(host, " @\\?#") {
		return false
	}
	name, port, _ := strings.Cut(host, ":")
	dot := strings.IndexByte(name, '.')
	return dot > 0 && dot < len(name)-1 || name == "localhost" || name != "" && port != ""
}
