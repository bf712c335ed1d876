package text

import (
	"net/url"
	"slices"
	"strings"
)

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
