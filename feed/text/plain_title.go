package text

import "strings"

// PlainTitle returns a publisher's title, name or category as plain text on one
// line. It removes HTML tags, decodes entities once and cleans the rest,
// whatever type the publisher declared. Only known HTML tags count, so "a < b"
// and "List<String>" stay.
func PlainTitle(s string) string {
	if strings.IndexByte(s, '<') >= 0 {
		s = stripTags(s)
	}
	if strings.IndexByte(s, '&') >= 0 {
		s = DecodeEntities(s)
		// The publisher escaped markup that was escaped already.
		if HasHTMLElement(s) {
			s = DecodeEntities(stripTags(s))
		}
	}
	return Clean(s)
}

// stripTags removes HTML tags and comments, and the content of <script> and
// <style>. Block tags are replaced by a space. What changes the meaning of the
// text, such as a superscript, is written as plain text: see [writeMarkup].
func stripTags(s string) string {
	s = writeMarkup(s)
	var b strings.Builder
	b.Grow(len(s))
	for {
		at := strings.IndexByte(s, '<')
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at])
		s = s[at:]
		name, size := LeadingHTMLTag(s)
		switch {
		case size == 0:
			b.WriteByte('<')
			s = s[1:]
			continue
		case name == "script" || name == "style":
			if end := strings.Index(s, "</"+name); end >= 0 {
				_, after := LeadingHTMLTag(s[end:])
				size = end + after
			}
		case !IsInlineTag(name):
			b.WriteByte(' ')
		}
		s = s[size:]
	}
}
