package text

import (
	"html"
	"strings"
	"unicode/utf8"
)

type XMLKind int

const (
	XMLText XMLKind = iota
	XMLCDATA
	XMLStartTag
	XMLEndTag
	XMLDirective
)

// XMLToken is one piece of markup. Text is undecoded for xmlText, verbatim for
// xmlCDATA and xmlDirective; Name is as written, with its prefix.
type XMLToken struct {
	Kind        XMLKind
	Name        string
	Text        string
	Attrs       []XMLAttr
	SelfClosing bool
}

type XMLAttr struct{ Name, Value string }

// XMLLexer reads markup that claims to be XML and never refuses any: what cannot
// be a tag is text. Its work is linear in the length of its input.
type XMLLexer struct {
	Source string
	Offset int
	// Truncated is set when the input ended inside a tag, comment or CDATA section.
	Truncated bool
	// entities are those that the document type declares, not expanded again.
	entities map[string]string
	// expanded is how many bytes they have come to, see maxExpansion.
	expanded int
	// noQuote remembers that no such quotation mark follows, so that a document
	// of broken tags is not searched to its end for each of them.
	noDoubleQuote, noSingleQuote bool
	// noCommentEnd remembers the same of the end of a comment.
	noCommentEnd bool
}

// Next returns the next token; false at the end. Comments and processing
// instructions are passed over.
func (l *XMLLexer) Next() (XMLToken, bool) {
	for l.Offset < len(l.Source) {
		rest := l.Source[l.Offset:]
		if rest[0] != '<' {
			return l.takeText(strings.IndexByte(rest, '<')), true
		}
		switch {
		case strings.HasPrefix(rest, "<!--"):
			l.skipComment()
		case strings.HasPrefix(rest, CDATAStart):
			return l.readCDATA(), true
		case strings.HasPrefix(rest, "<?"):
			// Not "?>": half of the instructions in the wild lack the mark.
			l.skipPast(">")
		case strings.HasPrefix(rest, "<!"):
			return l.readDirective(), true
		default:
			if t, ok := l.ReadTag(); ok {
				return t, true
			}
			// A "<" that opens nothing belongs to the text.
			next := strings.IndexByte(rest[1:], '<')
			if next >= 0 {
				next++
			}
			return l.takeText(next), true
		}
	}
	return XMLToken{}, false
}

// takeText takes n bytes as text; all that is left when n is negative.
func (l *XMLLexer) takeText(n int) XMLToken {
	if n < 0 {
		n = len(l.Source) - l.Offset
	}
	t := XMLToken{Kind: XMLText, Text: l.Source[l.Offset : l.Offset+n]}
	l.Offset += n
	return t
}

const CDATAStart = "<![CDATA["

// readCDATA reads a CDATA section, also one that was wrapped twice.
func (l *XMLLexer) readCDATA() XMLToken {
	l.Offset += len(CDATAStart)
	wrapped := strings.HasPrefix(l.Source[l.Offset:], CDATAStart)
	if wrapped {
		l.Offset += len(CDATAStart)
	}
	start := l.Offset
	l.skipPast("]]>")
	t := XMLToken{Kind: XMLCDATA, Text: strings.TrimSuffix(l.Source[start:l.Offset], "]]>")}
	if wrapped && strings.HasPrefix(l.Source[l.Offset:], "]]>") {
		l.Offset += len("]]>")
	}
	return t
}

// skipComment skips a comment; one that never ends, its first tag.
func (l *XMLLexer) skipComment() {
	if !l.noCommentEnd {
		if at := strings.Index(l.Source[l.Offset:], "-->"); at >= 0 {
			l.Offset += at + len("-->")
			return
		}
		l.noCommentEnd = true
	}
	l.skipPast(">")
}

func (l *XMLLexer) skipPast(mark string) {
	at := strings.Index(l.Source[l.Offset:], mark)
	if at < 0 {
		l.Offset, l.Truncated = len(l.Source), true
		return
	}
	l.Offset += at + len(mark)
}

// maxEntities and maxEntity bound what a document type may declare, maxExpansion
// what becomes of it in the whole document: 1 KB named 500,000 times is half a
// gigabyte.
const (
	maxEntities     = 256
	maxEntityLength = 1024
	maxExpansion    = 256 << 10
)

// readDirective reads <!DOCTYPE …> with its internal subset, whose plain entities
// are kept.
func (l *XMLLexer) readDirective() XMLToken {
	start := l.Offset
	end := strings.IndexByte(l.Source[l.Offset:], '>')
	if open := strings.IndexByte(l.Source[l.Offset:l.Offset+max(end, 0)], '['); open >= 0 {
		l.Offset += open
		l.skipPast("]")
		l.declareEntities(l.Source[start+open : l.Offset])
		end = strings.IndexByte(l.Source[l.Offset:], '>')
	}
	if end < 0 {
		l.Offset, l.Truncated = len(l.Source), true
	} else {
		l.Offset += end + 1
	}
	return XMLToken{Kind: XMLDirective, Text: l.Source[start:l.Offset]}
}

func (l *XMLLexer) declareEntities(subset string) {
	for len(l.entities) < maxEntities {
		_, after, found := strings.Cut(subset, "<!ENTITY")
		if !found {
			return
		}
		definition, rest, _ := strings.Cut(after, ">")
		subset = rest
		name, value, ok := strings.Cut(strings.TrimSpace(definition), " ")
		value = strings.TrimSpace(value)
		if !ok || len(value) < 2 || len(value) > maxEntityLength || value[0] != '"' && value[0] != '\'' {
			continue
		}
		if l.entities == nil {
			l.entities = map[string]string{}
		}
		l.entities[name] = html.UnescapeString(value[1 : len(value)-1])
	}
}

// ReadTag reads a start or end tag at pos; false, with pos unmoved, when there is none.
func (l *XMLLexer) ReadTag() (XMLToken, bool) {
	i := l.Offset + 1
	t := XMLToken{Kind: XMLStartTag}
	if i < len(l.Source) && l.Source[i] == '/' {
		t.Kind = XMLEndTag
		i++
	}
	n := nameLength(l.Source[i:])
	if n == 0 {
		return t, false
	}
	t.Name = l.Source[i : i+n]
	i += n
	for {
		i = skipSpace(l.Source, i)
		switch {
		case i >= len(l.Source):
			l.Offset, l.Truncated = len(l.Source), true
			return t, true
		case l.Source[i] == '>':
			l.Offset = i + 1
			return t, true
		case strings.HasPrefix(l.Source[i:], "/>"):
			t.SelfClosing = t.Kind == XMLStartTag
			l.Offset = i + 2
			return t, true
		case l.Source[i] == '<':
			// The tag was never closed: the next one closes it.
			l.Offset = i
			return t, true
		}
		i = l.readAttribute(&t, i)
	}
}

// readAttribute reads one attribute at i into t and returns where it ends.
func (l *XMLLexer) readAttribute(t *XMLToken, i int) int {
	n := nameLength(l.Source[i:])
	if n == 0 {
		return i + 1
	}
	a := XMLAttr{Name: l.Source[i : i+n]}
	i = skipSpace(l.Source, i+n)
	if i < len(l.Source) && l.Source[i] == '=' {
		a.Value, i = l.readAttributeValue(skipSpace(l.Source, i+1))
		a.Value = l.DecodeEntities(a.Value)
	}
	t.Attrs = append(t.Attrs, a)
	return i
}

func (l *XMLLexer) readAttributeValue(i int) (string, int) {
	if i < len(l.Source) && (l.Source[i] == '"' || l.Source[i] == '\'') {
		missing := &l.noDoubleQuote
		if l.Source[i] == '\'' {
			missing = &l.noSingleQuote
		}
		if !*missing {
			if end := strings.IndexByte(l.Source[i+1:], l.Source[i]); end >= 0 {
				return l.Source[i+1 : i+1+end], i + end + 2
			}
			*missing = true
		}
	}
	end := strings.IndexAny(l.Source[i:], " \t\r\n<>")
	if end < 0 {
		end = len(l.Source) - i
	}
	value := l.Source[i : i+end]
	if strings.HasPrefix(l.Source[i+end:], ">") && strings.HasSuffix(value, "/") {
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

// maxReference is the longest reference that means anything, in bytes.
const maxReference = 40

// DecodeEntities resolves the references of HTML once; one without a semicolon is
// text, as in an address.
func DecodeEntities(s string) string { return new(XMLLexer).DecodeEntities(s) }

// DecodeEntities resolves references once. Those to control characters vanish,
// those to the range 0x80-0x9F mean windows-1252 as in HTML, an unknown one and
// a lone "&" stay as they are.
func (l *XMLLexer) DecodeEntities(s string) string {
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
		end := strings.IndexByte(s[:min(len(s), maxReference)], ';')
		if end < 2 {
			b.WriteByte('&')
			s = s[1:]
			continue
		}
		meaning, ok := l.decodeReference(s[1:end])
		if !ok {
			b.WriteByte('&')
			s = s[1:]
			continue
		}
		b.WriteString(meaning)
		s = s[end+1:]
	}
}

// decodeReference is the meaning of &name;.
func (l *XMLLexer) decodeReference(name string) (string, bool) {
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
		if isForbiddenInXML(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, meaning), true
}
