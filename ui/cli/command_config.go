package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"dateline/feed/text"
)

func (a *app) configCommand() *cobra.Command {
	config := &cobra.Command{
		Use:   "config",
		Short: "Find or check the configuration, or print an example",
		RunE:  requireSubcommand("a command", "path", "check", "example"),
	}
	config.AddCommand(
		&cobra.Command{
			Use:   "path",
			Short: "Print the path of the configuration, whether the file exists or not",
			Args:  rejectArgs,
			RunE: func(*cobra.Command, []string) error {
				path, _, err := a.Paths(a.files)
				if err != nil {
					return err
				}
				return a.print(text.CleanText(path) + "\n")
			},
		},
		&cobra.Command{
			Use:   "check",
			Short: "Check the configuration for errors",
			Args:  rejectArgs,
			RunE:  func(*cobra.Command, []string) error { return a.checkConfig() },
		},
		&cobra.Command{
			Use:     "example",
			Short:   "Print a configuration with every option",
			Example: "dateline config example > \"$(dateline config path)\"",
			Args:    rejectArgs,
			RunE:    func(*cobra.Command, []string) error { return a.print(string(a.ExampleConfig)) },
		},
	)
	return config
}

func (a *app) checkConfig() error {
	path, _, err := a.Paths(a.files)
	if err != nil {
		return err
	}
	c, err := a.CheckConfig(a.files)
	if err != nil {
		return err
	}
	content := fmt.Sprintf("feeds: %s, saved queries: %s", text.Number(c.Feeds), text.Number(c.Queries))
	if !c.Exists {
		return a.print(fmt.Sprintf("There is no %s; the built-in example applies (%s).\n", text.Clean(path), content))
	}
	warning := ""
	if c.Exposed != "" {
		warning = "Warning: " + c.Exposed + ".\n"
	}
	return a.print(fmt.Sprintf("%s has no errors (%s).\n%s", text.Clean(path), content, warning))
}
