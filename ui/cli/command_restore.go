package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"dateline/cache/rescue"
	"dateline/feed/opml"
	"dateline/feed/text"
)

func (a *app) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore [FILE]",
		Short: "Restore the subscriptions and marks of a backup",
		Long: "Subscribe to the feeds of a backup, and restore its marks. Newer marks in the database stay. If an\n" +
			"item is not in the database, its marks apply when it arrives. Without FILE, list the backups.",
		Example: "dateline restore\ndateline restore ~/.local/share/dateline/backups/dateline-2026-11-24.zip",
		Args:    allowOneFile,
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			if len(args) == 0 {
				return a.listBackups(s)
			}
			return a.restore(ctx, s, args[0])
		}),
	}
}

func (a *app) listBackups(s *Session) error {
	backups := rescue.ListBackups(s.Store.Path())
	if len(backups) == 0 {
		return errors.New("there is no backup yet; run `dateline backup`")
	}
	return a.print(text.CleanText(strings.Join(backups, "\n")) + "\n")
}

func (a *app) restore(ctx context.Context, s *Session, name string) error {
	f, err := orInterrupted(ctx, func() (*os.File, error) { return os.Open(name) })
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no file %q; `dateline restore` without a file lists the backups", name)
	}
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
	if err := a.print(restoredText(r) + "\n"); err != nil {
		return err
	}
	if len(r.Subscriptions) == 0 {
		return nil
	}
	return a.importAll(ctx, s, opml.List{Feeds: r.Subscriptions})
}

// restoredText says how many marks changed, and how many wait for their items.
func restoredText(r rescue.Restored) string {
	restored := "Restored " + text.Plural(r.Changed, "mark")
	switch {
	case r.Pending == 1:
		return restored + "; 1 more applies when its item arrives."
	case r.Pending > 1:
		return fmt.Sprintf("%s; %s more apply when their items arrive.", restored, text.Number(r.Pending))
	case r.Changed == 0 && r.Marks > 0:
		return fmt.Sprintf("Restored no marks: the database has all %s of the backup, or newer ones.", text.Number(r.Marks))
	}
	return restored + "."
}
