package text

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// CountWords counts words; in scripts that write none apart, two characters
// count as one.
func CountWords(text string) int {
	var c WordCounter
	c.Add(text)
	return c.Total()
}

// WordCounter counts the words of a text that comes in pieces.
type WordCounter struct {
	words int
	// unspaced counts the characters of scripts that write no words apart.
	unspaced int
	// inWord is ofWord within a word, else zero.
	inWord uint8
}

// What a character is to the count. It may be nothing, as the apostrophe in
// "don't".
const (
	wordChar uint8 = 1 << iota
	separator
	// nonASCII ASCII, a character is decoded first.
	nonASCII
)

func (c *WordCounter) Total() int { return c.words + (c.unspaced+1)/2 }

// Add takes a piece in. Where words end is nothing that a processor can guess,
// so there is no branch for it: shifted, parting is the bit that it takes away.
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

// EndWord ends a word.
func (c *WordCounter) EndWord() { c.inWord = 0 }

// byteKinds has what each byte of a text is.
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

// runeKind is what a character beyond ASCII is; those that are counted by
// themselves part words.
func (c *WordCounter) runeKind(r rune) uint8 {
	switch {
	case r >= 0x2e80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		c.unspaced++
		return separator
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		return wordChar
	case unicode.IsSpace(r):
		return separator
	}
	return 0
}
