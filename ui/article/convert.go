package article

import (
	"strings"

	"dateline/feed"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/strikethrough"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
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
func Markdown(h feed.SafeHTML) string {
	root := &html.Node{Type: html.DocumentNode}
	for _, n := range parse(h) {
		root.AppendChild(n)
	}
	md, err := newConverter().ConvertNode(root)
	if err != nil {
		md = []byte(textOf(root))
	}
	s := strings.TrimSpace(feed.CleanText(string(md)))
	if s == "" {
		return ""
	}
	return s + "\n"
}
