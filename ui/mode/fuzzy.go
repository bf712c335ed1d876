package mode

import (
	"strings"
	"unicode"

	"dateline/feed/text"
)

// Scores of a word that was typed. A text that contains the word is always better than one
// that only has its letters.
const (
	scoreContained  = 1000
	scoreWordStart  = 300
	scoreFirst      = 300
	scoreRightSide  = 500
	fuzzyAdjacent   = 8
	fuzzyWordStart  = 6
	fuzzySameWord   = 1
	longestForFuzzy = 120
)

// Score returns how well a name matches a word that was typed, both folded by [text.Fold]; 0
// if it does not. The name contains the word, or else its letters in their order: the first
// begins a word of the name, and each other one stands in the same word or begins a later
// word. So "hbp" finds "The Harbour Post".
func Score(name, typed string) int {
	if typed == "" {
		return 1
	}
	if at := strings.Index(name, typed); at >= 0 {
		score := scoreContained
		switch {
		case at == 0:
			score += scoreFirst + scoreWordStart
		case startsWord([]rune(name[:at])):
			score += scoreWordStart
		default:
			if strings.Contains(name, " "+typed) {
				score += scoreWordStart
			}
		}
		return score - min(len(name), scoreWordStart/2)
	}
	return fuzzyScore([]rune(name), []rune(typed))
}

// startsWord reports whether a letter behind these letters begins a word.
func startsWord(before []rune) bool {
	if len(before) == 0 {
		return true
	}
	last := before[len(before)-1]
	return !unicode.IsLetter(last) && !unicode.IsDigit(last)
}

// fuzzyScore returns the best score with which the letters of typed stand in a name; 0 if
// they do not. best holds the score for each place of the letter before.
func fuzzyScore(name, typed []rune) int {
	if len(name) > longestForFuzzy || len(typed) > len(name) {
		return 0
	}
	best, next := make([]int, len(name)), make([]int, len(name))
	for i, letter := range typed {
		inWord, before := 0, 0 // the best scores in this word and in earlier words
		for j, r := range name {
			starts := startsWord(name[:j])
			if starts {
				before, inWord = max(before, inWord), 0
			}
			next[j] = 0
			if r == letter {
				switch {
				case i == 0 && starts:
					next[j] = fuzzyWordStart
				case i > 0:
					next[j] = max(plus(inWord, fuzzySameWord), placeAfter(best, j, starts, before))
				}
			}
			inWord = max(inWord, best[j])
		}
		best, next = next, best
	}
	highest := 0
	for _, score := range best {
		highest = max(highest, score)
	}
	return highest
}

// placeAfter returns the score of a letter at j that follows its predecessor at once or begins
// a word.
func placeAfter(best []int, j int, starts bool, before int) int {
	score := 0
	if j > 0 {
		score = plus(best[j-1], fuzzyAdjacent)
	}
	if starts {
		score = max(score, plus(before, fuzzyWordStart))
	}
	return score
}

// plus adds to a score. A score of 0 means that there is no match, and stays.
func plus(score, more int) int {
	if score == 0 {
		return 0
	}
	return score + more
}

// rowScore returns how well a row matches all words that were typed; 0 if it does not. exact
// reports whether the row contains each of them.
func rowScore(r Row, words []string) (score int, exact bool) {
	left, right := text.Fold(r.Left), text.Fold(r.Right)
	exact = true
	score = 1
	for _, w := range words {
		n := Score(left, w)
		if n < scoreContained/2 {
			if strings.Contains(right, w) {
				n = max(n, scoreRightSide)
			} else if !strings.Contains(right, "://") {
				n = max(n, fuzzyScore([]rune(right), []rune(w))/2)
			}
		}
		if n == 0 {
			return 0, false
		}
		exact = exact && n >= scoreRightSide
		score += n
	}
	return score, exact
}
