package text

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// CountWords returns the number of words of a plain text. In scripts without
// spaces two characters count as one word.
func CountWords(text string) int {
	var c WordCounter
	c.Add(text)
	return c.Total()
}

// WordCounter counts the words of a text that arrives in pieces. The zero value
// is ready to use.
type WordCounter struct {
	words int
	// unspaced is the number of characters of scripts without spaces.
	unspaced int
	// inWord is wordChar inside a word, and 0 otherwise.
	inWord uint8
}

// Kinds of characters. 0 means no effect, such as the apostrophe in "don't".
const (
	wordChar uint8 = 1 << iota
	separator
	// nonASCII is a byte of a character beyond ASCII, which is decoded first.
	nonASCII
)

// Total returns the number of words so far.
func (c *WordCounter) Total() int { return c.words + (c.unspaced+1)/2 }

// Add counts the words of the next piece of the text. It has no branch for the
// end of a word, because the processor cannot predict where words end: separator
// shifted right by one is wordChar, so it clears that bit.
func (c *WordCounter) Add(piece string) {
	kinds := byteKinds()
	words, within := c.words, c.inWord
	for i := 0; i < len(piece); i++ {
		kind := kinds[piece[i]]
		if kind == nonASCII {
			r, size := utf8.DecodeRuneInString(piece[i:])
			i += size - 1
			kind = c.runeKind(r)
		}
		words += int(kind & wordChar &^ within)
		within = (within | kind) & wordChar &^ (kind >> 1)
	}
	c.words, c.inWord = words, within
}

// EndWord ends the current word: the next piece begins a new one.
func (c *WordCounter) EndWord() { c.inWord = 0 }

// byteKinds returns a table of what each byte means for the count.
var byteKinds = sync.OnceValue(func() *[256]uint8 {
	var kinds [256]uint8
	for b := range kinds {
		switch {
		case b >= utf8.RuneSelf:
			kinds[b] = nonASCII
		case 'a' <= b|0x20 && b|0x20 <= 'z' || '0' <= b && b <= '9':
			kinds[b] = wordChar
		case b == ' ' || '\t' <= b && b <= '\r':
			kinds[b] = separator
		}
	}
	return &kinds
})

// runeKind returns what a character beyond ASCII means for the count. A
// character of a script without spaces is counted here and separates words.
func (c *WordCounter) runeKind(r rune) uint8 {
	switch {
	case r >= 0x2e80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		c.unspaced++
		return separator
	case IsWordRune(r):
		return wordChar
	case unicode.IsSpace(r):
		return separator
	}
	return 0
}

// IsWordRune reports whether r is a letter or a digit.
func IsWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
