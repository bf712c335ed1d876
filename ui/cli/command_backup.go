package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"dateline/cache/rescue"
	"dateline/feed/text"
)

func (a *app) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup [FILE|-]",
		Short: "Write down the subscriptions and all marks",
		Long: "Write the subscriptions and everything you did with items (read, starred, hidden, labels, snoozes,\n" +
			"places in articles) into a small ZIP file that dateline restore reads. Without FILE it is today's\n" +
			"backup, in the directory backups beside the database, where the reader and refresh make one a day\n" +
			"by themselves; those of the last 7 days are kept, and one of each of the 12 months before.",
		Example: "dateline backup\ndateline backup marks.zip",
		Args:    cobra.MaximumNArgs(1),
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

func (a *app) backupTo(ctx context.Context, s *Session, name string) error {
	write := func(w io.Writer) error {
		_, err := rescue.Backup(ctx, s.Store, w)
		return err
	}
	if name == "-" {
		return write(output{a.out})
	}
	return rescue.WriteFile(name, write)
}

func (a *app) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Take in the subscriptions and marks of a backup",
		Long: "Subscribe to the feeds of a backup that are not subscribed, and take in its marks. Where the database\n" +
			"knows something later about an item, that holds. Marks of items that are not here wait for them.\n" +
			"Without FILE the backups that there are are listed.",
		Example: "dateline restore\ndateline restore ~/.local/share/dateline/backups/dateline-2026-11-24.zip",
		Args:    cobra.MaximumNArgs(1),
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			if len(args) == 0 {
				return a.listBackups(s)
			}
			return a.restore(ctx, s, args[0])
		}),
	}
}

func (a *app) listBackups(s *Session) error {
	backups := rescue.Backups(s.Store.Path())
	if len(backups) == 0 {
		return errors.New("there is no backup yet; dateline backup makes one")
	}
	return a.print(text.CleanText(strings.Join(backups, "\n")) + "\n")
}

func (a *app) restore(ctx context.Context, s *Session, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	r, err := rescue.Restore(ctx, s.Store, f, info.Size())
	if err != nil {
		return err
	}
	if err := a.print(fmt.Sprintf("Took in %s; %d of them wait for their items.\n", text.Plural(r.Marks, "mark"), r.Waiting)); err != nil {
		return err
	}
	if len(r.Subscriptions) == 0 {
		return nil
	}
	return a.importAll(ctx, s, r.Subscriptions)
}
