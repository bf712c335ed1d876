package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"dateline/feed/text"
	"dateline/ui/style"
)

func (a *app) configCommand() *cobra.Command {
	config := &cobra.Command{
		Use:   "config",
		Short: "Find or check the configuration, print an example or the themes",
		RunE:  requireSubcommand("a command", "path", "check", "example", "themes"),
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
		&cobra.Command{
			Use:   "themes",
			Short: "Print the themes, on a terminal each in its colours",
			Long: "Print the names for the option theme. On a terminal a sample line of each follows in its\n" +
				"colours. A theme does not paint the background, so choose one for that of your terminal.",
			Args: rejectArgs,
			RunE: func(*cobra.Command, []string) error { return a.printThemes() },
		},
	)
	return config
}

// printThemes prints the names of the themes. On a terminal a sample line of each follows.
func (a *app) printThemes() error {
	out := a.printer()
	depth := style.NoColors
	if out.colors {
		depth = style.OutputDepth()
	}
	for _, name := range style.Themes() {
		if !out.colors {
			_, _ = out.WriteString(name + "\n")
			continue
		}
		theme := style.Options{Name: name}.Theme(style.Terminal{Depth: depth})
		background := "for light backgrounds"
		if theme.Dark {
			background = "for dark backgrounds"
		}
		_, _ = out.WriteString(fit(name, 20) + " " + fit(background, 22) + theme.Sample() + "\n")
	}
	return out.finish(nil)
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
	if c.Accounts > 0 {
		content += ", accounts: " + text.Number(c.Accounts)
	}
	if !c.Exists {
		return a.print(fmt.Sprintf("There is no %s; the built-in example applies (%s).\n", text.Clean(path), content))
	}
	warning := ""
	if c.Exposed != "" {
		warning = "Warning: " + c.Exposed + ".\n"
	}
	return a.print(fmt.Sprintf("%s has no errors (%s).\n%s", text.Clean(path), content, warning))
}
