package text

import (
	"errors"
	"net/url"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// ReadURL reads the address ref, as somebody typed it or a page or a server gave
// it, in the way of a browser (https://url.spec.whatwg.org/#url-parsing). It
// drops white space and invisible characters around ref, reads "\" as "/",
// percent-encodes what must not stand raw in a request, maps the host (UTS 46)
// and writes it in ASCII and in small letters. A relative ref is resolved against
// base, an empty one is base. base may be empty. The result is absolute and
// consists of ASCII. The error does not contain the address, which may hold a
// password.
func ReadURL(base, ref string) (*url.URL, error) {
	u, err := url.Parse(requestForm(ref))
	if err == nil && !u.IsAbs() && base != "" {
		var b *url.URL
		if b, err = url.Parse(requestForm(base)); err == nil {
			u = b.ResolveReference(u)
		}
	}
	var bad *url.Error
	if errors.As(err, &bad) {
		err = bad.Err
	}
	if err != nil {
		return nil, err
	}
	if !u.IsAbs() {
		return nil, errNoScheme
	}
	u.Host = strings.ToLower(u.Host)
	return u, nil
}

// errNoScheme reports a relative address without a base.
var errNoScheme = errors.New("the address has no scheme such as https")

// requestForm returns an address or a reference as a request may contain it.
func requestForm(s string) string {
	s = mapHost(trimReference(s), idnaProfile().ToASCII)
	path := pathStart(s)
	s = s[:path] + percentEncode(s[path:], func(r rune) bool {
		return r >= utf8.RuneSelf || strings.ContainsRune(`{}|^`, r)
	})
	query := strings.IndexByte(s, '?')
	if query < 0 || strings.Contains(s[:query], "#") {
		return EncodeURL(s)
	}
	quote := func(r rune) bool { return r == '\'' }
	return EncodeURL(s[:query] + percentEncode(s[query:], quote))
}

// trimReference removes white space and invisible characters around an address
// and the line ends in it, and turns the backslashes before its query into
// slashes if it is an address of the web or relative to one.
func trimReference(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || IsUnsafeRune(r) && (r < ' ' || r > unicode.MaxLatin1)
	})
	if strings.ContainsAny(s, "\n\r\t") {
		s = strings.NewReplacer("\n", "", "\r", "", "\t", "").Replace(s)
	}
	end := len(s)
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		end = i
	}
	scheme := schemeOf(s[:end])
	if !strings.Contains(s[:end], `\`) || scheme != "" && !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return s
	}
	return strings.ReplaceAll(s[:end], `\`, "/") + s[end:]
}

// schemeOf returns the scheme that s begins with (RFC 3986 section 3.1), or "".
func schemeOf(s string) string {
	for i := range len(s) {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		switch {
		case c == ':':
			return s[:i]
		case !letter && (i == 0 || (c < '0' || c > '9') && c != '+' && c != '-' && c != '.'):
			return ""
		}
	}
	return ""
}

// pathStart returns the offset of what follows the host of an address, or the
// scheme of an address without host.
func pathStart(s string) int {
	from := 0
	if scheme := schemeOf(s); scheme != "" {
		from = len(scheme) + 1
	}
	if !strings.HasPrefix(s[from:], "//") {
		return from
	}
	from += len("//")
	if end := strings.IndexAny(s[from:], "/?#"); end >= 0 {
		return from + end
	}
	return len(s)
}

// mapHost returns an address with its host as convert writes it. If the host
// consists of ASCII or cannot be converted, the address is returned unchanged.
func mapHost(s string, convert func(string) (string, error)) string {
	end := pathStart(s)
	start := strings.Index(s[:end], "//")
	if start < 0 {
		return s
	}
	start += len("//")
	start += strings.LastIndexByte(s[start:end], '@') + 1
	if i := strings.LastIndexByte(s[start:end], ':'); i >= 0 {
		end = start + i
	}
	host := s[start:end]
	if !strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return s
	}
	// Letters such as "℀" are mapped to several characters, and these must not
	// begin a path or a login.
	mapped, err := convert(host)
	if err != nil || mapped == "" || strings.ContainsAny(mapped, "#%/:<>?@[\\]^| ") {
		return s
	}
	return s[:start] + mapped + s[end:]
}

// idnaProfile is how browsers map a host
// (https://url.spec.whatwg.org/#idna): with names such as "my_shop" and
// "a--b", which registries refuse.
var idnaProfile = sync.OnceValue(func() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false))
})
