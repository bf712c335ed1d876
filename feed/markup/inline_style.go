package markup

import (
	"golang.org/x/net/html"

	"dateline/feed/text"
)

// styleValue is [text.StyleValue] for the style attribute of n.
func styleValue(n *html.Node, property string) string {
	return text.StyleValue(NodeAttribute(n, "style"), property)
}
