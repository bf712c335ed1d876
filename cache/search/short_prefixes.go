package search

import (
	"unicode/utf8"

	"dateline/feed/query"
)

// The prefixes of two and three characters have an index of their own, with each
// prefix once per document. There a prefix is one term. In the word index, FTS5
// would merge the posting lists of all words that begin with it before it returned
// the first row.
const (
	shortestPrefix = 2
	longestPrefix  = 3
)

// The markers stand before the prefixes of words of the title and the author in the
// prefix index. [text.IndexText] never returns these characters.
const (
	titleMarker  = "§"
	authorMarker = "¶"
)

// prefixesOf returns the terms of the prefix index for a document, separated by
// spaces. Its arguments are texts from [text.IndexText].
func prefixesOf(title, author, body string) string {
	var seen prefixSet
	var out []byte
	for _, field := range []struct{ marker, words string }{{titleMarker, title}, {authorMarker, author}, {"", body}} {
		seen = prefixSet{}
		for words := field.words; words != ""; {
			for _, prefix := range nextPrefixes(&words) {
				if prefix != "" && seen.add(prefix) {
					out = append(append(append(out, field.marker...), prefix...), ' ')
				}
			}
		}
	}
	return string(out)
}

// prefixSet is a set of prefixes. Prefixes of ASCII letters and digits, by far the
// most, have one bit each. A map of all prefixes would take a tenth of the time of
// indexing.
type prefixSet struct {
	ascii  [1 << (longestPrefix * asciiBits) / 64]uint64
	others map[string]bool
}

// asciiBits is how many bits one character of such a prefix takes: a letter, a
// digit, or 0 for none.
const asciiBits = 6

// add adds a prefix and reports whether it is new.
func (s *prefixSet) add(prefix string) bool {
	bit := 0
	for i := range len(prefix) {
		c := prefix[i]
		switch {
		case 'a' <= c && c <= 'z':
			c -= 'a' - 1
		case '0' <= c && c <= '9':
			c -= '0' - 27
		default:
			return s.addOther(prefix)
		}
		bit = bit<<asciiBits | int(c)
	}
	known := s.ascii[bit/64]&(1<<(bit%64)) != 0
	s.ascii[bit/64] |= 1 << (bit % 64)
	return !known
}

// addOther is [prefixSet.add] for a prefix with other characters.
func (s *prefixSet) addOther(prefix string) bool {
	if s.others == nil {
		s.others = map[string]bool{}
	}
	known := s.others[prefix]
	s.others[prefix] = true
	return !known
}

// nextPrefixes removes the first word from a text from [text.IndexText]. It returns
// the prefixes of the word, shortest first; empty if the word is too short for one.
func nextPrefixes(words *string) (prefixes [longestPrefix - shortestPrefix + 1]string) {
	text, n := *words, 0
	for end := 0; end < len(text); n++ {
		if text[end] == ' ' {
			*words = text[end+1:]
			return prefixes
		}
		size := 1
		if text[end] >= utf8.RuneSelf {
			_, size = utf8.DecodeRuneInString(text[end:])
		}
		end += size
		if i := n + 1 - shortestPrefix; i >= 0 && i < len(prefixes) {
			prefixes[i] = text[:end]
		}
	}
	*words = ""
	return prefixes
}

// isShortPrefix reports whether a term is one prefix that the prefix index has.
func isShortPrefix(t query.Term) bool {
	tokens, lastIsPrefix := t.Tokens()
	if !isTextTerm(t) || len(tokens) != 1 || !lastIsPrefix {
		return false
	}
	n := utf8.RuneCountInString(tokens[0])
	return shortestPrefix <= n && n <= longestPrefix
}

// prefixExpr returns the FTS5 expression for a term for which [isShortPrefix] holds. A
// term without field means title and body.
func prefixExpr(t query.Term) string {
	tokens, _ := t.Tokens()
	prefix := tokens[0]
	switch t.Field {
	case query.FieldTitle:
		return quote(titleMarker + prefix)
	case query.FieldAuthor:
		return quote(authorMarker + prefix)
	case query.FieldBody:
		return quote(prefix)
	}
	return "(" + quote(prefix) + " OR " + quote(titleMarker+prefix) + ")"
}
