package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// feedsOptions say which feeds to print, and how much of each.
type feedsOptions struct {
	names                   []string
	asJSON, verbose, ailing bool
}

// shownPolls is how many of the last answers people get to see.
const shownPolls = 8

func (a *app) feedsCommand() *cobra.Command {
	var o feedsOptions
	cmd := &cobra.Command{
		Use:   "feeds [FEED…]",
		Short: "Print the subscriptions and how they fare",
		Long: "Print each subscription, or those named by their URL or a part of their title, with its unread and\n" +
			"all items, when it was last checked and is checked next, and what ails it, if anything does.\n" +
			"With --verbose: why it is asked when it is, what it asks for, how often it posts, and its last answers.",
		Example:           "dateline feeds --ailing\ndateline feeds --verbose \"nato news\"",
		ValidArgsFunction: a.completeFeed,
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			o.names = args
			return a.feeds(ctx, s, o)
		}),
	}
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print one JSON object per feed")
	cmd.Flags().BoolVar(&o.verbose, "verbose", false, "explain why each feed is asked when it is")
	cmd.Flags().BoolVar(&o.ailing, "ailing", false, "print only feeds that fail, have moved, are gone or silent")
	return cmd
}

func (a *app) feeds(ctx context.Context, s *Session, o feedsOptions) error {
	feeds, err := chooseFeeds(ctx, s, o.names)
	if err != nil {
		return err
	}
	out := a.printer()
	now := a.Now()
	for _, f := range feeds {
		if o.ailing && !ails(f, now) {
			continue
		}
		var polls []feed.Poll
		if o.verbose {
			if polls, err = s.Store.Polls(ctx, f.URL, 1<<10); err != nil {
				return out.finish(err)
			}
		}
		if !o.asJSON {
			printFeed(out, f, now)
			if o.verbose {
				explainFeed(out, f, polls, now)
			}
			continue
		}
		j := jsonOfFeed(f, now)
		if o.verbose {
			wishes := list(schedule.HintTexts(f.Poll.Hints, now))
			j.AsksFor, j.Polls = &wishes, jsonOfPolls(polls)
		}
		if err := jsonLines(out).Encode(j); err != nil {
			return out.finish(err)
		}
	}
	return out.finish(nil)
}

// chooseFeeds are the subscriptions that are named, each once, or all of them.
func chooseFeeds(ctx context.Context, s *Session, names []string) ([]feed.Feed, error) {
	all, err := s.Store.Feeds(ctx)
	if err != nil || len(names) == 0 {
		return all, err
	}
	var chosen []feed.Feed
	seen := map[string]bool{}
	for _, name := range names {
		f, err := findFeed(all, name)
		if err != nil {
			return nil, err
		}
		if !seen[f.URL] {
			chosen = append(chosen, f)
		}
		seen[f.URL] = true
	}
	return chosen, nil
}

// ails says that the reader should see to a feed; one that is paused is as it
// should be.
func ails(f feed.Feed, now time.Time) bool {
	kind, _ := schedule.ProblemOf(f, now)
	return kind != "" && kind != schedule.Paused
}

// indent is where the lines below a feed's first one begin.
const indent = "             "

func printFeed(out *printer, f feed.Feed, now time.Time) {
	fmt.Fprintf(out, "%5d/%-6d %s %s\n", f.Unread, f.Total, fit(out.paint(out.theme.Strong, text.Clean(f.DisplayTitle())), 32), checked(f, now))
	fmt.Fprintf(out, "%s%s%s\n", indent, out.paint(out.theme.Dim, text.Clean(f.URL)), tagList(f.Tags))
	kind, sentence := schedule.ProblemOf(f, now)
	switch {
	case kind != "" && kind != schedule.Paused:
		fmt.Fprintf(out, "%s%s\n", indent, out.paint(out.theme.Failed, text.Clean(sentence)))
	case f.Poll.Error != "" && kind == "":
		fmt.Fprintf(out, "%s%s\n", indent, out.paint(out.theme.Failed, text.Clean(f.Poll.Error)))
	}
}

// explainFeed tells why a feed is asked when it is.
func explainFeed(out *printer, f feed.Feed, polls []feed.Poll, now time.Time) {
	p := f.Poll
	row := func(name, s string) {
		if s != "" {
			fmt.Fprintf(out, "%s%-10s %s\n", indent, name, text.Clean(s))
		}
	}
	row("asked", schedule.NextText(f, now))
	posts := schedule.RateText(p.PostInterval)
	if posts == "" {
		posts = "how often is not known"
	}
	if !p.Newest.IsZero() {
		posts += ", the newest " + feed.Ago(p.Newest, now)
	}
	row("posts", posts)
	for _, wish := range schedule.HintTexts(p.Hints, now) {
		row("asks for", wish)
	}
	if p.MovedTo != "" {
		row("leads to", fmt.Sprintf("%s, for good, in %s since %s ago", p.MovedTo, text.Plural(p.MovedTimes, "answer"), feed.Age(p.MovedSince, now)))
	}
	for _, poll := range polls[:min(len(polls), shownPolls)] {
		row("answered", answer(poll))
	}
}

// answer is a line of the poll log.
func answer(p feed.Poll) string {
	text := p.At.Local().Format("2006-01-02 15:04") + "  " + fit(string(p.Outcome), 9) + "  " + brought(p)
	if p.Error != "" {
		text += "  " + p.Error
	}
	return text
}

// brought tells the HTTP status of an answer, its size and its items.
func brought(p feed.Poll) string {
	text := text.Size(p.Bytes)
	if p.Status != 0 {
		text = fmt.Sprintf("%d, %s", p.Status, text)
	}
	for _, c := range []struct {
		n    int
		name string
	}{{p.New, "new"}, {p.Updated, "edited"}, {p.Reissued, "reissued"}} {
		if c.n > 0 {
			text += fmt.Sprintf(", %d %s", c.n, c.name)
		}
	}
	return text
}

// checked tells a feed's last and next check.
func checked(f feed.Feed, now time.Time) string {
	p := f.Poll
	text := "checked " + feed.Ago(p.LastChecked, now)
	if p.LastChecked.IsZero() {
		text = "never checked"
	}
	switch {
	case p.Gone:
		return text + ", gone for good: asked only by name"
	case f.Paused:
		return text + ", paused"
	case p.LastChecked.IsZero():
		return text
	}
	if next := feed.Until(p.NextCheck, now); next != "now" {
		return text + ", next in " + next
	}
	return text + ", next now"
}

func tagList(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return "  " + text.Clean("#"+strings.Join(tags, " #"))
}
