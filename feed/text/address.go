package text

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
	s = EncodeURL(strings.TrimSpace(s))
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

// LinkOnlySchemes are those of addresses that stay links in a text although no
// browser is given them: they load nothing by themselves, and what is exported
// should name the torrent, the channel or the number that was meant.
var LinkOnlySchemes = []string{"ftp", "ftps", "sftp", "magnet", "irc", "ircs", "xmpp", "tel", "sms", "news", "nntp", "geo", "sip", "gopher", "matrix"}

// LinkURL is an address as a text may carry it, or empty: what [SafeURL] lets
// pass, and what has one of the other harmless schemes.
func LinkURL(s string) string {
	if safe, ok := SafeURL(s); ok {
		return safe
	}
	s = EncodeURL(strings.TrimSpace(s))
	if u, err := url.Parse(s); err == nil && slices.Contains(LinkOnlySchemes, strings.ToLower(u.Scheme)) {
		return s
	}
	return ""
}

// ASCIIHost writes a host of another script as DNS does (RFC 5891), which
// survives every parser and shows a look-alike for what it is. What has no such
// host comes back as it is.
func ASCIIHost(s string) string {
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

// EncodeURL percent-encodes what has no place in an address, a lone percent sign
// among it; letters of other scripts stay readable.
func EncodeURL(s string) string {
	var marks MarkLimiter
	bad := func(r rune) bool {
		return r <= ' ' || r == '"' || r == '<' || r == '>' || r == '`' || IsUnsafeRune(r) ||
			r >= utf8.RuneSelf && unicode.IsSpace(r) || marks.Exceeds(r)
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
		case r == '%' && i > path && !IsEscape(s[i:]):
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

// IsEscape says that s begins with a percent-encoded byte.
func IsEscape(s string) bool {
	isHex := func(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }
	return len(s) > 2 && isHex(s[1]) && isHex(s[2])
}

// Resolve makes ref absolute against base (RFC 3986 section 5). What cannot be
// resolved comes back as it is.
func Resolve(base, ref string) string {
	ref = EncodeURL(strings.TrimSpace(ref))
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

// WebURL resolves ref and returns it when it is an http, https or gemini
// address, else the empty string.
func WebURL(base, ref string) string {
	if IsBlank(ref) {
		return ""
	}
	s, ok := SafeURL(Resolve(base, ref))
	if !ok || strings.HasPrefix(strings.ToLower(s), "mailto:") {
		return ""
	}
	return s
}

// UnescapeAmpersands takes back the escaping of an address that was escaped twice, or
// stood escaped in a CDATA section.
func UnescapeAmpersands(s string) string { return strings.ReplaceAll(s, "&amp;", "&") }

// IsHTTPURL says that s is an http or https address as it stands.
func IsHTTPURL(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	return (strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")) && !strings.ContainsAny(s, " \t\n<>")
}

// SplitLogin parts an http or https address that has a user or a password in it
// (https://ann:pw@host/) from them: the address alone is what a feed is known,
// shown and exported by. Other addresses come back as they are, byte for byte.
func SplitLogin(s string) (address, user, password string) {
	from, to := loginRange(s)
	if from == to {
		return s, "", ""
	}
	user, password, _ = strings.Cut(s[from:to-1], ":")
	return s[:from] + s[to:], unescapeLogin(user), unescapeLogin(password)
}

// KeepLogin is address with the user and password that another address of the
// same server has in it, unless it has its own. A step down from https to http
// takes nothing along.
func KeepLogin(address, other string) string {
	from, to := loginRange(other)
	at, end := loginRange(address)
	if from == to || at != end {
		return address
	}
	a, err := url.Parse(address)
	if err != nil {
		return address
	}
	b, err := url.Parse(other[:from] + other[to:])
	if err != nil || !strings.EqualFold(a.Host, b.Host) || a.Scheme != b.Scheme && a.Scheme != "https" {
		return address
	}
	return address[:at] + other[from:to] + address[at:]
}

// loginRange is where user and password stand in an address, the @ behind them
// included; two equal places, at the host, where there are none.
func loginRange(s string) (from, to int) {
	scheme, rest, found := strings.Cut(s, "://")
	if !found || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return 0, 0
	}
	from = len(scheme) + len("://")
	host := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host = i
	}
	return from, from + strings.LastIndexByte(rest[:host], '@') + 1
}

// unescapeLogin takes back percent-encoding; a password with a stray % in it is
// meant as it stands.
func unescapeLogin(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
