package text

import (
	"strconv"
	"strings"
	"unicode"
)

// HidesText reports whether no browser shows an element: it has the attribute
// "hidden", or its style says so. attr returns the value of an attribute, and
// whether the element has it.
func HidesText(attr func(name string) (string, bool)) bool {
	style, _ := attr("style")
	display := StyleValue(style, "display")
	if display == "none" {
		return true
	}
	if _, hidden := attr("hidden"); hidden && display == "" {
		return true
	}
	if v := StyleValue(style, "visibility"); v == "hidden" || v == "collapse" {
		return true
	}
	return StyleValue(style, "overflow") == "hidden" && StyleValue(style, "padding") == "" &&
		strings.Trim(StyleValue(style, "max-height"), "0.pxemtr%") == "" && strings.HasPrefix(StyleValue(style, "max-height"), "0")
}

// StrikesText reports whether a style attribute strikes the text through.
func StrikesText(style string) bool {
	value := StyleValue(style, "text-decoration-line")
	if value == "" {
		value = StyleValue(style, "text-decoration")
	}
	return strings.Contains(value, "line-through")
}

// StyleValue returns the value that a style attribute gives to a property, in
// lower case, or "" (CSS Style Attributes). The last declaration counts, and an
// important one more than others.
func StyleValue(style, property string) string {
	const longest = 4096 // bytes that are read of a style
	if !containsFold(style, property) {
		return ""
	}
	style = withoutComments(Truncate(style, longest))
	found, important := "", false
	for declaration := range strings.SplitSeq(strings.ToLower(style), ";") {
		name, value, _ := strings.Cut(declaration, ":")
		if strings.TrimSpace(name) != property {
			continue
		}
		value, priority, isImportant := strings.Cut(value, "!")
		isImportant = isImportant && strings.TrimSpace(priority) == "important"
		if value = strings.TrimSpace(value); value != "" && (isImportant || !important) {
			found, important = value, isImportant
		}
	}
	return found
}

// withoutComments returns a style without its comments. A comment separates words.
func withoutComments(style string) string {
	if !strings.Contains(style, "/*") {
		return style
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(style, "/*")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte(' ')
		_, style, _ = strings.Cut(after, "*/")
	}
}

// containsFold reports whether s contains sub, which is in lower case, in any
// case of ASCII letters.
func containsFold(s, sub string) bool {
	for i := 0; i+len(sub) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(sub)], sub) {
			return true
		}
	}
	return false
}

// EmojiText returns the text of a picture that only draws an emoji, or "". Its
// alternative text is an emoji or a :name:, and its class, its size or its
// address shows that it belongs into a line. attr returns the value of an
// attribute, or "".
func EmojiText(attr func(name string) string) string {
	const longest = 64 // bytes of a name
	byClass, isNamed := attr("data-emoji") != "", false
	for class := range strings.FieldsSeq(strings.ToLower(attr("class"))) {
		for _, mark := range []string{"emoji", "smiley", "smilie", "smilies", "emoticon", "emojione", "joypixels", "twemoji"} {
			byClass = byClass || class == mark || strings.HasPrefix(class, mark+"-") || strings.HasSuffix(class, "-"+mark)
			isNamed = isNamed || strings.Contains(class, mark)
		}
	}
	const large = 128 // pixels
	for _, side := range []string{"width", "height"} {
		if n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(attr(side)), "px")); n > large {
			return ""
		}
	}
	for _, name := range []string{"alt", "title", "data-emoji"} {
		s := Clean(attr(name))
		switch {
		case s == "" || len(s) > longest:
		case byClass && !strings.Contains(s, " "), (isEmoji(s) || isEmojiName(s) || isEmoticon(s)) && (isNamed || isLineSize(attr) || isEmojiPath(attr("src")) || isEmojiPath(attr("data-src"))):
			return s
		}
		if s != "" {
			break
		}
	}
	return ""
}

// isEmoji reports whether s has only emoji.
func isEmoji(s string) bool {
	some := false
	for _, r := range s {
		switch {
		case r == '\u200d' || r == '\ufe0f' || r == '\u20e3' || unicode.Is(unicode.Sk, r):
		case r == '#' || r == '*' || r >= '0' && r <= '9': // of a keycap
			some = some || strings.Contains(s, "\u20e3")
		case unicode.Is(unicode.So, r) || r >= 0x2190 && r <= 0x2bff || r >= 0x1f000 && r < 0x20000:
			some = true
		default:
			return false
		}
	}
	return some
}

// isEmojiName reports whether s is the name of an emoji between colons.
func isEmojiName(s string) bool {
	if len(s) < 3 || s[0] != ':' || s[len(s)-1] != ':' {
		return false
	}
	return !strings.ContainsFunc(s[1:len(s)-1], func(r rune) bool {
		return !IsWordRune(r) && r != '_' && r != '-' && r != '+'
	})
}

// isEmoticon reports whether s is a face of punctuation, such as ":-)" or ";D".
func isEmoticon(s string) bool {
	const longest = 4
	return len(s) > 1 && len(s) <= longest && strings.ContainsRune(":;=", rune(s[0])) && strings.Trim(s[1:], "-'oO^") != "" &&
		strings.Trim(s[1:], `-'oO^()[]|/\*DPpSs3@$?!`) == ""
}

// isEmojiPath reports whether the address of a picture is in a set of emoji.
func isEmojiPath(src string) bool {
	src = strings.ToLower(src)
	for _, mark := range []string{"emoji", "smilies", "smileys", "emoticon", "emojione", "joypixels", "/smiles/"} {
		if strings.Contains(src, mark) {
			return true
		}
	}
	return false
}

// isLineSize reports whether a picture is about as high as a line of text.
func isLineSize(attr func(string) string) bool {
	const pixels, ems = 32, 2
	style := attr("style")
	for _, value := range []string{attr("height"), StyleValue(style, "height"), StyleValue(style, "max-height"), attr("width"), StyleValue(style, "width")} {
		value = strings.TrimSpace(value)
		number := strings.TrimRightFunc(value, unicode.IsLetter)
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || n <= 0 {
			continue
		}
		switch strings.ToLower(value[len(number):]) {
		case "", "px", "pt":
			return n <= pixels
		case "em", "rem", "ex":
			return n <= ems
		}
	}
	return false
}
