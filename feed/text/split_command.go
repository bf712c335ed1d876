package text

import "strings"

// SplitCommand splits a command line at white space into a program and its
// arguments. Single and double quotes keep white space together. A quote that is
// not closed extends to the end. No other character is special, because no shell
// is involved.
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
