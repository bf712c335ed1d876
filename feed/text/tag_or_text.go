package text

import (
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// EscapeWords returns HTML with "&lt;" for each "<" of a word that only looks
// like a tag, such as the type parameter in "Vec<String>". An HTML parser would
// drop the word. [tagToken.isMarkup] says what is a tag. Everything else stays.
func EscapeWords(s string) string {
	// If its element is closed, a word with a name here is a tag.
	type word struct {
		at   int
		name string
	}
	var words []word
	for t := range tagsOf(s, ordinaryTag) {
		if t.isMarkup(false, false) {
			continue
		}
		w := word{at: t.at}
		if t.isMarkup(false, true) {
			w.name = t.name
		}
		words = append(words, w)
	}
	if words == nil {
		return s
	}
	closed := closedNames(s)
	var b strings.Builder
	done := 0
	for _, w := range words {
		if w.name == "" || !closed[w.name] {
			b.WriteString(s[done:w.at])
			b.WriteString("&lt;")
			done = w.at + 1
		}
	}
	return b.String() + s[done:]
}

// HasHTMLElement reports whether s contains an HTML element with both its tags,
// which is rare in plain text.
func HasHTMLElement(s string) bool {
	for name := range closedNames(s) {
		if isHTMLTag(name) {
			return true
		}
	}
	return false
}

// IsWholeHTML reports whether s is HTML although its type says nothing: it begins
// with an element that is closed, an element in it has attributes and is closed,
// or "&nbsp;" joins two words. Words about HTML do nothing of the kind.
func IsWholeHTML(s string) bool {
	s = strings.TrimSpace(s)
	if before, after, found := strings.Cut(s, "&nbsp;"); found && before != "" && after != "" {
		last, _ := utf8.DecodeLastRuneInString(before)
		first, _ := utf8.DecodeRuneInString(after)
		if (IsWordRune(last) || strings.ContainsRune(".,:;", last)) && IsWordRune(first) {
			return true
		}
	}
	closed := closedNames(s)
	if len(closed) == 0 {
		return false
	}
	for t := range tagsOf(s, nil) {
		if closed[t.name] && isHTMLTag(t.name) && (t.at == 0 || t.hasAttributes) {
			return true
		}
	}
	return false
}

// closedNames returns the names, in small letters, of the elements in s that have
// a start tag and an end tag after it.
func closedNames(s string) map[string]bool {
	var opened, closed map[string]bool
	if !strings.Contains(s, "</") {
		return nil
	}
	for t := range tagsOf(s, nil) {
		switch {
		case !t.isEnd && !t.selfClosing && !opened[t.name]:
			if opened == nil {
				opened, closed = map[string]bool{}, map[string]bool{}
			}
			opened[t.name] = true
		case t.isEnd && opened[t.name]:
			closed[t.name] = true
		}
	}
	return closed
}

// tagToken is what looks like a tag: "<" or "</" before a letter.
type tagToken struct {
	source string
	// written is the name as it stands there, name the same in small letters.
	written, name string
	// at and end are the offsets of the "<" and of what follows the ">". If there is
	// no ">", end is 0.
	at, end       int
	isEnd         bool
	hasAttributes bool
	selfClosing   bool
	// isCut reports whether the text ends within the tag.
	isCut bool
}

// ordinaryTag returns the length of the tag that s begins with if it is one that
// [EscapeWords] keeps, whatever is around it, as most are: it has no attributes and a
// name in small letters, and is an end tag, or a start tag whose end tag may be left
// out. It is 0 for others.
func ordinaryTag(s string) int {
	const longest = 16 // bytes
	end := strings.IndexByte(s[:min(len(s), longest)], '>')
	switch {
	case end < 0:
		return 0
	case s[1] == '/' && isHTMLTag(s[2:end]), isOptionallyClosed(s[1:end]):
		return end + 1
	}
	return 0
}

// tagsOf returns what looks like a tag in s, in order, outside comments, formulas,
// pictures, scripts and style sheets. It leaves out those tags for which skip, if it is
// not nil, returns their length.
func tagsOf(s string, skip func(string) int) iter.Seq[tagToken] {
	return func(yield func(tagToken) bool) {
		l := tagLexer{source: s}
		for {
			at := strings.IndexByte(s[l.at:], '<')
			if at < 0 {
				return
			}
			l.at += at
			if strings.HasPrefix(s[l.at:], "<!--") && l.skipTo("-->", len("-->")) {
				continue
			}
			if skip != nil {
				if size := skip(s[l.at:]); size > 0 {
					l.at += size
					continue
				}
			}
			t, ok := readTagToken(s, l.at)
			l.at++
			if !ok {
				continue
			}
			if !yield(t) {
				return
			}
			if t.end > 0 && isPlainName(t.written) {
				l.at = t.end
			}
			if !t.isEnd && !t.selfClosing && hidesTags(t.name) {
				l.skipTo("</"+t.name, 0)
			}
		}
	}
}

// tagLexer is at an offset of a text. missing has what does not follow, so that a
// text is not searched to its end each time.
type tagLexer struct {
	source, lower string
	at            int
	missing       []string
}

// skipTo moves to the next mark, which is in small letters, and past so many of
// its bytes. It reports whether there is one.
func (l *tagLexer) skipTo(mark string, past int) bool {
	if slices.Contains(l.missing, mark) {
		return false
	}
	if l.lower == "" {
		l.lower = ASCIILower(l.source)
	}
	next := strings.Index(l.lower[l.at:], mark)
	if next < 0 {
		l.missing = append(l.missing, mark)
		return false
	}
	l.at += next + past
	return true
}

// isMarkup reports whether t is a tag, and not a word in angle brackets. closed
// reports whether the element has both tags, see [closedNames]. strict applies to
// titles, where markup is rare and a tag that lacks its partner is a word about
// HTML. In other text only those elements need an end tag that swallow what
// follows or do nothing else. A tag of no HTML element needs one in any case.
func (t tagToken) isMarkup(strict, closed bool) bool {
	known := isHTMLTag(t.name)
	if known && !strict && t.end > 0 && (t.isEnd || t.hasAttributes) {
		return true // as most tags are
	}
	ownName := strings.ContainsAny(t.name, "-:") // as only custom elements have
	switch {
	case !isPlainName(t.written), t.end == 0 && (strict || !known || !t.hasAttributes && !t.isCut):
		return false
	case !known && strict && !ownName:
		return false // such as the type parameters of a language
	case isOfficeTag(t.name), !known && t.selfClosing && ownName, t.name == "br", t.name == "wbr":
		return true
	case isVoidTag(t.name):
		return t.hasAttributes || !strict && (t.name == "hr" || t.name == "col" || t.isEnd || !t.isWord() && !t.beginsSentence())
	case closed:
		return true
	case strict || !known:
		return false
	case t.hasAttributes:
		return true
	case t.isEnd, isOptionallyClosed(t.name):
		return true
	case t.name == "html" || t.name == "body":
		before := strings.TrimRight(t.source[:t.at], " \t\r\n")
		return before == "" || strings.HasSuffix(before, ">")
	case needsEndTag(t.name):
		return t.isFollowed() && !t.isMixedCase()
	}
	return !t.isMixedCase() && !t.isWord()
}

// beginsSentence reports whether t is the first word of the text.
func (t tagToken) beginsSentence() bool {
	return t.at == 0 && strings.HasPrefix(t.source[t.end:], " ") && len(t.source) > t.end+1
}

// isFollowed reports whether what stands directly behind t may be its content.
func (t tagToken) isFollowed() bool {
	after := t.source[t.end:]
	if strings.HasPrefix(after, "<") {
		return !strings.HasPrefix(after, "</")
	}
	r, _ := utf8.DecodeRuneInString(after)
	return IsWordRune(r)
}

// isWord reports whether t stands in its sentence as a word does: between blanks
// or before a mark, as in "put it into a <div>.", or behind the name of a type.
func (t tagToken) isWord() bool {
	isWordEnd := func(c byte) bool {
		return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == ',' || c >= utf8.RuneSelf
	}
	before, after := t.source[:t.at], t.source[t.end:]
	switch {
	case before == "":
		return false
	case isWordEnd(before[len(before)-1]):
		name := before[strings.LastIndexFunc(before, func(r rune) bool { return !IsWordRune(r) })+1:]
		return IsInlineTag(t.name) && name != "" && name[0] >= 'A' && name[0] <= 'Z'
	case after != "" && strings.IndexByte(".,;:!?)", after[0]) >= 0:
	case len(after) < 2 || after[0] != ' ' || after[1] <= ' ' || after[1] == '<':
		return false
	}
	stem := strings.TrimRight(before, " (")
	return stem != before && stem != "" && isWordEnd(stem[len(stem)-1])
}

// isMixedCase reports whether the name has a capital letter and a small one, as
// types of programming languages have.
func (t tagToken) isMixedCase() bool {
	return t.written != t.name && t.written != strings.ToUpper(t.written)
}

// readTagToken reads what looks like a tag at an offset of s.
func readTagToken(s string, at int) (tagToken, bool) {
	t := tagToken{source: s, at: at}
	i := at + 1
	if i < len(s) && s[i] == '/' {
		t.isEnd = true
		i++
	}
	if i >= len(s) || s[i]|0x20 < 'a' || s[i]|0x20 > 'z' {
		return t, false
	}
	from := i
	for i < len(s) && s[i] > ' ' && s[i] != '/' && s[i] != '>' && s[i] != '<' {
		i++
	}
	t.written = s[from:i]
	t.name = ASCIILower(t.written)
	quote := byte(0)
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>':
			t.end, t.selfClosing = i+1, !t.isEnd && s[i-1] == '/'
			return t, true
		case c == '<':
			return t, true
		case (c == '"' || c == '\'') && s[i-1] == '=':
			quote = c
		case c == '=':
			t.hasAttributes = true
		}
	}
	t.isCut = true
	return t, true
}

// isPlainName reports whether a tag may have a name. Names of elements consist of
// letters, digits and few other characters, and do not end in a colon.
func isPlainName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'
		if !letter && c != '-' && c != '_' && c != '.' && (c != ':' || i == len(name)-1 || name[i+1] == ':') {
			return false
		}
	}
	return true
}

// ASCIILower returns s with the ASCII letters in small letters. The length stays.
func ASCIILower(s string) string {
	large := func(c byte) bool { return c >= 'A' && c <= 'Z' }
	for i := range len(s) {
		if !large(s[i]) {
			continue
		}
		b := []byte(s)
		for j := i; j < len(b); j++ {
			if large(b[j]) {
				b[j] |= 0x20
			}
		}
		return string(b)
	}
	return s
}
