package markup

import (
	"dateline/feed/text"
	"strings"
)

// repairMarkup repairs what makes a browser swallow the rest of a text: CDATA
// marks, which HTML has not, comments without an end, and elements without an end
// tag whose content is no markup, the frame written <iframe/> first of all.
// What it returns is as untrusted as s.
func repairMarkup(s string) string {
	if strings.Contains(s, text.CDATAStart) {
		s = strings.NewReplacer(text.CDATAStart, "", "]]>", "").Replace(s)
	}
	m := repairer{src: s}
	for at := m.next(0); at >= 0; at = m.next(at) {
		if strings.HasPrefix(s[at:], "<!--") {
			at = m.repairComment(at)
		} else {
			at = m.repairElement(at)
		}
	}
	if m.done == 0 {
		return s
	}
	return m.out.String() + s[m.done:]
}

// repairer copies src to out, with changes; done is how much of src is dealt with.
// Its work is linear in the length of src, for it remembers what it looked for.
type repairer struct {
	src, lower string
	out        strings.Builder
	done       int
	// ends has where each string that was looked for was found last.
	ends map[string]int
}

// next is where the next tag or comment worth a look begins, negative for none.
func (m *repairer) next(from int) int {
	for {
		at := strings.IndexByte(m.src[from:], '<')
		if at < 0 || from+at+1 >= len(m.src) {
			return -1
		}
		from += at
		switch m.src[from+1] | 0x20 {
		case '!', 'i', 'n', 'p', 's', 't', 'x':
			return from
		}
		from++
	}
}

func (m *repairer) replace(from, to int, with string) {
	m.out.WriteString(m.src[min(m.done, from):from])
	m.out.WriteString(with)
	m.done = to
}

// repairComment looks at the comment at at, and returns where to go on. One that never
// ends is taken for a tag.
func (m *repairer) repairComment(at int) int {
	if end := m.find("-->", at); end >= 0 {
		return end
	}
	end := max(m.find(">", at)+1, at+len("<!--"))
	m.replace(at, end, "")
	return end
}

// repairElement looks at the tag at at, and returns where to go on.
func (m *repairer) repairElement(at int) int {
	n := 1
	for at+n < len(m.src) && n < 12 && m.src[at+n]|0x20 >= 'a' && m.src[at+n]|0x20 <= 'z' {
		n++
	}
	name := strings.ToLower(m.src[at+1 : at+n])
	code := name == "script" || name == "style"
	if !code && !isRawTextTag(name) {
		return at + n
	}
	start := at + tagLength(m.src[at:])
	if name == "plaintext" { // it has no end tag at all
		m.replace(at, start, "")
		return start
	}
	empty := strings.HasSuffix(m.src[at:start], "/>")
	end := m.find("</"+name, start)
	switch {
	case end < 0 && (!code || empty), empty && name == "iframe":
		m.replace(start, start, "</"+name+">")
	case end >= 0 && code:
		return end
	}
	return start
}

// find is [strings.Index] from an offset on that takes large letters for small
// ones. Offsets only grow from one call to the next.
func (m *repairer) find(sub string, from int) int {
	if m.ends == nil {
		m.ends, m.lower = map[string]int{}, asciiLower(m.src)
	}
	if at, known := m.ends[sub]; known && (at < 0 || at >= from) {
		return at
	}
	at := strings.Index(m.lower[from:], sub)
	if at >= 0 {
		at += from
	}
	m.ends[sub] = at
	return at
}

// isRawTextTag knows the elements in which HTML sees no tags.
func isRawTextTag(name string) bool {
	switch name {
	case "iframe", "noembed", "noframes", "plaintext", "textarea", "title", "xmp":
		return true
	}
	return false
}

// tagLength is the length of the tag that s starts with; a ">" in quotation
// marks is part of an attribute.
func tagLength(s string) int {
	quote := byte(0)
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>':
			return i + 1
		case (c == '"' || c == '\'') && s[i-1] == '=':
			quote = c
		}
	}
	return len(s)
}

func asciiLower(s string) string {
	large := func(r rune) bool { return r >= 'A' && r <= 'Z' }
	if !strings.ContainsFunc(s, large) {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}
