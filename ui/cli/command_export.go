package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"dateline/feed"
	"dateline/feed/opml"
)

func (a *app) exportCommand() *cobra.Command {
	export := &cobra.Command{
		Use:   "export",
		Short: "Export the subscriptions for other programs",
		RunE:  requireSubcommand("a format", "opml"),
	}
	export.AddCommand(&cobra.Command{
		Use:     "opml",
		Short:   "Print the subscriptions as OPML 2.0",
		Example: "dateline export opml > subscriptions.opml",
		Args:    rejectArgs,
		RunE: a.withSession(func(ctx context.Context, s *Session, _ []string) error {
			feeds, err := s.Store.Feeds(ctx)
			if err != nil {
				return err
			}
			return a.export(feeds)
		}),
	})
	return export
}

func (a *app) export(feeds []feed.Feed) error {
	out := a.printer()
	return out.finish(opml.Write(io.Writer(out), "dateline subscriptions", feeds, a.Now()))
}
