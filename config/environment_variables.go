package config

import "strings"

// environment replaces variables in option values.
type environment struct {
	// lookup is [os.LookupEnv], except in tests.
	lookup func(string) (string, bool)
	// unset is the first variable that is used and not set, empty if there is none.
	unset string
}

// expand replaces each ${NAME} by the value of the environment variable NAME, and
// each $${ by a plain ${. Any other $ stays: passwords contain them.
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

// isVariable reports whether a shell could set a variable of that name.
func isVariable(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}
