package parse

import (
	"dateline/feed/text"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// parseDate reads a date as publishers write them: RFC 822 and its abuses, ISO
// 8601 and W3CDTF in part or whole, asctime, seconds or milliseconds since
// 1970, and dates in words of many languages. A date without a zone is UTC, in
// Korean Korea's. The result is UTC; zero when s cannot be read without
// guessing.
func parseDate(s string) time.Time {
	s = strings.Map(asciiDigit, text.Clean(s))
	if s == "" || len(s) > 150 {
		return time.Time{}
	}
	if t, ok := parseDigits(s); ok {
		return t
	}
	p := dateParser{tokens: dateTokens(s), korean: strings.ContainsAny(s, "년월일전후")}
	return p.parse()
}

// parseDigits reads dates without any separator: epochs and compact ISO 8601.
func parseDigits(s string) (time.Time, bool) {
	whole, fraction, dotted := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < 0 || strings.Trim(fraction, "0123456789") != "" || dotted && len(whole) < 9 {
		return time.Time{}, false
	}
	layouts := map[int]string{4: "2006", 6: "060102", 8: "20060102", 12: "200601021504", 14: "20060102150405"}
	switch len(whole) {
	case 9, 10:
		return time.Unix(n, 0).UTC(), true
	case 13:
		return time.UnixMilli(n).UTC(), true
	case 16:
		return time.UnixMicro(n).UTC(), true
	case 4, 6, 8, 12, 14:
		t, err := time.Parse(layouts[len(whole)], whole)
		return t, err == nil
	}
	return time.Time{}, false
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
	// monthFirst says that the half of the day was told in Latin letters, as in
	// America.
	monthFirst bool
	offset     int
	// zoned says that the zone was given in figures, named that it was by name.
	zoned, named bool
	// korean says that the date is in Korean.
	korean bool
	// week says that the numbers are a year, a week and a day (ISO 8601).
	week bool
}

func (p *dateParser) parse() time.Time {
	for i := 0; i < len(p.tokens); {
		i += p.take(i)
	}
	year, month, day, ok := p.date()
	if !ok || !p.clock() {
		return time.Time{}
	}
	t := time.Date(year, time.Month(month), day, p.hour, p.minute, p.second, p.nanos, time.UTC)
	if t.Day() != day && p.hour < 24 && p.second < 60 {
		return time.Time{} // the 31st of a short month
	}
	if p.korean && p.hasTime && !p.named && !p.zoned {
		p.offset = 9 * 3600
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
	case t.month && p.month == 0:
		p.month, p.monthAt = t.number, len(p.numbers)
		return 1
	case p.hasTime && (t.mark == '+' || t.mark == '-' || t.mark == '−') && t.digits <= 4:
		return p.takeOffset(i)
	case !p.hasTime && t.digits <= 2 && next.mark == ':' && next.word == "":
		return p.takeTime(i)
	case !p.hasTime && t.digits <= 2 && isHour(next.word) && (next.mark == 0 || next.mark == ' '):
		return p.takeHour(i)
	case !p.hasTime && t.digits <= 2 && (next.word == "am" || next.word == "pm") && p.at(i+3).mark != ':':
		p.hasTime, p.hour = true, t.number
		return 1
	case !p.hasTime && p.hasDate() && t.digits <= 2 && (t.mark != '.' || p.tokens[i-1].word != "") && next.mark == '.' && next.digits == 2:
		return p.takeTime(i)
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

// hasDate says that the numbers so far make a date.
func (p *dateParser) hasDate() bool {
	return p.month > 0 && len(p.numbers) == 2 || len(p.numbers) == 3
}

// takeHour reads 15h, 15h04 and 15時4分5秒.
func (p *dateParser) takeHour(i int) int {
	p.hasTime, p.hour = true, p.tokens[i].number
	used := 2
	if m := p.at(i + used); m.digits > 0 && (m.mark == 0 || isMinute(p.at(i+used+1).word)) {
		p.minute = m.number
		used++
		if isMinute(p.at(i + used).word) {
			used++
		}
	}
	if s := p.at(i + used); s.digits > 0 && isSecond(p.at(i+used+1).word) {
		p.second = s.number
		used += 2
	}
	return used
}

// takeTime reads 15:04, 15:04:05 and 15:04:05.999; also 15.04.05.
func (p *dateParser) takeTime(i int) int {
	separator := p.at(i + 1).mark
	p.hasTime, p.hour, p.minute = true, p.tokens[i].number, p.at(i+1).number
	used := 2
	if s := p.at(i + used); s.mark == separator && s.digits > 0 && s.digits <= 2 {
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

// takeOffset reads +0200, +02:00, +02 and -700. What no place on earth has is
// no offset: the date is off by some hours, but not lost.
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
		return used
	}
	p.zoned = true
	p.offset = hours*3600 + minutes*60
	if t.mark != '+' {
		p.offset = -p.offset
	}
	return used
}

// takeWord reads months, zones and the halves of the day; other words say
// nothing.
func (p *dateParser) takeWord(i int) int {
	word, next := p.tokens[i].word, p.at(i+1)
	switch {
	case word == "w" && p.tokens[i].mark == '-' && next.digits == 2:
		p.week = true
		return 1
	case (word == "thang" || word == "thg") && next.digits > 0 && p.month == 0: // month, of Vietnamese
		p.month, p.monthAt = next.number, len(p.numbers)
		return 2
	case word == "thu" && next.digits == 1 && p.vietnamese(): // its weekdays are numbers
		return 2
	}
	for used, following := range []string{"", next.word} {
		if half := halfOfDay(word, following); half != "" {
			p.half, p.monthFirst = half, word[0] < utf8.RuneSelf
			return 1 + used
		}
	}
	// A weekday can look like a month ("mar. 02 janv."): the word after the day
	// knows better.
	weekday := p.month > 0 && p.monthAt == 0 && len(p.numbers) == 1 && !p.hasTime
	if m := monthNumber(word, next.word); m > 0 && (p.month == 0 || weekday) {
		p.month, p.monthAt = m, len(p.numbers)
		return 1
	}
	if p.hasTime && !p.zoned {
		if offset, ok := zoneOffset(word); ok && p.offset == 0 {
			p.offset, p.named = offset, true
		}
	}
	return 1
}

func (p *dateParser) vietnamese() bool {
	return slices.ContainsFunc(p.tokens, func(t dateToken) bool { return t.word == "thang" || t.word == "thg" })
}

// date finds year, month and day among the numbers.
func (p *dateParser) date() (year, month, day int, ok bool) {
	n := p.numbers
	switch {
	case p.week:
		return weekDate(n)
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
	case len(n) == 2 && n[0].digits == 4 && n[1].mark != ' ': // else words stand between them
		return inRange(n[0].number, n[1].number, 1)
	case len(n) == 1 && n[0].digits == 8:
		return inRange(n[0].number/10000, n[0].number/100%100, n[0].number%100)
	}
	return 0, 0, 0, false
}

// weekDate finds the day of 2003-W12-2; of a week alone, its Monday.
func weekDate(n []dateToken) (year, month, day int, ok bool) {
	if len(n) < 2 || n[0].digits != 4 || n[1].number < 1 || n[1].number > 53 {
		return 0, 0, 0, false
	}
	weekday := 1
	if len(n) > 2 {
		weekday = n[2].number
	}
	// The 4th of January is always in the first week.
	first := time.Date(n[0].number, 1, 4, 0, 0, 0, 0, time.UTC)
	monday := first.AddDate(0, 0, -(int(first.Weekday())+6)%7)
	t := monday.AddDate(0, 0, 7*(n[1].number-1)+weekday-1)
	return t.Year(), int(t.Month()), t.Day(), weekday >= 1 && weekday <= 7
}

// numericDate orders three numbers: a year of four digits tells where it is;
// after slashes the month comes first when the clock has twelve hours, or when
// only that makes sense.
func (p *dateParser) numericDate(n []dateToken) (year, month, day int, ok bool) {
	a, b, c := n[0], n[1], n[2]
	switch {
	case (b.mark == ' ') != (c.mark == ' '):
		return 0, 0, 0, false // an unknown word stands between them
	case a.digits == 4:
		return inRange(a.number, b.number, c.number)
	case a.number > 31 || c.digits < 4 && b.mark == '-':
		return inRange(fullYear(a.number, a.digits), b.number, c.number)
	}
	day, month = a.number, b.number
	if b.mark == '/' && p.monthFirst && day <= 12 || month > 12 {
		day, month = month, day
	}
	return inRange(fullYear(c.number, c.digits), month, day)
}

func inRange(year, month, day int) (int, int, int, bool) {
	if buddhist := 543; year >= 1900+buddhist {
		year -= buddhist // as Thailand counts
	}
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
	case "pm":
		if p.hour < 12 {
			p.hour += 12
		}
	case "am":
		if p.hour == 12 {
			p.hour = 0
		}
	}
	return p.hour <= 24 && p.minute < 60 && p.second <= 60
}
