package article

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	glamour "charm.land/glamour/v2/ansi"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// links numbers the addresses of an article in reading order.
type links struct {
	list  []Link
	byURL map[string]int
}

// numberOf returns the number of an address, and adds the address if it is new. s is the
// text of the link. It returns 0 if [text.LinkURL] rejects the address.
func (l *links) numberOf(address, s string) int {
	u := text.LinkURL(address)
	if u == "" {
		return 0
	}
	if n := l.byURL[u]; n > 0 {
		return n
	}
	if l.byURL == nil {
		l.byURL = make(map[string]int)
	}
	n := len(l.list) + 1
	l.byURL[u] = n
	l.list = append(l.list, Link{N: n, URL: u, Text: text.Clean(s)})
	return n
}

// bareURL returns the offsets of the first http address in plain text; -1 if there is
// none.
func bareURL(s string) (start, end int) {
	for from := 0; ; from = start + len("http") {
		i := strings.Index(s[from:], "http")
		if i < 0 {
			return -1, -1
		}
		start = from + i
		before, _ := utf8.DecodeLastRuneInString(s[:start])
		scheme, _, found := strings.Cut(s[start:min(start+len("https://"), len(s))], "://")
		if !found || scheme != "http" && scheme != "https" || before < utf8.RuneSelf && text.IsWordRune(before) {
			continue
		}
		if n := urlLen(s[start:]); n > len(scheme)+len("://") {
			return start, start + n
		}
	}
}

// urlLen returns the length of the address at the start of s. Punctuation at its end is
// not part of the address, because it belongs to the sentence. A closing bracket is
// part of it only if the address has the opening bracket, too.
func urlLen(s string) int {
	s = s[:min(len(s), 2048)]
	end := strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r >= 0x2000 && !unicode.IsLetter(r) || r >= 0x2E80 || strings.ContainsRune("<>\"`|\\^{}", r)
	})
	if end < 0 {
		end = len(s)
	}
	for end > 0 {
		last := s[end-1]
		unopened := last == ')' && strings.Count(s[:end], "(") < strings.Count(s[:end], ")")
		if !unopened && !strings.ContainsRune(".,;:!?'*_~]", rune(last)) {
			break
		}
		end--
	}
	return end
}

// anchor appends a link with its number behind it. If the address is not safe or there is
// no text, only the content stays.
func (l *layouter) anchor(out []glamour.ElementRenderer, n *html.Node, at place) []glamour.ElementRenderer {
	link := &span{style: l.style.LinkText, outer: at.link}
	at.link = link
	link.children = l.inline(nil, n, at)
	if target := markup.JumpTarget(markup.NodeAttribute(n, "href")); target != "" {
		return l.jump(out, n, target, link)
	}
	name := linkText(n)
	number := 0
	if name != "" {
		number = l.links.numberOf(markup.NodeAttribute(n, "href"), name)
	}
	if number == 0 {
		link.style.Underline = nil
		return append(out, link)
	}
	link.mark = linkMark(int32(number), 0)
	out = append(out, link)
	if ref := reference(number); len(link.children) == 0 || link.children[len(link.children)-1] != ref {
		out = append(out, ref)
	}
	if isFigure(runeBehind(n)) { // The number would look like a part of it.
		out = appendText(out, " ")
	}
	return out
}

// reference returns the faint [n] behind a link. A no-break space ties it to the word
// before it.
func reference(n int) dim { return dim("\u00a0[" + strconv.Itoa(n) + "]") }

// textWithLinks appends a text with its web addresses as links.
func (l *layouter) textWithLinks(out []glamour.ElementRenderer, s string) []glamour.ElementRenderer {
	for {
		start, end := bareURL(s)
		if start < 0 {
			break
		}
		address := s[start:end]
		if number := l.links.numberOf(address, address); number > 0 {
			link := &span{style: l.style.LinkText, mark: linkMark(int32(number), 0), children: appendText(nil, address)}
			out = append(appendText(out, s[:start]), link, reference(number))
		} else {
			out = appendText(out, s[:end])
		}
		s = s[end:]
	}
	return appendText(out, s)
}

// linkText returns the name of a link for the list of links: its text, or the
// description of an image in it.
func linkText(n *html.Node) string {
	if s := text.Clean(textOf(n)); s != "" {
		return s
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Img && !isPixel(c) {
			return imageText(c)
		}
		if s := linkText(c); s != "" {
			return s
		}
	}
	return ""
}

// pushDown moves a link that surrounds blocks into the first block that has text.
func pushDown(a *html.Node) {
	target := a
	for n := firstBlock(target); n != nil; n = firstBlock(target) {
		target = n
	}
	link := &html.Node{Type: html.ElementNode, Data: "a", DataAtom: atom.A, Attr: a.Attr}
	for c := target.FirstChild; c != nil; c = target.FirstChild {
		target.RemoveChild(c)
		link.AppendChild(c)
	}
	target.AppendChild(link)
}

// firstBlock returns the first block in n that has text; nil if there is none.
func firstBlock(n *html.Node) *html.Node {
	for c := range n.Descendants() {
		if markup.IsBlock(c.DataAtom) && strings.TrimSpace(textOf(c)) != "" {
			return c
		}
	}
	return nil
}
