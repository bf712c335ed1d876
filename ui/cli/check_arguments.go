package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// requireArgs returns a check that a command has n arguments. what describes them for
// the error.
func requireArgs(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return fmt.Errorf("%s needs %s; see `%s --help`", cmd.Name(), what, cmd.CommandPath())
		}
		return nil
	}
}

// rejectArgs returns an error if there are arguments.
func rejectArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no arguments; see `%s --help`", cmd.Name(), cmd.CommandPath())
	}
	return nil
}

// allowOneFile returns an error if there is more than one argument.
func allowOneFile(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("%s takes at most one file; see `%s --help`", cmd.Name(), cmd.CommandPath())
	}
	return nil
}

// rejectEmptyFiles returns an error if --config or --db is given, but empty. With the
// default file a command would work on other data than the user meant.
func rejectEmptyFiles(cmd *cobra.Command, _ []string) error {
	for _, name := range []string{"config", "db"} {
		if f := cmd.Flag(name); f != nil && f.Changed && f.Value.String() == "" {
			return fmt.Errorf("--%s needs a file, but is empty (is a shell variable not set?); name a file, or leave out --%s to use the default file", name, name)
		}
	}
	return nil
}

// explainFlagError adds to an error about a flag where the flags are explained. It removes
// the text of package strconv from the error.
func explainFlagError(cmd *cobra.Command, err error) error {
	if message, _, found := strings.Cut(err.Error(), ": strconv."); found {
		err = errors.New(message)
	}
	return fmt.Errorf("%w; see `%s --help`", err, cmd.CommandPath())
}

// requireSubcommand returns what a command does that is called without one of its
// subcommands: it fails with an error that lists them. what is the word for them.
func requireSubcommand(what string, names ...string) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		return fmt.Errorf("%s needs %s: %s", cmd.Name(), what, strings.Join(names, ", "))
	}
}

// rejectUnknownCommand returns an error if there are arguments. Cobra passes the name
// of a command that does not exist as an argument. The error suggests a similar name.
func rejectUnknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("unknown command %q; did you mean %s?", args[0], strings.Join(near, " or "))
	}
	return fmt.Errorf("unknown command %q; see `%s --help`", args[0], cmd.CommandPath())
}
