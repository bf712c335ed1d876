package markdown

import (
	"strings"

	"golang.org/x/net/html"
)

// verbatim before an address keeps the converter from parsing the address. It would write
// the query in another way, and a magnet link with an escaped colon is another one for some
// programs. [backslashEscape] removes the character.
const verbatim = "\x7f"

// keepAddress keeps an address in an attribute of n as it is. Only what Markdown would read
// as a sign of its own is escaped.
func keepAddress(n *html.Node, key string) {
	for i, a := range n.Attr {
		if a.Key == key && a.Val != "" && !strings.HasPrefix(a.Val, verbatim) {
			n.Attr[i].Val = verbatim + escapeAddress(a.Val)
		}
	}
}

// escapeAddress escapes backslashes and what looks like an entity in an address. The
// converter escapes brackets.
func escapeAddress(s string) string {
	if !strings.ContainsAny(s, `\&`) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\\':
			b.WriteString("%5C")
		case r == '&' && isEntity(s[i+1:]):
			b.WriteString("&amp;")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
