package text

import (
	"html"
	"strings"
	"unicode/utf8"
)

// writeMarkup replaces the markup of a title that means something in plain text:
// superscripts and subscripts, formulas, struck words, hidden text and pictures
// of emoji. Other tags stay, and so does a tag without its end tag. The result is
// as untrusted as s.
func writeMarkup(s string) string {
	w := markupWriter{lexer: XMLLexer{Source: s}, out: make([]byte, 0, len(s))}
	for at := 0; at < len(s); {
		next := strings.IndexByte(s[at:], '<')
		if next < 0 {
			next = len(s) - at
		}
		w.out = append(w.out, s[at:at+next]...)
		if at += next; at < len(s) {
			at += w.readTag(at)
		}
	}
	return string(w.out)
}

// markupWriter writes a title. open are the elements whose end tag may follow.
type markupWriter struct {
	lexer XMLLexer
	out   []byte
	open  []openElement
}

// openElement is an element in a title.
type openElement struct {
	name   string
	effect titleEffect
	// before is the offset of the start tag in the output, content that of what
	// follows it.
	before, content int
}

// titleEffect is what an element does to the text in it.
type titleEffect int

const (
	noEffect titleEffect = iota
	raise
	lower
	strike
	hide
	formula
)

// readTag copies or replaces the tag at an offset, and returns its length. A "<"
// that begins no tag is copied.
func (w *markupWriter) readTag(at int) int {
	const maxOpen = 16 // elements
	w.lexer.Offset = at
	t, ok := w.lexer.ReadTag()
	tag := w.lexer.Source[at:w.lexer.Offset]
	if !ok || !strings.HasSuffix(tag, ">") {
		w.out = append(w.out, '<')
		return 1
	}
	name := MathName(t.Name)
	if t.Kind == XMLEndTag {
		w.end(name, tag)
		return len(tag)
	}
	attr := func(name string) (string, bool) {
		for _, a := range t.Attrs {
			if strings.EqualFold(a.Name, name) {
				return a.Value, true
			}
		}
		return "", false
	}
	if name == "img" {
		if emoji := EmojiText(func(name string) string { v, _ := attr(name); return v }); emoji != "" {
			w.out = append(w.out, html.EscapeString(emoji)...)
			return len(tag)
		}
	}
	before := len(w.out)
	w.out = append(w.out, tag...)
	if (IsInlineTag(name) || IsBlockTag(name) || name == "math") && !t.SelfClosing {
		if len(w.open) == maxOpen {
			w.open = append(w.open[:0], w.open[1:]...)
		}
		w.open = append(w.open, openElement{name, effectOf(name, attr), before, len(w.out)})
	}
	return len(tag)
}

// effectOf returns what an element does to the text in it.
func effectOf(name string, attr func(string) (string, bool)) titleEffect {
	style, _ := attr("style")
	switch {
	case HidesText(attr):
		return hide
	case name == "sup":
		return raise
	case name == "sub":
		return lower
	case name == "math":
		return formula
	case name == "del", name == "s", name == "strike", StrikesText(style):
		return strike
	}
	return noEffect
}

// end ends an element. An end tag without a start tag is copied.
func (w *markupWriter) end(name, tag string) {
	at := len(w.open) - 1
	for at >= 0 && w.open[at].name != name {
		at--
	}
	if at < 0 {
		w.out = append(w.out, tag...)
		return
	}
	e := w.open[at]
	w.open = w.open[:at]
	if e.effect == noEffect {
		w.out = append(w.out, tag...)
		return
	}
	inner := string(w.out[e.content:])
	w.out = w.out[:e.before]
	before, after := w.before(), w.after()
	visible := withoutTags(inner)
	script := Script{}
	switch e.effect {
	case hide:
		return
	case strike:
		w.out = append(w.out, Struck(inner)...)
		if strings.HasPrefix(strings.ToLower(w.lexer.Source[w.lexer.Offset:]), "<ins") {
			w.out = append(w.out, ' ')
		}
		return
	case formula:
		w.out = append(w.out, html.EscapeString(Beside(before, parseMath(inner).String(), after))...)
		return
	case raise:
		script = Superscript(before, visible, after)
	case lower:
		script = Subscript(before, visible, after)
	}
	if script.symbols != nil {
		inner = html.EscapeString(script.Apply(visible))
	}
	w.out = append(w.out, script.Open+strings.TrimSpace(inner)+script.Close...)
}

// Struck returns a struck text as Markdown writes it. Spaces stay outside.
func Struck(s string) string {
	inner := strings.TrimSpace(s)
	if inner == "" || strings.HasPrefix(inner, "~~") && strings.HasSuffix(inner, "~~") {
		return s
	}
	start := strings.Index(s, inner)
	return s[:start] + "~~" + inner + "~~" + s[start+len(inner):]
}

// Beside returns a formula with a space where it would run into the text before
// it or the character after it.
func Beside(before, formula string, after rune) string {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(formula)
	end, _ := utf8.DecodeLastRuneInString(formula)
	if isMathWord(last) && isMathWord(first) {
		formula = " " + formula
	}
	if isMathWord(end) && IsWordRune(after) {
		formula += " "
	}
	return formula
}

// before returns the end of the text so far.
func (w *markupWriter) before() string {
	const most = 64 // bytes
	tail := string(w.out[max(0, len(w.out)-most):])
	if end := strings.IndexByte(tail, '>'); end >= 0 && len(w.out) > most && !strings.Contains(tail[:end], "<") {
		tail = tail[end+1:]
	}
	return withoutTags(tail)
}

// after returns the first character after the tag that was read, or 0.
func (w *markupWriter) after() rune {
	const most = 64 // bytes
	s := w.lexer.Source[w.lexer.Offset:]
	s = s[:min(len(s), most)]
	if script := strings.ToLower(s); strings.HasPrefix(script, "<su") {
		return 0
	}
	r, size := utf8.DecodeRuneInString(withoutTags(s))
	if size == 0 {
		return 0
	}
	return r
}

// withoutTags returns the text of HTML that has no scripts.
func withoutTags(s string) string {
	var b strings.Builder
	for {
		at := strings.IndexByte(s, '<')
		if at < 0 || at+1 == len(s) {
			b.WriteString(s)
			return html.UnescapeString(b.String())
		}
		end := strings.IndexByte(s[at:], '>')
		if end < 0 {
			b.WriteString(s)
			return html.UnescapeString(b.String())
		}
		if c := s[at+1]; c != '/' && (c|0x20 < 'a' || c|0x20 > 'z') {
			end = 0 // it is no tag
			b.WriteString(s[:at+1])
		} else {
			b.WriteString(s[:at])
		}
		s = s[at+end+1:]
	}
}

// MathName returns the local name of an element in lower case. Documents with a
// prefix for MathML usually call it mml or m.
func MathName(name string) string {
	name = strings.ToLower(name)
	if local, ok := strings.CutPrefix(name, "mml:"); ok {
		return local
	}
	return strings.TrimPrefix(name, "m:")
}

// parseMath reads the content of a formula.
func parseMath(s string) *Math {
	root := &Math{Name: "math"}
	open := []*Math{root}
	l := XMLLexer{Source: s}
	for t, ok := l.Next(); ok; t, ok = l.Next() {
		top := open[len(open)-1]
		switch name := MathName(t.Name); t.Kind {
		case XMLText:
			top.Children = append(top.Children, &Math{Text: DecodeEntities(t.Text)})
		case XMLStartTag:
			m := &Math{Name: name, Attr: func(key string) string {
				for _, a := range t.Attrs {
					if strings.EqualFold(a.Name, key) {
						return a.Value
					}
				}
				return ""
			}}
			top.Children = append(top.Children, m)
			if !t.SelfClosing && len(open) < maxMathDepth {
				open = append(open, m)
			}
		case XMLEndTag:
			for i := len(open) - 1; i > 0; i-- {
				if open[i].Name == name {
					open = open[:i]
					break
				}
			}
		}
	}
	return root
}
