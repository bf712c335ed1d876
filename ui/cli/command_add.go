package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dateline/feed"
	"dateline/feed/text"
)

func (a *app) addCommand() *cobra.Command {
	var tags []string
	var name string
	var all, preview bool
	cmd := &cobra.Command{
		Use:   "add URL",
		Short: "Subscribe to a feed, or to the feed that a page announces",
		Long: "Subscribe to a feed by its URL, or by that of a page. A page that announces several feeds is\n" +
			"answered with a list of them to choose from. --preview shows what a feed would bring.",
		Example: "dateline add https://example.org/\ndateline add https://example.org/feed.xml --tag world --name Example\ndateline add --preview https://example.org/feed.xml",
		Args:    needs(1, "the URL of a feed or of a page"),
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			if preview {
				return a.preview(ctx, s, args[0])
			}
			line := a.progress()
			line.show("asking " + text.Clean(withoutLogin(args[0])))
			found, err := s.Source.Discover(ctx, args[0])
			line.clear()
			if err != nil {
				return err
			}
			if i := slices.IndexFunc(found, func(c feed.Candidate) bool { return c.Address() == withoutLogin(args[0]) }); i >= 0 && !all {
				found = found[i : i+1]
			}
			if len(found) > 1 && !all {
				return a.offer(found)
			}
			var subs []feed.Subscription
			for _, c := range found {
				subs = append(subs, feed.Subscription{URL: c.URL, Name: text.PlainTitle(name), Tags: tags})
			}
			return a.subscribe(ctx, s, subs)
		}),
	}
	cmd.Flags().StringArrayVar(&tags, "tag", nil, "give the feed this tag; can be repeated")
	cmd.Flags().StringVar(&name, "name", "", "show the feed under this name instead of its own title")
	cmd.Flags().BoolVar(&all, "all", false, "subscribe to every feed that the page offers")
	cmd.Flags().BoolVar(&preview, "preview", false, "show what the feed would bring, and subscribe to nothing")
	cmd.MarkFlagsMutuallyExclusive("name", "all", "preview")
	cmd.MarkFlagsMutuallyExclusive("tag", "preview")
	return cmd
}

// offer lists the feeds of a page for the reader to choose from.
func (a *app) offer(found []feed.Candidate) error {
	out := a.printer()
	for _, c := range found {
		fmt.Fprintf(out, "%s  %s\n", text.Clean(c.Address()), described(c))
	}
	return out.finish(fmt.Errorf("the page offers %d feeds; add the one you want by its URL, or all of them with --all", len(found)))
}

// described is the title of a feed, what it has, and its format, as far as known.
func described(c feed.Candidate) string {
	words := slices.DeleteFunc([]string{text.PlainTitle(c.Title), text.Clean(c.Note)}, func(s string) bool { return s == "" })
	s := strings.Join(words, ": ")
	if c.Type != "" {
		s += " (" + c.Type + ")"
	}
	return strings.TrimSpace(s)
}

// subscribe tells those that are new from those that are not.
func (a *app) subscribe(ctx context.Context, s *Session, subs []feed.Subscription) error {
	feeds, err := s.Store.Feeds(ctx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, f := range feeds {
		known[f.URL] = true
	}
	if err := s.Source.Subscribe(ctx, subs...); err != nil {
		return err
	}
	out := a.printer()
	fresh := 0
	for _, sub := range subs {
		address := withoutLogin(sub.URL)
		if known[address] {
			fmt.Fprintf(out, "Already subscribed to %s\n", text.Clean(address))
			continue
		}
		fresh++
		fmt.Fprintf(out, "Subscribed to %s\n", text.Clean(address))
	}
	if fresh > 0 {
		fmt.Fprintln(out, "dateline refresh fetches the news.")
	}
	return out.finish(nil)
}

func (a *app) removeCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "remove FEED",
		Short:   "Unsubscribe from a feed",
		Long:    "Unsubscribe from a feed, named by its URL or a part of its title that no other feed has. Its items\nand marks stay in the database; dateline doctor --purge takes them out.",
		Example: "dateline remove https://example.org/feed.xml\ndateline remove \"nato news\"",
		Args:    needs(1, "a feed: its URL or a part of its title"),

		ValidArgsFunction: a.completeFeed,
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			feeds, err := s.Store.Feeds(ctx)
			if err != nil {
				return err
			}
			f, err := findFeed(feeds, args[0])
			if err != nil {
				return err
			}
			if err := s.Source.Unsubscribe(ctx, f.URL); err != nil {
				return err
			}
			out := a.printer()
			fmt.Fprintf(out, "Unsubscribed from %s (%s)\n", text.Clean(f.DisplayTitle()), text.Clean(f.URL))
			return out.finish(nil)
		}),
	}
}
