package article

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strings"

	glamour "charm.land/glamour/v2/ansi"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

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

// onlyPictures returns the images of a paragraph without any other content, each with the
// link around it; nil if there is other content.
func onlyPictures(p *html.Node) []*html.Node {
	var pictures []*html.Node
	for c := range p.ChildNodes() {
		img := c
		for img.FirstChild != nil && img.FirstChild == img.LastChild {
			img = img.FirstChild
		}
		switch {
		case c.Type == html.TextNode && text.IsBlank(c.Data), c.DataAtom == atom.Br:
		case img.DataAtom == atom.Img:
			pictures = append(pictures, c)
		default:
			return nil
		}
	}
	return pictures
}

// pictureLines lays out images on lines of their own. The lines of a description are
// indented behind its symbol, and so is the title below: of a comic it may be the point.
func (l *layouter) pictureLines(pictures []*html.Node) {
	rest := l.pictureIndent()
	for _, n := range pictures {
		n.Parent.RemoveChild(n)
		l.indented("", rest, cellStyle{}, func() { l.lines(l.read(l.inline(nil, markup.NewElement(atom.P, n), place{}))) })
		if title := pictureTitle(n); title != "" {
			l.indented(rest, rest, cellStyle{}, func() { l.lines(l.read(appendText(nil, title))) })
		}
	}
}

// pictureIndent returns the blanks before the lines below the symbol of an image.
func (l *layouter) pictureIndent() string {
	return strings.Repeat(" ", ansi.StringWidth(l.glyphs.Image)+1)
}

// pictureTitle returns the title of an image if it says more than its description. A single
// word mostly is the name of a file.
func pictureTitle(n *html.Node) string {
	for n.FirstChild != nil {
		n = n.FirstChild
	}
	title := text.Clean(markup.NodeAttribute(n, "title"))
	if isPixel(n) || !strings.Contains(title, " ") || strings.EqualFold(title, imageText(n)) {
		return ""
	}
	return title
}

// describe adds an image to the pictures and the links of the article. It returns the
// image's description and the number of its link, 0 if it has none.
func (l *layouter) describe(n *html.Node) (name string, link int) {
	address, name := markup.NodeAttribute(n, "src"), imageText(n)
	l.pictures = append(l.pictures, &Picture{URL: address, Alt: name, Width: number(markup.NodeAttribute(n, "width")), Height: number(markup.NodeAttribute(n, "height"))})
	return name, l.links.numberOf(address, name)
}

// PictureRow is a row of cells of a picture.
type PictureRow struct {
	// Picture is the number of the picture, from 1 in reading order; 0 for a line that
	// shows no picture. Row counts from 0.
	Picture, Row int32
}

// InsertPictures returns lines with the rows of pictures. rows returns the rows of a picture
// by its number, as styled text; nil if it stays words. indent is where the text beside it
// begins, in cells. A picture stands above the line that describes it, above the whole
// table if that is a cell, and below the paragraph if it is in the middle of one: so the
// description and the caption follow it.
func InsertPictures(lines []Line, rows func(number int, p Picture, indent int) []string) []Line {
	type stand struct {
		number, indent int
		rows           []string
	}
	stands, number, total := map[int][]stand{}, 0, 0
	first, end := 0, 0
	for i := range lines {
		l := &lines[i]
		for _, p := range l.Pictures {
			number++
			if r := rows(number, p, int(l.Indent)); len(r) > 0 {
				// A block may have thousands of lines and pictures.
				if i >= end {
					first, end = noteLines(lines, i)
				}
				at := standsAt(l, i, first, end, p)
				stands[at] = append(stands[at], stand{number, int(l.Indent), r})
				total += len(r)
			}
		}
	}
	if total == 0 {
		return lines
	}
	out := make([]Line, 0, len(lines)+total)
	for i := range len(lines) + 1 {
		for _, s := range stands[i] {
			for row, text := range s.rows {
				out = append(out, Line{Text: text, Indent: uint16(s.indent), Row: PictureRow{Picture: int32(s.number), Row: int32(row)}})
			}
		}
		if i < len(lines) {
			out = append(out, lines[i])
		}
	}
	return out
}

// standsAt returns the index of the line above which a picture stands that is described on
// line l with index i. Its block has the lines from first to end.
func standsAt(l *Line, i, first, end int, p Picture) int {
	switch {
	case l.Block == 0:
		if p.Column > l.Indent && l.Kind != Table && l.Kind != Code {
			return i + 1
		}
	case l.Kind == Table || l.Kind == Code:
		return first
	case p.Column > l.Indent:
		return end
	}
	return i
}

// media appends a symbol and the link to a video or audio recording, which the sanitiser
// has added.
func (l *layouter) media(out []glamour.ElementRenderer, n *html.Node, at place) []glamour.ElementRenderer {
	if n.FirstChild == nil {
		return out
	}
	out = append(appendText(out, " "), dim(cmp.Or(l.glyphs.Media, "["+n.Data+"]")+"\u00a0"))
	return appendText(l.inline(out, n, at), " ")
}

// imageText returns the description of an image: its alternative text, or else its
// title, or else the name of its file. An empty alternative text says that the image needs
// no description (HTML section 4.8.4.4).
func imageText(n *html.Node) string {
	if s := cmp.Or(text.Clean(markup.NodeAttribute(n, "alt")), text.Clean(markup.NodeAttribute(n, "title"))); s != "" {
		return s
	}
	if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "alt" }) {
		return unnamed
	}
	return fileName(markup.NodeAttribute(n, "src"))
}

// unnamed is the description of an image of which nothing is known.
const unnamed = "image"

// fileName is the last part of an image's address.
func fileName(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "data" {
		return unnamed
	}
	name := text.Clean(path.Base(u.Path))
	if name == "" || name == "." || name == "/" {
		return unnamed
	}
	return name
}

// isPixel reports whether an image is a tracking pixel.
func isPixel(n *html.Node) bool {
	w, h := markup.NodeAttribute(n, "width"), markup.NodeAttribute(n, "height")
	return (w == "0" || w == "1") && (h == "0" || h == "1" || h == "")
}
