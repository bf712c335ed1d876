package cli

import (
	"fmt"

	"github.com/spf13/cobra"
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
