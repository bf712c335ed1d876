package mode

import (
	"strings"
	"unicode"

	"dateline/feed/text"
)

// The points of [FuzzyScore]: for each letter that is found, for one at the start of a word
// and for one right after the letter before, and the cost of a gap and of each letter in it.
const (
	fuzzyFound, fuzzyStart, fuzzyNext = 16, 8, 6
	fuzzyGap, fuzzySkip               = 3, 1
	fuzzyImpossible                   = -1 << 20
	// fuzzyMaxLen is how many letters of a name are compared.
	fuzzyMaxLen = 200
)

// FuzzyScore reports whether the letters of each word of typed are in name in their order,
// with others between them, after [text.Fold]: hbp is in The Harbour Post. The better they
// match, the higher is the score: letters at the start of words and letters side by side
// count more. Every name matches a typed text without words, with the score 0.
func FuzzyScore(typed, name string) (score int, ok bool) {
	letters := []rune(text.Fold(name))
	letters = letters[:min(len(letters), fuzzyMaxLen)]
	for word := range strings.FieldsSeq(text.Fold(typed)) {
		best := fuzzyWord([]rune(word), letters)
		if best <= 0 {
			return 0, false
		}
		score += best
	}
	return score, true
}

// fuzzyWord returns the score of the best match of word in name, negative if there is none.
func fuzzyWord(word, name []rune) int {
	// ending holds, for each letter of the name, the best score of a match of the letters of
	// word so far that ends there.
	ending, next := make([]int, len(name)), make([]int, len(name))
	for i, w := range word {
		skipped := fuzzyImpossible // the best score of a match that ended before, less its gap
		for j, r := range name {
			before := 0
			if i > 0 {
				before = skipped
				if j > 0 {
					before = max(before, ending[j-1]+fuzzyNext)
					skipped = max(skipped-fuzzySkip, ending[j-1]-fuzzyGap)
				}
			}
			next[j] = fuzzyImpossible
			if r == w && before > fuzzyImpossible/2 {
				next[j] = before + fuzzyFound
				if startsWord(name, j) {
					next[j] += fuzzyStart
				}
			}
		}
		ending, next = next, ending
	}
	best := fuzzyImpossible
	for _, score := range ending {
		best = max(best, score)
	}
	return best
}

// startsWord reports whether a word of the name begins with the letter at i.
func startsWord(name []rune, i int) bool {
	return i == 0 || !unicode.IsLetter(name[i-1]) && !unicode.IsDigit(name[i-1])
}
