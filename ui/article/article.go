// Package article lays out an article for the terminal. It turns sanitised HTML
// and a text width into styled lines and a list of numbered links.
//
// Start with [Render], which lays out a whole article. [Start] returns a [Job] that
// lays it out in pieces, so that the first lines can be shown at once. A [Line] says what
// is on it: links, pictures, headings, blocks. [Text] and [Markdown] are for the command
// line.
//
// An article passes through these steps:
//
//   - parse.go parses HTML and takes it apart into blocks, such as paragraphs and lists.
//   - blocks.go lays out blocks: lists, quotes, empty lines, margins. code.go and
//     table.go lay out code and tables, code_text.go and cell_lines.go read what is in
//     these. split_code.go divides large blocks of code, spanned_cells.go lays out cells
//     of several columns.
//   - inline.go makes glamour's elements of the HTML inside a block. links.go numbers
//     the links, pictures.go describes pictures.
//   - head.go says what stands between title and text: files, chapters, other pages.
//   - mail.go takes the mails of mailing lists apart into text, quotes and signature.
//   - jump.go finds footnotes and their references on the lines.
//   - cell.go reads what the elements write as cells, wrap.go breaks them into lines,
//     and line.go writes these for the terminal.
//
// Never give glamour a block with other blocks inside: it takes very long for those, and
// loses their indentation. Never write text to a [Line] that did not pass through cells.
// Never depend on the screen that shows the lines.
package article

import (
	"fmt"
	"strings"

	"dateline/feed/markup"
	"dateline/ui/style"
)

// Options hold how an article is laid out.
type Options struct {
	// Width is the text width in cells. No line is wider. 0 means 72. A width below
	// 8 counts as 8.
	Width int
	// Style says how code and less important text look. The zero value shows them as all
	// text.
	Style style.Article
	// Colors allows colours and italic text. If it is false, only bold, faint, underlined,
	// struck and reversed text remain, and italic text is underlined.
	Colors bool
	// ASCII limits the symbols that dateline adds to ASCII. The text itself stays as
	// it is.
	ASCII bool
	// Head is shown before the text.
	Head Head
	// Links makes links clickable with hyperlink sequences (OSC 8).
	Links bool
}

// Link is a link in an article. The text shows its number as [N].
type Link struct {
	// N is the number of the link, from 1 in reading order.
	N int
	// URL is an address that [text.LinkURL] has accepted. Not each of them may be
	// opened: see [text.SafeURL].
	URL string
	// Text is the link's text, or an image's description, on one line. If an address
	// occurs more than once, it is the text of the first link.
	Text string
}

// Rendering is an article as lines for the terminal.
type Rendering struct {
	Lines []Line
	Links []Link
}

// Add adds a piece of a job and reports whether it could: not if a piece before it is
// missing. Adding a piece again changes nothing.
func (r *Rendering) Add(p Piece) bool {
	if p.At > len(r.Lines) {
		return false
	}
	for i := range min(len(r.Lines)-p.At, len(p.Lines)) {
		// A line that is coloured again keeps what only its first piece says.
		p.Lines[i].Anchors, p.Lines[i].Pictures = r.Lines[p.At+i].Anchors, r.Lines[p.At+i].Pictures
	}
	n := copy(r.Lines[p.At:], p.Lines)
	r.Lines = append(r.Lines, p.Lines[n:]...)
	for _, l := range p.Links {
		if l.N > len(r.Links) {
			r.Links = append(r.Links, l)
		}
	}
	return true
}

// Render lays out a whole article. The largest articles take about a second. To show
// the first lines sooner, use [Start].
func Render(h markup.SafeHTML, o Options) Rendering {
	return Start(h, o).all()
}

// Text returns an article as plain text without escape sequences. The addresses of
// its links follow below. width is the text width in cells, as in [Options].
func Text(h markup.SafeHTML, width int) string { return TextBelow(Head{}, h, width) }

// TextBelow is like [Text], with a head before the text.
func TextBelow(head Head, h markup.SafeHTML, width int) string {
	job := Start(h, Options{Width: width, Head: head})
	job.layout.plain = true
	r := job.all()
	var b strings.Builder
	for _, line := range r.Lines {
		b.WriteString(line.Text + "\n")
	}
	if len(r.Links) > 0 && b.Len() > 0 {
		b.WriteByte('\n')
	}
	for _, l := range r.Links {
		fmt.Fprintf(&b, "[%d] %s\n", l.N, l.URL)
	}
	return b.String()
}
