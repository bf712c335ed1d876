package cache

import (
	"unicode/utf8"

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

// isStart says that a term is the beginning of a word as items_starts has it.
func isStart(t feed.Term) bool {
	tokens, lastIsPrefix := t.Tokens()
	if !ofText(t) || len(tokens) != 1 || !lastIsPrefix {
		return false
	}
	n := utf8.RuneCountInString(tokens[0])
	return shortestStart <= n && n <= longestStart
}

// ofStarts says that items_starts can answer a condition by itself.
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
