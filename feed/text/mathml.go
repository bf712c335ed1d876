package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Math is an element of MathML (MathML Core), or the text in one.
type Math struct {
	// Name is the local name in lower case, or "" for text.
	Name string
	// Attr returns the value of an attribute, or "". It may be nil.
	Attr func(name string) string
	// Text is the text, decoded.
	Text     string
	Children []*Math
}

// maxMath is how many elements of a formula are read, and maxMathDepth how deeply
// they may be nested. Each level copies the text.
const (
	maxMath      = 4096
	maxMathDepth = 48
)

// String returns the formula on one line: 3/4, c², √(x+1), x^(n+1). Annotations
// are left out.
func (m *Math) String() string {
	left := maxMath
	return Clean(m.write(0, &left).s)
}

// mathPart is a part of a formula as text.
type mathPart struct {
	s     string
	level mathLevel
	// isWord reports whether a space separates the part from letters and digits
	// beside it.
	isWord bool
}

// mathLevel says how tightly the parts of a text belong together, from a sum to a
// single symbol.
type mathLevel int

const (
	sum mathLevel = iota
	product
	power
	single
)

// in returns the text, in brackets if it belongs together less tightly than
// least.
func (p mathPart) in(least mathLevel) string {
	if p.level >= least || p.s == "" {
		return p.s
	}
	return "(" + p.s + ")"
}

// write returns the text of m. left is how many more elements may be read.
func (m *Math) write(depth int, left *int) mathPart {
	if *left--; *left < 0 || depth > maxMathDepth {
		return mathPart{}
	}
	switch m.Name {
	case "":
		return mathText(m.Text)
	case "mi", "mn", "mo", "mtext", "ms":
		return m.token()
	case "mphantom", "mprescripts", "none":
		return mathPart{}
	case "mspace":
		return mathPart{s: " ", level: single}
	}
	var parts []mathPart
	for _, c := range m.Children {
		if !isIgnoredMath(c) {
			parts = append(parts, c.write(depth+1, left))
		}
	}
	if p, ok := m.layout(parts); ok {
		return p
	}
	return joinMath(parts)
}

// isIgnoredMath reports whether m is white space between elements, or says the
// same once more.
func isIgnoredMath(m *Math) bool {
	return m.Name == "" && IsBlank(m.Text) || m.Name == "annotation" || m.Name == "annotation-xml"
}

// layout returns the text of an element whose children have a meaning by their
// place. ok is false for others.
func (m *Math) layout(p []mathPart) (out mathPart, ok bool) {
	n := len(p)
	switch {
	case m.Name == "msqrt" || m.Name == "menclose" && m.attr("notation") == "radical":
		return mathPart{s: "√" + joinMath(p).root(), level: power}, true
	case m.Name == "mfenced":
		return m.fenced(p), true
	case m.Name == "mtable":
		return joinList(p, "; "), true
	case m.Name == "mtr" || m.Name == "mlabeledtr":
		return joinList(p, ", "), true
	case m.Name == "mmultiscripts" && n > 0:
		return m.multiscripts(p), true
	case m.Name == "semantics" && n > 0, m.Name == "maction" && n > 0:
		return p[0], true
	case m.Name == "mfrac" && n == 2:
		if strings.Trim(m.attr("linethickness"), "0px.tem% ") == "" && strings.HasPrefix(m.attr("linethickness"), "0") {
			return mathPart{s: p[0].s + " over " + p[1].s, isWord: true}, true
		}
		return mathPart{s: p[0].in(product) + "/" + p[1].in(power), isWord: true}, true
	case m.Name == "mroot" && n == 2:
		index := raised.Replace(p[1].s)
		if p[1].s == "n" {
			index = "ⁿ"
		} else if !isScriptNumber(p[1].s) {
			index = p[1].in(single) + " "
		}
		return mathPart{s: index + "√" + p[0].root(), level: power, isWord: true}, true
	case (m.Name == "msup" || m.Name == "msub" || m.Name == "mover" || m.Name == "munder") && n == 2:
		if m.Name == "mover" {
			if accent := accentOf(p[1].s); accent != "" && utf8.RuneCountInString(p[0].s) == 1 {
				return mathPart{s: p[0].s + accent, level: single}, true
			}
		}
		return p[0].withScript(m.Name == "msub" || m.Name == "munder", p[1]), true
	case (m.Name == "msubsup" || m.Name == "munderover") && n == 3:
		return p[0].withScript(true, p[1]).withScript(false, p[2]), true
	}
	return mathPart{}, false
}

func (m *Math) attr(name string) string {
	if m.Attr == nil {
		return ""
	}
	return strings.TrimSpace(m.Attr(name))
}

// token returns the text of an element that has no others inside.
func (m *Math) token() mathPart {
	var b strings.Builder
	for _, c := range m.Children {
		b.WriteString(c.Text)
	}
	p := mathText(b.String())
	if m.Name == "mo" {
		p.level = sum
	}
	return p
}

// mathText returns a symbol, a number or words. Names of several letters are
// words.
func mathText(s string) mathPart {
	p := mathPart{s: strings.Join(strings.Fields(s), " "), level: single}
	if p.s == "" && s != "" {
		p.s = " "
	}
	r, _ := utf8.DecodeRuneInString(p.s)
	p.isWord = utf8.RuneCountInString(p.s) > 1 && unicode.IsLetter(r)
	return p
}

// root returns the text behind a root sign.
func (p mathPart) root() string {
	if isBracketed(p.s) {
		return p.s
	}
	return p.in(single)
}

// withScript returns p with a superscript or subscript.
func (p mathPart) withScript(low bool, script mathPart) mathPart {
	sign, symbols := "^", raised
	if low {
		sign, symbols = "_", lowered
	}
	base := p.s
	// A sum or a power keeps its brackets, and x_i² needs none.
	if p.level < single && !isBracketed(base) && hasFormulaRune(base) && (p.level < power || !low && strings.ContainsAny(base, "^/√⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")) {
		base = p.in(single)
	}
	out := mathPart{s: base, level: power, isWord: p.isWord}
	switch s := script.s; {
	case IsBlank(s):
	case isScriptNumber(s):
		out.s += symbols.Replace(s)
	case !low && !hasFormulaRune(s):
		if s == "∘" {
			s = "°"
		}
		out.s += s
	case utf8.RuneCountInString(s) == 1, isBracketed(s):
		out.s, out.isWord = out.s+sign+s, true
	default:
		out.s += sign + "(" + s + ")"
	}
	return out
}

// joinMath returns parts in a row.
func joinMath(parts []mathPart) mathPart {
	if len(parts) == 1 {
		return parts[0]
	}
	var b strings.Builder
	level, wasWord, isWord, last := product, false, false, rune(0)
	for i, p := range parts {
		s := p.s
		if s == "" {
			continue
		}
		first, _ := utf8.DecodeRuneInString(s)
		next := rune(0)
		if i+1 < len(parts) {
			next, _ = utf8.DecodeRuneInString(parts[i+1].s)
		}
		switch s {
		case "\u2061", "\u2064": // function application, invisible plus
			s = " "
		case "\u2062", "\u2063": // invisible times and comma
			s = ""
			if unicode.IsDigit(last) && unicode.IsDigit(next) {
				s = map[string]string{"\u2062": "·", "\u2063": ","}[p.s]
			}
		default:
			if p.level == sum && p.s != "(" && p.s != ")" {
				level = sum
			}
			if isMathWord(last) && isMathWord(first) && (wasWord || p.isWord || unicode.IsDigit(last) && unicode.IsDigit(first)) {
				s = " " + s
			}
		}
		if s != "" {
			b.WriteString(s)
			last, _ = utf8.DecodeLastRuneInString(s)
			wasWord, isWord = p.isWord, isWord || p.isWord
		}
	}
	out := mathPart{s: b.String(), level: level, isWord: isWord}
	if isBracketed(out.s) {
		out.level = single
	}
	return out
}

// isMathWord reports whether a character beside another one would be read as one
// word or number with it.
func isMathWord(r rune) bool {
	return IsWordRune(r) || unicode.Is(unicode.No, r) || r == '√' || r == ')' || r == 'ⁿ'
}

// joinList returns the parts that are not empty with a separator between.
func joinList(parts []mathPart, separator string) mathPart {
	var list []string
	for _, p := range parts {
		if !IsBlank(p.s) {
			list = append(list, p.s)
		}
	}
	out := mathPart{s: strings.Join(list, separator)}
	if len(list) == 1 && len(parts) == 1 {
		return parts[0]
	}
	return out
}

// fenced returns the text of <mfenced> of MathML 3, section 3.3.8.
func (m *Math) fenced(parts []mathPart) mathPart {
	open, end, separator := m.attr("open"), m.attr("close"), m.attr("separators")
	if open == "" && end == "" {
		open, end = "(", ")"
	}
	first, size := utf8.DecodeRuneInString(separator)
	if size == 0 {
		first = ','
	}
	return mathPart{s: open + joinList(parts, string(first)).s + end, level: single}
}

// multiscripts returns a base with scripts before and behind it, such as ¹⁴C.
func (m *Math) multiscripts(parts []mathPart) mathPart {
	out, before := parts[0], mathPart{}
	low, isBefore := true, false
	for i, c := range slices.DeleteFunc(slices.Clone(m.Children), isIgnoredMath) {
		switch {
		case i == 0 || i >= len(parts):
			continue
		case c.Name == "mprescripts":
			low, isBefore = true, true
			continue
		case isBefore:
			before = before.withScript(low, parts[i])
		default:
			out = out.withScript(low, parts[i])
		}
		low = !low
	}
	return mathPart{s: before.s + out.s, level: power, isWord: out.isWord || before.s != ""}
}

// accentOf returns the combining mark that an accent above a letter is, or "".
func accentOf(s string) string {
	switch s {
	case "¯", "‾", "_", "―", "\u0305":
		return "\u0304"
	case "^", "ˆ":
		return "\u0302"
	case "~", "˜":
		return "\u0303"
	case "˙", ".":
		return "\u0307"
	case "¨":
		return "\u0308"
	case "→", "⃗":
		return "\u20d7"
	}
	return ""
}
