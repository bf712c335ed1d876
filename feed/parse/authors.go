package parse

import (
	"slices"
	"strings"

	"dateline/feed/text"
)

// joinNames returns the names of the authors separated by commas, each name
// once.
func joinNames(authors []string) string {
	var out []string
	for _, author := range authors {
		if name := personName(author); name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// personName returns the name in "a@b.c (Name)", "Name (a@b.c)" and "Name
// <a@b.c>". If there is no name, it returns the address.
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
