package markup

import (
	"strings"

	"dateline/feed/text"
)

// repairMarkup repairs mistakes that would hide words in a browser: CDATA marks,
// which HTML does not have, words in angle brackets, comments without an end, and
// raw text elements and recordings without an end tag, most often <iframe/>. It removes
// what stands in a recording for browsers that cannot play it. The result is as
// untrusted as s.
func repairMarkup(s string) string {
	if strings.Contains(s, text.CDATAStart) {
		s = text.RemoveCDATA(s)
	}
	s = text.EscapeWords(s)
	r := repairer{src: s}
	for at := r.next(0); at >= 0; at = r.next(at) {
		if strings.HasPrefix(s[at:], "<!--") {
			at = r.repairComment(at)
		} else {
			at = r.repairElement(at)
		}
	}
	if r.done == 0 {
		return s
	}
	return r.out.String() + s[r.done:]
}

// repairer copies src to out with changes. done is the offset up to which src
// has been copied or replaced. Its work is linear in the length of src, because
// it remembers the results of its searches.
type repairer struct {
	src, lower string
	out        strings.Builder
	done       int
	// found holds the last offset at which each string was found, or -1.
	found map[string]int
}

// next returns the offset of the next tag or comment that may need a repair, or
// -1 if there is none.
func (r *repairer) next(from int) int {
	for {
		at := strings.IndexByte(r.src[from:], '<')
		if at < 0 || from+at+1 >= len(r.src) {
			return -1
		}
		from += at
		switch r.src[from+1] | 0x20 {
		case '!', 'a', 'i', 'n', 'p', 's', 't', 'v', 'x':
			return from
		}
		from++
	}
}

// replace appends src up to from and the string with to out, and continues src
// at to.
func (r *repairer) replace(from, to int, with string) {
	r.out.WriteString(r.src[min(r.done, from):from])
	r.out.WriteString(with)
	r.done = to
}

// repairComment checks the comment at offset at and returns the offset to
// continue at. If the comment has no end, its start is removed as if it were a
// tag.
func (r *repairer) repairComment(at int) int {
	if end := r.find("-->", at); end >= 0 {
		return end
	}
	end := max(r.find(">", at)+1, at+len("<!--"))
	r.replace(at, end, "")
	return end
}

// repairElement checks the tag at offset at and returns the offset to continue
// at.
func (r *repairer) repairElement(at int) int {
	n := 1
	for at+n < len(r.src) && n < 12 && r.src[at+n]|0x20 >= 'a' && r.src[at+n]|0x20 <= 'z' {
		n++
	}
	name := strings.ToLower(r.src[at+1 : at+n])
	if full := tagName(r.src[at+1:]); full == name && (name == "audio" || name == "video") {
		return r.repairMedia(at, name)
	}
	code := name == "script" || name == "style"
	if !code && !isRawTextTag(name) {
		return at + n
	}
	start := at + tagLength(r.src[at:])
	if name == "plaintext" { // it has no end tag
		r.replace(at, start, "")
		return start
	}
	empty := strings.HasSuffix(r.src[at:start], "/>")
	end := r.find("</"+name, start)
	switch {
	case end < 0 && (!code || empty), empty && name == "iframe":
		r.replace(start, start, "</"+name+">")
	case end >= 0 && code:
		return end
	}
	return start
}

// repairMedia removes the content of the <audio> or <video> at offset at, which is
// for browsers without these elements (HTML sections 4.8.8 and 4.8.9). The files
// stay. A missing end tag is added. It returns the offset to continue at.
func (r *repairer) repairMedia(at int, name string) int {
	start := at + tagLength(r.src[at:])
	hasSource := attribute(parseAttributes(r.src[at:start]), "src") != ""
	end, another := r.find("</"+name, start), r.find("<"+name, start)
	closing := ""
	if end < 0 || another >= 0 && another < end {
		closing = "</" + name + ">"
		for end = start; ; end += tagLength(r.src[end:]) {
			rest := strings.TrimLeft(r.src[end:], " \t\r\n")
			if kind := tagName(strings.TrimPrefix(rest, "<")); rest == "" || rest[0] != '<' || kind != "source" && kind != "track" {
				break
			}
			end = len(r.src) - len(rest)
		}
	}
	var files strings.Builder
	link := ""
	for s := r.src[start:end]; s != ""; {
		s = s[tagStart(s):]
		if s == "" {
			break
		}
		size := tagLength(s)
		switch kind := tagName(s[1:]); {
		case kind == "source":
			hasSource = true
			files.WriteString(s[:size])
		case kind == "a" && link == "":
			link = s[:size] + strings.ToUpper(name[:1]) + name[1:] + "</a>"
		}
		s = s[size:]
	}
	if hasSource {
		link = ""
	}
	r.replace(start, end, files.String()+link+closing)
	return end
}

// find is [strings.Index] from an offset on, ignoring the case of src. The
// offset must not decrease from one call to the next.
func (r *repairer) find(sub string, from int) int {
	if r.found == nil {
		r.found, r.lower = map[string]int{}, text.ASCIILower(r.src)
	}
	if at, known := r.found[sub]; known && (at < 0 || at >= from) {
		return at
	}
	at := strings.Index(r.lower[from:], sub)
	if at >= 0 {
		at += from
	}
	r.found[sub] = at
	return at
}

// isRawTextTag reports whether HTML treats the content of the element as text,
// without tags (HTML section 13.1.2). Scripts and style sheets are treated
// separately.
func isRawTextTag(name string) bool {
	switch name {
	case "iframe", "noembed", "noframes", "plaintext", "textarea", "title", "xmp":
		return true
	}
	return false
}

// tagLength returns the length in bytes of the tag that s begins with. A ">"
// inside quotation marks belongs to an attribute.
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
