package parse

import (
	"dateline/feed/text"
	"strings"
)

// attributeFields writes what CDF, the oldest format of all, has in attributes.
func (n *normalizer) attributeFields(attrs []text.XMLAttr) {
	for _, a := range attrs {
		switch strings.ToLower(a.Name) {
		case "href":
			n.annotate("href", a.Value)
		case "lastmod":
			n.annotate("lastmod", a.Value)
		}
	}
}

func (n *normalizer) annotate(name, value string) {
	if value != "" {
		n.field(ownPrefix+":"+name, nil, "", value)
	}
}

// field writes one element whose text is HTML.
func (n *normalizer) field(name string, attrs []text.XMLAttr, base, text string) {
	n.out = append(n.out, '<')
	n.out = append(n.out, name...)
	n.attributes(attrs, base)
	n.out = append(n.out, '>')
	n.out = appendCDATA(n.out, n.texts.stand(text))
	n.out = append(n.out, "</"...)
	n.out = append(n.out, name...)
	n.out = append(n.out, '>')
}

// attributes writes attributes under their local names. base is not empty where
// an address has a base of its own.
func (n *normalizer) attributes(attrs []text.XMLAttr, base string) {
	for _, a := range attrs {
		if a.Name == "xmlns" || strings.HasPrefix(a.Name, "xmlns:") {
			continue
		}
		name := localName(a.Name)
		switch name {
		case "", "xmlns":
			continue
		case "ispermalink":
			name = "isPermaLink"
		case "href", "url", "src":
			if base != "" {
				a.Value = text.Resolve(base, a.Value)
			}
		}
		n.out = append(n.out, ' ')
		n.out = append(n.out, name...)
		n.out = append(n.out, `="`...)
		n.out = appendEscaped(n.out, a.Value)
		n.out = append(n.out, '"')
	}
}

// appendCDATA writes text in the form that costs the parser least.
func appendCDATA(out []byte, s string) []byte {
	if !strings.ContainsAny(s, "&<>") {
		return append(out, s...)
	}
	out = append(out, "<![CDATA["...)
	for {
		at := strings.Index(s, "]]>")
		if at < 0 {
			out = append(out, s...)
			return append(out, "]]>"...)
		}
		out = append(out, s[:at]...)
		out = append(out, "]]]]><![CDATA[>"...)
		s = s[at+3:]
	}
}

func appendEscaped(out []byte, s string) []byte {
	for {
		at := strings.IndexAny(s, `&<>"`)
		if at < 0 {
			return append(out, s...)
		}
		out = append(out, s[:at]...)
		switch s[at] {
		case '&':
			out = append(out, "&amp;"...)
		case '<':
			out = append(out, "&lt;"...)
		case '>':
			out = append(out, "&gt;"...)
		case '"':
			out = append(out, "&#34;"...)
		}
		s = s[at+1:]
	}
}
