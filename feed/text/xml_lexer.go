package text

import (
	"html"
	"strings"
	"unicode/utf8"
)

// XMLKind is the kind of an [XMLToken].
type XMLKind int

// The kinds of tokens. XMLDirective is a declaration such as <!DOCTYPE …>.
const (
	XMLText XMLKind = iota
	XMLCDATA
	XMLStartTag
	XMLEndTag
	XMLDirective
)

// XMLToken is a piece of an XML document. Name is the name of a tag as written,
// with its prefix. Text is the text of the other kinds: not decoded for XMLText,
// as written for XMLCDATA and XMLDirective.
type XMLToken struct {
	Kind        XMLKind
	Name        string
	Text        string
	Attrs       []XMLAttr
	SelfClosing bool
}

// XMLAttr is an attribute of a tag. Name is as written, Value is decoded.
type XMLAttr struct{ Name, Value string }

// XMLLexer splits a document that claims to be XML into tokens. It never fails:
// what cannot be a tag is text. Its work is linear in the length of Source. Set
// Source and call [XMLLexer.Next].
type XMLLexer struct {
	// Source is the document.
	Source string
	// Offset is where the next token begins, in bytes. Set it back to read a
	// token again.
	Offset int
	// Truncated is set when the input ends inside a tag or other markup.
	Truncated bool
	// entities are the entities that the document type declares. Their values
	// are not expanded again.
	entities map[string]string
	// expanded is how many bytes these entities have produced so far.
	// maxExpansion is its limit.
	expanded int
	// noDoubleQuote and noSingleQuote are set when no such quotation mark
	// follows. Then a document of broken tags is not searched to its end for
	// each of them.
	noDoubleQuote, noSingleQuote bool
	// noCommentEnd is set when no end of a comment follows.
	noCommentEnd bool
}

// Next returns the next token, and false at the end of the document. It skips
// comments and processing instructions.
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
			// The end is ">" and not "?>", because many instructions in feeds
			// lack the "?".
			l.skipPast(">")
		case strings.HasPrefix(rest, "<!"):
			return l.readDirective(), true
		default:
			if t, ok := l.ReadTag(); ok {
				return t, true
			}
			// A "<" that begins no tag is text.
			next := strings.IndexByte(rest[1:], '<')
			if next >= 0 {
				next++
			}
			return l.takeText(next), true
		}
	}
	return XMLToken{}, false
}

// takeText returns the next n bytes as text, or all remaining bytes if n is
// negative.
func (l *XMLLexer) takeText(n int) XMLToken {
	if n < 0 {
		n = len(l.Source) - l.Offset
	}
	t := XMLToken{Kind: XMLText, Text: l.Source[l.Offset : l.Offset+n]}
	l.Offset += n
	return t
}

// CDATAStart is the mark that begins a CDATA section.
const CDATAStart = "<![CDATA["

// readCDATA reads a CDATA section. Marks of another one within it stay: see
// [UnwrapCDATA].
func (l *XMLLexer) readCDATA() XMLToken {
	start := l.Offset + len(CDATAStart)
	l.Offset = start
	l.skipPast("]]>")
	return XMLToken{Kind: XMLCDATA, Text: strings.TrimSuffix(l.Source[start:l.Offset], "]]>")}
}

// skipComment skips a comment. If the comment has no end, it skips to the next
// ">".
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

// skipPast skips to the end of the next mark, or to the end of the document.
func (l *XMLLexer) skipPast(mark string) {
	at := strings.Index(l.Source[l.Offset:], mark)
	if at < 0 {
		l.Offset, l.Truncated = len(l.Source), true
		return
	}
	l.Offset += at + len(mark)
}

// The limits of the entities that a document type may declare, of the bytes of
// each, and of the bytes that all of them produce in the document. Without
// maxExpansion, an entity of 1 KB used 500,000 times would produce half a
// gigabyte.
const (
	maxEntities     = 256
	maxEntityLength = 1024
	maxExpansion    = 256 << 10
)

// readDirective reads <!DOCTYPE …> and stores the entities that its internal
// subset declares.
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

// declareEntities stores the plain entities of an internal subset. It ignores
// external ones.
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

// ReadTag reads the start or end tag at Offset. If there is none, it returns
// false and does not move Offset.
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
			// The tag has no ">". The next tag ends it.
			l.Offset = i
			return t, true
		}
		i = l.readAttribute(&t, i)
	}
}

// readAttribute reads the attribute at i into t and returns the offset after it.
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

// readAttributeValue returns the value at i, not decoded, and the offset after it.
// The value may lack one or both quotation marks.
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

// nameLength returns the length in bytes of the XML name that s begins with. It
// accepts all characters beyond ASCII.
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

// maxReference is the limit of a reference in bytes. No known reference is
// longer.
const maxReference = 40

// DecodeEntities replaces the character references of HTML once. A reference
// without a semicolon stays, because addresses contain such text.
func DecodeEntities(s string) string { return new(XMLLexer).DecodeEntities(s) }

// DecodeEntities replaces character references once: those of HTML and the
// entities that the document declares. References to control characters are
// removed. References to the range 0x80 to 0x9F are decoded as windows-1252, as
// in HTML. Unknown references and a bare "&" stay.
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

// decodeReference returns the text of &name; and whether it is known.
func (l *XMLLexer) decodeReference(name string) (string, bool) {
	if value, ok := l.entities[name]; ok && l.expanded < maxExpansion {
		l.expanded += len(value)
		return value, true
	}
	// The most frequent references are tested first. The table has two thousand.
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
	// The library reads the start of an unknown name as a legacy name without
	// semicolon: "&copyx;".
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
