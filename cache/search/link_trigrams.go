package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"dateline/feed/text"
)

// A link: term asks for a part of a link, which may begin and end within a word. So
// the prefix index has the trigrams of the link: each three consecutive characters.
// The documents with all trigrams of the part are candidates. Their links are
// compared with the part.

const (
	// linkMarker stands before the trigrams of a link in the prefix index.
	linkMarker = "¤"
	// punctuation stands for each run of punctuation in a link, because the
	// tokenizer would split there.
	punctuation = '·'
)

// trigramsOf returns the trigrams of a link, each once. If one link contains
// another, its trigrams contain those of the other.
func trigramsOf(link string) []string {
	var letters []rune
	for _, r := range text.Fold(link) {
		if r < utf8.RuneSelf && !('a' <= r && r <= 'z' || '0' <= r && r <= '9') {
			r = punctuation
		}
		if r != punctuation || len(letters) == 0 || letters[len(letters)-1] != punctuation {
			letters = append(letters, r)
		}
	}
	var trigrams []string
	for ; len(letters) >= 3; letters = letters[1:] {
		trigrams = append(trigrams, linkMarker+string(letters[:3]))
	}
	slices.Sort(trigrams)
	return slices.Compact(trigrams)
}

// trigramsExpr returns the FTS5 expression for the documents that may contain a part
// of a link. It is empty if the part is too short.
func trigramsExpr(part string) string {
	trigrams := trigramsOf(part)
	for i, trigram := range trigrams {
		trigrams[i] = quote(trigram)
	}
	return strings.Join(trigrams, " AND ")
}
