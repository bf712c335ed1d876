package feed

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// SafeURL is the one gate through which an address reaches a browser, the
// clipboard or a terminal hyperlink. Only absolute http, https, mailto and
// gemini addresses pass, with every control, blank and invisible character
// percent-encoded.
func SafeURL(s string) (string, bool) {
	s = encodeURL(strings.TrimSpace(s))
	u, err := url.Parse(s)
	if err != nil {
		return "", false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "gemini":
		return s, u.Hostname() != ""
	case "mailto":
		return s, u.Opaque != ""
	}
	return "", false
}

// shownSchemes are those of addresses that stay links in a text although no
// browser is given them: they load nothing by themselves, and what is exported
// should name the torrent, the channel or the number that was meant.
var shownSchemes = []string{"ftp", "ftps", "sftp", "magnet", "irc", "ircs", "xmpp", "tel", "sms", "news", "nntp", "geo", "sip", "gopher", "matrix"}

// shownURL is an address as a text may carry it, or empty: what [SafeURL] lets
// pass, and what has one of the other harmless schemes.
func shownURL(s string) string {
	if safe, ok := SafeURL(s); ok {
		return safe
	}
	s = encodeURL(strings.TrimSpace(s))
	if u, err := url.Parse(s); err == nil && slices.Contains(shownSchemes, strings.ToLower(u.Scheme)) {
		return s
	}
	return ""
}

// hostInASCII writes a host of another script as DNS does (RFC 5891), which
// survives every parser and shows a look-alike for what it is. What has no such
// host comes back as it is.
func hostInASCII(s string) string {
	u, err := url.Parse(s)
	if err != nil || !strings.ContainsFunc(u.Host, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return s
	}
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil {
		return s
	}
	return strings.Replace(s, u.Hostname(), host, 1)
}

// encodeURL percent-encodes what has no place in an address, a lone percent sign
// among it; letters of other scripts stay readable.
func encodeURL(s string) string {
	var marks tower
	bad := func(r rune) bool {
		return r <= ' ' || r == '"' || r == '<' || r == '>' || r == '`' || dangerous(r) ||
			r >= utf8.RuneSelf && unicode.IsSpace(r) || marks.tops(r)
	}
	if !strings.ContainsFunc(s, bad) && !strings.Contains(s, "%") && utf8.ValidString(s) {
		return s
	}
	path := 0
	if host := strings.Index(s, "//"); host >= 0 {
		path = len(s)
		if end := strings.IndexAny(s[host+2:], "/?#"); end >= 0 {
			path = host + 2 + end
		}
	}
	var b strings.Builder
	marks = 0
	for i, r := range s {
		switch {
		case r == '%' && i > path && !escapeSequence(s[i:]):
			b.WriteString("%25")
		case r == '\n' || r == '\r' || r == '\t':
			// The URL standard drops these: they come from line-wrapped markup.
		case bad(r):
			for _, c := range []byte(string(r)) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// escapeSequence says that s begins with a percent-encoded byte.
func escapeSequence(s string) bool {
	isHex := func(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }
	return len(s) > 2 && isHex(s[1]) && isHex(s[2])
}

// resolve makes ref absolute against base (RFC 3986 section 5). What cannot be
// resolved comes back as it is.
func resolve(base, ref string) string {
	ref = encodeURL(strings.TrimSpace(ref))
	if ref == "" || base == "" {
		return ref
	}
	r, err := url.Parse(ref)
	if err != nil || r.IsAbs() {
		return ref
	}
	b, err := url.Parse(base)
	if err != nil || !b.IsAbs() || b.Host == "" {
		return ref
	}
	return b.ResolveReference(r).String()
}

// webURL resolves ref and returns it when it is an http, https or gemini
// address, else the empty string.
func webURL(base, ref string) string {
	if IsBlank(ref) {
		return ""
	}
	s, ok := SafeURL(resolve(base, ref))
	if !ok || strings.HasPrefix(strings.ToLower(s), "mailto:") {
		return ""
	}
	return s
}

// unescapeURL takes back the escaping of an address that was escaped twice, or
// stood escaped in a CDATA section.
func unescapeURL(s string) string { return strings.ReplaceAll(s, "&amp;", "&") }

// looksAbsolute says that s is an http or https address as it stands.
func looksAbsolute(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	return (strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")) && !strings.ContainsAny(s, " \t\n<>")
}
