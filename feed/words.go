package feed

import (
	"unicode"
	"unicode/utf8"
)

// countWords counts words; in scripts that write none apart, two characters
// count as one.
func countWords(text string) int {
	var c wordCount
	c.add(text)
	return c.total()
}

// wordCount counts the words of a text that comes in pieces.
type wordCount struct {
	words int
	// joined counts the characters of scripts that write no words apart.
	joined int
	inWord bool
}

func (c *wordCount) total() int { return c.words + (c.joined+1)/2 }

func (c *wordCount) add(piece string) {
	words, inWord := c.words, c.inWord
	for i := 0; i < len(piece); i++ {
		switch b := piece[i]; {
		case 'a' <= b|0x20 && b|0x20 <= 'z' || '0' <= b && b <= '9':
			if !inWord {
				words++
			}
			inWord = true
			// The rest of a word changes nothing.
			for i+1 < len(piece) && 'a' <= piece[i+1]|0x20 && piece[i+1]|0x20 <= 'z' {
				i++
			}
		case b == ' ' || '\t' <= b && b <= '\r':
			inWord = false
		case b >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(piece[i:])
			i += size - 1
			switch {
			case r >= 0x2e80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
				c.joined++
				inWord = false
			case unicode.IsLetter(r) || unicode.IsDigit(r):
				if !inWord {
					words++
				}
				inWord = true
			case unicode.IsSpace(r):
				inWord = false
			}
		}
	}
	c.words, c.inWord = words, inWord
}
