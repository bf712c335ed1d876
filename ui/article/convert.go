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

func newConverter() *converter.Converter {
	return converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(),
		commonmark.NewCommonmarkPlugin(commonmark.WithListEndComment(false)),
		strikethrough.NewStrikethroughPlugin(),
		table.NewTablePlugin(table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal), table.WithSkipEmptyRows(true)),
	))
}

// Markdown gives an article as Markdown (CommonMark with tables and
// strikethrough), ending in a line break unless it is empty.
func Markdown(h markup.SafeHTML) string {
	var b strings.Builder
	c := newConverter()
	m := newMarkup(h)
	for unit := m.next(); unit != nil; unit = m.next() {
		root := &html.Node{Type: html.DocumentNode}
		root.AppendChild(unit)
		disguise(root)
		md, err := c.ConvertNode(root)
		if err != nil {
			md = []byte(textOf(root))
		}
		s := strings.TrimSpace(escaped(string(md)))
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

// disguise hides the text below n from the converter, whose own escaping takes
// quadratic time. Code is never escaped.
func disguise(n *html.Node) {
	switch n.DataAtom {
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt, atom.Var, atom.Pre:
		return
	case atom.Table:
		flattenCells(n)
	}
	if n.Type == html.TextNode {
		n.Data = disguised(n.Data)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		disguise(c)
	}
}

// escaped turns disguised punctuation back, with a backslash before what would
// have a meaning.
func escaped(md string) string {
	md = text.CleanText(md)
	var b strings.Builder
	b.Grow(len(md))
	var before rune
	lineStart := true
	for i, r := range md {
		meant := undisguised(r)
		if meant != r {
			if hasMeaning(meant, before, md[i+utf8.RuneLen(r):], lineStart) {
				b.WriteByte('\\')
			}
		}
		b.WriteRune(meant)
		// What precedes text on its line: margins and the digits of a number.
		lineStart = r == '\n' || lineStart && (r == ' ' || r == '>' || r == '-' || unicode.IsDigit(r))
		before = meant
	}
	return b.String()
}

func hasMeaning(r, before rune, rest string, lineStart bool) bool {
	after, _ := utf8.DecodeRuneInString(rest)
	after = undisguised(after)
	switch r {
	case '\\', '`', '*', '[', ']', '<', '|':
		return true
	case '_':
		return !word(before) || !word(after)
	case '~':
		return before == '~' || after == '~'
	case '&':
		return isEntity(rest)
	case '#', '+', '-', '=', '>', '.', ')':
		return lineStart
	}
	return false
}

// isEntity says that s, behind an ampersand, would be read as an entity.
func isEntity(s string) bool {
	const longest = 32
	n := 0
	for _, r := range s {
		r = undisguised(r)
		if n++; n > longest || r != '#' && !word(r) {
			return r == ';' && n > 1
		}
	}
	return false
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
