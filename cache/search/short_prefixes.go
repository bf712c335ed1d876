package search

import (
	"slices"
	"unicode/utf8"

	"dateline/cache/db"
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

// isPrefix reports whether a term is one prefix that the prefix index has.
func isPrefix(t query.Term) bool {
	tokens, lastIsPrefix := t.Tokens()
	if !isTextTerm(t) || len(tokens) != 1 || !lastIsPrefix {
		return false
	}
	n := utf8.RuneCountInString(tokens[0])
	return shortestPrefix <= n && n <= longestPrefix
}

// onlyPrefixes reports whether the prefix index alone can answer a condition.
func onlyPrefixes(n *query.Node) bool {
	if n.Op == query.Leaf {
		return isPrefix(n.Term)
	}
	for _, k := range n.Kids {
		if !onlyPrefixes(k) {
			return false
		}
	}
	return true
}

// prefixExpr returns the FTS5 expression for a term for which [isPrefix] holds. A
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

// isPositive reports whether a condition says which documents match, instead of
// which do not.
func isPositive(n *query.Node) bool { return n.Op != query.Not }

// splitByIndex splits conditions into those for the word index and those for the
// prefix index. A short prefix that few words begin with goes to the word index if
// the word index is queried for another word anyway. FTS5 then intersects the two.
func (c *compiler) splitByIndex(answered []*query.Node) (words, prefixes []*query.Node, err error) {
	for _, n := range answered {
		if !onlyPrefixes(n) {
			words = append(words, n)
		}
	}
	besideWord := slices.ContainsFunc(words, isPositive)
	for _, n := range answered {
		if !onlyPrefixes(n) {
			continue
		}
		many := true
		if besideWord && n.Op == query.Leaf {
			if many, err = c.manyWords(n); err != nil {
				return nil, nil, err
			}
		}
		if many {
			prefixes = append(prefixes, n)
		} else {
			words = append(words, n)
		}
	}
	return words, prefixes, nil
}

// deferMixed returns the conditions that drive the scan. It leaves out conditions
// that mix short prefixes with other terms if FTS5 would have to merge the posting
// lists of many words for them. These are checked row by row.
//
// If no positive condition remains, it splits a mixed OR into two branches, either,
// if it can. Otherwise it returns all conditions, and FTS5 merges the posting
// lists.
func (c *compiler) deferMixed(answered []*query.Node) (drivers []*query.Node, either *alternatives, err error) {
	var mixed []*query.Node
	for _, n := range answered {
		if onlyPrefixes(n) {
			drivers = append(drivers, n)
			continue
		}
		many, err := c.manyWords(n)
		switch {
		case err != nil:
			return nil, nil, err
		case !many:
			drivers = append(drivers, n)
		case isPositive(n):
			mixed = append(mixed, n)
		}
	}
	if slices.ContainsFunc(drivers, isPositive) {
		return drivers, nil, nil
	}
	for _, n := range mixed {
		prefixes, words, err := c.splitOr(n)
		if err != nil {
			return nil, nil, err
		}
		if words != nil {
			return append(drivers, n), &alternatives{prefixes, [][]*query.Node{append(slices.Clone(drivers), prefixes), append(slices.Clone(drivers), words)}}, nil
		}
	}
	return answered, nil, nil
}

// alternatives are two branches for an OR: one for its short prefixes, with all of
// them in prefixes, and one for its other terms. conditions are those of each
// branch.
type alternatives struct {
	prefixes   *query.Node
	conditions [][]*query.Node
}

// withoutPrefixes returns the condition that an item has none of the prefixes.
func (c *compiler) withoutPrefixes(prefixes *query.Node) (db.Text, error) {
	expr, _, err := c.match(prefixIndex, prefixes)
	has := prefixIndex.exists(expr)
	return db.SQL("NOT "+has.SQL, has.Args...), err
}

// splitOr splits an OR into its short prefixes and its other terms. It returns nil
// if the condition is not an OR, or if one of its operands mixes both.
func (c *compiler) splitOr(n *query.Node) (prefixes, words *query.Node, err error) {
	if n.Op != query.Or {
		return nil, nil, nil
	}
	prefixes, words = &query.Node{Op: query.Or}, &query.Node{Op: query.Or}
	for _, k := range n.Kids {
		if onlyPrefixes(k) {
			prefixes.Kids = append(prefixes.Kids, k)
			continue
		}
		if many, err := c.manyWords(k); err != nil || many {
			return nil, nil, err
		}
		words.Kids = append(words.Kids, k)
	}
	return prefixes, words, nil
}

// manyWords reports whether a condition has a short prefix that more than
// maxCompletions words begin with.
func (c *compiler) manyWords(n *query.Node) (bool, error) {
	if n.Op == query.Leaf && isPrefix(n.Term) {
		tokens, _ := n.Term.Tokens()
		done, err := c.completions(tokens[0])
		return !done.all, err
	}
	for _, k := range n.Kids {
		if many, err := c.manyWords(k); many || err != nil {
			return many, err
		}
	}
	return false, nil
}
