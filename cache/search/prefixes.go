package search

import (
	"slices"
	"unicode/utf8"

	"dateline/cache/db"
	"dateline/feed"
)

// Beginnings of words that are typed first, those of two and three characters,
// are in an index of their own, once for each text. There a beginning is a word
// to be looked up; in the index of words SQLite would have to collect the
// places of all words that have it.
const (
	shortestStart = 2
	longestStart  = 3
)

// What stands before the beginnings of a title's words and of an author's:
// characters that [feed.IndexText] takes for no part of a word.
const (
	startOfTitle  = "§"
	startOfAuthor = "¶"
)

// startsOf are the beginnings of the words of a text.
func startsOf(title, author, body string) string {
	var seen startSet
	var out []byte
	for _, field := range []struct{ mark, words string }{{startOfTitle, title}, {startOfAuthor, author}, {"", body}} {
		seen = startSet{}
		for words := field.words; words != ""; {
			for _, start := range nextStarts(&words) {
				if start != "" && seen.add(start) {
					out = append(append(append(out, field.mark...), start...), ' ')
				}
			}
		}
	}
	return string(out)
}

// startSet is a set of beginnings. Those of ASCII, most of all, have a bit each:
// to look every word up in a map would take a tenth of the time that indexing takes.
type startSet struct {
	ascii  [1 << (longestStart * asciiBits) / 64]uint64
	others map[string]bool
}

// asciiBits hold a letter or a digit, or that there is none.
const asciiBits = 6

// add says that the beginning is new.
func (s *startSet) add(start string) bool {
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

func (s *startSet) addOther(start string) bool {
	if s.others == nil {
		s.others = map[string]bool{}
	}
	there := s.others[start]
	s.others[start] = true
	return !there
}

// nextStarts cuts the first word off a text as [feed.IndexText] has it, and
// gives its beginnings; those that it is too short for are empty.
func nextStarts(words *string) (starts [longestStart - shortestStart + 1]string) {
	text, n := *words, 0
	for end := 0; end < len(text); n++ {
		if text[end] == ' ' {
			*words = text[end+1:]
			return starts
		}
		size := 1
		if text[end] >= utf8.RuneSelf {
			_, size = utf8.DecodeRuneInString(text[end:])
		}
		end += size
		if i := n + 1 - shortestStart; i >= 0 && i < len(starts) {
			starts[i] = text[:end]
		}
	}
	*words = ""
	return starts
}

// isStart says that a term is the beginning of a word as items_prefixes has it.
func isStart(t feed.Term) bool {
	tokens, lastIsPrefix := t.Tokens()
	if !ofText(t) || len(tokens) != 1 || !lastIsPrefix {
		return false
	}
	n := utf8.RuneCountInString(tokens[0])
	return shortestStart <= n && n <= longestStart
}

// ofStarts says that items_prefixes can answer a condition by itself.
func ofStarts(n *feed.Node) bool {
	if n.Op == feed.Leaf {
		return isStart(n.Term)
	}
	for _, k := range n.Kids {
		if !ofStarts(k) {
			return false
		}
	}
	return true
}

// startExpr writes a term that is the beginning of a word in the language of
// FTS5.
func startExpr(t feed.Term) string {
	tokens, _ := t.Tokens()
	start := tokens[0]
	switch t.Field {
	case feed.FieldTitle:
		return quote(startOfTitle + start)
	case feed.FieldAuthor:
		return quote(startOfAuthor + start)
	case feed.FieldBody:
		return quote(start)
	}
	return "(" + quote(start) + " OR " + quote(startOfTitle+start) + ")"
}

func positive(n *feed.Node) bool { return n.Op != feed.Not }

// apart sorts conditions into those for the index of words and those for that
// of beginnings. Beside a word, a beginning that few words have belongs to the
// words: FTS5 then passes over all but the few items that have both.
func (c *compiler) apart(met []*feed.Node) (words, starts []*feed.Node, err error) {
	for _, n := range met {
		if !ofStarts(n) {
			words = append(words, n)
		}
	}
	besideWord := slices.ContainsFunc(words, positive)
	for _, n := range met {
		if !ofStarts(n) {
			continue
		}
		many := true
		if besideWord && n.Op == feed.Leaf {
			if many, err = c.manyWords(n); err != nil {
				return nil, nil, err
			}
		}
		if many {
			starts = append(starts, n)
		} else {
			words = append(words, n)
		}
	}
	return words, starts, nil
}

// unmixed leaves those conditions out of met for which FTS5 would have to collect
// the places of many words, since they are of short beginnings as well as of
// words; each item that is walked is looked up for them. Where nothing else says
// which items to walk, such a condition is split if it can be, and either is not nil.
func (c *compiler) unmixed(met []*feed.Node) (left []*feed.Node, either *alternatives, err error) {
	var mixed []*feed.Node
	for _, n := range met {
		if ofStarts(n) {
			left = append(left, n)
			continue
		}
		many, err := c.manyWords(n)
		switch {
		case err != nil:
			return nil, nil, err
		case !many:
			left = append(left, n)
		case positive(n):
			mixed = append(mixed, n)
		}
	}
	if slices.ContainsFunc(left, positive) {
		return left, nil, nil
	}
	for _, n := range mixed {
		starts, words, err := c.split(n)
		if err != nil {
			return nil, nil, err
		}
		if words != nil {
			return append(left, n), &alternatives{starts, [][]*feed.Node{append(slices.Clone(left), starts), append(slices.Clone(left), words)}}, nil
		}
	}
	return met, nil, nil
}

// alternatives are a condition that is walked twice: for its short beginnings, of
// which starts has all, and for its words.
type alternatives struct {
	starts     *feed.Node
	conditions [][]*feed.Node
}

// lacks is the condition that an item has none of the beginnings.
func (c *compiler) lacks(starts *feed.Node) (db.Text, error) {
	expr, _, err := c.match(prefixIndex, starts)
	has := prefixIndex.has(expr)
	return db.SQL("NOT "+has.SQL, has.Args...), err
}

// split parts the alternatives of a condition into short beginnings and words;
// nil if one of them is both.
func (c *compiler) split(n *feed.Node) (starts, words *feed.Node, err error) {
	if n.Op != feed.Or {
		return nil, nil, nil
	}
	starts, words = &feed.Node{Op: feed.Or}, &feed.Node{Op: feed.Or}
	for _, k := range n.Kids {
		if ofStarts(k) {
			starts.Kids = append(starts.Kids, k)
			continue
		}
		if many, err := c.manyWords(k); err != nil || many {
			return nil, nil, err
		}
		words.Kids = append(words.Kids, k)
	}
	return starts, words, nil
}

// manyWords says that a condition has a short beginning with more words than it
// is completed to.
func (c *compiler) manyWords(n *feed.Node) (bool, error) {
	if n.Op == feed.Leaf && isStart(n.Term) {
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
