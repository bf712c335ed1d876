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
	// joined counts the characters of scripts that write no words apart.
	joined int
	// within is ofWord within a word, else zero.
	within uint8
}

// What a character is to the count. It may be nothing, as the apostrophe in
// "don't".
const (
	ofWord uint8 = 1 << iota
	parting
	// beyond ASCII, a character is decoded first.
	beyond
)

func (c *WordCounter) Total() int { return c.words + (c.joined+1)/2 }

// Add takes a piece in. Where words end is nothing that a processor can guess,
// so there is no branch for it: shifted, parting is the bit that it takes away.
func (c *WordCounter) Add(piece string) {
	kinds := kindsOfBytes()
	words, within := c.words, c.within
	for i := 0; i < len(piece); i++ {
		kind := kinds[piece[i]]
		if kind == beyond {
			r, size := utf8.DecodeRuneInString(piece[i:])
			i += size - 1
			kind = c.kindOf(r)
		}
		words += int(kind & ofWord &^ within)
		within = (within | kind) & ofWord &^ (kind >> 1)
	}
	c.words, c.within = words, within
}

// Part ends a word.
func (c *WordCounter) Part() { c.within = 0 }

// kindsOfBytes has what each byte of a text is.
var kindsOfBytes = sync.OnceValue(func() *[256]uint8 {
	var kinds [256]uint8
	for b := range kinds {
		switch {
		case b >= utf8.RuneSelf:
			kinds[b] = beyond
		case 'a' <= b|0x20 && b|0x20 <= 'z' || '0' <= b && b <= '9':
			kinds[b] = ofWord
		case b == ' ' || '\t' <= b && b <= '\r':
			kinds[b] = parting
		}
	}
	return &kinds
})

// kindOf is what a character beyond ASCII is; those that are counted by
// themselves part words.
func (c *WordCounter) kindOf(r rune) uint8 {
	switch {
	case r >= 0x2e80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		c.joined++
		return parting
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		return ofWord
	case unicode.IsSpace(r):
		return parting
	}
	return 0
}
