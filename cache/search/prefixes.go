package search

import (
	"slices"
	"unicode/utf8"

	"dateline/cache/db"
	"dateline/feed/query"
)

// Beginnings of words that are typed first, those of two and three characters,
// are in an index of their own, once for each text. There a prefix is a word
// to be looked up; in the index of words SQLite would have to collect the
// positions of all words that have it.
const (
	shortestPrefix = 2
	longestPrefix  = 3
)

// What stands before the prefixes of a title's words and of an author's:
// characters that [text.IndexText] takes for no part of a word.
const (
	titleMarker  = "§"
	authorMarker = "¶"
)

// prefixesOf are the prefixes of the words of a text.
func prefixesOf(title, author, body string) string {
	var seen prefixSet
	var out []byte
	for _, field := range []struct{ mark, words string }{{titleMarker, title}, {authorMarker, author}, {"", body}} {
		seen = prefixSet{}
		for words := field.words; words != ""; {
			for _, start := range nextPrefixes(&words) {
				if start != "" && seen.add(start) {
					out = append(append(append(out, field.mark...), start...), ' ')
				}
			}
		}
	}
	return string(out)
}

// prefixSet is a set of prefixes. Those of ASCII, most of all, have a bit each:
// to look every word up in a map would take a tenth of the time that indexing takes.
type prefixSet struct {
	ascii  [1 << (longestPrefix * asciiBits) / 64]uint64
	others map[string]bool
}

// asciiBits hold a letter or a digit, or that there is none.
const asciiBits = 6

// add reports whether the prefix is new.
func (s *prefixSet) add(start string) bool {
	bit := 0
	for i := range len(start) {
		c := start[i]
		switch {
		case 'a' <= c && c <= 'z':
			c -= 'a' - 1
		case '0' <= c && c <= '9':
			c -= '0' - 27
		default:
			return s.addOther(start)
		}
		bit = bit<<asciiBits | int(c)
	}
	there := s.ascii[bit/64]&(1<<(bit%64)) != 0
	s.ascii[bit/64] |= 1 << (bit % 64)
	return !there
}

func (s *prefixSet) addOther(start string) bool {
	if s.others == nil {
		s.others = map[string]bool{}
	}
	there := s.others[start]
	s.others[start] = true
	return !there
}

// nextPrefixes cuts the first word off a text as [text.IndexText] has it, and
// gives its prefixes; those that it is too short for are empty.
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

// isPrefix reports whether a term is the prefix of a word as items_prefixes has it.
func isPrefix(t query.Term) bool {
	tokens, lastIsPrefix := t.Tokens()
	if !isTextTerm(t) || len(tokens) != 1 || !lastIsPrefix {
		return false
	}
	n := utf8.RuneCountInString(tokens[0])
	return shortestPrefix <= n && n <= longestPrefix
}

// onlyPrefixes reports whether items_prefixes can answer a condition by itself.
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

// prefixExpr writes a term that is the prefix of a word in the language of
// FTS5.
func prefixExpr(t query.Term) string {
	tokens, _ := t.Tokens()
	start := tokens[0]
	switch t.Field {
	case query.FieldTitle:
		return quote(titleMarker + start)
	case query.FieldAuthor:
		return quote(authorMarker + start)
	case query.FieldBody:
		return quote(start)
	}
	return "(" + quote(start) + " OR " + quote(titleMarker+start) + ")"
}

func isPositive(n *query.Node) bool { return n.Op != query.Not }

// splitByIndex sorts conditions into those for the index of words and those for that
// of prefixes. Beside a word, a prefix that few words have belongs to the
// words: FTS5 then scans over all but the few items that have both.
func (c *compiler) splitByIndex(met []*query.Node) (words, prefixes []*query.Node, err error) {
	for _, n := range met {
		if !onlyPrefixes(n) {
			words = append(words, n)
		}
	}
	besideWord := slices.ContainsFunc(words, isPositive)
	for _, n := range met {
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

// deferMixed leaves those conditions out of met for which FTS5 would have to collect
// the positions of many words, since they are of short prefixes as well as of
// words; each item that is scanned is looked up for them. Where nothing else says
// which items to scan, such a condition is split if it can be, and either is not nil.
func (c *compiler) deferMixed(met []*query.Node) (left []*query.Node, either *alternatives, err error) {
	var mixed []*query.Node
	for _, n := range met {
		if onlyPrefixes(n) {
			left = append(left, n)
			continue
		}
		many, err := c.manyWords(n)
		switch {
		case err != nil:
			return nil, nil, err
		case !many:
			left = append(left, n)
		case isPositive(n):
			mixed = append(mixed, n)
		}
	}
	if slices.ContainsFunc(left, isPositive) {
		return left, nil, nil
	}
	for _, n := range mixed {
		prefixes, words, err := c.splitOr(n)
		if err != nil {
			return nil, nil, err
		}
		if words != nil {
			return append(left, n), &alternatives{prefixes, [][]*query.Node{append(slices.Clone(left), prefixes), append(slices.Clone(left), words)}}, nil
		}
	}
	return met, nil, nil
}

// alternatives are a condition that is scanned twice: for its short prefixes, of
// which prefixes has all, and for its words.
type alternatives struct {
	prefixes   *query.Node
	conditions [][]*query.Node
}

// withoutPrefixes is the condition that an item has none of the prefixes.
func (c *compiler) withoutPrefixes(prefixes *query.Node) (db.Text, error) {
	expr, _, err := c.match(prefixIndex, prefixes)
	has := prefixIndex.exists(expr)
	return db.SQL("NOT "+has.SQL, has.Args...), err
}

// splitOr parts the alternatives of a condition into short prefixes and words;
// nil if one of them is both.
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

// manyWords reports whether a condition has a short prefix with more words than it
// is completed to.
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
