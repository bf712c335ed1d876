package article

import (
	"cmp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
)

func (p *preparer) anchor(n *html.Node, at where) {
	if hasBlock(n) {
		pushDown(n)
		rename(n, atom.Div)
		p.children(n, at)
		return
	}
	address, text := attr(n, "href"), linkText(n)
	at.link = true
	p.children(n, at)
	if strings.TrimSpace(revealed(textOf(n))) == "" {
		unwrap(n)
		return
	}
	number := p.links.number(address, text)
	if number == 0 {
		unwrap(n)
		return
	}
	// The destination is never read: glamour leaves links alone that only
	// have a fragment, and the marks say which link it is.
	n.Attr = []html.Attribute{{Key: "href", Val: "#"}}
	n.InsertBefore(textNode(linkMark(number)), n.FirstChild)
	end := string(markUnlink)
	if !strings.HasSuffix(strings.TrimSpace(textOf(n)), reference(number)) {
		end += reference(number)
	}
	n.AppendChild(textNode(end))
}

// linkText is what a list of links calls this one.
func linkText(n *html.Node) string {
	if s := text.Clean(textOf(n)); s != "" {
		return s
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Img {
			return imageText(c)
		}
		if s := linkText(c); s != "" {
			return s
		}
	}
	return ""
}

// pushDown moves a link that surrounds whole blocks into the first of them
// that has text.
func pushDown(a *html.Node) {
	target := a
	for n := firstBlock(target); n != nil; n = firstBlock(target) {
		target = n
	}
	link := element(atom.A)
	link.Attr = []html.Attribute{{Key: "href", Val: attr(a, "href")}}
	moveChildren(link, target)
	flattenBlocks(link)
	target.AppendChild(link)
}

func firstBlock(n *html.Node) *html.Node {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		if isBlock(c.DataAtom) && strings.TrimSpace(textOf(c)) != "" {
			return c
		}
		if b := firstBlock(c); b != nil {
			return b
		}
	}
	return nil
}

// image puts words in a picture's place.
func (p *preparer) image(n *html.Node) {
	if isPixel(n) {
		n.Parent.RemoveChild(n)
		return
	}
	name := imageText(n)
	glyph := "▧"
	if p.ascii {
		glyph = "[img]"
	}
	p.size += len(name)
	text := string(markDim) + disguised(glyph) + "\u00a0" + disguised(name) + string(markUndim)
	if number := p.links.number(attr(n, "src"), name); number > 0 {
		text = linkMark(number) + text + string(markUnlink) + reference(number)
	}
	n.Type, n.Data, n.DataAtom, n.Attr = html.TextNode, text, 0, nil
}

// media marks the words that stand in for a recording; the sanitiser has put a
// link among them.
func (p *preparer) media(n *html.Node, at where) {
	glyph := "▷"
	if p.ascii {
		glyph = "[" + n.Data + "]"
	}
	rename(n, atom.Span)
	p.children(n, at)
	if n.FirstChild == nil {
		return
	}
	n.InsertBefore(textNode(string(markDim)+disguised(glyph)+"\u00a0"+string(markUndim)), n.FirstChild)
}

// imageText describes an image: by its alternative text, its title, or the name
// of its file.
func imageText(n *html.Node) string {
	return cmp.Or(text.Clean(attr(n, "alt")), text.Clean(attr(n, "title")), fileName(attr(n, "src")))
}

// isPixel recognises pictures that count readers.
func isPixel(n *html.Node) bool {
	w, h := attr(n, "width"), attr(n, "height")
	return (w == "0" || w == "1") && (h == "0" || h == "1" || h == "")
}
