package markup

import (
	"dateline/feed/text"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Summary is what a list shows of a body.
type Summary struct {
	Text     string
	Words    int
	HasImage bool
}

// Summary finds what [Body.Text] would give, without making that text: most of a
// long one is of no use to a list, and a refresh does this to all that comes.
func (b Body) Summarize() Summary {
	d := summarizer{left: maxText, head: make([]byte, 0, min(len(b.Raw), summaryLength+len("…")))}
	if strings.IndexByte(b.Raw, '<') < 0 {
		d.addText(b.Raw)
	} else {
		d.readMarkup(repairMarkup(text.Truncate(b.Raw, MaxBody)))
	}
	return Summary{clipSummary(string(d.head)), d.count.Total(), d.image}
}

// summarizer reads markup as [Body.Text] does, but looks only for what a digest
// needs: where tags begin and end, and the names of some.
type summarizer struct {
	count text.WordCounter
	// head is the beginning of the text on one line, of runes characters; space
	// says that white space came behind it, marks counts those on its last one.
	head         []byte
	runes        int
	pendingSpace bool
	marks        text.MarkLimiter
	image        bool
	// hidden is the element whose text is not for reading, if one is open.
	hidden string
	// left is how many bytes of text are still read.
	left int
}

func (d *summarizer) readMarkup(s string) {
	for d.left > 0 && s != "" {
		at := tagStart(s)
		if d.hidden == "" {
			d.addText(s[:at])
		}
		if s = s[at:]; s != "" && d.left > 0 {
			s = d.readTag(s)
		}
	}
}

// tagStart is where the next tag, comment or declaration begins; the length of s
// if there is none. A "<" before anything else is text.
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

// addText takes a piece of undecoded text in.
func (d *summarizer) addText(s string) {
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	left := d.left
	d.left -= len(s)
	s = text.Truncate(s, left)
	d.count.Add(s)
	head := d.head
	for i := 0; i < len(s) && d.runes <= summaryLength; {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		i += size
		switch {
		case r > ' ' && r < 0x7f:
			d.marks = 0
		case unicode.IsSpace(r):
			d.pendingSpace, d.marks = len(head) > 0, 0
			continue
		case text.IsUnsafeRune(r) || d.marks.Exceeds(r):
			continue
		}
		if d.pendingSpace {
			head, d.pendingSpace = append(head, ' '), false
			d.runes++
		}
		head = utf8.AppendRune(head, r)
		d.runes++
	}
	d.head = head
}

// addBreak is what stands between two words: a tag that is not within a line.
func (d *summarizer) addBreak() {
	d.left--
	d.count.EndWord()
	d.pendingSpace = len(d.head) > 0
}

// readTag reads the tag, comment or declaration that s begins with, and returns what
// follows it.
func (d *summarizer) readTag(s string) string {
	end := s[1] == '/'
	name := tagName(strings.TrimPrefix(s[1:], "/"))
	if name == "" {
		return skipDeclaration(s)
	}
	size := tagLength(s)
	tag := s[:size]
	s = s[size:]
	switch {
	case d.hidden != "" && (end && name == d.hidden || d.hidden == "svg" && text.IsBlockTag(name)):
		d.hidden = ""
	case d.hidden != "":
	case !end && text.IsHiddenTag(name) && !strings.HasSuffix(tag, "/>"):
		d.hidden = name
		if isRawTextTag(name) || name == "script" || name == "style" {
			return s[rawTextEnd(s, name):]
		}
	case name == "img":
		d.image = d.image || !isTrackingPixel(parseAttributes(tag))
		d.addBreak()
	case !text.IsInlineTag(name):
		d.addBreak()
	}
	return s
}

// skipDeclaration passes over a comment, a declaration or an end tag without a
// name (HTML section 13.2.5.42).
func skipDeclaration(s string) string {
	mark := ">"
	if strings.HasPrefix(s, "<!--") && !strings.HasPrefix(s, "<!-->") && !strings.HasPrefix(s, "<!--->") {
		mark = "-->"
	}
	_, after, _ := strings.Cut(s[2:], mark)
	return after
}

// tagName is the name, in small letters, that s begins with; empty if there is
// none.
func tagName(s string) string {
	if s == "" || s[0]|0x20 < 'a' || s[0]|0x20 > 'z' {
		return ""
	}
	n := 1
	for n < len(s) && s[n] > ' ' && s[n] != '/' && s[n] != '>' {
		n++
	}
	return asciiLower(s[:n])
}

// rawTextEnd is where the end tag of an element without markup inside begins.
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

// parseAttributes reads the attributes of a tag. A tokenizer would make a buffer of
// several kilobytes for it.
func parseAttributes(tag string) []html.Attribute {
	t, _ := (&text.XMLLexer{Source: tag}).ReadTag()
	attrs := make([]html.Attribute, len(t.Attrs))
	for i, a := range t.Attrs {
		attrs[i] = html.Attribute{Key: asciiLower(a.Name), Val: a.Value}
	}
	return attrs
}
