package markup

import (
	"strings"

	"golang.org/x/net/html"
)

// styleValue returns the value of a CSS property in the style attribute of n, in lower
// case, or "" if the attribute does not set the property. As in CSS, the last declaration
// wins, and one that is !important wins over the others.
func styleValue(n *html.Node, property string) string {
	value, important := "", false
	for declaration := range strings.SplitSeq(withoutComments(strings.ToLower(NodeAttribute(n, "style"))), ";") {
		name, v, found := strings.Cut(declaration, ":")
		if !found || strings.TrimSpace(name) != property {
			continue
		}
		v, mark, marked := strings.Cut(v, "!")
		marked = marked && strings.TrimSpace(mark) == "important"
		if v = strings.TrimSpace(v); v != "" && (marked || !important) {
			value, important = v, marked
		}
	}
	return value
}

// withoutComments returns a style without the comments of CSS. A comment separates words.
func withoutComments(style string) string {
	if !strings.Contains(style, "/*") {
		return style
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(style, "/*")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte(' ')
		_, style, _ = strings.Cut(rest, "*/")
	}
}
