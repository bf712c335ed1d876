package article

import (
	"unicode"
	"unicode/utf8"
)

// wrap breaks collapsed cells into lines and calls emit for each. The first line is at
// most first cells wide, and the others at most rest cells. A word is cut only if it is
// wider than a line. Spaces at the ends of lines are dropped.
func wrap(cells []cell, first, rest int, emit func([]cell, Joint)) {
	limit, joint := max(first, 2), NewLine
	for start := 0; start < len(cells); {
		if cells[start].kind == space {
			start++
			continue
		}
		end, next := fill(cells, start, limit)
		emit(trim(cells[start:end]), joint)
		switch cells[next-1].kind {
		case lineBreak:
			joint = NewLine
		case space:
			joint = Blank
		default:
			joint = Cut
		}
		start, limit = next, max(rest, 2)
	}
}

// fill returns the end of the line that begins at start, and the start of the next line.
func fill(cells []cell, start, limit int) (end, next int) {
	width, last := 0, start
	for i := start; i < len(cells); i++ {
		c := cells[i]
		if c.kind == lineBreak {
			return i, i + 1
		}
		if i > start && mayBreak(cells[i-1], c) {
			last = i
		}
		if width += int(c.width); width > limit && c.kind != space {
			if last == start {
				last = max(i, start+1)
			}
			return last, last
		}
	}
	return len(cells), len(cells)
}

// collapse replaces several spaces by one. It removes spaces and breaks at both ends,
// and every break after the second of a series. It changes cells in place.
func collapse(cells []cell) []cell {
	n, breaks := 0, 2
	for i, c := range cells {
		switch c.kind {
		case space:
			if n == 0 || cells[n-1].kind != character && cells[n-1].kind != noBreakSpace {
				continue
			}
		case lineBreak:
			if breaks++; breaks > 2 {
				continue
			}
		case character:
			breaks = 0
		}
		if n < i {
			cells[n] = c
		}
		n++
	}
	for n > 0 && cells[n-1].kind != character {
		n--
	}
	return cells[:n]
}

// trim removes the spaces at the end of a line.
func trim(line []cell) []cell {
	for len(line) > 0 && (line[len(line)-1].kind == space || line[len(line)-1].kind == noBreakSpace) {
		line = line[:len(line)-1]
	}
	return line
}

// mayBreak reports whether a line may end between the cells a and b. It may end at
// spaces, after hyphens, and between the characters of scripts without spaces. It may
// not end before closing or after opening punctuation (kinsoku; compare
// https://www.unicode.org/reports/tr14/).
func mayBreak(a, b cell) bool {
	switch {
	case a.kind == noBreakSpace || b.kind == noBreakSpace || b.kind == space:
		return false
	case a.kind == space:
		return true
	}
	before, _ := utf8.DecodeRuneInString(a.text)
	after, _ := utf8.DecodeRuneInString(b.text)
	if before < utf8.RuneSelf && after < utf8.RuneSelf {
		return before == '-' && isASCIILetter(after)
	}
	if opens(before) || closes(after) {
		return false
	}
	return ideographic(before) || ideographic(after) || before == '—' || before == '–'
}

func isASCIILetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

// ideographic reports whether a line may end on both sides of r. Hangul does not count,
// because Korean has spaces between words.
func ideographic(r rune) bool {
	return r >= 0x2E80 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Yi) ||
		r >= 0x3000 && r <= 0x30FF || r >= 0xFF01 && r <= 0xFF60 || r >= 0x1F300 && r <= 0x1FAFF)
}

// closes reports whether r is punctuation that must not begin a line.
func closes(r rune) bool {
	if r >= 'ぁ' && r <= 'ヿ' {
		switch r {
		case 'ぁ', 'ぃ', 'ぅ', 'ぇ', 'ぉ', 'っ', 'ゃ', 'ゅ', 'ょ', 'ゎ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ッ', 'ャ', 'ュ', 'ョ', 'ヮ', 'ー', 'ゝ', 'ゞ', 'ヽ', 'ヾ', '・':
			return true
		}
		return false
	}
	switch r {
	case '.', ',', ';', ':', '!', '?', '%', '、', '。', '，', '．', '：', '；', '！', '？', '％', '…', '‥', '々', '〻', '’', '”':
		return true
	}
	return unicode.In(r, unicode.Pe, unicode.Pf)
}

// opens reports whether r is punctuation that must not end a line.
func opens(r rune) bool {
	return r == '‘' || r == '“' || unicode.In(r, unicode.Ps, unicode.Pi)
}
