package feed

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// parseDate reads a date as publishers write them: RFC 822 and its abuses, ISO
// 8601 and W3CDTF in part or whole, asctime, seconds or milliseconds since
// 1970, and dates in words of many languages. A date without a zone is UTC. The
// result is UTC; zero when s cannot be read without guessing.
func parseDate(s string) time.Time {
	s = Clean(s)
	if s == "" || len(s) > 100 {
		return time.Time{}
	}
	if t, ok := parseDigits(s); ok {
		return t
	}
	p := dateParser{tokens: dateTokens(s)}
	return p.parse()
}

// parseDigits reads dates without any separator: epochs and compact ISO 8601.
func parseDigits(s string) (time.Time, bool) {
	whole, fraction, dotted := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < 0 || strings.Trim(fraction, "0123456789") != "" || dotted && len(whole) < 9 {
		return time.Time{}, false
	}
	layouts := map[int]string{4: "2006", 8: "20060102", 12: "200601021504", 14: "20060102150405"}
	switch len(whole) {
	case 9, 10:
		return time.Unix(n, 0).UTC(), true
	case 13:
		return time.UnixMilli(n).UTC(), true
	case 16:
		return time.UnixMicro(n).UTC(), true
	case 4, 8, 12, 14:
		t, err := time.Parse(layouts[len(whole)], whole)
		return t, err == nil
	}
	return time.Time{}, false
}

// dateToken is a number or a word with the mark that stood before it.
type dateToken struct {
	mark   rune
	word   string
	number int
	digits int
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
			mark = '-'
			if r == '日' || r == '일' {
				mark = ' '
			}
		case unicode.IsLetter(r) || unicode.IsMark(r):
			for i+n < len(s) {
				r, size := utf8.DecodeRuneInString(s[i+n:])
				if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\'' || strings.ContainsRune("年月日년월일", r) {
					break
				}
				n += size
			}
			out = append(out, dateToken{mark: mark, word: Fold(s[i : i+n])})
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

// dateParser sorts tokens into the parts of a date.
type dateParser struct {
	tokens []dateToken
	// numbers are those that are neither time nor zone, in order.
	numbers []dateToken
	// monthAt is how many numbers stood before the month's name.
	month, monthAt       int
	hour, minute, second int
	nanos                int
	hasTime              bool
	half                 string
	offset               int
	bad                  bool
}

func (p *dateParser) parse() time.Time {
	for i := 0; i < len(p.tokens) && !p.bad; {
		i += p.take(i)
	}
	year, month, day, ok := p.date()
	if !ok || p.bad || !p.clock() {
		return time.Time{}
	}
	t := time.Date(year, time.Month(month), day, p.hour, p.minute, p.second, p.nanos, time.UTC)
	if t.Day() != day && p.hour < 24 && p.second < 60 {
		return time.Time{} // the 31st of a short month
	}
	return t.Add(-time.Duration(p.offset) * time.Second)
}

// take handles the tokens at i and says how many it used.
func (p *dateParser) take(i int) int {
	t := p.tokens[i]
	next := p.at(i + 1)
	switch {
	case t.word != "":
		return p.takeWord(i)
	case p.hasTime && (t.mark == '+' || t.mark == '-' || t.mark == '−') && t.digits <= 4:
		return p.takeOffset(i)
	case !p.hasTime && t.digits <= 2 && next.mark == ':' && next.word == "":
		return p.takeTime(i)
	case !p.hasTime && t.digits <= 2 && (isHour(next.word) || next.word == "am" || next.word == "pm"):
		p.hasTime, p.hour = true, t.number
		if isHour(next.word) && p.at(i+2).digits > 0 && p.at(i+2).mark == 0 {
			p.minute = p.at(i + 2).number
			return 3
		}
		if isHour(next.word) {
			return 2
		}
		return 1
	case p.isoTime(i):
		p.hasTime = true
		p.hour = t.number
		switch t.digits {
		case 4:
			p.hour, p.minute = t.number/100, t.number%100
		case 6:
			p.hour, p.minute, p.second = t.number/10000, t.number/100%100, t.number%100
		}
		return 1
	}
	p.numbers = append(p.numbers, t)
	return 1
}

// isoTime recognises 2006-01-02T15 and 20060102T150405.
func (p *dateParser) isoTime(i int) bool {
	t := p.tokens[i]
	return !p.hasTime && i > 0 && p.tokens[i-1].word == "t" && t.mark == 0 && len(p.numbers) > 0 &&
		(t.digits == 2 || t.digits == 4 || t.digits == 6)
}

func (p *dateParser) at(i int) dateToken {
	if i < len(p.tokens) {
		return p.tokens[i]
	}
	return dateToken{}
}

// takeTime reads 15:04, 15:04:05 and 15:04:05.999.
func (p *dateParser) takeTime(i int) int {
	p.hasTime, p.hour, p.minute = true, p.tokens[i].number, p.at(i+1).number
	used := 2
	if s := p.at(i + used); s.mark == ':' && s.digits > 0 && s.digits <= 2 {
		p.second = s.number
		used++
		if f := p.at(i + used); (f.mark == '.' || f.mark == ',') && f.digits > 0 {
			p.nanos = f.number
			for range 9 - min(f.digits, 9) {
				p.nanos *= 10
			}
			used++
		}
	}
	return used
}

// takeOffset reads +0200, +02:00, +02 and -700.
func (p *dateParser) takeOffset(i int) int {
	t := p.tokens[i]
	used, hours, minutes := 1, t.number, 0
	if t.digits > 2 {
		hours, minutes = t.number/100, t.number%100
	} else if m := p.at(i + 1); m.mark == ':' && m.digits == 2 {
		minutes = m.number
		used++
	}
	if hours > 15 || minutes > 59 {
		p.bad = true
	}
	p.offset = hours*3600 + minutes*60
	if t.mark != '+' {
		p.offset = -p.offset
	}
	return used
}

// takeWord reads months, zones and the halves of the day; other words say
// nothing.
func (p *dateParser) takeWord(i int) int {
	word := p.tokens[i].word
	if word == "w" && p.tokens[i].mark == '-' {
		p.bad = true // a week of ISO 8601: what follows is neither month nor day
		return 1
	}
	if (word == "a" || word == "p") && p.at(i+1).word == "m" {
		p.half = word + "m"
		return 2
	}
	if isHalf(word) {
		p.half = word
		return 1
	}
	// A weekday can look like a month ("mar. 02 janv."): the word after the day
	// knows better.
	weekday := p.month > 0 && p.monthAt == 0 && len(p.numbers) == 1 && !p.hasTime
	if m := monthNumber(word); m > 0 && (p.month == 0 || weekday) {
		p.month, p.monthAt = m, len(p.numbers)
		return 1
	}
	if p.hasTime {
		if offset, ok := zoneOffset(word); ok && p.offset == 0 {
			p.offset = offset
		}
	}
	return 1
}

// date finds year, month and day among the numbers.
func (p *dateParser) date() (year, month, day int, ok bool) {
	n := p.numbers
	switch {
	case p.month > 0 && len(n) >= 2:
		year, day = n[1].number, n[0].number
		yearDigits := n[1].digits
		if n[0].digits >= 4 {
			year, day, yearDigits = n[0].number, n[1].number, n[0].digits
		}
		return inRange(fullYear(year, yearDigits), p.month, day)
	case p.month > 0 && len(n) == 1 && n[0].digits == 4:
		return inRange(n[0].number, p.month, 1)
	case p.month > 0:
		return 0, 0, 0, false
	case len(n) >= 3:
		return p.numericDate(n)
	case len(n) == 2 && n[0].digits == 4 && n[1].digits == 3:
		t := time.Date(n[0].number, 1, n[1].number, 0, 0, 0, 0, time.UTC)
		return t.Year(), int(t.Month()), t.Day(), n[1].number >= 1 && n[1].number <= 366
	case len(n) == 2 && n[0].digits == 4:
		return inRange(n[0].number, n[1].number, 1)
	case len(n) == 1 && n[0].digits == 8:
		return inRange(n[0].number/10000, n[0].number/100%100, n[0].number%100)
	}
	return 0, 0, 0, false
}

// numericDate orders three numbers: a year of four digits tells where it is;
// after slashes the month comes first when the clock has twelve hours, or when
// only that makes sense.
func (p *dateParser) numericDate(n []dateToken) (year, month, day int, ok bool) {
	a, b, c := n[0], n[1], n[2]
	switch {
	case a.digits == 4:
		return inRange(a.number, b.number, c.number)
	case a.number > 31 || c.digits < 4 && b.mark == '-':
		return inRange(fullYear(a.number, a.digits), b.number, c.number)
	}
	day, month = a.number, b.number
	if b.mark == '/' && p.half != "" && day <= 12 || month > 12 {
		day, month = month, day
	}
	return inRange(fullYear(c.number, c.digits), month, day)
}

func inRange(year, month, day int) (int, int, int, bool) {
	return year, month, day, year >= 1900 && year < 2200 && month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// fullYear completes a year of two digits, as RFC 2822 section 4.3 does.
func fullYear(year, digits int) int {
	switch {
	case digits >= 4:
		return year
	case digits == 3:
		return 1900 + year
	case year < 70:
		return 2000 + year
	}
	return 1900 + year
}

// clock puts the hour into the right half of the day and checks its range;
// 24:00 and a leap second belong to the next minute.
func (p *dateParser) clock() bool {
	switch p.half {
	case "pm", "오후", "午後", "下午":
		if p.hour < 12 {
			p.hour += 12
		}
	case "am", "오전", "午前", "上午":
		if p.hour == 12 {
			p.hour = 0
		}
	}
	return p.hour <= 24 && p.minute < 60 && p.second <= 60
}

func isHalf(word string) bool {
	switch word {
	case "am", "pm", "오전", "오후", "午前", "午後", "上午", "下午":
		return true
	}
	return false
}

func isHour(word string) bool { return word == "h" || word == "uhr" || word == "時" || word == "시" }
