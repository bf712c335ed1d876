package article

import (
	"cmp"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
	"dateline/ui/style"
)

// image replaces an image by its description. Tracking pixels are removed.
func (p *preparer) image(n *html.Node) {
	if isPixel(n) {
		n.Parent.RemoveChild(n)
		return
	}
	name := imageText(n)
	glyph := style.ForArticle(p.ascii).Image
	p.size += len(name)
	text := string(dimStart) + escapePunct(glyph) + "\u00a0" + escapePunct(name) + string(dimEnd)
	if number := p.links.numberOf(attr(n, "src"), name); number > 0 {
		text = linkStartRunes(number) + text + string(linkEnd) + reference(number)
	}
	n.Type, n.Data, n.DataAtom, n.Attr = html.TextNode, text, 0, nil
}

// media puts a symbol before the text that replaces a video or audio recording. The
// sanitiser has added a link to that text.
func (p *preparer) media(n *html.Node, at enclosing) {
	glyph := cmp.Or(style.ForArticle(p.ascii).Media, "["+n.Data+"]")
	rename(n, atom.Span)
	p.children(n, at)
	if n.FirstChild == nil {
		return
	}
	n.InsertBefore(textNode(string(dimStart)+escapePunct(glyph)+"\u00a0"+string(dimEnd)), n.FirstChild)
}

// imageText returns the description of an image: its alternative text, or else its
// title, or else the name of its file.
func imageText(n *html.Node) string {
	return cmp.Or(text.Clean(attr(n, "alt")), text.Clean(attr(n, "title")), fileName(attr(n, "src")))
}

// isPixel reports whether an image is a tracking pixel.
func isPixel(n *html.Node) bool {
	w, h := attr(n, "width"), attr(n, "height")
	return (w == "0" || w == "1") && (h == "0" || h == "1" || h == "")
}
