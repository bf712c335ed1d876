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
		Short: "Look the database over",
		Long: "Read the whole database and say what is wrong with it, how large it is and what it holds.\n" +
			"--repair mends what it can: indexes and counters are made anew, and what can be read of a damaged file\n" +
			"goes into a new one with the marks of the last backup, while the old file is kept beside it.\n" +
			"--vacuum makes the file as small as it can be. --purge takes out the items and marks of a feed that\n" +
			"is no longer subscribed; they can't be brought back.",
		Example: "dateline doctor\ndateline doctor --repair\ndateline doctor --vacuum\ndateline doctor --purge https://example.org/feed.xml --yes",
		Args:    cobra.NoArgs,
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
	cmd.Flags().BoolVar(&repair, "repair", false, "mend what is damaged")
	cmd.Flags().BoolVar(&vacuum, "vacuum", false, "give unused space back to the disk")
	cmd.Flags().StringVar(&purge, "purge", "", "forget the items and marks of the unsubscribed feed with this URL")
	cmd.Flags().BoolVar(&yes, "yes", false, "with --purge: really do it")
	cmd.MarkFlagsMutuallyExclusive("vacuum", "purge", "repair")
	return cmd
}

func (a *app) doctor(ctx context.Context, s *Session, vacuum bool) error {
	config, db, err := a.Paths(a.files)
	if err != nil {
		return err
	}
	h, err := rescue.Check(ctx, s.Store)
	if err != nil {
		return err
	}
	out := a.printer()
	fmt.Fprintf(out, "configuration  %s\n", text.Clean(config))
	fmt.Fprintf(out, "database       %s (schema %d)\n", text.Clean(db), h.Schema)
	fmt.Fprintf(out, "feeds          %d subscribed, %d no longer\n", h.Feeds, h.Unsubscribed)
	fmt.Fprintf(out, "items          %d, %d of them not yet in the full-text index\n", h.Items, h.Pending)
	fmt.Fprintf(out, "size           %s, %s of it unused, and a log of %s\n", size(h.Bytes), size(h.Free), size(h.Log))
	for _, p := range h.Problems {
		fmt.Fprintf(out, "%s        %s\n", out.paint(out.theme.Failed, "problem"), text.Clean(p))
	}
	if len(h.Problems) > 0 {
		return out.finish(fmt.Errorf("%s found; dateline doctor --repair mends what it can", text.Plural(len(h.Problems), "problem")))
	}
	fmt.Fprintln(out, "All is well.")
	if vacuum {
		err = a.vacuum(ctx, s, out, h)
	}
	return out.finish(err)
}

// repair tries what is quick first.
func (a *app) repair(ctx context.Context, s *Session) error {
	h, err := rescue.Check(ctx, s.Store)
	if err == nil && len(h.Problems) == 0 {
		return a.print("All is well, there is nothing to repair.\n")
	}
	if h, err = rescue.Repair(ctx, s.Store); err == nil && len(h.Problems) == 0 {
		return a.print("Repaired: the indexes were damaged and are made anew, nothing is lost.\n")
	}
	if err != nil && !errors.Is(err, cache.ErrCorrupt) {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	saved, err := rescue.Salvage(ctx, s.Store.Path(), cache.Options{Now: a.Now})
	if err != nil || saved.Old == "" {
		return err
	}
	return a.print("Repaired: " + text.Clean(saved.Sentence()) + ".\n")
}

func (a *app) vacuum(ctx context.Context, s *Session, out *printer, before rescue.CheckReport) error {
	if err := s.Store.Vacuum(ctx); err != nil {
		return err
	}
	after, err := rescue.Check(ctx, s.Store)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "vacuumed       %s before, %s now\n", size(before.Bytes), size(after.Bytes))
	return nil
}

func (a *app) purge(ctx context.Context, s *Session, url string, yes bool) error {
	feeds, err := s.Store.Feeds(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(feeds, func(f feed.Feed) bool { return f.URL == url }) {
		return fmt.Errorf("%s is subscribed; dateline remove it first", text.Clean(url))
	}
	if !yes {
		return errors.New("the items and marks can't be brought back; say --yes as well if they shall go")
	}
	n, err := s.Store.Purge(ctx, url)
	if err != nil {
		return err
	}
	return a.print(fmt.Sprintf("%s forgotten.\n", text.Plural(n, "item")))
}

// size writes a number of bytes for people.
func size(n int64) string {
	f := float64(n)
	for _, unit := range []string{"B", "KiB", "MiB"} {
		if f < 1024 {
			if unit == "B" {
				return fmt.Sprintf("%.0f B", f)
			}
			return fmt.Sprintf("%.1f %s", f, unit)
		}
		f /= 1024
	}
	return fmt.Sprintf("%.1f GiB", f)
}
