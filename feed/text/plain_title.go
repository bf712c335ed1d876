package text

import (
	"strings"

	"golang.org/x/net/html"
)

// PlainTitle returns a publisher's title, name or category as plain text on one
// line, where nothing says whether it is text or HTML. It removes HTML tags,
// decodes entities once and cleans the rest. Only what can be markup is a tag, so
// "a < b", "List<String>" and "why <head> matters" stay.
func PlainTitle(s string) string {
	s = UnwrapCDATA(s)
	if strings.IndexByte(s, '<') >= 0 {
		s = stripTags(s)
	}
	if strings.IndexByte(s, '&') >= 0 {
		s = UnwrapCDATA(DecodeEntities(s))
		// The publisher escaped markup that was escaped already.
		if HasHTMLElement(s) {
			s = DecodeEntities(stripTags(s))
		}
	}
	return Clean(s)
}

// PlainHTML returns a title that is declared to be HTML as plain text on one
// line. It reads the HTML once, as a browser does: comments and elements that HTML
// does not know vanish, and what is escaped is text. A comment without its end
// ends at the next ">".
func PlainHTML(s string) string {
	s = writeMarkup(UnwrapCDATA(s))
	if at := strings.LastIndex(s, "<!--"); at >= 0 && !strings.Contains(s[at:], "-->") {
		_, rest, _ := strings.Cut(s[at:], ">")
		s = s[:at] + rest
	} else if at := strings.LastIndex(s, "<!"); at >= 0 && !strings.Contains(s[at:], ">") {
		s = s[:at] + "&lt;" + s[at+1:]
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	hidden := ""
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return Clean(b.String())
		case html.TextToken:
			if hidden == "" {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			tag, _ := z.TagName()
			name := string(tag)
			hidden = ""
			if kind == html.StartTagToken && (name == "script" || name == "style") {
				hidden = name
			}
			if IsBlockTag(name) {
				b.WriteByte(' ')
			}
		}
	}
}

// stripTags removes HTML tags and comments, and the content of <script> and
// <style>. Block tags are replaced by a space. What changes the meaning of the
// text, such as a superscript, is written as plain text: see [writeMarkup].
func stripTags(s string) string {
	s = writeMarkup(s)
	closed := closedNames(s)
	var b strings.Builder
	b.Grow(len(s))
	done, hidden := 0, ""
	for t := range tagsOf(s, nil) {
		if !t.isMarkup(true, closed[t.name]) {
			continue
		}
		if hidden == "" {
			b.WriteString(stripComments(s[done:t.at]))
		}
		done, hidden = t.end, ""
		switch {
		case (t.name == "script" || t.name == "style") && !t.isEnd:
			hidden = t.name
		case IsBlockTag(t.name):
			b.WriteByte(' ')
		}
	}
	b.WriteString(stripComments(s[done:]))
	return b.String()
}

// stripComments removes comments that have an end.
func stripComments(s string) string {
	if !strings.Contains(s, "<!--") {
		return s
	}
	var b strings.Builder
	for {
		before, after, _ := strings.Cut(s, "<!--")
		_, rest, ended := strings.Cut(after, "-->")
		if !ended {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(before)
		s = rest
	}
}
