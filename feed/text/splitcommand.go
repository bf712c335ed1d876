package text

import "strings"

// SplitCommand splits a command line at blanks into a program and its
// arguments. ' or " keep blanks together, and one left open reaches to the end.
// Nothing else is special: no shell is ever asked.
func SplitCommand(s string) []string {
	var args []string
	var word strings.Builder
	var quote rune
	started := false
	for _, r := range s {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, started = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if started {
				args = append(args, word.String())
			}
			word.Reset()
			started = false
		default:
			word.WriteRune(r)
			started = true
		}
	}
	if started {
		args = append(args, word.String())
	}
	return args
}
