package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// feedsOptions are the arguments and flags of "dateline feeds".
type feedsOptions struct {
	names                     []string
	asJSON, verbose, problems bool
}

const (
	// allChecks is a limit above the number of checks that the database keeps of a feed.
	allChecks = 1 << 10
	// shownChecks is how many checks of a feed are printed for people. --json prints
	// all.
	shownChecks = 8
)

func (a *app) feedsCommand() *cobra.Command {
	var o feedsOptions
	cmd := &cobra.Command{
		Use:   "feeds [FEED…]",
		Short: "List the subscriptions and their problems",
		Long: "List all subscriptions, or the named subscriptions. FEED is a URL or a part of a title. Each line has\n" +
			"the number of unread items and of all items, the last and the next check, and the problem of the feed\n" +
			"if it has one. With --verbose, also print the reason for the time of the next check, what the server\n" +
			"asks for, how often the feed posts, and the last checks.",
		Example:           "dateline feeds --problems\ndateline feeds --verbose \"nato news\"",
		ValidArgsFunction: a.completeFeed,
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			o.names = args
			return a.feeds(ctx, s, o)
		}),
	}
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print one JSON object per feed")
	cmd.Flags().BoolVar(&o.verbose, "verbose", false, "explain when each feed is checked and why")
	cmd.Flags().BoolVar(&o.problems, "problems", false, "list only feeds that fail, have moved, are gone or silent")
	return cmd
}

func (a *app) feeds(ctx context.Context, s *Session, o feedsOptions) error {
	feeds, err := findFeeds(ctx, s, o.names)
	if err != nil {
		return err
	}
	out := a.printer()
	now := a.Now()
	for _, f := range feeds {
		if o.problems && !hasProblem(f, now) {
			continue
		}
		var checks []feed.PollLogEntry
		if o.verbose {
			if checks, err = s.Store.PollLog(ctx, f.URL, allChecks); err != nil {
				return out.finish(err)
			}
		}
		if !o.asJSON {
			printFeed(out, f, now)
			if o.verbose {
				explainFeed(out, f, checks, now)
			}
			continue
		}
		j := jsonOfFeed(f, now)
		if o.verbose {
			hints := emptyList(schedule.HintTexts(f.Poll.Hints, now))
			j.AsksFor, j.Polls = &hints, jsonOfPolls(checks)
		}
		if err := jsonLines(out).Encode(j); err != nil {
			return out.finish(err)
		}
	}
	return out.finish(nil)
}

// hasProblem reports whether the user should look at a feed. A paused feed has no
// problem, because the user has paused it.
func hasProblem(f feed.Feed, now time.Time) bool {
	problem, _ := schedule.ProblemOf(f, now)
	return problem != "" && problem != schedule.Paused
}

// indent is the margin of all lines of a feed except the first.
const indent = "             "

func printFeed(out *printer, f feed.Feed, now time.Time) {
	fmt.Fprintf(out, "%5d/%-6d %s %s\n", f.Unread, f.Total, fit(out.paint(out.theme.Strong, text.Clean(f.DisplayTitle())), 32), checkTimes(f, now))
	at := ""
	if f.Account != "" {
		at = "  account:" + text.Clean(f.Account)
	}
	fmt.Fprintf(out, "%s%s%s%s\n", indent, out.paint(out.theme.Dim, text.Clean(f.URL)), tagList(f.Tags), at)
	problem, message := schedule.ProblemOf(f, now)
	switch {
	case problem != "" && problem != schedule.Paused:
		fmt.Fprintf(out, "%s%s\n", indent, out.paint(out.theme.Failed, text.Clean(message)))
	case f.Poll.Error != "" && problem == "":
		fmt.Fprintf(out, "%s%s\n", indent, out.paint(out.theme.Failed, text.Clean(f.Poll.Error)))
	}
	if message := schedule.ShortenedMessage(f.Poll.Shortened); message != "" {
		fmt.Fprintf(out, "%s%s\n", indent, message)
	}
}

// explainFeed prints when a feed is checked next and why, and its last checks.
func explainFeed(out *printer, f feed.Feed, checks []feed.PollLogEntry, now time.Time) {
	p := f.Poll
	row := func(name, s string) {
		if s != "" {
			fmt.Fprintf(out, "%s%-10s %s\n", indent, name, text.Clean(s))
		}
	}
	row("schedule", schedule.NextText(f, now))
	posts := cmp.Or(schedule.RateText(p.PostInterval), "interval unknown")
	if !p.Newest.IsZero() {
		posts += ", newest item " + feed.ShortAgo(p.Newest, now)
	}
	row("posts", posts)
	for _, hint := range schedule.HintTexts(p.Hints, now) {
		row("asks for", hint)
	}
	if p.MovedTo != "" {
		row("redirects", fmt.Sprintf("permanently to %s, %s, the first %s", p.MovedTo, text.Plural(p.MovedTimes, "response"), feed.Ago(p.MovedSince, now)))
	}
	for _, check := range checks[:min(len(checks), shownChecks)] {
		row("checked", checkText(check))
	}
}

// checkText returns one check of a feed as a line.
func checkText(p feed.PollLogEntry) string {
	line := p.At.Local().Format(minuteFormat) + "  " + fit(string(p.Outcome), 9) + "  " + responseText(p)
	if p.Error != "" {
		line += ": " + p.Error
	}
	return line
}

// responseText returns the HTTP status of a response, its size, and how many items were
// new, edited or reissued.
func responseText(p feed.PollLogEntry) string {
	s := text.Size(p.Bytes)
	if p.Status != 0 {
		s = fmt.Sprintf("%d, %s", p.Status, s)
	}
	for _, c := range []struct {
		n    int
		name string
	}{{p.New, "new"}, {p.Updated, "edited"}, {p.Reissued, "reissued"}} {
		if c.n > 0 {
			s += fmt.Sprintf(", %s %s", text.Number(c.n), c.name)
		}
	}
	return s
}

// checkTimes returns when a feed was checked last and when it is checked next.
func checkTimes(f feed.Feed, now time.Time) string {
	p := f.Poll
	last := "checked " + feed.ShortAgo(p.LastChecked, now)
	if p.LastChecked.IsZero() {
		last = "never checked"
	}
	switch {
	case p.Gone:
		return last + ", gone: `dateline refresh FEED` checks it"
	case f.Paused:
		return last + ", paused"
	case p.LastChecked.IsZero():
		return last
	}
	if next := feed.Until(p.NextCheck, now); next != "now" {
		return last + ", next in " + next
	}
	return last + ", next now"
}

func tagList(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return "  " + text.Clean("#"+strings.Join(tags, " #"))
}
