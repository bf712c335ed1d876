package markdown

import (
	"bytes"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
)

// betweenLists is a comment, which separates what Markdown would take for one list
// (CommonMark section 5.3).
const betweenLists = "\n\n<!-- -->\n\n"

// renderQuote writes a quotation. Each of its lines begins with ">" (CommonMark section
// 5.1), those of code, too.
func renderQuote(ctx converter.Context, w converter.Writer, n *html.Node) converter.RenderStatus {
	var buf bytes.Buffer
	ctx.RenderChildNodes(ctx, &buf, n)
	content := tidyLines(buf.String())
	if content == "" {
		return converter.RenderSuccess
	}
	_, _ = w.WriteString("\n\n> " + indentLines(content, "> ") + "\n\n")
	return converter.RenderSuccess
}

// renderOrdered writes an ordered list with the numbers that HTML gives its items. Markdown
// counts by itself from the first number of a list on, so another number begins another
// list. It has neither letters nor Roman or negative numbers, so items with these are
// paragraphs.
func renderOrdered(ctx converter.Context, w converter.Writer, n *html.Node) converter.RenderStatus {
	var items []*html.Node
	var contents []string
	for c := range n.ChildNodes() {
		var buf bytes.Buffer
		ctx.RenderNodes(ctx, &buf, c)
		content := tidyLines(string(ctx.UnEscapeContent(buf.Bytes())))
		switch last := len(items) - 1; {
		case c.DataAtom == atom.Li:
			items, contents = append(items, c), append(contents, content)
		case content != "" && last >= 0: // It belongs to the item before.
			contents[last] = strings.TrimSpace(contents[last] + "\n\n" + content)
		}
	}
	numbers := markup.NumbersOf(n, len(items))
	l := orderedList{follows: followsList(n)}
	for i, item := range items {
		number := numbers.Take(item)
		if contents[i] != "" {
			l.write(number, contents[i])
		}
	}
	if l.md.Len() == 0 {
		return converter.RenderSuccess
	}
	_, _ = w.WriteString("\n\n" + l.md.String() + "\n\n")
	return converter.RenderSuccess
}

// orderedList writes the items of an ordered list.
type orderedList struct {
	md strings.Builder
	// follows reports whether the next item would belong to the list before.
	follows bool
	// next is the number that Markdown gives to the next item of the list; empty behind a
	// paragraph.
	next string
	// short reports whether the last item was a paragraph of one line.
	short bool
}

// write writes an item with a number.
func (l *orderedList) write(number, content string) {
	decimal, short := isDecimal(number), !strings.Contains(content, "\n")
	switch {
	case decimal && number != l.next && (l.follows || l.next != ""):
		l.md.WriteString(betweenLists)
	case l.md.Len() == 0:
	case decimal && l.next != "":
		l.md.WriteByte('\n')
	case !decimal && short && l.short:
		l.md.WriteString("  \n")
	default:
		l.md.WriteString("\n\n")
	}
	prefix := number + ". "
	switch {
	case decimal:
		content, short, l.next = indentLines(content, strings.Repeat(" ", len(prefix))), false, following(number)
	case startsBlock(content):
		prefix, short, l.next = number+".\n\n", false, ""
	default:
		l.next = ""
	}
	l.md.WriteString(prefix + content)
	l.follows, l.short = false, short
}

// moveStray moves what is before the first item of an ordered list before the list, because
// it has no number, and escapes it.
func moveStray(list *html.Node) {
	for c := list.FirstChild; c != nil && c.DataAtom != atom.Li; c = list.FirstChild {
		list.RemoveChild(c)
		list.Parent.InsertBefore(c, list)
		escapeTree(c)
	}
}

// isDecimal reports whether Markdown can number an item so.
func isDecimal(number string) bool {
	const maxDigits = 9
	return len(number) <= maxDigits && strings.Trim(number, "0123456789") == ""
}

// following returns the decimal number behind number.
func following(number string) string {
	b := []byte(number)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < '9' {
			b[i]++
			return string(b)
		}
		b[i] = '0'
	}
	return "1" + string(b)
}

// startsBlock reports whether Markdown begins with another block than a paragraph.
func startsBlock(md string) bool {
	return md[0] >= '0' && md[0] <= '9' || strings.HasPrefix(md, "```") || strings.HasPrefix(md, "> ") || strings.HasPrefix(md, "- ") ||
		strings.HasPrefix(md, "#") || strings.HasPrefix(md, "| ") || strings.HasPrefix(md, "* * *") || strings.HasPrefix(md, "<!--")
}

// followsList reports whether an ordered list directly follows another one, with at most
// elements without a meaning around them.
func followsList(n *html.Node) bool {
	for before(n) == nil {
		if n = n.Parent; n == nil || !isNeutral(n) {
			return false
		}
	}
	n = before(n)
	for n != nil && isNeutral(n) {
		n = n.LastChild
		for n != nil && isSpace(n) {
			n = n.PrevSibling
		}
	}
	return n != nil && n.DataAtom == atom.Ol
}

// before returns the node before n in its parent that shows something; nil if there is none.
func before(n *html.Node) *html.Node {
	for n = n.PrevSibling; n != nil && isSpace(n); n = n.PrevSibling {
	}
	return n
}

// isSpace reports whether Markdown writes nothing for a node.
func isSpace(n *html.Node) bool {
	if n.Type == html.TextNode {
		return strings.TrimSpace(n.Data) == ""
	}
	if n.DataAtom == atom.Img || n.DataAtom == atom.Hr {
		return false
	}
	for c := range n.Descendants() {
		if c.DataAtom == atom.Img || c.DataAtom == atom.Hr || c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" {
			return false
		}
	}
	return true
}

// isNeutral reports whether Markdown writes nothing for an element itself.
func isNeutral(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer, atom.Aside, atom.Nav, atom.Center, atom.Figure, atom.Span:
		return true
	}
	return false
}

// indentLines puts indent before each line of Markdown but the first.
func indentLines(md, indent string) string {
	return strings.NewReplacer("\n", "\n"+indent, string(converterNewline), string(converterNewline)+indent).Replace(md)
}

// tidyLines removes white space at both ends and all but one of several empty lines, and
// the marks of hard line breaks before these.
func tidyLines(md string) string {
	var out []string
	for line := range strings.SplitSeq(strings.TrimSpace(md), "\n") {
		if strings.Trim(line, " ") != "" {
			out = append(out, line)
			continue
		}
		if last := len(out) - 1; last >= 0 && out[last] != "" {
			out[last] = strings.TrimRight(out[last], " ")
			out = append(out, "")
		}
	}
	return strings.Join(out, "\n")
}
