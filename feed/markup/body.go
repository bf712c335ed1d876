// Package markup handles the HTML of articles: it repairs and sanitizes it, and
// reads its text, its summary and its pictures.
//
// A [Body] holds HTML as it was received. [Body.Safe] is the only maker of
// [SafeHTML], which is the only markup that may reach the screen or a file.
// [Body.Summarize] is the fast way to what a list shows of an article.
//
// Never pass Raw on to something that shows it.
package markup

import (
	"dateline/feed/text"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Body is an article's text as the publisher sent it. It is kept raw so that a
// better sanitiser can be applied to old items; the only ways out are
// [Body.Safe] and [Body.Text].
type Body struct {
	// Raw is HTML, or plain text already escaped as HTML, untrusted.
	Raw string
	// Base is the absolute URL that relative links in Raw are resolved against.
	Base string
}

// Bounds of what is read of one body, in bytes.
const (
	MaxBody = 1 << 20
	maxText = 256 << 10
)

// Head is the beginning of a body that is longer than twice n bytes, cut before a
// tag or, where there is none, between two characters; cut says whether it was.
// Tags that the cut leaves open are closed by [Body.Safe].
func (b Body) Head(n int) (head Body, cut bool) {
	if len(b.Raw) <= 2*n {
		return b, false
	}
	head = Body{Raw: text.Truncate(b.Raw, n), Base: b.Base}
	if i := strings.LastIndexByte(head.Raw, '<'); i > 0 {
		head.Raw = head.Raw[:i]
	}
	return head, true
}

// summaryLength is the length of a summary, in characters.
const summaryLength = 300

// Text is the body as plain text for the index and for summaries: blocks on
// lines of their own, cleaned, without the alternatives of pictures, and not
// longer than 256 KB.
func (b Body) Text() string { return b.Scan().Text }

// ScanResult is what one pass over a body finds.
type ScanResult struct {
	Text     string
	HasImage bool
}

// Scan walks the tags without building a tree: it cannot be led into depth.
// Blocks are parted by line ends.
func (b Body) Scan() ScanResult {
	if strings.IndexByte(b.Raw, '<') < 0 {
		return ScanResult{Text: joinLines(html.UnescapeString(text.Truncate(b.Raw, maxText)))}
	}
	var s strings.Builder
	s.Grow(min(len(b.Raw), maxText))
	left, image := maxText, false
	put := func(piece []byte) {
		size := len(piece)
		if size > left {
			piece = piece[:len(text.Truncate(string(piece), left))]
		}
		left -= size
		s.Write(piece)
	}
	blank, cell, line := []byte(" "), []byte("\t"), []byte("\n")
	z := html.NewTokenizer(strings.NewReader(repairMarkup(text.Truncate(b.Raw, MaxBody))))
	silent := ""
	for left > 0 {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return ScanResult{joinLines(s.String()), image}
		case html.TextToken:
			if silent == "" {
				put(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, more := z.TagName()
			tag := string(name)
			switch {
			case silent != "" && (kind == html.EndTagToken && tag == silent || silent == "svg" && text.IsBlockTag(tag)):
				silent = ""
			case silent != "":
			case kind == html.StartTagToken && tag == "noscript":
				z.NextIsNotRawText()
			case kind == html.StartTagToken && text.IsHiddenTag(tag):
				silent = strings.Clone(tag)
			case tag == "img":
				image = image || !isTrackingPixel(TokenAttributes(z, more))
				put(blank)
			case tag == "td" || tag == "th":
				put(cell)
			case !text.IsInlineTag(tag):
				put(line)
			}
		}
	}
	return ScanResult{joinLines(s.String()), image}
}

// TokenAttributes reads the attributes of the tag that z stands on.
func TokenAttributes(z *html.Tokenizer, more bool) []html.Attribute {
	var attrs []html.Attribute
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		attrs = append(attrs, html.Attribute{Key: string(key), Val: string(value)})
	}
	return attrs
}

// joinLines cleans text line by line and drops the empty ones.
func joinLines(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(s, "\r", "\n")
	}
	for s != "" {
		end := strings.IndexByte(s, '\n')
		if end < 0 {
			end = len(s)
		}
		line := s[:end]
		s = s[min(end+1, len(s)):]
		if line = text.Clean(line); line != "" {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(line)
		}
	}
	return b.String()
}

// clipSummary makes one line of about [summaryLength] characters, cut at a word.
func clipSummary(s string) string {
	s = text.Clean(text.Truncate(s, utf8.UTFMax*(summaryLength+1)))
	end, lastSpace, n := len(s), 0, 0
	for i, r := range s {
		if n == summaryLength {
			end = i
			break
		}
		if r == ' ' {
			lastSpace = i
		}
		n++
	}
	if end == len(s) {
		return s
	}
	// Scripts without blanks are cut where the length says.
	if lastSpace > end/2 {
		end = lastSpace
	}
	return strings.TrimRightFunc(s[:end], func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;:–—-([{", r)
	}) + "…"
}

// EscapeText turns plain text into HTML: blank lines part paragraphs, line ends
// stay.
func EscapeText(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if s == "" {
		return ""
	}
	s = html.EscapeString(s)
	if !strings.Contains(s, "\n") {
		return s
	}
	return strings.ReplaceAll(WrapParagraphs(s), "\n", "<br>")
}

// WrapParagraphs wraps what stands between blank lines.
func WrapParagraphs(s string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(s, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			b.WriteString("<p>" + part + "</p>")
		}
	}
	return b.String()
}
