package config

import (
	"slices"
	"strings"

	"dateline/feed/text"
)

// Command is a program and its arguments. In the file it is a list, or one
// string. A string is split at spaces; ' and " keep spaces together. No shell runs it.
type Command []string

// UnmarshalText reads the form of one string for the TOML decoder.
func (c *Command) UnmarshalText(s []byte) error {
	*c = text.SplitCommand(string(s))
	return nil
}

// Fill returns the arguments with each placeholder replaced by its value. If the
// command has none of the placeholders, the values are added at its end. Values
// are not searched for placeholders.
func (c Command) Fill(placeholders, values []string) []string {
	var pairs []string
	for i, placeholder := range placeholders {
		pairs = append(pairs, placeholder, values[i])
	}
	replace := strings.NewReplacer(pairs...)
	args := make([]string, 0, len(c)+len(values))
	found := false
	for _, a := range c {
		found = found || slices.ContainsFunc(placeholders, func(p string) bool { return strings.Contains(a, p) })
		args = append(args, replace.Replace(a))
	}
	if !found {
		args = append(args, values...)
	}
	return args
}

// List is a list of strings. In the file it is a list, or one string.
type List []string

// UnmarshalText reads the form of one string for the TOML decoder.
func (l *List) UnmarshalText(text []byte) error {
	*l = List{string(text)}
	return nil
}
