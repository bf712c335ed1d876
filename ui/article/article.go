// Package article sets an article for the terminal: sanitised HTML and a
// width become styled lines and a list of numbered links. It knows nothing of
// the screen the lines are shown on.
//
// [Render] sets a whole article; [Start] gives a [Job] that sets it in pieces,
// so that the first can be shown at once. [Text] and [Markdown] are for the
// command line.
//
// The way of a piece: its markup is parsed into units (markup.go, units.go),
// prepared so that every character of text is inert (prepare.go), converted to
// Markdown (convert.go), taken apart into blocks (blocks.go) whose inline
// content glamour styles (inline.go), and broken into lines (wrap.go). Glamour
// never sees nested blocks: its time explodes on them, and it loses their
// indentation.
package article

import (
	"fmt"
	"strings"

	"dateline/feed/markup"
)

// Options say how an article is set.
type Options struct {
	// Width is the measure in cells; no line is wider. Zero means 72, and less
	// than 8 is treated as 8.
	Width int
	// Dark picks the colours for a dark background.
	Dark bool
	// Colors allows colours, italics and faint text. Without it only bold,
	// underlined and struck text remain, and italics turn into underline.
	Colors bool
	// ASCII avoids every glyph of our own beyond ASCII. Text stays as it is.
	ASCII bool
	// Links makes links clickable (OSC 8).
	Links bool
}

// Link is an address in an article, shown in the text as [N].
type Link struct {
	// N counts from 1 in reading order.
	N int
	// URL has passed [text.SafeURL].
	URL string
	// Text is the link's text, or an image's description, on one line. For an
	// address that occurs more than once it is that of the first place.
	Text string
}

// Rendering is an article ready to be shown.
type Rendering struct {
	// Lines carry their own styles: each starts and ends unstyled, and has no
	// trailing blanks and no line break.
	Lines []string
	Links []Link
}

// Render sets a whole article. It may take a second for the largest: see
// [Start].
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

// Text sets an article as plain text without any escape sequence, with the
// addresses of its links below it.
func Text(h markup.SafeHTML, width int) string {
	job := Start(h, Options{Width: width})
	job.set.plain = true
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
