package parse

import (
	"dateline/feed/text"
	"slices"
	"strings"
)

// joinNames joins the names of several authors, each once.
func joinNames(authors []string) string {
	var out []string
	for _, author := range authors {
		if name := personName(author); name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// personName finds the name in "a@b.c (Name)", "Name (a@b.c)" and
// "Name <a@b.c>"; the address when there is no name.
func personName(s string) string {
	s = strings.TrimSpace(s)
	if open := strings.LastIndexByte(s, '<'); open > 0 && strings.HasSuffix(s, ">") && strings.Contains(s[open:], "@") {
		return strings.Trim(text.PlainTitle(s[:open]), `" `)
	}
	s = strings.TrimPrefix(text.PlainTitle(s), "mailto:")
	open := strings.IndexByte(s, '(')
	if open < 0 || !strings.HasSuffix(s, ")") || !strings.Contains(s, "@") {
		return s
	}
	outside, inside := strings.TrimSpace(s[:open]), strings.TrimSpace(s[open+1:len(s)-1])
	if strings.Contains(outside, "@") {
		return text.FirstNonBlank(inside, outside)
	}
	return text.FirstNonBlank(outside, inside)
}
