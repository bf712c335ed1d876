package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// preparer changes one unit at a time so that it can be converted to Markdown safely.
// It escapes text, numbers links and images, and replaces elements that Markdown does
// not have.
type preparer struct {
	links *links
	ascii bool
	// size is how many bytes of text were prepared, plus nodeWeight for each element.
	size int
}

// enclosing describes the elements around a node.
type enclosing struct {
	// nesting is the number of lists and quotes around the node.
	nesting int
	link    bool
	code    bool
	cell    bool
}

func (p *preparer) children(n *html.Node, at enclosing) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		p.node(c, at)
		c = next
	}
	mergeText(n)
}

// mergeText joins neighbouring text nodes, because the converter takes quadratic time
// for them.
func mergeText(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.TextNode || c.NextSibling == nil || c.NextSibling.Type != html.TextNode {
			continue
		}
		var b strings.Builder
		b.WriteString(c.Data)
		for next := c.NextSibling; next != nil && next.Type == html.TextNode; next = c.NextSibling {
			b.WriteString(next.Data)
			n.RemoveChild(next)
		}
		c.Data = b.String()
	}
}

// node prepares a node and everything below it.
func (p *preparer) node(n *html.Node, at enclosing) {
	switch n.Type {
	case html.TextNode:
		p.text(n, at)
	case html.ElementNode:
		p.element(n, at)
	default:
		n.Parent.RemoveChild(n)
	}
}

// text escapes a text node and makes links of the addresses in it.
func (p *preparer) text(n *html.Node, at enclosing) {
	p.size += len(n.Data)
	s := n.Data
	for !at.link && !at.code {
		start, end := bareURL(s)
		if start < 0 {
			break
		}
		address := s[start:end]
		n.Parent.InsertBefore(textNode(escapePunct(s[:start])), n)
		if number := p.links.numberOf(address, address); number > 0 {
			a := element(atom.A, textNode(linkStartRunes(number)+escapePunct(address)+string(linkEnd)+reference(number)))
			a.Attr = []html.Attribute{{Key: "href", Val: "#"}}
			n.Parent.InsertBefore(a, n)
		} else {
			n.Parent.InsertBefore(textNode(escapePunct(address)), n)
		}
		s = s[end:]
	}
	n.Data = escapePunct(s)
}

func (p *preparer) element(n *html.Node, at enclosing) {
	p.size += nodeWeight
	switch n.DataAtom {
	case atom.Br:
		n.Type, n.Data, n.DataAtom = html.TextNode, string(breakRune), 0
	case atom.Img:
		p.image(n)
	case atom.A:
		p.anchor(n, at)
	case atom.B, atom.Strong, atom.I, atom.Em, atom.Del, atom.S, atom.Strike:
		p.emphasis(n, at)
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt, atom.Var:
		p.code(n, at)
	case atom.Sup, atom.Sub:
		p.superscript(n, at)
	case atom.Video, atom.Audio:
		p.media(n, at)
	case atom.Rt:
		if n.PrevSibling == nil || n.PrevSibling.DataAtom != atom.Rp {
			n.InsertBefore(textNode("("), n.FirstChild)
			n.AppendChild(textNode(")"))
		}
		p.children(n, at)
	case atom.Q:
		n.InsertBefore(textNode("“"), n.FirstChild)
		n.AppendChild(textNode("”"))
		p.children(n, at)
	case atom.Pre:
		p.pre(n, at)
	case atom.Table:
		p.table(n, at)
	case atom.Dl:
		p.definitions(n, at)
	case atom.Ul, atom.Ol, atom.Blockquote:
		p.nested(n, at)
	default:
		p.children(n, at)
	}
}

// nested prepares a list or quote. If it is nested more than maxNesting deep, it becomes
// plain blocks.
func (p *preparer) nested(n *html.Node, at enclosing) {
	if at.nesting >= maxNesting {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom == atom.Li {
				rename(c, atom.Div)
			}
		}
		rename(n, atom.Div)
	}
	at.nesting++
	p.children(n, at)
}

// emphasis prepares bold, italic and struck text so that Markdown recognises it. If the
// element contains blocks, its style is dropped.
func (p *preparer) emphasis(n *html.Node, at enclosing) {
	if hasBlock(n) {
		rename(n, atom.Div)
		p.children(n, at)
		return
	}
	p.children(n, at)
	// Without a letter between them, Markdown would join the asterisks of two
	// neighbours.
	for _, beside := range []*html.Node{n, n.NextSibling} {
		if beside != nil && beside.PrevSibling != nil && beside.Type == html.ElementNode && beside.PrevSibling.Type == html.ElementNode {
			n.Parent.InsertBefore(textNode(string(emptyLetter)), beside)
		}
	}
	c := n.FirstChild
	if c == nil || c == n.LastChild && c.Type == html.ElementNode {
		return
	}
	// In CommonMark ** opens or closes emphasis only if a letter is inside of it or
	// no letter is outside. This fails between brackets and CJK text, so an invisible
	// letter goes inside. See https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run.
	lead := ""
	if c.Type == html.TextNode {
		trimmed := strings.TrimLeft(c.Data, " \t\r\n")
		lead, c.Data = c.Data[:len(c.Data)-len(trimmed)], trimmed
	}
	n.InsertBefore(textNode(lead+string(emptyLetter)), c)
	if l := n.LastChild; l.Type == html.TextNode {
		trimmed := strings.TrimRight(l.Data, " \t\r\n")
		l.Data = trimmed + string(emptyLetter) + l.Data[len(trimmed):]
	} else {
		n.AppendChild(textNode(string(emptyLetter)))
	}
}

func (p *preparer) code(n *html.Node, at enclosing) {
	at.code = true
	if hasBlock(n) {
		rename(n, atom.Div)
		p.children(n, at)
		return
	}
	if n.Parent.DataAtom == atom.Code {
		p.children(n, at)
		unwrap(n)
		return
	}
	p.children(n, at)
}

// pre prepares a code block. It cuts code above maxCode.
func (p *preparer) pre(n *html.Node, at enclosing) {
	s := textOf(n)
	if len(s) > maxCode {
		s = strings.ToValidUTF8(s[:maxCode], "") + "\n…"
	}
	p.size += len(s)
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
	}
	n.Attr = nil
	n.AppendChild(element(atom.Code, textNode(escapePunct(expandTabs(s)))))
	if at.cell {
		rename(n, atom.Span)
	}
}

// expandTabs replaces tabs by spaces.
func expandTabs(s string) string {
	const stop = 4
	if !strings.Contains(s, "\t") {
		return s
	}
	var b strings.Builder
	column := 0
	for _, r := range s {
		switch r {
		case '\t':
			n := stop - column%stop
			b.WriteString(strings.Repeat(" ", n))
			column += n
			continue
		case '\n':
			column = -1
		}
		b.WriteRune(r)
		column++
	}
	return b.String()
}

// superscript turns x<sup>2</sup> into x², and likewise subscripts. Markdown has
// neither, and x2 would mean something else. Only digits and signs have such symbols.
func (p *preparer) superscript(n *html.Node, at enclosing) {
	const plain, high, low = "0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "₀₁₂₃₄₅₆₇₈₉₊₋"
	glyphs := []rune(high)
	if n.DataAtom == atom.Sub {
		glyphs = []rune(low)
	}
	s := strings.TrimSpace(textOf(n))
	if p.ascii || s == "" || strings.Trim(s, plain) != "" || n.FirstChild != n.LastChild || n.FirstChild.Type != html.TextNode {
		p.children(n, at)
		return
	}
	n.FirstChild.Data = strings.Map(func(r rune) rune { return glyphs[strings.IndexRune(plain, r)] }, s)
}

// definitions turns a definition list into bold paragraphs and lists.
func (p *preparer) definitions(n *html.Node, at enclosing) {
	rename(n, atom.Div)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Dt:
			rename(c, atom.P)
			if !hasBlock(c) {
				strong := element(atom.Strong)
				moveChildren(strong, c)
				c.AppendChild(strong)
			}
		case atom.Dd:
			item := element(atom.Li)
			moveChildren(item, c)
			rename(c, atom.Ul)
			c.AppendChild(item)
		}
	}
	p.children(n, at)
}
