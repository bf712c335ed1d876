package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
)

// Summary is what a list shows of a body. Text is one line, and Words is the
// number of words of the whole text.
type Summary struct {
	Text     string
	Words    int
	HasImage bool
}

// Summarize returns the summary of what [Body.Text] would return, without
// building that text. Most of a long text is of no use to a list, and every new
// item is summarized.
func (b Body) Summarize() Summary {
	sum := summarizer{left: maxText, head: make([]byte, 0, min(len(b.Raw), summaryLength+len("…")))}
	if strings.IndexByte(b.Raw, '<') < 0 {
		sum.addText(b.Raw)
	} else {
		sum.readMarkup(plainMarkup(repairMarkup(text.Truncate(b.Raw, MaxBody))))
	}
	return Summary{clipSummary(string(sum.head)), sum.count.Total(), sum.image}
}

// summarizer reads HTML as [Body.Scan] does, but finds only what a [Summary]
// needs: where tags begin and end, and the names of some.
type summarizer struct {
	count text.WordCounter
	// head is the beginning of the text on one line, and runes its length in
	// characters. pendingSpace reports whether white space follows head. marks counts
	// the combining marks on its last character.
	head         []byte
	runes        int
	pendingSpace bool
	marks        text.MarkLimiter
	image        bool
	// hidden is the open element whose text is not shown, or "".
	hidden string
	// left is how many more bytes of text are read.
	left int
}

// readMarkup reads the HTML s until enough text has been read.
func (sum *summarizer) readMarkup(s string) {
	for sum.left > 0 && s != "" {
		at := tagStart(s)
		if sum.hidden == "" {
			sum.addText(s[:at])
		}
		if s = s[at:]; s != "" && sum.left > 0 {
			s = sum.readTag(s)
		}
	}
}

// IsEmpty reports whether the body shows nothing: no text, no picture and no
// recording.
func (b Body) IsEmpty() bool {
	const short = 1024 // bytes: such a body may be no more than a button
	if beginsWithText(b.Raw) {
		return false
	}
	raw := repairMarkup(text.Truncate(b.Raw, MaxBody))
	if showsText(raw) && (!needsTree(raw) || showsText(plainMarkup(raw))) && (len(raw) > short || !hasRemoved(raw)) {
		return false
	}
	if b.Base == "" {
		b.Base = "https://example.com/" // Any address makes a relative one a picture's.
	}
	return !showsText(b.Safe().String()) // It has links to the recordings.
}

// beginsWithText reports whether the HTML s begins with a word, perhaps in ordinary
// elements, as most bodies do. Nothing behind it can hide that.
func beginsWithText(s string) bool {
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if !strings.HasPrefix(s, "<") {
			first, _ := utf8.DecodeRuneInString(s)
			return s != "" && text.IsWordRune(first)
		}
		switch tagName(s[1:]) {
		case "a", "article", "b", "blockquote", "br", "code", "div", "em", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p",
			"pre", "section", "span", "strong", "ul":
		default:
			return false
		}
		size := tagLength(s)
		if isWritten(s[1:size]) {
			return false
		}
		s = s[size:]
	}
}

// hasRemoved reports whether the HTML s has an element whose text [Body.Safe]
// removes.
func hasRemoved(s string) bool {
	for {
		s = s[tagStart(s):]
		if s == "" {
			return false
		}
		if isRemoved(atom.Lookup([]byte(tagName(s[1:])))) {
			return true
		}
		s = s[1:]
	}
}

// showsText reports whether there is text or a picture in the HTML s.
func showsText(s string) bool {
	sum := summarizer{left: maxText}
	for s != "" && len(sum.head) == 0 && !sum.image && sum.left > 0 {
		at := tagStart(s)
		if sum.hidden == "" {
			sum.addText(s[:at])
		}
		if s = s[at:]; s != "" {
			s = sum.readTag(s)
		}
	}
	return len(sum.head) > 0 || sum.image
}

// tagStart returns the offset of the next tag, comment or declaration, or the
// length of s if there is none. A "<" before any other character is text.
func tagStart(s string) int {
	for at := 0; ; at++ {
		next := strings.IndexByte(s[at:], '<')
		if next < 0 || at+next+1 == len(s) {
			return len(s)
		}
		at += next
		c := s[at+1]
		if c == '/' && at+2 < len(s) || c == '!' || c == '?' || c|0x20 >= 'a' && c|0x20 <= 'z' {
			return at
		}
	}
}

// addText decodes the character references in a piece of text and adds it.
func (sum *summarizer) addText(s string) {
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	left := sum.left
	sum.left -= len(s)
	s = text.Truncate(s, left)
	sum.count.Add(s)
	head := sum.head
	for i := 0; i < len(s) && sum.runes <= summaryLength; {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		i += size
		switch {
		case r > ' ' && r < 0x7f:
			sum.marks = 0
		case unicode.IsSpace(r):
			sum.pendingSpace, sum.marks = len(head) > 0, 0
			continue
		case text.IsUnsafeRune(r) || sum.marks.Exceeds(r):
			continue
		}
		if sum.pendingSpace {
			head, sum.pendingSpace = append(head, ' '), false
			sum.runes++
		}
		head = utf8.AppendRune(head, r)
		sum.runes++
	}
	sum.head = head
}

// addBreak ends the current word, at a tag that is not within a line.
func (sum *summarizer) addBreak() {
	sum.left--
	sum.count.EndWord()
	sum.pendingSpace = len(sum.head) > 0
}

// readTag reads the tag, comment or declaration that s begins with and returns
// the rest of s.
func (sum *summarizer) readTag(s string) string {
	end := s[1] == '/'
	name := tagName(strings.TrimPrefix(s[1:], "/"))
	if name == "" {
		return skipDeclaration(s)
	}
	size := tagLength(s)
	tag := s[:size]
	s = s[size:]
	switch {
	case sum.hidden != "" && (end && name == sum.hidden || sum.hidden == "svg" && text.IsBlockTag(name)):
		sum.hidden = ""
	case sum.hidden != "":
	case !end && text.IsHiddenTag(name) && !strings.HasSuffix(tag, "/>"):
		sum.hidden = name
		if isRawTextTag(name) || name == "script" || name == "style" {
			return s[rawTextEnd(s, name):]
		}
	case name == "img":
		attrs := withSource(parseAttributes(tag))
		if emoji := emojiOf(attrs); emoji != "" {
			sum.addText(html.EscapeString(emoji))
			break
		}
		sum.image = sum.image || !isTrackingPixel(attrs)
		sum.addBreak()
	case text.BreaksLine(name) || isStyledBlock(tag):
		sum.addBreak()
	}
	return s
}

// skipDeclaration skips a comment, a declaration or an end tag without a name,
// and returns the rest of s (HTML section 13.2.5.42).
func skipDeclaration(s string) string {
	mark := ">"
	if strings.HasPrefix(s, "<!--") && !strings.HasPrefix(s, "<!-->") && !strings.HasPrefix(s, "<!--->") {
		mark = "-->"
	}
	_, after, _ := strings.Cut(s[2:], mark)
	return after
}

// tagName returns the tag name that s begins with in lower case, or "".
func tagName(s string) string {
	if s == "" || s[0]|0x20 < 'a' || s[0]|0x20 > 'z' {
		return ""
	}
	n := 1
	for n < len(s) && s[n] > ' ' && s[n] != '/' && s[n] != '>' {
		n++
	}
	return text.ASCIILower(s[:n])
}

// rawTextEnd returns the offset of the end tag of a raw text element, or the
// length of s if there is none.
func rawTextEnd(s, name string) int {
	for at := 0; ; at += 2 {
		next := strings.Index(s[at:], "</")
		if next < 0 {
			return len(s)
		}
		at += next
		if rest := s[at+2:]; len(rest) >= len(name) && strings.EqualFold(rest[:len(name)], name) {
			return at
		}
	}
}

// parseAttributes returns the attributes of a tag. html.Tokenizer would allocate
// a buffer of several kilobytes for it.
func parseAttributes(tag string) []html.Attribute {
	t, _ := (&text.XMLLexer{Source: tag}).ReadTag()
	attrs := make([]html.Attribute, len(t.Attrs))
	for i, a := range t.Attrs {
		attrs[i] = html.Attribute{Key: text.ASCIILower(a.Name), Val: a.Value}
	}
	return attrs
}

// summaryLength is the limit of a summary in characters.
const summaryLength = 300

// clipSummary returns s on one line. A text longer than [summaryLength]
// characters is cut after a word and ends in "…".
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
	// In scripts without spaces the cut is at the limit.
	if lastSpace > end/2 {
		end = lastSpace
	}
	return strings.TrimRightFunc(s[:end], func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;:–—-([{", r)
	}) + "…"
}
