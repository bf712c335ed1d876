package parse

import (
	"dateline/feed/text"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// dateToken is a number or a word with the mark that stood before it.
type dateToken struct {
	mark   rune
	word   string
	number int
	digits int
	// month says that the number is marked as one (1月).
	month bool
}

// dateTokens cuts s where digits, letters and marks meet. Words are folded.
func dateTokens(s string) []dateToken {
	var out []dateToken
	mark := ' '
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		n := size
		switch {
		case r >= '0' && r <= '9':
			for i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '9' {
				n++
			}
			number, _ := strconv.Atoi(s[i : i+min(n, 9)])
			out = append(out, dateToken{mark: mark, number: number, digits: n})
			mark = 0
		case strings.ContainsRune("年月日년월일", r):
			if last := len(out) - 1; mark == 0 && (r == '月' || r == '월') {
				out[last].month = out[last].word == ""
			}
			mark = '-'
			if r == '日' || r == '일' {
				mark = ' '
			}
		case strings.HasPrefix(s[i:], "ב-"): // "on the", of Hebrew
		case unicode.IsLetter(r) || unicode.IsMark(r):
			for i+n < len(s) {
				r, size := utf8.DecodeRuneInString(s[i+n:])
				if !unicode.IsLetter(r) && !unicode.IsMark(r) || strings.ContainsRune("年月日년월일", r) {
					break
				}
				n += size
			}
			if number := hanNumber(s[i : i+n]); number > 0 && strings.HasPrefix(s[i+n:], "月") {
				out = append(out, dateToken{mark: mark, number: number, digits: 2})
			} else {
				out = append(out, dateToken{mark: mark, word: text.Fold(s[i : i+n])})
			}
			mark = 0
		case r == ' ' && mark != 0 && mark != ' ':
			// The mark before the blank says more.
		default:
			mark = r
		}
		i += n
	}
	return out
}
