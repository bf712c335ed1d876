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

// SafeURL returns the address s, encoded by [EncodeURL], and reports whether it
// may go to a browser, the clipboard or a terminal hyperlink. Only absolute
// http, https, gemini and mailto addresses pass. A mailto address loses the fields
// that are not in mailFields. Nothing else may hand an address to one of the three.
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
		s = safeMailLink(s)
		return s, s != ""
	}
	return "", false
}

// mailFields are the fields that a mail link may fill in (RFC 6068 section 2). Mail
// programs know others, such as attach, which adds a file of this computer, and bcc,
// which is easily overlooked (RFC 6068 section 7).
var mailFields = []string{"to", "cc", "subject", "body", "in-reply-to"}

// safeMailLink returns a mailto: address with nothing but recipients and mailFields.
// What separates arguments in a mail program's command is encoded. It returns "" if
// there is no recipient and no field.
func safeMailLink(s string) string {
	_, rest, _ := strings.Cut(s, ":")
	rest, _, _ = strings.Cut(rest, "#")
	to, query, _ := strings.Cut(rest, "?")
	var kept []string
	for field := range strings.SplitSeq(UnescapeAmpersands(query), "&") {
		name, value, found := strings.Cut(field, "=")
		plain, err := url.PathUnescape(name)
		if found && err == nil && slices.Contains(mailFields, strings.ToLower(plain)) {
			kept = append(kept, strings.ToLower(plain)+"="+encodeMailText(value, "'?;`"))
		}
	}
	out := encodeMailText(strings.TrimLeft(to, "/-"), "'&=`|$()")
	if len(kept) > 0 {
		out += "?" + strings.Join(kept, "&")
	}
	if out == "" {
		return ""
	}
	return "mailto:" + out
}

// encodeMailText percent-encodes the characters of a mail link that are in bad.
func encodeMailText(s, bad string) string {
	return percentEncode(s, func(r rune) bool { return strings.ContainsRune(bad, r) })
}

// LinkOnlySchemes are schemes that [LinkURL] allows and [SafeURL] does not. Such
// addresses load nothing by themselves. An exported article keeps them as links,
// but dateline opens none of them.
var LinkOnlySchemes = []string{"ftp", "ftps", "sftp", "magnet", "ed2k", "irc", "ircs", "xmpp", "tel", "sms", "news", "nntp",
	"geo", "sip", "sips", "gopher", "finger", "matrix", "webcal", "feed", "git", "rsync", "ipfs", "ipns", "rtsp", "mms", "bitcoin"}

// LinkURL returns the address s, encoded by [EncodeURL], if it may be the target
// of a link in an article. It returns "" otherwise. It allows what [SafeURL]
// allows, and the schemes of [LinkOnlySchemes].
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

// ASCIIHost returns the address s with its host in ASCII, as DNS writes it
// (IDNA2008, RFC 5891). Every parser reads that form, and it shows whether a
// host only looks like another one. If s has no other host or cannot be
// converted, s is returned unchanged.
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

// EncodeURL percent-encodes the characters that an address must not contain:
// controls, spaces, invisible characters, quotation marks, angle brackets, and
// combining marks beyond [MarkLimiter]'s limit. A percent sign after the host
// that begins no escape becomes "%25". Letters of other scripts stay.
func EncodeURL(s string) string {
	var marks MarkLimiter
	bad := func(r rune) bool {
		return r <= ' ' || r == '"' || r == '<' || r == '>' || r == '`' || IsUnsafeRune(r) ||
			r >= utf8.RuneSelf && unicode.IsSpace(r) || marks.Exceeds(r)
	}
	if !strings.ContainsFunc(s, bad) && !strings.Contains(s, "%") && utf8.ValidString(s) {
		return s
	}
	path := pathStart(s)
	var b strings.Builder
	marks = 0
	for i, r := range s {
		switch {
		case r == '%' && i >= path && !BeginsWithEscape(s[i:]):
			b.WriteString("%25")
		case r == '\n' || r == '\r' || r == '\t':
			// The URL standard drops these. They come from wrapped lines.
			// (https://url.spec.whatwg.org/#url-parsing)
		case bad(r):
			writeEscaped(&b, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// ASCIIURL returns an address in ASCII, as sequences for terminals need it: its host by
// [ASCIIHost], and percent-encoded everything else that is not ASCII. A byte of a letter can
// otherwise end the sequence.
// (https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda, "Encodings")
func ASCIIURL(s string) string {
	if isASCII(s) {
		return s
	}
	return percentEncode(ASCIIHost(s), func(r rune) bool { return r >= utf8.RuneSelf })
}

// percentEncode percent-encodes the characters of s that are bad.
func percentEncode(s string, bad func(rune) bool) string {
	if !strings.ContainsFunc(s, bad) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if bad(r) {
			writeEscaped(&b, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// writeEscaped writes each byte of r percent-encoded.
func writeEscaped(b *strings.Builder, r rune) {
	for _, c := range []byte(string(r)) {
		fmt.Fprintf(b, "%%%02X", c)
	}
}

// BeginsWithEscape reports whether s begins with a percent-encoded byte (RFC 3986
// section 2.1).
func BeginsWithEscape(s string) bool {
	isHex := func(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }
	return len(s) > 2 && isHex(s[1]) && isHex(s[2])
}

// Resolve returns the absolute address of ref relative to base as [ReadURL] reads
// it. If ref is absolute, letters of other scripts stay. If base is not absolute,
// or one of the two cannot be parsed, it returns ref, encoded by [EncodeURL]. If
// ref is empty, it returns "".
func Resolve(base, ref string) string {
	ref = EncodeURL(mapHost(trimReference(ref), idnaProfile().ToUnicode))
	if ref == "" || base == "" || schemeOf(ref) != "" {
		return ref
	}
	u, err := ReadURL(base, ref)
	if err != nil || u.Host == "" {
		return ref
	}
	return u.String()
}

// WebURL resolves ref against base and returns the result if it is an http,
// https or gemini address. It returns "" otherwise.
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

// FileURL is like [WebURL], and also allows the schemes of [LinkOnlySchemes]: an
// item may offer a file by magnet or ftp. dateline shows such an address, but does
// not open it.
func FileURL(base, ref string) string {
	if s := WebURL(base, ref); s != "" {
		return s
	}
	if _, ok := SafeURL(ref); ok { // a mail address
		return ""
	}
	return LinkURL(ref)
}

// UnescapeAmpersands replaces "&amp;" in an address by "&". Some feeds escape
// addresses twice, or escape them inside a CDATA section.
func UnescapeAmpersands(s string) string { return strings.ReplaceAll(s, "&amp;", "&") }

// IsHTTPURL reports whether s is an absolute http or https address without white
// space or angle brackets inside.
func IsHTTPURL(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	return (strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")) && !strings.ContainsAny(s, " \t\n<>")
}

// SplitLogin splits an http or https address such as https://ann:pw@host/ into
// the address without login, the user and the password. A feed is identified,
// shown and exported by the address alone. Other addresses are returned
// unchanged, with an empty user and password.
func SplitLogin(s string) (address, user, password string) {
	from, to := loginRange(s)
	if from == to {
		return s, "", ""
	}
	user, password, _ = strings.Cut(s[from:to-1], ":")
	return s[:from] + s[to:], unescapeLogin(user), unescapeLogin(password)
}

// CopyLogin returns address with the user and password of other, if both are on
// the same server and address has no login. Otherwise it returns address
// unchanged, also if address is http and other is https: a password must not
// leave encryption.
func CopyLogin(address, other string) string {
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

// loginRange returns the offsets of the user and password in s, including the @
// after them. If there are none, from equals to, which is the start of the host
// in an http or https address and 0 in any other.
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

// unescapeLogin decodes percent-encoding. If s has an invalid escape, s is
// returned unchanged: some passwords contain a bare %.
func unescapeLogin(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
