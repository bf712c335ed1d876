package feed

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes s safe to print on one line: no control character (C0, DEL, C1),
// no bidirectional control, no invisible or tag character that could steer a
// terminal or hide text; runs of white space become one blank. Zero-width
// joiners and variation selectors stay: emoji and many scripts need them.
func Clean(s string) string {
	if tidy(s) {
		return s
	}
	out := make([]byte, 0, len(s))
	space := false
	for _, r := range s {
		switch {
		case r > ' ' && r < 0x7f:
		case unicode.IsSpace(r):
			space = len(out) > 0
			continue
		case dangerous(r):
			continue
		}
		if space {
			out = append(out, ' ')
			space = false
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

// CleanText is [Clean] for text of several lines: line feeds and tabs stay, and
// so do runs of blanks.
func CleanText(s string) string {
	if !strings.ContainsFunc(s, dangerousInText) && utf8.ValidString(s) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			b.WriteByte('\n')
		case r == '\v' || r == '\f':
			b.WriteByte(' ')
		case !dangerous(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// tidy says, for the common case of plain ASCII, that Clean has nothing to do.
func tidy(s string) bool {
	if s == "" {
		return true
	}
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == ' ' && (i == 0 || s[i-1] == ' ') {
			return false
		}
	}
	return s[len(s)-1] != ' '
}

// dangerous is the filter every string passes on its way to a terminal.
func dangerous(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	case r < 0x61c:
		return false
	case r == 0x061c, r == 0x200b, r == 0x200e, r == 0x200f, r == 0x2028, r == 0x2029,
		r >= 0x202a && r <= 0x202e, r == 0x2060, r >= 0x2066 && r <= 0x2069, r == 0xfeff,
		r >= 0xe0000 && r <= 0xe007f, r == 0x10eeee:
		return true
	}
	return false
}

func dangerousInText(r rune) bool { return r != '\n' && r != '\t' && dangerous(r) }

// PlainTitle makes plain text on one line of what a publisher sent as a title,
// a name or a category, whatever it declared it to be: HTML tags go, entities
// are decoded once, and the rest is cleaned. Only real HTML tags count, so
// "a < b" and "List<String>" stay whole.
func PlainTitle(s string) string {
	if strings.IndexByte(s, '<') >= 0 {
		s = stripTags(s)
	}
	if strings.IndexByte(s, '&') >= 0 {
		s = decodeEntities(s)
		// Escaped once too often, by a publisher who escaped escaped markup.
		if hasElement(s) {
			s = decodeEntities(stripTags(s))
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
		name, size := htmlTag(s)
		switch {
		case size == 0:
			b.WriteByte('<')
			s = s[1:]
			continue
		case name == "script" || name == "style":
			if end := strings.Index(s, "</"+name); end >= 0 {
				_, after := htmlTag(s[end:])
				size = end + after
			}
		case !inlineTag(name):
			b.WriteByte(' ')
		}
		s = s[size:]
	}
}

// htmlTag is the name and the length of the HTML tag or comment that s starts
// with; the length is zero when it starts with neither.
func htmlTag(s string) (string, int) {
	if strings.HasPrefix(s, "<!--") {
		if end := strings.Index(s, "-->"); end >= 0 {
			return "span", end + 3
		}
		return "", 0
	}
	i := 1
	if i < len(s) && s[i] == '/' {
		i++
	}
	n := 0
	for i+n < len(s) && n < 12 && (s[i+n]|0x20 >= 'a' && s[i+n]|0x20 <= 'z' || n > 0 && s[i+n] >= '0' && s[i+n] <= '9') {
		n++
	}
	name := strings.ToLower(s[i : i+n])
	if !inlineTag(name) && !blockTag(name) {
		return "", 0
	}
	// A tag ends at ">", outside quotation marks, and never spans another "<".
	for j, quote := i+n, byte(0); j < len(s); j++ {
		switch c := s[j]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>':
			return name, j + 1
		case c == '<':
			return "", 0
		case j == i+n && c != '/' && c > ' ':
			return "", 0
		case (c == '"' || c == '\'') && s[j-1] == '=':
			quote = c
		}
	}
	return "", 0
}

// hasElement says that s holds an HTML element with both its tags, which plain
// text hardly ever does.
func hasElement(s string) bool {
	for {
		at := strings.Index(s, "</")
		if at < 0 {
			return false
		}
		name, size := htmlTag(s[at:])
		if size > 0 && strings.Contains(strings.ToLower(s[:at]), "<"+name) {
			return true
		}
		s = s[at+2:]
	}
}
