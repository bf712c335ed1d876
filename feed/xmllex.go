package feed

import (
	"html"
	"strings"
	"unicode/utf8"
)

type xmlKind int

const (
	xmlText xmlKind = iota
	xmlCDATA
	xmlStart
	xmlEnd
	xmlDirective
)

// xmlToken is one piece of markup. Text is undecoded for xmlText, verbatim for
// xmlCDATA and xmlDirective; Name is as written, with its prefix.
type xmlToken struct {
	kind      xmlKind
	name      string
	text      string
	attrs     []xmlAttr
	selfClose bool
}

type xmlAttr struct{ name, value string }

// xmlLexer reads markup that claims to be XML and never refuses any: what cannot
// be a tag is text. Its work is linear in the length of its input.
type xmlLexer struct {
	src string
	pos int
	// cut is set when the input ended inside a tag, comment or CDATA section.
	cut bool
	// entities are those that the document type declares, not expanded again.
	entities map[string]string
	// expanded is how many bytes they have come to, see maxExpansion.
	expanded int
	// noQuote remembers that no such quotation mark follows, so that a document
	// of broken tags is not searched to its end for each of them.
	noDouble, noSingle bool
	// noComment remembers the same of the end of a comment.
	noComment bool
}

// next returns the next token; false at the end. Comments and processing
// instructions are passed over.
func (l *xmlLexer) next() (xmlToken, bool) {
	for l.pos < len(l.src) {
		rest := l.src[l.pos:]
		if rest[0] != '<' {
			return l.textUpTo(strings.IndexByte(rest, '<')), true
		}
		switch {
		case strings.HasPrefix(rest, "<!--"):
			l.comment()
		case strings.HasPrefix(rest, cdataStart):
			return l.cdata(), true
		case strings.HasPrefix(rest, "<?"):
			// Not "?>": half of the instructions in the wild lack the mark.
			l.skipPast(">")
		case strings.HasPrefix(rest, "<!"):
			return l.directive(), true
		default:
			if t, ok := l.tag(); ok {
				return t, true
			}
			// A "<" that opens nothing belongs to the text.
			next := strings.IndexByte(rest[1:], '<')
			if next >= 0 {
				next++
			}
			return l.textUpTo(next), true
		}
	}
	return xmlToken{}, false
}

// textUpTo takes n bytes as text; all that is left when n is negative.
func (l *xmlLexer) textUpTo(n int) xmlToken {
	if n < 0 {
		n = len(l.src) - l.pos
	}
	t := xmlToken{kind: xmlText, text: l.src[l.pos : l.pos+n]}
	l.pos += n
	return t
}

const cdataStart = "<![CDATA["

// cdata reads a CDATA section, also one that was wrapped twice.
func (l *xmlLexer) cdata() xmlToken {
	l.pos += len(cdataStart)
	wrapped := strings.HasPrefix(l.src[l.pos:], cdataStart)
	if wrapped {
		l.pos += len(cdataStart)
	}
	start := l.pos
	l.skipPast("]]>")
	t := xmlToken{kind: xmlCDATA, text: strings.TrimSuffix(l.src[start:l.pos], "]]>")}
	if wrapped && strings.HasPrefix(l.src[l.pos:], "]]>") {
		l.pos += len("]]>")
	}
	return t
}

// comment skips a comment; one that never ends, its first tag.
func (l *xmlLexer) comment() {
	if !l.noComment {
		if at := strings.Index(l.src[l.pos:], "-->"); at >= 0 {
			l.pos += at + len("-->")
			return
		}
		l.noComment = true
	}
	l.skipPast(">")
}

func (l *xmlLexer) skipPast(mark string) {
	at := strings.Index(l.src[l.pos:], mark)
	if at < 0 {
		l.pos, l.cut = len(l.src), true
		return
	}
	l.pos += at + len(mark)
}

// maxEntities and maxEntity bound what a document type may declare, maxExpansion
// what becomes of it in the whole document: 1 KB named 500,000 times is half a
// gigabyte.
const (
	maxEntities  = 256
	maxEntity    = 1024
	maxExpansion = 256 << 10
)

// directive reads <!DOCTYPE …> with its internal subset, whose plain entities
// are kept.
func (l *xmlLexer) directive() xmlToken {
	start := l.pos
	end := strings.IndexByte(l.src[l.pos:], '>')
	if open := strings.IndexByte(l.src[l.pos:l.pos+max(end, 0)], '['); open >= 0 {
		l.pos += open
		l.skipPast("]")
		l.declareEntities(l.src[start+open : l.pos])
		end = strings.IndexByte(l.src[l.pos:], '>')
	}
	if end < 0 {
		l.pos, l.cut = len(l.src), true
	} else {
		l.pos += end + 1
	}
	return xmlToken{kind: xmlDirective, text: l.src[start:l.pos]}
}

func (l *xmlLexer) declareEntities(subset string) {
	for len(l.entities) < maxEntities {
		_, after, found := strings.Cut(subset, "<!ENTITY")
		if !found {
			return
		}
		definition, rest, _ := strings.Cut(after, ">")
		subset = rest
		name, value, ok := strings.Cut(strings.TrimSpace(definition), " ")
		value = strings.TrimSpace(value)
		if !ok || len(value) < 2 || len(value) > maxEntity || value[0] != '"' && value[0] != '\'' {
			continue
		}
		if l.entities == nil {
			l.entities = map[string]string{}
		}
		l.entities[name] = html.UnescapeString(value[1 : len(value)-1])
	}
}

// tag reads a start or end tag at pos; false, with pos unmoved, when there is none.
func (l *xmlLexer) tag() (xmlToken, bool) {
	i := l.pos + 1
	t := xmlToken{kind: xmlStart}
	if i < len(l.src) && l.src[i] == '/' {
		t.kind = xmlEnd
		i++
	}
	n := nameLength(l.src[i:])
	if n == 0 {
		return t, false
	}
	t.name = l.src[i : i+n]
	i += n
	for {
		i = skipSpace(l.src, i)
		switch {
		case i >= len(l.src):
			l.pos, l.cut = len(l.src), true
			return t, true
		case l.src[i] == '>':
			l.pos = i + 1
			return t, true
		case strings.HasPrefix(l.src[i:], "/>"):
			t.selfClose = t.kind == xmlStart
			l.pos = i + 2
			return t, true
		case l.src[i] == '<':
			// The tag was never closed: the next one closes it.
			l.pos = i
			return t, true
		}
		i = l.attribute(&t, i)
	}
}

// attribute reads one attribute at i into t and returns where it ends.
func (l *xmlLexer) attribute(t *xmlToken, i int) int {
	n := nameLength(l.src[i:])
	if n == 0 {
		return i + 1
	}
	a := xmlAttr{name: l.src[i : i+n]}
	i = skipSpace(l.src, i+n)
	if i < len(l.src) && l.src[i] == '=' {
		a.value, i = l.attributeValue(skipSpace(l.src, i+1))
		a.value = l.decodeText(a.value)
	}
	t.attrs = append(t.attrs, a)
	return i
}

func (l *xmlLexer) attributeValue(i int) (string, int) {
	if i < len(l.src) && (l.src[i] == '"' || l.src[i] == '\'') {
		missing := &l.noDouble
		if l.src[i] == '\'' {
			missing = &l.noSingle
		}
		if !*missing {
			if end := strings.IndexByte(l.src[i+1:], l.src[i]); end >= 0 {
				return l.src[i+1 : i+1+end], i + end + 2
			}
			*missing = true
		}
	}
	end := strings.IndexAny(l.src[i:], " \t\r\n<>")
	if end < 0 {
		end = len(l.src) - i
	}
	value := l.src[i : i+end]
	if strings.HasPrefix(l.src[i+end:], ">") && strings.HasSuffix(value, "/") {
		end--
		value = value[:end]
	}
	return value, i + end
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

// nameLength is the length of the XML name that s starts with.
func nameLength(s string) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= utf8.RuneSelf
		inner := c >= '0' && c <= '9' || c == '-' || c == '.' || c == ':'
		if !letter && !(i > 0 && inner) {
			return i
		}
	}
	return len(s)
}

// longestEntity is the longest reference that means anything, in bytes.
const longestEntity = 40

// decodeEntities resolves the references of HTML once; one without a semicolon is
// text, as in an address.
func decodeEntities(s string) string { return new(xmlLexer).decodeText(s) }

// decodeText resolves references once. Those to control characters vanish,
// those to the range 0x80-0x9F mean windows-1252 as in HTML, an unknown one and
// a lone "&" stay as they are.
func (l *xmlLexer) decodeText(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for {
		at := strings.IndexByte(s, '&')
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at])
		s = s[at:]
		end := strings.IndexByte(s[:min(len(s), longestEntity)], ';')
		if end < 2 {
			b.WriteByte('&')
			s = s[1:]
			continue
		}
		meaning, ok := l.reference(s[1:end])
		if !ok {
			b.WriteByte('&')
			s = s[1:]
			continue
		}
		b.WriteString(meaning)
		s = s[end+1:]
	}
}

// reference is the meaning of &name;.
func (l *xmlLexer) reference(name string) (string, bool) {
	if value, ok := l.entities[name]; ok && l.expanded < maxExpansion {
		l.expanded += len(value)
		return value, true
	}
	// Most are these, and looking them up among two thousand takes its time.
	switch name {
	case "lt":
		return "<", true
	case "gt":
		return ">", true
	case "amp":
		return "&", true
	case "quot", "#34":
		return `"`, true
	case "#39":
		return "'", true
	case "nbsp", "#160":
		return "\u00a0", true
	}
	if name[0] != '#' && nameLength(name) != len(name) {
		return "", false
	}
	whole := "&" + name + ";"
	meaning := html.UnescapeString(whole)
	// Without its semicolon a legacy name is read as a prefix: "&copyx;".
	if meaning == whole || strings.HasSuffix(meaning, ";") && meaning != ";" {
		return "", false
	}
	return strings.Map(func(r rune) rune {
		if forbidden(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, meaning), true
}
