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

// BreaksLine reports whether an HTML element with a name separates the words on
// both sides. Elements that HTML does not know are within a line (CSS Display
// section 2).
func BreaksLine(name string) bool {
	return IsBlockTag(name) || name == "listing" || name == "xmp" || name == "title"
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

// isHTMLTag reports whether name is that of any HTML element.
func isHTMLTag(name string) bool { return IsInlineTag(name) || IsBlockTag(name) || isRareTag(name) }

// isRareTag reports whether name is an HTML element that is neither inline nor a
// block: it shows nothing, or is obsolete.
func isRareTag(name string) bool {
	switch name {
	case "base", "basefont", "bgsound", "blink", "canvas", "command", "datalist", "keygen", "listing", "math", "meter",
		"multicol", "nextid", "plaintext", "rb", "rtc", "slot", "spacer", "title", "xmp":
		return true
	}
	return false
}

// isVoidTag reports whether an HTML element has no content and no end tag (HTML
// section 13.1.2).
func isVoidTag(name string) bool {
	switch name {
	case "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link", "meta",
		"param", "source", "track", "wbr":
		return true
	}
	return false
}

// isOptionallyClosed reports whether the end tag of an HTML element may be left
// out (HTML section 13.1.2.4).
func isOptionallyClosed(name string) bool {
	switch name {
	case "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "caption", "rp", "rt", "rb", "rtc":
		return true
	}
	return false
}

// needsEndTag reports whether an HTML element without attributes and end tag can
// only be meant as a word. Browsers take all that follows for its content and
// hide it, or the element does nothing without attributes.
func needsEndTag(name string) bool {
	switch name {
	case "applet", "audio", "button", "canvas", "command", "data", "datalist", "details", "dialog", "fieldset", "form",
		"frameset", "head", "iframe", "label", "legend", "map", "marquee", "math", "meter", "noembed", "noframes", "object",
		"optgroup", "option", "output", "picture", "progress", "script", "select", "slot", "style", "summary", "svg",
		"template", "textarea", "time", "title", "var", "video", "xmp":
		return true
	}
	return false
}

// hidesTags reports whether the content of an element has other tags than HTML,
// or none.
func hidesTags(name string) bool {
	switch name {
	case "script", "style", "svg", "math", "textarea", "title", "xmp", "iframe", "noembed", "noframes":
		return true
	}
	return false
}

// isOfficeTag reports whether a tag comes from a text processor or a social
// network. Nobody closes them all.
func isOfficeTag(name string) bool {
	prefix, _, found := strings.Cut(name, ":")
	switch prefix {
	case "o", "v", "w", "st1", "fb":
		return found
	}
	return false
}
