package article

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
)

// maxBlock is the largest paragraph, list or other block in the measure of [weight]. Larger
// ones become several, so that a piece takes neither long nor much memory.
const maxBlock = 32 << 10

// parse returns the blocks of a part of an article's HTML. prepare may change the tree
// before.
func parse(s string, prepare func(body *html.Node)) []*html.Node {
	body := markup.NewElement(atom.Body)
	nodes, err := html.ParseFragment(strings.NewReader(s), body)
	if err != nil {
		// The HTML is nested too deeply for the parser.
		nodes = []*html.Node{markup.NewText(markup.Body{Raw: s}.Text())}
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	prepare(body)
	var blocks []*html.Node
	for _, b := range blocksOf(body) {
		blocks = append(blocks, split(b)...)
	}
	return blocks
}

// The attributes that dateline gives to blocks, most of them to the parts of a divided one.
// Sanitised HTML has none of them.
const (
	// continued marks a part that is not the first, unfinished one that is not the last.
	// No empty line comes before a continued part.
	continued  = "continued"
	unfinished = "unfinished"
	// caption marks the caption of a picture or table, attached a block before which no
	// empty line comes because it belongs to the one before.
	caption  = "caption"
	attached = "attached"
	// listNumber is the number of an item in a list that was divided.
	listNumber = "number"
)

// is reports whether n has one of the marks.
func is(n *html.Node, mark string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == mark })
}

// isAttached reports whether no empty line comes before a block.
func isAttached(n *html.Node) bool { return is(n, continued) || is(n, attached) }

// split divides a block that is heavier than maxBlock into several. Each has a part of its
// children.
func split(n *html.Node) []*html.Node {
	if n.FirstChild == nil || weight(n) <= maxBlock {
		return []*html.Node{n}
	}
	switch n.DataAtom {
	case atom.Pre:
		return splitCode(n)
	case atom.Ol:
		setNumbers(n)
	}
	var parts []*html.Node
	room := 0
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		for _, child := range split(c) {
			w := weight(child)
			if w > room {
				parts, room = append(parts, partOf(n, len(parts) > 0)), maxBlock
			}
			parts[len(parts)-1].AppendChild(child)
			room -= w
		}
	}
	return parts
}

// partOf returns an element like n for a part of its content. follows reports whether there
// is a part before it.
func partOf(n *html.Node, follows bool) *html.Node {
	part := &html.Node{Type: n.Type, Data: n.Data, DataAtom: n.DataAtom, Attr: n.Attr}
	if !follows {
		return part
	}
	switch n.DataAtom {
	case atom.Pre, atom.Blockquote, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Details:
		part.Attr = append(slices.Clone(n.Attr), html.Attribute{Key: continued})
	}
	return part
}

// setNumbers notes the numbers of a list in its items.
func setNumbers(list *html.Node) {
	for i, number := range itemNumbers(list, slices.Collect(list.ChildNodes())) {
		if number != "" {
			i.Attr = append(i.Attr, html.Attribute{Key: listNumber, Val: number})
		}
	}
}

// blocksOf takes the content of n apart into blocks: headings, lists, quotes, code, tables,
// rules, and paragraphs, which hold the text between them.
func blocksOf(n *html.Node) []*html.Node {
	l := blockList{root: n.DataAtom}
	l.add(n)
	return l.blocks
}

// blockList collects blocks.
type blockList struct {
	// root is the element that is taken apart.
	root   atom.Atom
	blocks []*html.Node
	// paragraph collects inline content; nil if there is none. size is its weight.
	paragraph *html.Node
	size      int
	// ids are those of the elements that were replaced by their children, for the next
	// block. isCaption reports whether the blocks belong to a caption.
	ids       []string
	isCaption bool
}

// add moves the children of n into blocks.
func (l *blockList) add(n *html.Node) {
	l.paragraph = nil
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		switch {
		case c.Type == html.TextNode:
			for len(c.Data) > maxBlock {
				part := strings.ToValidUTF8(c.Data[:max(strings.LastIndexByte(c.Data[:maxBlock], ' '), maxBlock/2)], "")
				l.inline(markup.NewText(part))
				c.Data = c.Data[len(part):]
			}
			l.inline(c)
		case c.Type != html.ElementNode:
		case c.DataAtom == atom.Br && l.paragraph != nil && isBreak(l.paragraph.LastChild):
			l.paragraph = nil
		case isWrapper(c):
			l.wrapper(c)
		case markup.IsBlock(c.DataAtom):
			l.block(c)
			l.paragraph = nil
		default:
			l.inline(c)
		}
	}
	l.paragraph = nil
}

// block adds a block.
func (l *blockList) block(n *html.Node) {
	if len(l.ids) > 0 {
		n.Attr = append(n.Attr, html.Attribute{Key: outerIDs, Val: strings.Join(l.ids, " ")})
		l.ids = nil
	}
	if l.isCaption {
		n.Attr = append(n.Attr, html.Attribute{Key: caption})
	}
	l.blocks = append(l.blocks, n)
}

// wrapper adds the children of an element that has no meaning itself.
func (l *blockList) wrapper(n *html.Node) {
	if id := markup.NodeAttribute(n, "id"); id != "" {
		l.ids = append(l.ids, id)
	}
	switch n.DataAtom {
	case atom.A:
		pushDown(n)
	case atom.Figcaption:
		was := l.isCaption
		l.isCaption = true
		defer func() { l.isCaption = was }()
	case atom.Figure:
		first := len(l.blocks)
		defer func() { attachCaptions(l.blocks[first:]) }()
	case atom.Footer: // The source of a quote stands right below it.
		if first := len(l.blocks); first > 0 && l.root == atom.Blockquote {
			defer func() { attach(l.blocks[first:]) }()
		}
	}
	l.add(n)
}

// attachCaptions attaches captions to the other blocks of a figure. The caption of a table
// comes before it.
func attachCaptions(blocks []*html.Node) {
	for i := 1; i < len(blocks); i++ {
		if is(blocks[i], caption) && blocks[i-1].DataAtom == atom.Table {
			blocks[i-1], blocks[i] = blocks[i], blocks[i-1]
		}
	}
	for i := 1; i < len(blocks); i++ {
		if is(blocks[i], caption) != is(blocks[i-1], caption) {
			attach(blocks[i:])
		}
	}
}

// attach attaches the first of blocks to the one before it.
func attach(blocks []*html.Node) {
	if len(blocks) > 0 {
		blocks[0].Attr = append(blocks[0].Attr, html.Attribute{Key: attached})
	}
}

func (l *blockList) inline(n *html.Node) {
	w := weight(n)
	if l.paragraph == nil || l.size+w > maxBlock {
		p := markup.NewElement(atom.P)
		if l.paragraph != nil {
			p.Attr = []html.Attribute{{Key: continued}}
		}
		l.paragraph, l.size = p, 0
		l.block(p)
	}
	l.paragraph.AppendChild(n)
	l.size += w
}

// weight returns the bytes of text in n, plus 16 for each node.
func weight(n *html.Node) int {
	w := 16
	if n.Type == html.TextNode {
		w += len(n.Data)
	}
	for c := range n.ChildNodes() {
		w += weight(c)
	}
	return w
}

// isBreak reports whether n is a <br>, or spaces that follow a <br>.
func isBreak(n *html.Node) bool {
	for n != nil && n.Type == html.TextNode && strings.TrimSpace(n.Data) == "" {
		n = n.PrevSibling
	}
	return n != nil && n.DataAtom == atom.Br
}

// isWrapper reports whether the children of an element can replace it: it has no meaning
// itself, or is a link or style around blocks.
func isWrapper(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Table:
		return markup.IsLayoutTable(n)
	case atom.A:
		return firstBlock(n) != nil
	case atom.Ul, atom.Ol, atom.Dl, atom.Blockquote, atom.Details, atom.Pre, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr:
		return false
	}
	if markup.IsBlock(n.DataAtom) {
		return true
	}
	for c := range n.Descendants() {
		if markup.IsBlock(c.DataAtom) {
			return true
		}
	}
	return false
}

// isBlank reports whether there is neither text nor an image in n.
func isBlank(n *html.Node) bool { return n.DataAtom != atom.Img && linkText(n) == "" }

// textOf returns the text of n. A <br> is a line break.
func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := range n.Descendants() {
		switch {
		case c.Type == html.TextNode:
			b.WriteString(c.Data)
		case c.DataAtom == atom.Br:
			b.WriteByte('\n')
		}
	}
	return b.String()
}
