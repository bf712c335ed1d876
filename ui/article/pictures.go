package article

import (
	"cmp"
	"net/url"
	"path"

	glamour "charm.land/glamour/v2/ansi"
	"golang.org/x/net/html"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// picture appends the description of an image. Tracking pixels are left out.
func (l *layouter) picture(out []glamour.ElementRenderer, n *html.Node, at place) []glamour.ElementRenderer {
	if isPixel(n) {
		return out
	}
	name, number := l.describe(n)
	out = append(out, &span{
		mark: linkMark(int32(number), int32(len(l.pictures))), outer: at.link,
		children: []glamour.ElementRenderer{dim(l.glyphs.Image + "\u00a0" + name)},
	})
	if number > 0 {
		out = append(out, reference(number))
	}
	return out
}

// describe adds an image to the pictures and the links of the article. It returns the
// image's description and the number of its link, 0 if it has none.
func (l *layouter) describe(n *html.Node) (name string, link int) {
	address, name := markup.NodeAttribute(n, "src"), imageText(n)
	l.pictures = append(l.pictures, &Picture{URL: address, Alt: name, Width: number(markup.NodeAttribute(n, "width")), Height: number(markup.NodeAttribute(n, "height"))})
	return name, l.links.numberOf(address, name)
}

// media appends a symbol and the text that replaces a video or audio recording. The
// sanitiser has added a link to that text.
func (l *layouter) media(out []glamour.ElementRenderer, n *html.Node, at place) []glamour.ElementRenderer {
	if n.FirstChild != nil {
		out = append(out, dim(cmp.Or(l.glyphs.Media, "["+n.Data+"]")+"\u00a0"))
	}
	return l.inline(out, n, at)
}

// imageText returns the description of an image: its alternative text, or else its
// title, or else the name of its file.
func imageText(n *html.Node) string {
	return cmp.Or(text.Clean(markup.NodeAttribute(n, "alt")), text.Clean(markup.NodeAttribute(n, "title")), fileName(markup.NodeAttribute(n, "src")))
}

// fileName is the last part of an image's address.
func fileName(address string) string {
	const none = "image"
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "data" {
		return none
	}
	name := text.Clean(path.Base(u.Path))
	if name == "" || name == "." || name == "/" {
		return none
	}
	return name
}

// isPixel reports whether an image is a tracking pixel.
func isPixel(n *html.Node) bool {
	w, h := markup.NodeAttribute(n, "width"), markup.NodeAttribute(n, "height")
	return (w == "0" || w == "1") && (h == "0" || h == "1" || h == "")
}
