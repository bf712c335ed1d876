package query

import (
	"slices"
	"strings"
)

// People type the signs of other query languages. A sign that means the same everywhere
// has that meaning here: ! and NOT negate, | and OR separate alternatives, & and AND join
// conditions. Any other use of such a sign is a mistake, never a word: in a rule a word
// would select the items that the user meant to leave out.

// isMinus reports whether r negates the term after it: a hyphen, or what keyboards and
// programs make of one.
func isMinus(r rune) bool {
	switch r {
	case '-', '‐', '‑', '‒', '–', '—', '―', '−', '﹘', '﹣', '－':
		return true
	}
	return false
}

// isBang reports whether r negates the term after it in other languages.
func isBang(r rune) bool { return r == '!' || r == '！' || r == '¬' }

// isTilde reports whether r is a tilde. Languages disagree about its meaning.
func isTilde(r rune) bool { return r == '~' || r == '～' }

// startsForeign reports whether s begins with a sign that negates in other languages.
func startsForeign(s string) bool {
	for _, r := range s {
		return isBang(r) || isTilde(r)
	}
	return false
}

// isOperator reports whether s is a word that joins or negates terms. In small letters
// only "or" is.
func isOperator(s string) bool {
	return slices.Contains([]string{"or", "OR", "AND", "NOT"}, s)
}

// comparisonSigns are the characters of which comparisons consist.
const comparisonSigns = "=<>~≠≈≤≥!"

// comparison splits a word such as tag!=world into the name of a field, the comparison and
// the rest. For a comparison alone, such as =, name and rest are empty. ok is false for
// any other word.
func comparison(word string) (name, sign, rest string, ok bool) {
	at := strings.IndexAny(word, comparisonSigns)
	if at < 0 {
		return "", "", "", false
	}
	name, rest = word[:at], strings.TrimLeft(word[at:], comparisonSigns)
	sign = word[at : len(word)-len(rest)]
	known := slices.Contains(termNames, strings.ToLower(name))
	exclaims := strings.Trim(sign, "!") == ""
	return name, sign, rest, known && !exclaims || name == "" && rest == ""
}

// lexSign reads one of the signs of other languages. It reports false if there is none.
func (l *lexer) lexSign(t token) (_ token, found bool, err error) {
	r, next := l.src[l.offset], rune(0)
	if l.offset+1 < len(l.src) {
		next = l.src[l.offset+1]
	}
	size := 1
	switch {
	case isMinus(r):
		t.kind = tokenMinus
	case isBang(r) && (next == '=' || isTilde(next)), isTilde(r):
		return t, true, l.errorAt(t.column, "%q has no meaning here; -word leaves out the items with a word, and quotes round the text search for it", string(r))
	case isBang(r):
		t.kind = tokenMinus
	case r == '|' || r == '&' && (next == '&' || next == 0 || isDelimiter(next)):
		if t.kind = tokenAnd; r == '|' {
			t.kind = tokenOr
		}
		if next == r {
			size = 2
		}
		if l.isWithinWord(size) {
			return t, true, l.errorAt(t.column, "%q needs spaces round it; each alternative needs its own field, as in tag:a | tag:b. Put quotes round the text to search for it",
				strings.Repeat(string(r), size))
		}
	default:
		return t, false, nil
	}
	t.value = string(l.src[l.offset : l.offset+size])
	l.offset += size
	return t, true, nil
}

// isWithinWord reports whether the next size characters stand between others, without
// spaces and parentheses round them.
func (l *lexer) isWithinWord(size int) bool {
	end := l.offset + size
	if l.offset == 0 || end >= len(l.src) {
		return false
	}
	isText := func(r rune) bool { return r == '"' || !isDelimiter(r) }
	return isText(l.src[l.offset-1]) && isText(l.src[end])
}

// checkWord returns an error if a word without quotes is a sign of another language, or
// has one inside.
func (l *lexer) checkWord(t token, word string) error {
	if at := strings.Index(word, "&&"); at >= 0 {
		return l.errorAt(t.column+len([]rune(word[:at])), `"&&" needs spaces round it; put quotes round the text to search for it`)
	}
	name, sign, rest, ok := comparison(word)
	if !ok {
		return nil
	}
	column := t.column + len([]rune(name))
	if name == "" {
		return l.errorAt(column, "%q does not compare here; write a field with a colon, such as title:word, or put quotes round it", sign)
	}
	minus := ""
	if strings.ContainsAny(sign, "!≠") || sign == "<>" {
		minus = "-"
	}
	if rest == "" {
		rest = "…"
	}
	return l.errorAt(column, "%q does not compare here; write %s%s:%s, or put quotes round the text to search for it", sign, minus, strings.ToLower(name), rest)
}

// checkFieldValue returns an error if a value without quotes begins with a sign that
// negates in other languages.
func (l *lexer) checkFieldValue(t token) error {
	if t.quoted || !startsForeign(t.value) {
		return nil
	}
	sign := []rune(t.value)[0]
	return l.errorAt(t.valueColumn, "%q does not negate a value; write -%s:%s, or put quotes round the value", string(sign), t.name, strings.TrimLeft(t.value, "!！¬~～"))
}
