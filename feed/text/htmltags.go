package text

// IsInlineTag knows the HTML elements that stand within a line: taking their tags
// away joins what stood on both sides.
func IsInlineTag(name string) bool {
	switch name {
	case "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
		"i", "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
		"strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr":
		return true
	}
	return false
}

// IsBlockTag knows the other HTML elements, whose tags part words.
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

// IsSilentTag knows the elements whose text is not for reading.
func IsSilentTag(name string) bool {
	switch name {
	case "script", "style", "template", "title", "textarea", "select", "iframe", "noembed", "noframes", "svg":
		return true
	}
	return false
}
