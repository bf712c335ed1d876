package text

import (
	"net/url"
	"strings"
)

// AddressKey returns the same text for all spellings of the address of a feed (RFC 3986
// section 6.2.2): scheme and host have no case, an international host is the same in
// ASCII, and a login, the usual port, a fragment, an empty path and the case of an escape
// do not matter. Paths keep their case. An address that is neither http nor https is
// returned unchanged.
func AddressKey(s string) string {
	address, _, _ := SplitLogin(strings.TrimSpace(s))
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return s
	}
	host := strings.ToLower(u.Hostname())
	if ascii, err := idnaProfile().ToASCII(host); err == nil {
		host = ascii
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && !(port == "80" && u.Scheme == "http") && !(port == "443" && u.Scheme == "https") {
		host += ":" + port
	}
	path := upperEscapes(u.EscapedPath())
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + upperEscapes(u.RawQuery)
	}
	return u.Scheme + "://" + host + path
}

// SameAddress reports whether two addresses are spellings of the same one.
func SameAddress(a, b string) bool { return a == b || AddressKey(a) == AddressKey(b) }

// upperEscapes writes the percent-encoded bytes of s with capital digits, and decodes those
// that need no encoding (RFC 3986 sections 2.3 and 6.2.2).
func upperEscapes(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' || !BeginsWithEscape(s[i:]) {
			b.WriteByte(s[i])
			continue
		}
		escape := s[i : i+3]
		plain, err := url.PathUnescape(escape)
		if err == nil && strings.Trim(strings.ToLower(plain), "abcdefghijklmnopqrstuvwxyz0123456789-._~") == "" {
			b.WriteString(plain)
		} else {
			b.WriteString(strings.ToUpper(escape))
		}
		i += len(escape) - 1
	}
	return b.String()
}
