package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// preparer turns one unit at a time into HTML whose conversion to Markdown is
// harmless: text disguised, links and images numbered, breaks marked, and
// everything Markdown has no words for said in another way.
type preparer struct {
	links *links
	ascii bool
	// size counts the bytes of text prepared.
	size int
}

// where says what surrounds a node.
type where struct {
	nesting int
	link    bool
	code    bool
	cell    bool
}

func (p *preparer) children(n *html.Node, at where) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		p.node(c, at)
		c = next
	}
	mergeText(n)
}

// mergeText joins neighbouring text nodes, which costs the converter quadratic
// time.
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

func (p *preparer) node(n *html.Node, at where) {
	switch n.Type {
	case html.TextNode:
		p.text(n, at)
	case html.ElementNode:
		p.element(n, at)
	default:
		n.Parent.RemoveChild(n)
	}
}

func (p *preparer) text(n *html.Node, at where) {
	p.size += len(n.Data)
	s := n.Data
	for !at.link && !at.code {
		start, end := bareURL(s)
		if start < 0 {
			break
		}
		address := s[start:end]
		n.Parent.InsertBefore(textNode(disguised(s[:start])), n)
		if number := p.links.number(address, address); number > 0 {
			a := element(atom.A, textNode(linkMark(number)+disguised(address)+string(markUnlink)+reference(number)))
			a.Attr = []html.Attribute{{Key: "href", Val: "#"}}
			n.Parent.InsertBefore(a, n)
		} else {
			n.Parent.InsertBefore(textNode(disguised(address)), n)
		}
		s = s[end:]
	}
	n.Data = disguised(s)
}

func (p *preparer) element(n *html.Node, at where) {
	p.size += nodeWeight
	switch n.DataAtom {
	case atom.Br:
		n.Type, n.Data, n.DataAtom = html.TextNode, string(markBreak), 0
	case atom.Img:
		p.image(n)
	case atom.A:
		p.anchor(n, at)
	case atom.B, atom.Strong, atom.I, atom.Em, atom.Del, atom.S, atom.Strike:
		p.emphasis(n, at)
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt, atom.Var:
		p.code(n, at)
	case atom.Sup, atom.Sub:
		p.raised(n, at)
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

// nested flattens what is nested more deeply than anyone can follow.
func (p *preparer) nested(n *html.Node, at where) {
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

// emphasis makes sure that Markdown will see it.
func (p *preparer) emphasis(n *html.Node, at where) {
	if hasBlock(n) {
		rename(n, atom.Div)
		p.children(n, at)
		return
	}
	p.children(n, at)
	// Markdown takes the marks of two neighbours for one.
	for _, beside := range []*html.Node{n, n.NextSibling} {
		if beside != nil && beside.PrevSibling != nil && beside.Type == html.ElementNode && beside.PrevSibling.Type == html.ElementNode {
			n.Parent.InsertBefore(textNode(string(markNothing)), beside)
		}
	}
	c := n.FirstChild
	if c == nil || c == n.LastChild && c.Type == html.ElementNode {
		return
	}
	// CommonMark lets ** open or close only where a letter stands inside of
	// it or no letter outside, which fails between brackets and CJK text.
	lead := ""
	if c.Type == html.TextNode {
		trimmed := strings.TrimLeft(c.Data, " \t\r\n")
		lead, c.Data = c.Data[:len(c.Data)-len(trimmed)], trimmed
	}
	n.InsertBefore(textNode(lead+string(markNothing)), c)
	if l := n.LastChild; l.Type == html.TextNode {
		trimmed := strings.TrimRight(l.Data, " \t\r\n")
		l.Data = trimmed + string(markNothing) + l.Data[len(trimmed):]
	} else {
		n.AppendChild(textNode(string(markNothing)))
	}
}

func (p *preparer) code(n *html.Node, at where) {
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

func (p *preparer) pre(n *html.Node, at where) {
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
	n.AppendChild(element(atom.Code, textNode(disguised(expandTabs(s)))))
	if at.cell {
		rename(n, atom.Span)
	}
}

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

// raised says x<sup>2</sup> as x², since Markdown has no raised text and x2
// means something else.
func (p *preparer) raised(n *html.Node, at where) {
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

// definitions says a definition list as paragraphs and lists.
func (p *preparer) definitions(n *html.Node, at where) {
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
