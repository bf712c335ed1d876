package text

import "strings"

// The marks of a CDATA section as they are, and as they are when escaped.
var (
	cdataStarts = [...]string{CDATAStart, "&lt;![CDATA["}
	cdataEnds   = [...]string{"]]>", "]]&gt;"}
)

// UnwrapCDATA removes the marks of CDATA sections that are left in the text of an
// element, because it was wrapped twice or escaped as well. Marks within a text
// stay: it may be about them.
func UnwrapCDATA(s string) string {
	const most = 4 // sections within one another
	for range most {
		inner := strings.TrimSpace(s)
		start := prefixOf(inner, cdataStarts[:])
		if start == "" {
			return s
		}
		inner = strings.TrimSpace(inner[len(start):])
		for _, end := range cdataEnds {
			if before, found := strings.CutSuffix(inner, end); found {
				inner = before
				break
			}
		}
		s = joinSections(inner)
	}
	return s
}

// RemoveCDATA removes the marks of the CDATA sections within s, which HTML does
// not have. Other brackets stay.
func RemoveCDATA(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, CDATAStart)
		if !found {
			break
		}
		b.WriteString(before)
		inner, rest, _ := strings.Cut(after, cdataEnds[0])
		b.WriteString(strings.ReplaceAll(inner, CDATAStart, ""))
		s = rest
	}
	b.WriteString(s)
	return b.String()
}

// joinSections removes the marks between one CDATA section and the next.
func joinSections(s string) string {
	if !strings.Contains(s, CDATAStart) && !strings.Contains(s, cdataStarts[1]) {
		return s
	}
	var b strings.Builder
	for {
		at := strings.Index(s, "]]")
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		end := prefixOf(s[at:], cdataEnds[:])
		rest := s[at+len(end):]
		next := strings.TrimLeft(rest, " \t\r\n")
		start := prefixOf(next, cdataStarts[:])
		if end == "" || start == "" {
			b.WriteString(s[:at+1])
			s = s[at+1:]
			continue
		}
		b.WriteString(s[:at])
		b.WriteString(rest[:len(rest)-len(next)])
		s = next[len(start):]
	}
}

// prefixOf returns the first of several prefixes that s has, or "".
func prefixOf(s string, prefixes []string) string {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return p
		}
	}
	return ""
}
