package markup

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
)

// maxRuns is how many runs of text of one body get a copy of a style around them.
const maxRuns = 20_000

// pusher moves styles around blocks into the blocks.
type pusher struct {
	// runs is how many runs of text were wrapped so far.
	runs int
}

// pushDown moves the style n into the blocks in it, because renderers style what
// is within a block. So <b><p>a</p></b> becomes <p><b>a</b></p>. A quotation gets
// its quotation marks. Links and code stay as they are.
func (p *pusher) pushDown(n *html.Node) {
	if !isStyle(n.DataAtom) || !hasBlock(n) {
		return
	}
	switch {
	case n.DataAtom == atom.Q:
		quote(n)
	case !isWithin(n, n.DataAtom):
		p.wrapRuns(n, n)
	}
	if id := NodeAttribute(n, "id"); id != "" {
		target := NewElement(atom.Span)
		target.Attr = []html.Attribute{{Key: "id", Val: id}}
		n.InsertBefore(target, n.FirstChild)
	}
	unwrap(n)
}

// isWithin reports whether n is in an element.
func isWithin(n *html.Node, a atom.Atom) bool {
	for n = n.Parent; n != nil; n = n.Parent {
		if n.DataAtom == a {
			return true
		}
	}
	return false
}

// isStyle reports whether an element styles the text in it in a terminal.
func isStyle(a atom.Atom) bool {
	switch a {
	case atom.B, atom.Strong, atom.I, atom.Em, atom.Del, atom.S, atom.Strike, atom.Q, atom.Rt:
		return true
	}
	return false
}

// hasBlock reports whether there is a block in n.
func hasBlock(n *html.Node) bool {
	for c := range n.Descendants() {
		if IsBlock(c.DataAtom) {
			return true
		}
	}
	return false
}

// wrapRuns puts the text in n into copies of an element, one for each run of text
// without a block.
func (p *pusher) wrapRuns(n, wrapper *html.Node) {
	var run *html.Node
	for c := n.FirstChild; c != nil && p.runs < maxRuns; {
		next := c.NextSibling
		switch {
		case IsBlock(c.DataAtom) || hasBlock(c):
			run = nil
			p.wrapRuns(c, wrapper)
		case run == nil && c.Type == html.TextNode && text.IsBlank(c.Data):
		case run == nil:
			p.runs++
			run = NewElement(wrapper.DataAtom)
			run.Attr = withAttribute(slices.Clone(wrapper.Attr), "id", "")
			n.InsertBefore(run, c)
			fallthrough
		default:
			n.RemoveChild(c)
			run.AppendChild(c)
		}
		c = next
	}
}

// quote puts quotation marks around the text of n.
func quote(n *html.Node) {
	var first, last *html.Node
	for c := range n.Descendants() {
		if c.Type == html.TextNode && !text.IsBlank(c.Data) {
			if first == nil {
				first = c
			}
			last = c
		}
	}
	if first != nil {
		first.Data = "“" + strings.TrimLeft(first.Data, " \n\t")
		last.Data = strings.TrimRight(last.Data, " \n\t") + "”"
	}
}

// strikeStyled puts the text in n into <s> if a style strikes it through, so that
// it stays struck where there are no styles.
func (p *pusher) strikeStyled(n *html.Node) {
	style := NodeAttribute(n, "style")
	if style == "" || !text.StrikesText(style) {
		return
	}
	var kept []string
	for declaration := range strings.SplitSeq(style, ";") {
		property, _, _ := strings.Cut(declaration, ":")
		if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(property)), "text-decoration") && !text.IsBlank(declaration) {
			kept = append(kept, declaration)
		}
	}
	setAttribute(n, "style", strings.Join(kept, ";"))
	if !isStruck(n) && !isWithin(n, atom.S) {
		p.wrapRuns(n, NewElement(atom.S))
	}
}

// pushDownStruck makes every struck text below n one within a block. In struck
// text, which struck reports, nothing is struck again.
func (p *pusher) pushDownStruck(n *html.Node, struck bool) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		strikes := isStruck(c) || text.StrikesText(NodeAttribute(c, "style"))
		p.pushDownStruck(c, struck || strikes)
		switch {
		case struck && isStruck(c):
			c.Data, c.DataAtom = "span", atom.Span
		case !struck && strikes:
			p.strikeStyled(c)
			if isStruck(c) {
				p.pushDown(c)
			}
		}
		c = next
	}
}
