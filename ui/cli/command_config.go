package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"dateline/feed/text"
)

func (a *app) configCommand() *cobra.Command {
	config := &cobra.Command{
		Use:   "config",
		Short: "Find, check or begin the configuration",
		RunE:  oneOf("path", "check", "example"),
	}
	config.AddCommand(
		&cobra.Command{
			Use:   "path",
			Short: "Print where the configuration is, or would be",
			Args:  cobra.NoArgs,
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
			Short: "Say what is wrong with the configuration",
			Args:  cobra.NoArgs,
			RunE:  func(*cobra.Command, []string) error { return a.check() },
		},
		&cobra.Command{
			Use:     "example",
			Short:   "Print a configuration with every option in it",
			Example: "dateline config example > \"$(dateline config path)\"",
			Args:    cobra.NoArgs,
			RunE:    func(*cobra.Command, []string) error { return a.print(string(a.Example)) },
		},
	)
	return config
}

func (a *app) check() error {
	path, _, err := a.Paths(a.files)
	if err != nil {
		return err
	}
	c, err := a.Check(a.files)
	if err != nil {
		return err
	}
	holds := fmt.Sprintf("%s and %s", text.Plural(c.Feeds, "feed"), counted(c.Queries, "saved query", "saved queries"))
	if !c.Exists {
		return a.print(fmt.Sprintf("There is no %s; the built-in example holds, with %s.\n", text.Clean(path), holds))
	}
	return a.print(fmt.Sprintf("%s is good: %s.\n", text.Clean(path), holds))
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return text.Number(n) + " " + many
}

// print writes a text as it is.
func (a *app) print(text string) error {
	out := a.printer()
	_, err := out.WriteString(text)
	return out.finish(err)
}
