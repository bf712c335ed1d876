package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// PastedAddress returns the address in a text that somebody copied from a mail, a page
// or a table: its first line, without the brackets and quotation marks around it, the
// commas behind it, and invisible characters. If a second address follows in the line,
// it is left out. Blanks inside the address stay.
func PastedAddress(s string) string {
	for line := range strings.FieldsFuncSeq(s, isLineEnd) {
		if address := unwrapAddress(line); address != "" {
			return address
		}
	}
	return ""
}

// maxWrappings is how many marks around an address are removed.
const maxWrappings = 16

// isLineEnd reports whether r ends a line.
func isLineEnd(r rune) bool { return strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", r) }

// openers and closers are the marks around an address, in the same order.
const (
	openers = "<([{\"'`«»„“”‚‘’‹›「『《〈【（［＜｛＂＇"
	closers = ">)]}\"'`»«“”“’‘’›‹」』》〉】）］＞｝＂＇"
	// separators are what may follow an address in a list.
	separators = ",;，；、"
)

// unwrapAddress returns the address in a line.
func unwrapAddress(line string) string {
	s := strings.Map(func(r rune) rune {
		if IsUnsafeRune(r) && r != '\t' && r != '\u200c' && r != '\u200d' {
			return -1
		}
		return r
	}, line)
	if _, target, isLink := strings.Cut(s, "]("); isLink && strings.HasPrefix(strings.TrimSpace(s), "[") {
		s = "(" + target // a link in Markdown
	}
	for range maxWrappings {
		before := s
		s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\u200c' || r == '\u200d' })
		if len(s) > len("url:") && strings.EqualFold(s[:len("url:")], "url:") {
			s = s[len("url:"):] // RFC 3986 appendix C
		}
		s = unwrapOnce(s)
		if s == before {
			break
		}
	}
	for i, r := range s {
		if unicode.IsSpace(r) && startsAddress(strings.TrimLeftFunc(s[i:], isBetweenAddresses)) {
			return unwrapAddress(s[:i])
		}
	}
	return s
}

// isBetweenAddresses reports whether r may stand between two addresses.
func isBetweenAddresses(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(openers, r) || strings.ContainsRune(separators, r)
}

// startsAddress reports whether s starts with the scheme of a web address.
func startsAddress(s string) bool {
	scheme := schemeOf(s)
	return (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")) && strings.HasPrefix(s[len(scheme):], "://")
}

// unwrapOnce removes one mark at the start of s with all from its partner on, or else
// the commas and one mark at its end.
func unwrapOnce(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if at := slices.Index([]rune(openers), first); at >= 0 {
		inner := s[size:]
		if end := partner(inner, first, []rune(closers)[at]); end >= 0 {
			inner = inner[:end]
		}
		return inner
	}
	s = strings.TrimRight(s, separators)
	last, size := utf8.DecodeLastRuneInString(s)
	at := slices.Index([]rune(closers), last)
	if at < 0 {
		return s
	}
	rest := s[:len(s)-size]
	if opener := []rune(openers)[at]; opener != last && strings.ContainsRune(rest, opener) {
		return s // such as the bracket of /wiki/Salt_(food)
	}
	return rest
}

// partner returns the offset in s of the mark that closes one before s. It is -1 if
// there is none.
func partner(s string, opener, closer rune) int {
	depth := 0
	for i, r := range s {
		switch {
		case r == closer && depth == 0:
			return i
		case r == closer:
			depth--
		case r == opener:
			depth++
		}
	}
	return -1
}
