package markup

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// setCodeLanguage gives code that names its language the class language-NAME, as HTML
// recommends (section 4.5.15). Pages name it in many ways, on the <pre>, on the <code> in
// it, or on one of two elements around it.
func setCodeLanguage(pre *html.Node) {
	nodes, code := []*html.Node{pre}, CodeOf(pre)
	if code != pre {
		nodes = append(nodes, code)
	}
	for n := pre.Parent; n != nil && len(nodes) < 4 && (n.DataAtom == atom.Div || n.DataAtom == atom.Figure); n = n.Parent {
		nodes = append(nodes, n)
	}
	for _, n := range nodes {
		if name := namedLanguage(n); name != "" {
			code.Attr = slices.DeleteFunc(code.Attr, func(a html.Attribute) bool { return a.Key == "class" })
			code.Attr = append(code.Attr, html.Attribute{Key: "class", Val: "language-" + strings.ToLower(name)})
			return
		}
	}
}

// CodeOf returns the element that names the language of a <pre>: the <code> in it, or
// itself.
func CodeOf(pre *html.Node) *html.Node {
	if c := pre.FirstChild; c != nil && c.DataAtom == atom.Code {
		return c
	}
	return pre
}

// namedLanguage returns the programming language that the attributes of n name, or "".
func namedLanguage(n *html.Node) string {
	for _, key := range []string{"data-lang", "data-language", "data-enlighter-language"} {
		if name := NodeAttribute(n, key); name != "" {
			return name
		}
	}
	class := NodeAttribute(n, "class")
	// SyntaxHighlighter has class="brush: go; gutter: false".
	if _, brush, ok := strings.Cut(class, "brush:"); ok {
		name, _, _ := strings.Cut(strings.TrimSpace(brush), ";")
		name, _, _ = strings.Cut(name, " ")
		return name
	}
	words := strings.Fields(class)
	for _, word := range words {
		for _, prefix := range []string{"language-", "lang-", "highlight-source-", "highlight-text-html-", "src-", "highlight-"} {
			if name, ok := strings.CutPrefix(word, prefix); ok {
				name, _, _ = strings.Cut(name, "{") // numbers of lines to mark
				return name
			}
		}
	}
	// highlight.js and pandoc have class="hljs go" and class="sourceCode go".
	for _, word := range words {
		if n.DataAtom == atom.Code && len(words) == 1 || slices.Contains(words, "hljs") || slices.Contains(words, "sourceCode") {
			if word != "hljs" && word != "sourceCode" {
				return word
			}
		}
	}
	// Elsewhere lang is the language that people speak, as in "en" or "pt-BR".
	if lang := NodeAttribute(n, "lang"); n.DataAtom == atom.Pre && len(lang) > 2 && !strings.Contains(lang, "-") {
		return lang
	}
	return ""
}
