package parse

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dateline/feed/text"
)

// parseDate reads a date as publishers write it, and returns it in UTC. It reads
// RFC 822 and its misspellings, ISO 8601 and W3CDTF in part or whole, asctime,
// seconds, milliseconds or microseconds since 1970, and dates in words of many
// languages. A zone may be an offset, an abbreviation or a name of the zone
// database. A date without a zone is in UTC, a Korean one in Korean time. If s
// cannot be read without guessing, the result is zero.
func parseDate(s string) time.Time {
	s = strings.Map(asciiDigit, text.Clean(s))
	if s == "" || len(s) > 150 {
		return time.Time{}
	}
	if t, ok := parseDigits(s); ok {
		return t
	}
	s, zone := cutZoneName(s)
	p := dateParser{tokens: dateTokens(s), isKorean: strings.ContainsAny(s, "년월일전후"), zone: zone}
	return p.parse()
}

// parseDigits reads dates without separators: times since 1970 and compact ISO
// 8601.
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

// dateParser assigns tokens to the parts of a date.
type dateParser struct {
	tokens []dateToken
	// numbers are the numbers that belong neither to the time nor to the zone,
	// in order.
	numbers []dateToken
	// month is the month that is given by name, or 0. monthAt is how many
	// numbers precede it.
	month, monthAt       int
	hour, minute, second int
	nanos                int
	hasTime              bool
	// dayHalf is "am" or "pm" of a twelve-hour clock, or "".
	dayHalf string
	// latinHalf reports whether dayHalf was written in Latin letters, as in American
	// dates.
	latinHalf bool
	// offset is the zone's offset in seconds east of UTC.
	offset int
	// hasOffset reports whether the zone was given as a number, hasZoneName whether
	// it was given by name.
	hasOffset, hasZoneName bool
	// zone is the zone of the database that was named, or nil. An offset or an
	// abbreviation beside it comes first (RFC 9557 section 3.4).
	zone *time.Location
	// isKorean reports whether the date is in Korean.
	isKorean bool
	// isWeekDate reports whether the numbers are a year, a week and a day (ISO 8601).
	isWeekDate bool
}

// parse returns the date, or zero.
func (p *dateParser) parse() time.Time {
	for i := 0; i < len(p.tokens); {
		i += p.take(i)
	}
	year, month, day, ok := p.findDate()
	if !ok || !p.adjustHour() {
		return time.Time{}
	}
	t := time.Date(year, time.Month(month), day, p.hour, p.minute, p.second, p.nanos, time.UTC)
	if t.Day() != day && p.hour < 24 && p.second < 60 {
		return time.Time{} // such as April 31
	}
	switch {
	case p.hasZoneName || p.hasOffset:
	case p.zone != nil:
		return time.Date(year, time.Month(month), day, p.hour, p.minute, p.second, p.nanos, p.zone).UTC()
	case p.isKorean && p.hasTime:
		p.offset = 9 * 3600
	}
	return t.Add(-time.Duration(p.offset) * time.Second)
}

// take reads the tokens at i and returns how many it has used.
func (p *dateParser) take(i int) int {
	t := p.tokens[i]
	next := p.token(i + 1)
	switch {
	case t.word != "":
		return p.takeWord(i)
	case t.isMonth && p.month == 0:
		p.month, p.monthAt = t.number, len(p.numbers)
		return 1
	case p.hasTime && (t.separator == '+' || t.separator == '-' || t.separator == '−') && t.digits <= 4:
		return p.takeOffset(i)
	case !p.hasTime && t.digits <= 2 && next.separator == ':' && next.word == "":
		return p.takeTime(i)
	case !p.hasTime && t.digits <= 2 && isHour(next.word) && (next.separator == 0 || next.separator == ' '):
		return p.takeHour(i)
	case !p.hasTime && t.digits <= 2 && (next.word == "am" || next.word == "pm") && p.token(i+3).separator != ':':
		p.hasTime, p.hour = true, t.number
		return 1
	case !p.hasTime && p.hasDate() && t.digits <= 2 && (t.separator != '.' || p.tokens[i-1].word != "") && next.separator == '.' && next.digits == 2:
		return p.takeTime(i)
	case p.isISOTime(i):
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

// isISOTime reports whether the token at i is the time of 2006-01-02T15 or
// 20060102T150405.
func (p *dateParser) isISOTime(i int) bool {
	t := p.tokens[i]
	return !p.hasTime && i > 0 && p.tokens[i-1].word == "t" && t.separator == 0 && len(p.numbers) > 0 &&
		(t.digits == 2 || t.digits == 4 || t.digits == 6)
}

// token returns the token at i, or an empty one after the last.
func (p *dateParser) token(i int) dateToken {
	if i < len(p.tokens) {
		return p.tokens[i]
	}
	return dateToken{}
}

// hasDate reports whether the numbers so far are a whole date.
func (p *dateParser) hasDate() bool {
	return p.month > 0 && len(p.numbers) == 2 || len(p.numbers) == 3
}

// takeHour reads 15h, 15h04 and 15時4分5秒, and returns how many tokens it has
// used.
func (p *dateParser) takeHour(i int) int {
	p.hasTime, p.hour = true, p.tokens[i].number
	used := 2
	if m := p.token(i + used); m.digits > 0 && (m.separator == 0 || isMinute(p.token(i+used+1).word)) {
		p.minute = m.number
		used++
		if isMinute(p.token(i + used).word) {
			used++
		}
	}
	if s := p.token(i + used); s.digits > 0 && isSecond(p.token(i+used+1).word) {
		p.second = s.number
		used += 2
	}
	return used
}

// takeTime reads 15:04, 15:04:05, 15:04:05.999 and 15.04.05, and returns how
// many tokens it has used.
func (p *dateParser) takeTime(i int) int {
	separator := p.token(i + 1).separator
	p.hasTime, p.hour, p.minute = true, p.tokens[i].number, p.token(i+1).number
	used := 2
	if s := p.token(i + used); s.separator == separator && s.digits > 0 && s.digits <= 2 {
		p.second = s.number
		used++
		if f := p.token(i + used); (f.separator == '.' || f.separator == ',') && f.digits > 0 {
			p.nanos = f.number
			for range 9 - min(f.digits, 9) {
				p.nanos *= 10
			}
			used++
		}
	}
	return used
}

// takeOffset reads +0200, +02:00, +02 and -700, and returns how many tokens it
// has used. It ignores an offset that no place on earth has. Then the date is
// some hours wrong, but not lost.
func (p *dateParser) takeOffset(i int) int {
	t := p.tokens[i]
	used, hours, minutes := 1, t.number, 0
	if t.digits > 2 {
		hours, minutes = t.number/100, t.number%100
	} else if m := p.token(i + 1); m.separator == ':' && m.digits == 2 {
		minutes = m.number
		used++
	}
	if hours > 15 || minutes > 59 {
		return used
	}
	p.hasOffset = true
	p.offset = hours*3600 + minutes*60
	if t.separator != '+' {
		p.offset = -p.offset
	}
	return used
}

// takeWord reads months, zones and the halves of the day, and returns how many
// tokens it has used. It ignores other words.
func (p *dateParser) takeWord(i int) int {
	word, next := p.tokens[i].word, p.token(i+1)
	switch {
	case word == "w" && p.tokens[i].separator == '-' && next.digits == 2:
		p.isWeekDate = true
		return 1
	case (word == "thang" || word == "thg") && next.digits > 0 && p.month == 0: // "month" in Vietnamese
		p.month, p.monthAt = next.number, len(p.numbers)
		return 2
	case word == "thu" && next.digits == 1 && p.isVietnamese(): // Vietnamese weekdays are numbers
		return 2
	}
	for used, following := range []string{"", next.word} {
		if half := halfOfDay(word, following); half != "" {
			p.dayHalf, p.latinHalf = half, word[0] < utf8.RuneSelf
			return 1 + used
		}
	}
	// A weekday can look like a month ("mar. 02 janv."). Then the word after the
	// day is the month.
	weekday := p.month > 0 && p.monthAt == 0 && len(p.numbers) == 1 && !p.hasTime
	if m := monthNumber(word, next.word); m > 0 && (p.month == 0 || weekday) {
		p.month, p.monthAt = m, len(p.numbers)
		return 1
	}
	if p.hasTime && !p.hasOffset {
		if offset, ok := zoneOffset(word); ok && p.offset == 0 {
			p.offset, p.hasZoneName = offset, true
		}
	}
	return 1
}

// isVietnamese reports whether the date contains the Vietnamese word for month.
func (p *dateParser) isVietnamese() bool {
	return slices.ContainsFunc(p.tokens, func(t dateToken) bool { return t.word == "thang" || t.word == "thg" })
}

// findDate returns the year, month and day that the numbers give.
func (p *dateParser) findDate() (year, month, day int, ok bool) {
	n := p.numbers
	switch {
	case p.isWeekDate:
		return weekDate(n)
	case p.month > 0 && len(n) >= 2:
		year, day = n[1].number, n[0].number
		yearDigits := n[1].digits
		if n[0].digits >= 4 {
			year, day, yearDigits = n[0].number, n[1].number, n[0].digits
		}
		return checkDate(fullYear(year, yearDigits), p.month, day)
	case p.month > 0 && len(n) == 1 && n[0].digits == 4:
		return checkDate(n[0].number, p.month, 1)
	case p.month > 0:
		return 0, 0, 0, false
	case len(n) >= 3:
		return p.numericDate(n)
	case len(n) == 2 && n[0].digits == 4 && n[1].digits == 3:
		t := time.Date(n[0].number, 1, n[1].number, 0, 0, 0, 0, time.UTC)
		return t.Year(), int(t.Month()), t.Day(), n[1].number >= 1 && n[1].number <= 366
	case len(n) == 2 && n[0].digits == 4 && n[1].separator != ' ': // otherwise words are between them
		return checkDate(n[0].number, n[1].number, 1)
	case len(n) == 1 && n[0].digits == 8:
		return checkDate(n[0].number/10000, n[0].number/100%100, n[0].number%100)
	}
	return 0, 0, 0, false
}

// weekDate returns the day of 2003-W12-2, or the Monday of a week without a day
// (ISO 8601).
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

// numericDate returns the date of three numbers. A year of four digits shows the
// order. After slashes the month comes first if the time has twelve hours, or if
// no other order is possible.
func (p *dateParser) numericDate(n []dateToken) (year, month, day int, ok bool) {
	a, b, c := n[0], n[1], n[2]
	switch {
	case (b.separator == ' ') != (c.separator == ' '):
		return 0, 0, 0, false // an unknown word is between them
	case a.digits == 4:
		return checkDate(a.number, b.number, c.number)
	case a.number > 31 || c.digits < 4 && b.separator == '-':
		return checkDate(fullYear(a.number, a.digits), b.number, c.number)
	}
	day, month = a.number, b.number
	if b.separator == '/' && p.latinHalf && day <= 12 || month > 12 {
		day, month = month, day
	}
	return checkDate(fullYear(c.number, c.digits), month, day)
}

// checkDate converts a Buddhist year and reports whether the date is plausible. The
// day may still be too large for its month.
func checkDate(year, month, day int) (int, int, int, bool) {
	if buddhist := 543; year >= 1900+buddhist {
		year -= buddhist // as in Thailand
	}
	return year, month, day, year >= 1900 && year < 2200 && month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// fullYear completes a year of two or three digits as RFC 2822 section 4.3 does,
// except that two digits below 70 are in this century.
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

// adjustHour moves the hour into its half of the day and reports whether the
// time is valid. 24:00 and a leap second belong to the next minute.
func (p *dateParser) adjustHour() bool {
	switch p.dayHalf {
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

// dateToken is a number or a word. separator is the character before it, or 0 if
// it follows the last token directly.
type dateToken struct {
	separator rune
	word      string
	number    int
	digits    int
	// isMonth reports whether the number is marked as a month (1月).
	isMonth bool
}

// dateTokens splits s where digits, letters and separators meet. Words are
// folded.
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
			out = append(out, dateToken{separator: mark, number: number, digits: n})
			mark = 0
		case strings.ContainsRune("年月日년월일", r):
			if last := len(out) - 1; mark == 0 && (r == '月' || r == '월') {
				out[last].isMonth = out[last].word == ""
			}
			mark = '-'
			if r == '日' || r == '일' {
				mark = ' '
			}
		case strings.HasPrefix(s[i:], "ב-"): // "on the" in Hebrew
		case unicode.IsLetter(r) || unicode.IsMark(r):
			for i+n < len(s) {
				r, size := utf8.DecodeRuneInString(s[i+n:])
				if !unicode.IsLetter(r) && !unicode.IsMark(r) || strings.ContainsRune("年月日년월일", r) {
					break
				}
				n += size
			}
			if number := hanNumber(s[i : i+n]); number > 0 && strings.HasPrefix(s[i+n:], "月") {
				out = append(out, dateToken{separator: mark, number: number, digits: 2})
			} else {
				out = append(out, dateToken{separator: mark, word: text.Fold(s[i : i+n])})
			}
			mark = 0
		case r == ' ' && mark != 0 && mark != ' ':
			// The separator before the space means more.
		default:
			mark = r
		}
		i += n
	}
	return out
}
