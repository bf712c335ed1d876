package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dateline/feed/query"
	"dateline/feed/text"
)

// parseQuery reads the query that the words of a command line make up. Its
// error shows the place.
func parseQuery(words []string) (query.Query, error) {
	s := strings.Join(words, " ")
	q, err := query.Parse(s)
	var wrong *query.Error
	if errors.As(err, &wrong) {
		return q, fmt.Errorf("the query can't be read: %s\n    %s\n    %s^", wrong.Msg, text.Clean(s), strings.Repeat(" ", max(wrong.Column-1, 0)))
	}
	return q, err
}

// keepTerms lets the terms of a query begin with a dash, as in list -feed:lwn,
// where the library would read flags: it puts the real flags first and -- before
// the words. Other commands' arguments stay as they are.
func keepTerms(root *cobra.Command, args []string) []string {
	cmd, rest, err := root.Find(args)
	if err != nil || cmd.Name() != "list" && cmd.Name() != "mark" {
		return args
	}
	var flags, words []string
	for len(rest) > 0 {
		arg := rest[0]
		rest = rest[1:]
		switch {
		case arg == "--":
			words, rest = append(words, rest...), nil
		case arg == "-h":
			flags = append(flags, arg)
		case strings.HasPrefix(arg, "--"):
			flags = append(flags, arg)
			if len(rest) > 0 && wantsValue(cmd, arg) {
				flags, rest = append(flags, rest[0]), rest[1:]
			}
		default:
			words = append(words, arg)
		}
	}
	out := append([]string{cmd.Name()}, flags...)
	return append(append(out, "--"), words...)
}

// wantsValue says whether a flag's value is the next argument.
func wantsValue(cmd *cobra.Command, arg string) bool {
	name := strings.TrimPrefix(arg, "--")
	f := cmp.Or(cmd.Flags().Lookup(name), cmd.InheritedFlags().Lookup(name))
	return f != nil && f.NoOptDefVal == ""
}
