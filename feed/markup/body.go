// Package markup handles the HTML of articles: it repairs and sanitizes the
// HTML, and extracts its text, its summary and whether it has pictures.
//
// Start at [Body], which holds HTML as the publisher sent it. [Body.Safe] is the only maker of
// [SafeHTML], which is the only markup that may reach the screen or a file.
// [Body.Text] extracts the plain text, and [Body.Summarize] only what a list
// shows of an article, which is faster.
//
// Never pass Body.Raw to something that shows it.
package markup

import (
	"strings"

	"golang.org/x/net/html"

	"dateline/feed/text"
)

// Body is the content of an article as the publisher sent it. It is stored
// unchanged, so that a better sanitizer also works for old items. Use
// [Body.Safe] or [Body.Text] to show it.
type Body struct {
	// Raw is untrusted HTML. Plain text in it is already escaped.
	Raw string
	// Base is the absolute URL against which relative links in Raw are resolved.
	Base string
}

// The limits of what is read of one body: bytes of HTML and bytes of text.
const (
	MaxBody = 1 << 20
	maxText = 256 << 10
)

// Head returns the first n bytes of a body longer than twice n bytes, and
// whether it cut the body. It cuts before a tag or, if there is none, between
// two characters. [Body.Safe] closes the tags that stay open.
func (b Body) Head(n int) (head Body, cut bool) {
	if len(b.Raw) <= 2*n {
		return b, false
	}
	// Whether a word in angle brackets is a tag, only the whole text says.
	head = Body{Raw: text.Truncate(repairMarkup(text.Truncate(b.Raw, MaxBody)), n), Base: b.Base}
	if i := strings.LastIndexByte(head.Raw, '<'); i > 0 {
		head.Raw = head.Raw[:i]
	}
	return head, true
}

// Text returns the body as clean plain text for the search index, at most
// [maxText] bytes of it. Each block is a line. The alternative texts of pictures
// are left out.
func (b Body) Text() string { return b.Scan().Text }

// ScanResult is what [Body.Scan] finds in a body.
type ScanResult struct {
	Text     string
	HasImage bool
}

// Scan extracts the text, and looks for a picture that is not a tracking pixel,
// in one pass. It does not build a tree, so deep nesting costs nothing.
func (b Body) Scan() ScanResult { return b.scan(maxText) }

// scan is Scan for at most so many bytes of text.
func (b Body) scan(most int) ScanResult {
	if strings.IndexByte(b.Raw, '<') < 0 {
		return ScanResult{Text: joinLines(html.UnescapeString(text.Truncate(b.Raw, most)))}
	}
	var s strings.Builder
	s.Grow(min(len(b.Raw), most))
	left, hasImage := most, false
	put := func(piece []byte) {
		size := len(piece)
		if size > left {
			piece = piece[:len(text.Truncate(string(piece), left))]
		}
		left -= size
		s.Write(piece)
	}
	space, cell, line := []byte(" "), []byte("\t"), []byte("\n")
	z := html.NewTokenizer(strings.NewReader(plainMarkup(repairMarkup(text.Truncate(b.Raw, MaxBody)))))
	hiddenTag := ""
	for left > 0 {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return ScanResult{joinLines(s.String()), hasImage}
		case html.TextToken:
			if hiddenTag == "" {
				put(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, more := z.TagName()
			tag := string(name)
			switch {
			case hiddenTag != "" && (kind == html.EndTagToken && tag == hiddenTag || hiddenTag == "svg" && text.IsBlockTag(tag)):
				hiddenTag = ""
			case hiddenTag != "":
			case kind == html.StartTagToken && tag == "noscript":
				z.NextIsNotRawText()
			case kind == html.StartTagToken && text.IsHiddenTag(tag):
				hiddenTag = strings.Clone(tag)
			case tag == "img":
				attrs := withSource(TokenAttributes(z, more))
				if emoji := emojiOf(attrs); emoji != "" {
					put([]byte(emoji))
					break
				}
				hasImage = hasImage || !isTrackingPixel(attrs)
				put(space)
			case tag == "td" || tag == "th":
				put(cell)
			case text.BreaksLine(tag) || isStyledBlock(string(z.Raw())):
				put(line)
			}
		}
	}
	return ScanResult{joinLines(s.String()), hasImage}
}

// TokenAttributes returns the attributes of the current tag of z. more is the
// second result of z.TagName.
func TokenAttributes(z *html.Tokenizer, more bool) []html.Attribute {
	var attrs []html.Attribute
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		attrs = append(attrs, html.Attribute{Key: string(key), Val: string(value)})
	}
	return attrs
}

// joinLines cleans each line of a text and drops the empty ones.
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

// EscapeText returns plain text as HTML. Blank lines separate paragraphs, and
// single line ends become <br>.
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

// WrapParagraphs puts each part of s between blank lines into a <p> element.
func WrapParagraphs(s string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(s, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			b.WriteString("<p>" + part + "</p>")
		}
	}
	return b.String()
}
