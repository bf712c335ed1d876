package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dateline/feed/text"
)

// needs is a check of the arguments that says what is missing in words.
func needs(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return fmt.Errorf("%s needs %s; %s --help tells more", cmd.Name(), what, cmd.CommandPath())
		}
		return nil
	}
}

// oneOf is for a command that does nothing without one of its subcommands.
func oneOf(names ...string) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		return fmt.Errorf("%s needs to know what: %s", cmd.Name(), strings.Join(names, ", "))
	}
}

// noCommand tells of a word that is no command, and which may have been meant.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("there is no command %q; did you mean %s?", args[0], strings.Join(near, " or "))
	}
	return fmt.Errorf("there is no command %q; dateline --help lists them", args[0])
}

// completeFeed offers the subscriptions to the shell.
func (a *app) completeFeed(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var offers []cobra.Completion
	err := a.withSession(func(ctx context.Context, s *Session, _ []string) error {
		feeds, err := s.Store.Feeds(ctx)
		for _, f := range feeds {
			offers = append(offers, cobra.CompletionWithDesc(f.URL, text.Clean(f.Title)))
		}
		return err
	})(cmd, nil)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return offers, cobra.ShellCompDirectiveNoFileComp
}
