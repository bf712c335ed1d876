package text

import "strings"

// PlainTitle makes plain text on one line of what a publisher sent as a title,
// a name or a category, whatever it declared it to be: HTML tags go, entities
// are decoded once, and the rest is cleaned. Only real HTML tags count, so
// "a < b" and "List<String>" stay whole.
func PlainTitle(s string) string {
	if strings.IndexByte(s, '<') >= 0 {
		s = stripTags(s)
	}
	if strings.IndexByte(s, '&') >= 0 {
		s = DecodeEntities(s)
		// Escaped once too often, by a publisher who escaped escaped markup.
		if HasHTMLElement(s) {
			s = DecodeEntities(stripTags(s))
		}
	}
	return Clean(s)
}

// stripTags removes HTML tags and comments, and what stands in <script> and
// <style>. Block tags leave a blank behind.
func stripTags(s string) string {
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
