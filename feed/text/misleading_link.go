package text

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/publicsuffix"
)

// MisleadingLink returns the host that the text of a link names and the host that its
// address leads to, in the form of DNS, if they belong to different sites. It returns
// two empty strings otherwise, as for a text that names no host.
func MisleadingLink(label, address string) (named, target string) {
	u, err := url.Parse(ASCIIHost(address))
	if err != nil || u.Hostname() == "" {
		return "", ""
	}
	target = strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	named = hostInText(label)
	if named == "" || siteOf(named) == siteOf(target) {
		return "", ""
	}
	return named, target
}

// hostInText returns the host that a text names: that of the first word that is an
// address with a scheme or with "www.", or that of a text that is nothing but an address.
// It returns "" if there is none.
func hostInText(s string) string {
	const longest = 2048 // the text of a link may be a whole article
	s = Clean(Truncate(s, longest))
	words := strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(`<>"'()[]{},;“”«»‘’`, r)
	})
	for _, word := range words {
		lower := strings.ToLower(word)
		for _, start := range []string{"https://", "http://", "www."} {
			if i := strings.Index(lower, start); i >= 0 {
				if host := hostOf(strings.TrimPrefix(strings.TrimPrefix(lower[i:], "https://"), "http://")); host != "" {
					return host
				}
			}
		}
	}
	if len(words) != 1 {
		return ""
	}
	host := hostOf(strings.ToLower(words[0]))
	domain := host[strings.LastIndexByte(host, '.')+1:]
	suffix, known := publicsuffix.PublicSuffix(host)
	known = known || strings.Contains(suffix, ".") || slices.Contains(reservedDomains, domain)
	if !known || slices.Contains(fileEndings, domain) {
		return ""
	}
	return host
}

// reservedDomains are top-level domains that nobody can register (RFC 2606 section 2).
var reservedDomains = []string{"example", "test", "invalid"}

// fileEndings are top-level domains that a link text rather means as the ending of a
// file's name, such as in README.md.
var fileEndings = []string{"ai", "app", "bz", "cc", "cs", "gz", "java", "md", "ml", "mm", "mov", "pl", "ps", "py", "rs", "sh", "so", "st", "tf", "ts", "zip"}

// hostOf returns the host at the start of an address without a scheme. It returns "" if
// that is no host name with a domain and no IP address.
func hostOf(s string) string {
	if end := strings.IndexAny(s, `/?#:\`); end >= 0 {
		s = s[:end]
	}
	s = s[strings.LastIndexByte(s, '@')+1:]
	s = strings.Trim(s, ".…!*_`")
	u, err := url.Parse(ASCIIHost("http://" + s))
	if err != nil || strings.ContainsFunc(u.Host, func(r rune) bool { return r > unicode.MaxASCII || unicode.IsSpace(r) }) {
		return ""
	}
	host := u.Hostname()
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	if !strings.Contains(host, ".") {
		return ""
	}
	return host
}

// siteOf returns the part of a host name that somebody registered, such as example.org
// of news.example.org.
func siteOf(host string) string {
	if site, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return site
	}
	return host
}
