package parse

import (
	"slices"
	"strings"

	"dateline/feed/text"
)

// maxAuthor is the largest text that names the authors of an item, in bytes.
const maxAuthor = 1024

// joinNames returns the names of the authors separated by commas, each name
// once.
func joinNames(authors []string) string { return strings.Join(uniqueNames(authors), ", ") }

// uniqueNames returns the names of the authors, each name once. It stops when they
// are longer than maxAuthor, because there may be very many.
func uniqueNames(authors []string) []string {
	var out []string
	known := make(map[string]bool)
	size := 0
	for _, author := range authors {
		name := personName(author)
		if name == "" || known[name] {
			continue
		}
		known[name] = true
		out = append(out, name)
		if size += len(name); size > maxAuthor {
			break
		}
	}
	return out
}

// namesAnybody reports whether one of the authors has a name.
func namesAnybody(authors []string) bool {
	return slices.ContainsFunc(authors, func(author string) bool { return personName(author) != "" })
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
