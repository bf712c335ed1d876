package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"dateline/cache"
	"dateline/cache/rescue"
	"dateline/feed"
	"dateline/feed/text"
)

func (a *app) doctorCommand() *cobra.Command {
	var vacuum, repair, yes bool
	var purge string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the database, repair it, or make it smaller",
		Long: "Read the whole database, and look at the sync folder. Print their problems, and what is in the database.\n" +
			"--repair rebuilds damaged indexes and corrects counters. If the file itself is damaged, --repair copies\n" +
			"everything that can be read to a new file and restores the marks of the last backup. The old file stays.\n" +
			"--vacuum makes the file as small as possible. --purge deletes the items and marks of a feed that you\n" +
			"are not subscribed to. They cannot be restored.",
		Example: "dateline doctor\ndateline doctor --repair\ndateline doctor --vacuum\ndateline doctor --purge https://example.org/feed.xml --yes",
		Args:    rejectArgs,
		RunE: a.withSession(func(ctx context.Context, s *Session, _ []string) error {
			if purge != "" {
				return a.purge(ctx, s, purge, yes)
			}
			if repair {
				return a.repair(ctx, s)
			}
			return a.doctor(ctx, s, vacuum)
		}),
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "repair a damaged database")
	cmd.Flags().BoolVar(&vacuum, "vacuum", false, "make the database file smaller")
	cmd.Flags().StringVar(&purge, "purge", "", "delete the items and marks of the feed with this URL")
	cmd.Flags().BoolVar(&yes, "yes", false, "confirm --purge")
	cmd.MarkFlagsMutuallyExclusive("vacuum", "purge", "repair")
	return cmd
}

// doctor checks the database. It returns an error if there are problems.
func (a *app) doctor(ctx context.Context, s *Session, vacuum bool) error {
	config, db, err := a.Paths(a.files)
	if err != nil {
		return err
	}
	r, err := rescue.Check(ctx, s.Store)
	if err != nil {
		return err
	}
	out := a.printer()
	fmt.Fprintf(out, "configuration  %s\n", text.Clean(config))
	fmt.Fprintf(out, "database       %s (schema %d)\n", text.Clean(db), r.Schema)
	fmt.Fprintf(out, "feeds          %s subscribed, %s others\n", text.Number(r.Feeds), text.Number(r.Unsubscribed))
	fmt.Fprintf(out, "items          %s, %s of them not in the search index yet\n", text.Number(r.Items), text.Number(r.Pending))
	fmt.Fprintf(out, "size           %s (%s unused), write-ahead log %s\n", text.Size(r.Bytes), text.Size(r.Free), text.Size(r.WAL))
	for _, p := range r.Problems {
		fmt.Fprintf(out, "%s        %s\n", out.paint(out.theme.Failed, "problem"), text.Clean(p))
	}
	folder, err := s.SyncFolder(ctx, true)
	if err != nil {
		return err
	}
	warnings := folder.Problems
	if folder.Dir != "" {
		fmt.Fprintf(out, "sync folder    %s (%s)\n", text.Clean(folder.Dir), folderTimes(folder, a.Now()))
	}
	if s.Exposed != "" {
		warnings = append(warnings, s.Exposed)
	}
	for _, w := range warnings {
		fmt.Fprintf(out, "%s        %s\n", out.paint(out.theme.Failed, "warning"), text.Clean(w))
	}
	if len(r.Problems) > 0 {
		return out.finish(fmt.Errorf("found %s; run `dateline doctor --repair`", text.Plural(len(r.Problems), "problem")))
	}
	if len(folder.Problems) > 0 {
		fmt.Fprintln(out, "No problems found in the database.")
	} else {
		fmt.Fprintln(out, "No problems found.")
	}
	if vacuum {
		err = a.vacuum(ctx, s, out, r)
	}
	return out.finish(err)
}

// repair repairs the indexes and counters. If that is not enough, it copies what can be
// read to a new database.
func (a *app) repair(ctx context.Context, s *Session) error {
	r, err := rescue.Check(ctx, s.Store)
	if err == nil && len(r.Problems) == 0 {
		if s.Repaired != "" {
			return a.print("Repaired: " + text.Clean(s.Repaired) + ".\n")
		}
		return a.print("No problems found; there is nothing to repair.\n")
	}
	if r, err = rescue.Repair(ctx, s.Store); err == nil && len(r.Problems) == 0 {
		return a.print("Repaired: rebuilt damaged indexes; no data was lost.\n")
	}
	if err != nil && !errors.Is(err, cache.ErrCorrupt) {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	salvaged, err := rescue.Salvage(ctx, s.Store.Path(), cache.Options{Now: a.Now})
	if err != nil {
		return err
	}
	if salvaged.Old == "" {
		return a.print("Repaired by another dateline process.\n")
	}
	return a.print("Repaired: " + text.Clean(salvaged.UserMessage()) + ".\n")
}

func (a *app) vacuum(ctx context.Context, s *Session, out *printer, before rescue.CheckReport) error {
	if err := s.Store.Vacuum(ctx); err != nil {
		return err
	}
	after, err := rescue.Check(ctx, s.Store)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "vacuumed       %s before, %s now\n", text.Size(before.Bytes), text.Size(after.Bytes))
	return nil
}

// purge deletes the items and marks of a feed. It refuses if the feed is subscribed, or
// if the user has not confirmed it with --yes.
func (a *app) purge(ctx context.Context, s *Session, url string, yes bool) error {
	feeds, err := s.Store.Feeds(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(feeds, func(f feed.Feed) bool { return f.URL == url }) {
		return fmt.Errorf("you are subscribed to %s; run `dateline remove %[1]s` first", text.Clean(url))
	}
	if !yes {
		return errors.New("this deletes the feed's items and marks for good; add --yes to confirm")
	}
	n, err := s.Store.Purge(ctx, url)
	if err != nil {
		return err
	}
	return a.print(fmt.Sprintf("Deleted %s.\n", text.Plural(n, "item")))
}
