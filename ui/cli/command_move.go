package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// moveOptions are the flags of "dateline move".
type moveOptions struct {
	name string
	tags []string
	// named and tagged are set if the flag was given, even with an empty value.
	named, tagged bool
}

func (a *app) moveCommand() *cobra.Command {
	var o moveOptions
	cmd := &cobra.Command{
		Use:   "move FEED [URL]",
		Short: "Change the URL of a feed, or its name and tags",
		Long: "Change the URL of a feed in the configuration to URL. Without URL the new one is the URL\n" +
			"that the server permanently redirects to. The feed's items, marks and settings stay. --name and --tag\n" +
			"change its name and tags instead. For a feed of an account the server makes the change at once.",
		Example: "dateline move \"nato news\"\ndateline move https://example.org/old.xml https://example.org/new.xml\ndateline move \"nato news\" --tag World --name NATO",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 || len(args) == 2 {
				return nil
			}
			return requireArgs(1, "a feed, and its new URL if the server does not redirect to it")(cmd, args)
		},
		ValidArgsFunction: a.completeFeed,
	}
	run := a.withSession(func(ctx context.Context, s *Session, args []string) error {
		if !o.named && !o.tagged {
			return a.move(ctx, s, args[0], append(args[1:], "")[0])
		}
		if len(args) > 1 {
			return errors.New("move changes either the URL, or the name and the folder; run it once for each")
		}
		return a.arrange(ctx, s, args[0], o)
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.named, o.tagged = cmd.Flags().Changed("name"), cmd.Flags().Changed("tag")
		return run(cmd, args)
	}
	cmd.Flags().StringArrayVar(&o.tags, "tag", nil, "give the feed this tag (repeat for more), or put that of an account into this folder; empty for none")
	cmd.Flags().StringVar(&o.name, "name", "", "give the feed this name; empty for its own title")
	return cmd
}

// arrange gives a feed another name and other tags.
func (a *app) arrange(ctx context.Context, s *Session, name string, o moveOptions) error {
	feeds, err := s.Store.Feeds(ctx)
	if err != nil {
		return err
	}
	f, err := findFeed(feeds, name)
	if err != nil {
		return err
	}
	title := text.Clean(f.DisplayTitle())
	if o.tagged {
		tags := slices.DeleteFunc(slices.Clone(o.tags), func(tag string) bool { return text.Clean(tag) == "" })
		if err := s.Source.SetTags(ctx, f.URL, tags); err != nil {
			return err
		}
		where := "out of all folders"
		if len(tags) > 0 {
			where = "into the folder " + text.Clean(strings.Join(tags, ", "))
		}
		if err := a.print(fmt.Sprintf("Moved %s %s\n", title, where)); err != nil {
			return err
		}
	}
	if !o.named {
		return nil
	}
	if err := s.Source.Rename(ctx, f.URL, text.PlainTitle(o.name)); err != nil {
		return err
	}
	return a.print(fmt.Sprintf("Renamed %s to %s\n", title, cmp.Or(text.Clean(o.name), "the title of its publisher")))
}

// move changes the address of the feed name to to. If to is empty, the address that the
// server redirects to is used.
func (a *app) move(ctx context.Context, s *Session, name, to string) error {
	feeds, err := s.Store.Feeds(ctx)
	if err != nil {
		return err
	}
	f, err := findFeed(feeds, name)
	if err != nil {
		return err
	}
	if to = cmp.Or(to, schedule.NewAddress(f.Poll)); to == "" {
		return noNewAddress(f)
	}
	if err := s.Source.Move(ctx, f.URL, to); err != nil {
		return err
	}
	return a.print(fmt.Sprintf("Moved %s to %s\n", text.Clean(f.DisplayTitle()), text.Clean(withoutLogin(to))))
}

// noNewAddress returns the error for a feed that cannot be moved without an address.
func noNewAddress(f feed.Feed) error {
	if f.Poll.MovedTo != "" {
		return fmt.Errorf("the server redirects to %s, but only since recently; to move anyway, run `dateline move FEED %[1]s`", text.Clean(f.Poll.MovedTo))
	}
	return errors.New("the server reports no new address; run `dateline move FEED URL`")
}
