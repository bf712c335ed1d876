package article

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/strikethrough"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// newConverter returns a converter from HTML to Markdown.
func newConverter() *converter.Converter {
	return converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(),
		commonmark.NewCommonmarkPlugin(commonmark.WithListEndComment(false)),
		strikethrough.NewStrikethroughPlugin(),
		table.NewTablePlugin(table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal), table.WithSkipEmptyRows(true)),
	))
}

// Markdown returns an article as Markdown: CommonMark with the tables and the
// strikethrough of GitHub Flavored Markdown. It ends in a line break unless it is empty.
func Markdown(h markup.SafeHTML) string {
	var b strings.Builder
	c := newConverter()
	m := newMarkup(h)
	for unit := m.next(); unit != nil; unit = m.next() {
		root := &html.Node{Type: html.DocumentNode}
		root.AppendChild(unit)
		escapeTree(root)
		md, err := c.ConvertNode(root)
		if err != nil {
			md = []byte(textOf(root))
		}
		s := strings.TrimSpace(backslashEscape(string(md)))
		if s == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(s + "\n")
	}
	return b.String()
}

// escapeTree escapes the text below n, because the converter's own escaping takes
// quadratic time. Code stays as it is, because Markdown escapes nothing in code.
func escapeTree(n *html.Node) {
	switch n.DataAtom {
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt, atom.Var, atom.Pre:
		return
	case atom.Table:
		flattenCells(n)
	}
	if n.Type == html.TextNode {
		n.Data = escapePunct(n.Data)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		escapeTree(c)
	}
}

// backslashEscape turns private-use characters back into punctuation. It puts a
// backslash before punctuation that would have a meaning in Markdown.
func backslashEscape(md string) string {
	md = text.CleanText(md)
	var b strings.Builder
	b.Grow(len(md))
	var before rune
	lineStart := true
	for i, r := range md {
		meant := unescapeRune(r)
		if meant != r {
			if hasMeaning(meant, before, md[i+utf8.RuneLen(r):], lineStart) {
				b.WriteByte('\\')
			}
		}
		b.WriteRune(meant)
		// Only margins and the digits of a number may precede the start of a text.
		lineStart = r == '\n' || lineStart && (r == ' ' || r == '>' || r == '-' || unicode.IsDigit(r))
		before = meant
	}
	return b.String()
}

// hasMeaning reports whether the punctuation r would have a meaning in Markdown. before
// is the rune before it, rest the escaped text behind it.
func hasMeaning(r, before rune, rest string, lineStart bool) bool {
	after, _ := utf8.DecodeRuneInString(rest)
	after = unescapeRune(after)
	switch r {
	case '\\', '`', '*', '[', ']', '<', '|':
		return true
	case '_':
		return !isWordRune(before) || !isWordRune(after)
	case '~':
		return before == '~' || after == '~'
	case '&':
		return isEntity(rest)
	case '#', '+', '-', '=', '>', '.', ')':
		return lineStart
	}
	return false
}

// isEntity reports whether s, behind an ampersand, would be read as an entity.
func isEntity(s string) bool {
	const longest = 32
	n := 0
	for _, r := range s {
		r = unescapeRune(r)
		if n++; n > longest || r != '#' && !isWordRune(r) {
			return r == ';' && n > 1
		}
	}
	return false
}

// isWordRune reports whether r is a letter or a digit.
func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
