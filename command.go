package main

import "strings"

// Command is a program and its arguments. The configuration gives it as a list
// or as one string; a string is split at blanks, and ' or " keep blanks
// together. No shell is ever asked.
type Command []string

// UnmarshalText splits the string form for the TOML decoder.
func (c *Command) UnmarshalText(text []byte) error {
	*c = splitCommand(string(text))
	return nil
}

// splitCommand gives the words of s. A quotation mark left open reaches to the
// end.
func splitCommand(s string) []string {
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

// with puts url where the command says %u, or at the end.
func (c Command) with(url string) []string {
	args := make([]string, 0, len(c)+1)
	placed := false
	for _, a := range c {
		placed = placed || strings.Contains(a, "%u")
		args = append(args, strings.ReplaceAll(a, "%u", url))
	}
	if !placed {
		args = append(args, url)
	}
	return args
}
