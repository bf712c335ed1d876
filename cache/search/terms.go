package search

import (
	"strings"
	"unicode/utf8"

	"dateline/feed/text"
)

// prefixLength is the number of characters of the prefixes that are terms of the
// index. A search for such a prefix reads one posting list, although many words
// begin with it.
const prefixLength = 3

const (
	// prefixMarker stands before a prefix in the index. It is a character of a term
	// for the tokenizer, but [text.IndexText] never returns it.
	prefixMarker = "_"
	// everyDocument is a term of the title of every document. The documents without
	// a word are the difference between its posting list and the word's.
	everyDocument = prefixMarker
	// noDocument is a term that no document has.
	noDocument = prefixMarker + prefixMarker
)

// termWriter writes the terms of a document. seen has the terms that must not be
// written again.
type termWriter struct {
	seen map[string]bool
	out  []byte
}

func (t *termWriter) reset() {
	if t.seen == nil {
		t.seen = map[string]bool{}
	}
	clear(t.seen)
	t.out = t.out[:0]
}

// addOnce adds a term, unless the column has it already.
func (t *termWriter) addOnce(marker, term string) {
	if !t.seen[term] {
		t.seen[term] = true
		t.out = append(append(append(t.out, marker...), term...), ' ')
	}
}

// words returns the prefixes of the words of a text, each once, and after them the
// words in order.
func (t *termWriter) words(s string) string {
	words := text.IndexText(s)
	t.reset()
	for left := words; left != ""; {
		if prefix := firstRunes(left, prefixLength); prefix != "" && strings.IndexByte(prefix, ' ') < 0 {
			t.addOnce(prefixMarker, prefix)
		}
		end := strings.IndexByte(left, ' ')
		if end < 0 {
			break
		}
		left = left[end+1:]
	}
	t.out = append(t.out, words...)
	return string(t.out)
}

// trigrams returns the trigrams of a link, each once.
func (t *termWriter) trigrams(link string) string {
	t.reset()
	for _, trigram := range trigramsOf(link) {
		t.addOnce("", trigram)
	}
	return string(t.out)
}

// trigramsOf returns each three consecutive characters of a folded link. A run of
// punctuation counts as one character, because the tokenizer would split there. If
// one link contains another, its trigrams contain those of the other.
func trigramsOf(link string) []string {
	var plain strings.Builder
	punctuation := false
	for _, r := range text.Fold(link) {
		if r < utf8.RuneSelf && !('a' <= r && r <= 'z' || '0' <= r && r <= '9') {
			if !punctuation {
				plain.WriteByte('_')
			}
			punctuation = true
			continue
		}
		punctuation = false
		plain.WriteRune(r)
	}
	var trigrams []string
	for s := plain.String(); ; {
		trigram := firstRunes(s, 3)
		if trigram == "" {
			return trigrams
		}
		trigrams = append(trigrams, trigram)
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
}

// firstRunes returns the first n characters of s; empty if s has fewer.
func firstRunes(s string, n int) string {
	end := 0
	for ; n > 0; n-- {
		if end == len(s) {
			return ""
		}
		size := 1
		if s[end] >= utf8.RuneSelf {
			_, size = utf8.DecodeRuneInString(s[end:])
		}
		end += size
	}
	return s[:end]
}
