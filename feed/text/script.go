package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Script says how plain text shows a superscript or subscript. Without it
// "2<sup>60</sup>" would be read as 260. The zero value shows the content
// unchanged.
type Script struct {
	// Open and Close stand before and after the content.
	Open, Close string
	symbols     *strings.Replacer
}

// The symbols of superscripts and subscripts. Only digits and signs have some
// that every font contains.
var (
	raised = strings.NewReplacer("0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹",
		"+", "⁺", "-", "⁻", "−", "⁻", "–", "⁻", " ", "")
	lowered = strings.NewReplacer("0", "₀", "1", "₁", "2", "₂", "3", "₃", "4", "₄", "5", "₅", "6", "₆", "7", "₇", "8", "₈", "9", "₉",
		"+", "₊", "-", "₋", "−", "₋", "–", "₋", " ", "")
)

// Apply returns a part of the content as the script shows it.
func (s Script) Apply(part string) string {
	if s.symbols == nil {
		return part
	}
	return s.symbols.Replace(part)
}

// Superscript returns how a superscript with a content is shown. before is the
// text before it on the same line, and after the character after it, or 0. A
// formula keeps its meaning: 2⁶⁰, x^(n+1). Ordinals, marks and footnotes are
// shown as they are: 1st, ™, [1].
func Superscript(before, content string, after rune) Script {
	content = strings.TrimSpace(content)
	base, last := baseOf(before)
	isWord := base > 2 && !isFunction(before)
	switch {
	case isScriptNumber(content), isWord && isNoteList(content):
		return Script{symbols: raised}
	case last == 0, !hasFormulaRune(content), strings.HasPrefix(content, "["),
		isWord && !strings.ContainsAny(content, "+=^") || isAbbreviation(before, base, content):
		return Script{}
	}
	return bracketed("^", content, after)
}

// Subscript returns how a subscript is shown, as [Superscript] does: x₂, a_(i,j).
func Subscript(before, content string, after rune) Script {
	content = strings.TrimSpace(content)
	base, last := baseOf(before)
	switch {
	case isScriptNumber(content):
		return Script{symbols: lowered}
	case last == 0, !hasFormulaRune(content), base > 2 && strings.Contains(content, " "), last == 'T' && content == "E" && after == 'X':
		return Script{}
	}
	return bracketed("_", content, after)
}

// ASCII returns the script without symbols. content and before are those for
// which the script was made.
func (s Script) ASCII(before, content string, after rune) Script {
	base, last := baseOf(before)
	switch {
	case s.symbols == nil:
		return s
	case s.symbols == raised && (last == 0 || base > 2), s.symbols == lowered && base > 0, last == 0:
		return Script{}
	case s.symbols == raised:
		return bracketed("^", strings.TrimSpace(content), after)
	}
	return bracketed("_", strings.TrimSpace(content), after)
}

// bracketed returns a script behind a sign. The content is in brackets unless it
// is clear without them where it ends.
func bracketed(sign, content string, after rune) Script {
	digits := strings.Trim(content, "0123456789") == ""
	if (digits || utf8.RuneCountInString(content) == 1) && !IsWordRune(after) || isBracketed(content) {
		return Script{Open: sign}
	}
	return Script{Open: sign + "(", Close: ")"}
}

// isBracketed reports whether round brackets surround the whole of s.
func isBracketed(s string) bool {
	if !strings.HasPrefix(s, "(") || !strings.HasSuffix(s, ")") {
		return false
	}
	depth := 0
	for i, r := range s {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 && i < len(s)-1 {
			return false
		}
	}
	return depth == 0
}

// baseOf returns how many letters the text before a script ends in, and its last
// character. The character is 0 if the text ends in something that takes no
// script: a space or punctuation.
func baseOf(before string) (letters int, last rune) {
	last, _ = utf8.DecodeLastRuneInString(before)
	if !IsWordRune(last) && !strings.ContainsRune(")]}|′∑∏∫", last) {
		return 0, 0
	}
	for before != "" {
		r, size := utf8.DecodeLastRuneInString(before)
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			break
		}
		if unicode.IsLetter(r) {
			letters++
		}
		before = before[:len(before)-size]
	}
	return letters, last
}

// isScriptNumber reports whether s has only digits and signs.
func isScriptNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789+-−–") == "" }

// isNoteList reports whether s is a list of numbers of footnotes.
func isNoteList(s string) bool {
	s = strings.NewReplacer(", ", "", "; ", "").Replace(s)
	return strings.Trim(s, "0123456789,-–;") == "" && strings.ContainsAny(s, "0123456789")
}

// hasFormulaRune reports whether s has a letter, a digit or ∞. Without one it is
// a mark, such as ® or *.
func hasFormulaRune(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '∞' })
}

// isFunction reports whether s ends in the name of a function, which takes
// scripts as a variable does.
func isFunction(s string) bool {
	for _, name := range []string{"sin", "cos", "tan", "cot", "sinh", "cosh", "tanh", "log", "exp", "lim", "max", "min", "det"} {
		if before, ok := strings.CutSuffix(s, name); ok {
			r, _ := utf8.DecodeLastRuneInString(before)
			return !IsWordRune(r)
		}
	}
	return false
}

// isAbbreviation reports whether a superscript belongs to an ordinal number or an
// abbreviation: 1st, XXe, Mme, nº. letters is how many letters before ends in.
func isAbbreviation(before string, letters int, content string) bool {
	content = strings.TrimSuffix(strings.ToLower(content), ".")
	word := before[len(strings.TrimRightFunc(before, unicode.IsLetter)):]
	last, _ := utf8.DecodeLastRuneInString(before)
	isOrdinal := unicode.IsDigit(last) || word != "" && strings.Trim(word, "IVXLCDM") == ""
	switch content {
	case "st", "nd", "rd", "th", "tm", "sm":
		return true
	case "e", "er", "re", "ère", "ere", "ème", "eme", "ième", "ieme", "nde", "o", "a", "os", "as", "d", "de", "te", "ste", "ten", "s", "me":
		if isOrdinal {
			return true
		}
	}
	switch word + content {
	case "Mme", "Mmes", "Mlle", "Mlles", "Mgr", "Dr", "Dre", "Mr", "Mrs", "St", "Ste", "Mc", "no", "nos", "No", "Nos":
		return true
	}
	return letters == 2 && (len(content) == 1 && content <= "e" || content == "o")
}
