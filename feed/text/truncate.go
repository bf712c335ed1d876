package text

import "unicode/utf8"

// Truncate returns at most the first n bytes of s. It does not split a
// character.
func Truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
