package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"dateline/cache/rescue"
	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// refreshOptions say which feeds to ask, and what to tell of it.
type refreshOptions struct {
	names                []string
	all, asJSON, verbose bool
}

func (a *app) refreshCommand() *cobra.Command {
	var o refreshOptions
	cmd := &cobra.Command{
		Use:   "refresh [FEED…]",
		Short: "Ask feeds for news",
		Long: "Ask the feeds that are due for news, or all of them, or those named by their URL or a part\n" +
			"of their title. The exit code is 2 when some of the feeds failed and 1 when all of them did.",
		Example:           "dateline refresh\ndateline refresh --all --json\ndateline refresh \"nato news\"",
		ValidArgsFunction: a.completeFeed,
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			o.names = args
			return a.refresh(ctx, s, o)
		}),
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "ask every feed, due or not, but for those paused, gone or asking for a pause")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print one JSON object per feed")
	cmd.Flags().BoolVar(&o.verbose, "verbose", false, "tell of every feed how it answered or why it was not asked")
	return cmd
}

func (a *app) refresh(ctx context.Context, s *Session, o refreshOptions) error {
	ask := feed.RefreshRequest{DueOnly: !o.all}
	if len(o.names) > 0 {
		feeds, err := chooseFeeds(ctx, s, o.names)
		if err != nil {
			return err
		}
		ask.DueOnly = false
		for _, f := range feeds {
			ask.Feeds = append(ask.Feeds, f.URL)
		}
	}
	t := &tally{asJSON: o.asJSON, out: a.printer(), progress: a.progress(), reports: map[string]feed.Report{}}
	err := s.Source.Refresh(ctx, ask, t.add)
	t.progress.clear()
	a.notify(ctx, s, t.notices)
	if err == nil {
		_, backup := rescue.BackUpDaily(ctx, s.Store)
		err = cmp.Or(ctx.Err(), s.Store.Maintain(ctx), backup)
	}
	if !o.asJSON {
		// Asked again, since a feed's first answer brings its title.
		feeds, known := s.Store.Feeds(context.WithoutCancel(ctx))
		err = cmp.Or(err, known)
		if o.verbose {
			t.explain(feeds, a.Now())
		}
		t.print(feeds)
	}
	return t.out.finish(cmp.Or(t.written, t.verdict(err)))
}

// tally counts what the feeds report. For programs it prints each report at
// once, for people all that is worth telling at the end.
type tally struct {
	out      *printer
	progress *progress
	asJSON   bool
	reports  map[string]feed.Report
	notices  []feed.NewItem
	// written is the first error of writing. The refresh goes on: the news is
	// worth more than the report.
	written error

	// elsewhere says that feeds were left to another process.
	elsewhere bool
	// away tells what is wrong with the network; empty when nothing is.
	away string

	// clock is how far this computer's clock is ahead of the servers'.
	clock time.Duration

	done, failed, fresh, updated int
}

func (t *tally) add(r feed.Report) {
	if r.Status != feed.Skipped {
		t.done++
	}
	t.fresh += r.New
	t.updated += r.Updated
	t.notices = append(t.notices, r.Notify...)
	if r.Status == feed.Failed {
		t.failed++
	}
	t.elsewhere = t.elsewhere || r.Reason == schedule.ReasonOtherProcess
	if r.Offline {
		t.away = r.Error
	}
	t.clock = cmp.Or(t.clock, r.ClockAhead)
	if t.written != nil {
		return
	}
	t.reports[r.URL] = r
	if t.asJSON {
		t.progress.clear()
		t.written = cmp.Or(jsonLines(t.out).Encode(jsonOfReport(r)), t.out.Flush())
	}
	t.progress.show(fmt.Sprintf("%d of %s, %d new", r.Done, text.Plural(r.Total, "feed"), t.fresh))
}

// explain tells a person how each feed answered, or why it was not asked.
func (t *tally) explain(feeds []feed.Feed, now time.Time) {
	for _, f := range feeds {
		r, told := t.reports[f.URL]
		if !told {
			continue
		}
		f.Poll.NextCheck, f.Poll.Reason = r.Next, r.Reason
		s := schedule.NextText(f, now)
		switch {
		case r.Status == feed.Skipped && r.Reason == "":
			s = "not reached"
		case r.Status == feed.Skipped && r.Next.IsZero():
			s = r.Reason
		case r.Status != feed.Skipped:
			s = brought(feed.Poll{Status: r.HTTP, Bytes: r.Bytes, New: r.New, Updated: r.Updated, Reissued: r.Reissued}) + "; " + s
		}
		fmt.Fprintf(t.out, "%s %s  %s\n", fit(string(r.Status), 9), fit(t.out.paint(t.out.theme.Strong, text.Clean(f.DisplayTitle())), 32), text.Clean(s))
	}
}

// print tells a person of news and failures, in the order of the feeds.
func (t *tally) print(feeds []feed.Feed) {
	if t.done == 0 && t.elsewhere {
		fmt.Fprintln(t.out, "Another dateline is asking the feeds; what comes will be here, too.")
		return
	}
	if t.done == 0 {
		fmt.Fprintln(t.out, "No feed is due; --all asks every one.")
		return
	}
	for _, f := range feeds {
		title := text.Clean(f.DisplayTitle())
		switch r := t.reports[f.URL]; {
		case r.Offline: // told below, once for all
		case r.Status == feed.Failed:
			fmt.Fprintf(t.out, "%s  %s: %s\n", t.out.paint(t.out.theme.Failed, "    failed"), title, text.Clean(r.Error))
		case r.New > 0:
			fmt.Fprintf(t.out, "%6d new  %s\n", r.New, t.out.paint(t.out.theme.Strong, title))
		case r.Updated > 0:
			fmt.Fprintf(t.out, "%3d edited  %s\n", r.Updated, title)
		}
	}
	if t.away != "" {
		fmt.Fprintln(t.out, t.out.paint(t.out.theme.Failed, text.Clean(t.away)))
	}
	if t.clock != 0 {
		fmt.Fprintln(t.out, t.out.paint(t.out.theme.Failed, schedule.ClockSentence(t.clock)))
	}
	fmt.Fprintf(t.out, "%s asked: %s, %d edited, %d failed.\n", text.Plural(t.done, "feed"), text.Plural(t.fresh, "new item"), t.updated, t.failed)
}

// verdict turns counts into the error that decides the exit code.
func (t *tally) verdict(err error) error {
	good := t.done - t.failed
	switch {
	case errors.Is(err, context.Canceled) && good > 0:
		return &partError{err}
	case err != nil:
		return err
	case t.failed == 0:
		return nil
	case good == 0 && t.away != "":
		return errors.New("no feed could be asked: check the network connection")
	case good == 0:
		return fmt.Errorf("%s failed; dateline feeds says why", allOf(t.failed))
	default:
		return &partError{fmt.Errorf("%d of %s failed; dateline feeds says why", t.failed, text.Plural(t.done, "feed"))}
	}
}

func allOf(n int) string {
	if n == 1 {
		return "the feed"
	}
	return fmt.Sprintf("all %d feeds", n)
}
