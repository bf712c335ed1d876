package main

import "strings"

// environment puts variables into option values.
type environment struct {
	lookup func(string) (string, bool)
	// unset is the first variable that was asked for and is not set.
	unset string
}

// expand replaces each ${NAME} by what the variable NAME says, and $${ by a
// plain ${. A lone $ is nothing special: passwords have them.
func (e *environment) expand(s string) string {
	if !strings.Contains(s, "${") {
		return s
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "${")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, rest, closed := strings.Cut(after, "}")
		switch {
		case strings.HasSuffix(before, "$"):
			b.WriteString("{")
			s = after
			continue
		case !closed || !isVariable(name):
			b.WriteString("${")
			s = after
			continue
		}
		value, ok := e.lookup(name)
		if !ok && e.unset == "" {
			e.unset = name
		}
		b.WriteString(value)
		s = rest
	}
}

// isVariable says whether name is one that a shell could set.
func isVariable(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}
