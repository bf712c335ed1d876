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

// parseQuery parses the query that the arguments of a command line form. Its error
// shows the query with a mark under the mistake.
func parseQuery(args []string) (query.Query, error) {
	s := strings.Join(args, " ")
	q, err := query.Parse(s)
	var wrong *query.Error
	if errors.As(err, &wrong) {
		return q, fmt.Errorf("the query has an error: %s\n    %s\n    %s^", wrong.Msg, text.Clean(s), strings.Repeat(" ", max(wrong.Column-1, 0)))
	}
	return q, err
}

// separateTerms returns a command line in which terms of a query may begin with a
// dash, as in list -feed:lwn. Cobra would parse such a term as flags. So separateTerms
// puts the flags first, then --, then the terms. It only does so for the commands with
// a query, list and mark.
func separateTerms(root *cobra.Command, args []string) []string {
	cmd, rest, err := root.Find(args)
	if err != nil || cmd.Name() != "list" && cmd.Name() != "mark" {
		return args
	}
	var flags, terms []string
	for len(rest) > 0 {
		arg := rest[0]
		rest = rest[1:]
		switch {
		case arg == "--":
			terms, rest = append(terms, rest...), nil
		case arg == "-h":
			flags = append(flags, arg)
		case strings.HasPrefix(arg, "--"):
			flags = append(flags, arg)
			if takesValue(cmd, arg) {
				if len(rest) == 0 {
					// Without the --, which cobra would take as the value.
					return append([]string{cmd.Name()}, flags...)
				}
				flags, rest = append(flags, rest[0]), rest[1:]
			}
		default:
			terms = append(terms, arg)
		}
	}
	out := append([]string{cmd.Name()}, flags...)
	return append(append(out, "--"), terms...)
}

// takesValue reports whether the value of a flag is the next argument.
func takesValue(cmd *cobra.Command, arg string) bool {
	name := strings.TrimPrefix(arg, "--")
	f := cmp.Or(cmd.Flags().Lookup(name), cmd.InheritedFlags().Lookup(name))
	return f != nil && f.NoOptDefVal == ""
}
