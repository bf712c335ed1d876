package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"dateline/cache/rescue"
	"dateline/feed/text"
)

func (a *app) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup [FILE|-]",
		Short: "Save the subscriptions and all marks to a file",
		Long: "Save the subscriptions and everything you did with items (read, starred, hidden, labels, snoozes,\n" +
			"reading progress) to a small ZIP file that `dateline restore` reads. Without FILE, write today's backup\n" +
			"in the directory backups beside the database. An open dateline and `dateline refresh` write one every\n" +
			"day. dateline keeps the backups of the last 7 days, and one for each of the 12 months before.",
		Example: "dateline backup\ndateline backup marks.zip",
		Args:    allowOneFile,
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			if len(args) == 1 {
				return a.backupTo(ctx, s, args[0])
			}
			path, err := rescue.BackUpNow(ctx, s.Store)
			if err != nil {
				return err
			}
			if path == "" {
				return a.print("There is nothing to back up yet.\n")
			}
			return a.print(text.CleanText(path) + "\n")
		}),
	}
}

// backupTo writes a backup to a file, or to stdout if name is "-".
func (a *app) backupTo(ctx context.Context, s *Session, name string) error {
	write := func(w io.Writer) error {
		_, err := rescue.WriteBackup(ctx, s.Store, w)
		return err
	}
	if name == "-" {
		return write(stdout{a.out})
	}
	config, _, err := a.Paths(a.files)
	if err != nil {
		return err
	}
	return rescue.BackUpTo(ctx, s.Store, name, write, config)
}
