package greader

import (
	"strings"
	"unicode"
)

// narrow gives & < > back to a text in which FreshRSS wrote their fullwidth forms
// (NetNewsWire issue 5143).
func narrow(s string) string {
	return strings.NewReplacer("＆", "&", "＜", "<", "＞", ">").Replace(s)
}

// narrowName is like [narrow] for the names of feeds and folders, in which FreshRSS
// replaces more characters. Those belong to the text in the scripts that use them.
func narrowName(s string) string {
	if s = narrow(s); strings.ContainsFunc(s, isEastAsian) {
		return s
	}
	return strings.NewReplacer("？", "?", "＼", `\`, "／", "/", "，", ",", "；", ";").Replace(s)
}

// isEastAsian reports whether r is a letter of a script with fullwidth punctuation.
func isEastAsian(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo)
}
