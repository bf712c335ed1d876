package main

import (
	"slices"
	"strings"

	"dateline/feed/text"
)

// Command is a program and its arguments. The configuration gives it as a list
// or as one string; a string is split at blanks, and ' or " keep blanks
// together. No shell is ever asked.
type Command []string

// UnmarshalText splits the string form for the TOML decoder.
func (c *Command) UnmarshalText(s []byte) error {
	*c = text.SplitCommand(string(s))
	return nil
}

// with puts url where the command says %u, or at the end.
func (c Command) with(url string) []string { return c.fill([]string{"%u"}, []string{url}) }

// fill puts values in place of their marks. When the command has none of the
// marks, the values are added at its end. A value is never searched for marks.
func (c Command) fill(marks, values []string) []string {
	var pairs []string
	for i, mark := range marks {
		pairs = append(pairs, mark, values[i])
	}
	replace := strings.NewReplacer(pairs...)
	args := make([]string, 0, len(c)+len(values))
	placed := false
	for _, a := range c {
		placed = placed || slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(a, mark) })
		args = append(args, replace.Replace(a))
	}
	if !placed {
		args = append(args, values...)
	}
	return args
}

// List is some strings. The configuration gives it as a list, or as one string
// when there is but one.
type List []string

// UnmarshalText takes the form of one string for the TOML decoder.
func (l *List) UnmarshalText(text []byte) error {
	*l = List{string(text)}
	return nil
}
