package find

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// IsPlainText reports whether a page that the server calls plain text is one. It is not
// if it begins as a web page, or if it is other data.
func IsPlainText(page []byte, contentType string) bool {
	const size = 1024
	start := strings.ToLower(strings.TrimSpace(text.Decode(page[:min(len(page), size)], contentType)))
	if strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html") || strings.HasPrefix(start, "%pdf-") {
		return false
	}
	return strings.Count(start, "\uFFFD") <= len(start)/32 && !hasControls(page[:min(len(page), size)])
}

// hasControls reports whether bytes contain control characters that no text has. Pairs
// with a zero are the letters of UTF-16.
func hasControls(head []byte) bool {
	for i, c := range head {
		switch {
		case c == 0 && (i == 0 || head[i-1] == 0) && (i+1 == len(head) || head[i+1] == 0):
			return true
		case c > 0 && c < '\t' || c > '\r' && c < ' ' && c != 0x1b:
			return true
		}
	}
	return false
}

// PlainText returns a page of plain text or Markdown as an article. Its lines, and the
// blanks at their start and between words, stay. contentType is the value of the HTTP
// header, address is the URL of the response. An error is an [*ArticleError].
func PlainText(page []byte, contentType, address string) (markup.Body, error) {
	source := text.Decode(page[:min(len(page), maxPage)], contentType)
	source = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(source)
	var b strings.Builder
	inParagraph := false
	for line := range strings.SplitSeq(text.Truncate(source, markup.MaxBody/2), "\n") {
		line = strings.TrimRight(line, " \t")
		if text.IsBlank(line) {
			if inParagraph {
				b.WriteString("</p>\n")
			}
			inParagraph = false
			continue
		}
		if inParagraph {
			b.WriteString("<br>\n")
		} else {
			b.WriteString("<p>")
		}
		inParagraph = true
		b.WriteString(html.EscapeString(keepBlanks(line)))
	}
	if inParagraph {
		b.WriteString("</p>")
	}
	if b.Len() == 0 {
		return markup.Body{}, &ArticleError{message: fmt.Sprintf("%s has an empty text at this address: press o to open it in the browser.", hostName(address))}
	}
	return markup.Body{Raw: text.Truncate(b.String(), markup.MaxBody), Base: address}, nil
}

// keepBlanks replaces the blanks that HTML would drop by no-break spaces: those at the
// start of a line, and all but the last of several.
func keepBlanks(line string) string {
	const noBreak = "\u00a0"
	line = strings.ReplaceAll(line, "\t", "    ")
	words := strings.TrimLeft(line, " ")
	indent := strings.Repeat(noBreak, len(line)-len(words))
	return indent + strings.ReplaceAll(words, "  ", noBreak+" ")
}
