// Package article lays out an article for the terminal. It turns sanitised HTML
// and a text width into styled lines and a list of numbered links.
//
// Start with [Render], which lays out a whole article. [Start] returns a [Job] that
// lays it out in chunks, so that the first lines can be shown at once. [Text] and
// [Markdown] are for the command line.
//
// A chunk passes through these steps:
//
//   - markup.go parses HTML into units. A unit is a block such as a paragraph or a
//     list. units.go finds the units and split.go divides large ones.
//   - prepare.go changes the tree so that its text cannot be read as Markdown.
//     links.go numbers the links, table_cells.go flattens the cells of tables.
//   - html_to_markdown.go converts the tree to Markdown.
//   - blocks.go lays out the blocks of the Markdown. inline.go lets glamour style
//     the text in a block, and table.go a table.
//   - terminal_cell.go reads glamour's output as cells, and wrap.go breaks them into lines.
//
// Never give glamour nested blocks: they take it very long, and it loses their
// indentation. Never put text into the tree without escapePunct (escape.go). Never
// depend on the screen that shows the lines.
package article

import (
	"fmt"
	"strings"

	"dateline/feed/markup"
)

// Options hold how an article is laid out.
type Options struct {
	// Width is the text width in cells. No line is wider. 0 means 72. A width below
	// 8 counts as 8.
	Width int
	// Dark chooses the colours for a dark background.
	Dark bool
	// Colors allows colours, italic and faint text. If it is false, only bold,
	// underlined and struck text remain, and italic text is underlined.
	Colors bool
	// ASCII limits the symbols that dateline adds to ASCII. The text itself stays as
	// it is.
	ASCII bool
	// Links makes links clickable with hyperlink sequences (OSC 8).
	Links bool
}

// Link is a link in an article. The text shows its number as [N].
type Link struct {
	// N is the number of the link, from 1 in reading order.
	N int
	// URL is an address that [text.SafeURL] has accepted.
	URL string
	// Text is the link's text, or an image's description, on one line. If an address
	// occurs more than once, it is the text of the first link.
	Text string
}

// Rendering is an article as lines for the terminal.
type Rendering struct {
	// Lines hold their own styles. Each line starts and ends unstyled. It has no
	// trailing spaces and no line break.
	Lines []string
	Links []Link
}

// Render lays out a whole article. The largest articles take about a second. To show
// the first lines sooner, use [Start].
func Render(h markup.SafeHTML, o Options) Rendering {
	var r Rendering
	job := Start(h, o)
	for more := true; more; {
		var lines []string
		var links []Link
		lines, links, more = job.Next()
		r.Lines = append(r.Lines, lines...)
		r.Links = append(r.Links, links...)
	}
	return r
}

// Text returns an article as plain text without escape sequences. The addresses of
// its links follow below. width is the text width in cells, as in [Options].
func Text(h markup.SafeHTML, width int) string {
	job := Start(h, Options{Width: width})
	job.layout.plain = true
	var b strings.Builder
	for more := true; more; {
		var lines []string
		lines, _, more = job.Next()
		for _, line := range lines {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	if len(job.links.list) > 0 && b.Len() > 0 {
		b.WriteByte('\n')
	}
	for _, l := range job.links.list {
		fmt.Fprintf(&b, "[%d] %s\n", l.N, l.URL)
	}
	return b.String()
}
