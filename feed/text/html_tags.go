package text

import "strings"

// IsInlineTag reports whether name is an HTML element within a line. Removing
// its tags joins the text on both sides.
func IsInlineTag(name string) bool {
	switch name {
	case "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
		"i", "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
		"strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr":
		return true
	}
	return false
}

// IsBlockTag reports whether name is any other HTML element. Its tags separate
// words.
func IsBlockTag(name string) bool {
	switch name {
	case "address", "applet", "article", "aside", "audio", "blockquote", "body", "br", "button", "caption", "center",
		"col", "colgroup", "dd", "details", "dialog", "dir", "div", "dl", "dt", "embed", "fieldset", "figcaption",
		"figure", "footer", "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr",
		"html", "iframe", "img", "input", "legend", "li", "link", "main", "map", "area", "marquee", "menu", "meta", "nav",
		"noembed", "noframes", "noscript", "object", "ol", "optgroup", "option", "output", "p", "param", "picture", "pre", "progress",
		"script", "section", "select", "source", "style", "summary", "svg", "table", "tbody", "td", "template",
		"textarea", "tfoot", "th", "thead", "tr", "track", "ul", "video":
		return true
	}
	return false
}

// IsHiddenTag reports whether name is an HTML element whose text is not shown.
func IsHiddenTag(name string) bool {
	switch name {
	case "script", "style", "template", "title", "textarea", "select", "iframe", "noembed", "noframes", "svg", "canvas", "datalist", "dialog":
		return true
	}
	return false
}

// LeadingHTMLTag returns the name and the length in bytes of the HTML tag that s
// begins with. A comment has the name "span". If s begins with neither a known
// tag nor a comment, the length is 0.
func LeadingHTMLTag(s string) (string, int) {
	if strings.HasPrefix(s, "<!--") {
		if end := strings.Index(s, "-->"); end >= 0 {
			return "span", end + 3
		}
		return "", 0
	}
	i := 1
	if i < len(s) && s[i] == '/' {
		i++
	}
	n := 0
	for i+n < len(s) && n < 12 && (s[i+n]|0x20 >= 'a' && s[i+n]|0x20 <= 'z' || n > 0 && s[i+n] >= '0' && s[i+n] <= '9') {
		n++
	}
	name := strings.ToLower(s[i : i+n])
	if !IsInlineTag(name) && !IsBlockTag(name) {
		return "", 0
	}
	// A tag ends at a ">" outside quotation marks and never contains another
	// "<".
	for j, quote := i+n, byte(0); j < len(s); j++ {
		switch c := s[j]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>':
			return name, j + 1
		case c == '<':
			return "", 0
		case j == i+n && c != '/' && c > ' ':
			return "", 0
		case (c == '"' || c == '\'') && s[j-1] == '=':
			quote = c
		}
	}
	return "", 0
}

// HasHTMLElement reports whether s contains an HTML element with both its tags,
// which is rare in plain text.
func HasHTMLElement(s string) bool {
	for {
		at := strings.Index(s, "</")
		if at < 0 {
			return false
		}
		name, size := LeadingHTMLTag(s[at:])
		if size > 0 && strings.Contains(strings.ToLower(s[:at]), "<"+name) {
			return true
		}
		s = s[at+2:]
	}
}
