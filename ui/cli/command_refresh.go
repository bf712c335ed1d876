package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dateline/cache/rescue"
	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// refreshOptions are the arguments and flags of "dateline refresh".
type refreshOptions struct {
	names                []string
	all, asJSON, verbose bool
}

func (a *app) refreshCommand() *cobra.Command {
	var o refreshOptions
	cmd := &cobra.Command{
		Use:   "refresh [FEED|ACCOUNT…]",
		Short: "Fetch new items, and sync the accounts",
		Long: "Check the feeds that are due and sync every account, or check all feeds, or the named feeds and\n" +
			"accounts. FEED is a URL or a part of a title, ACCOUNT the name of an account. The exit code is 2 if\n" +
			"some of the feeds and accounts failed, and 1 if all of them failed.",
		Example:           "dateline refresh\ndateline refresh --all --json\ndateline refresh \"nato news\"\ndateline refresh home",
		ValidArgsFunction: a.completeFeedOrAccount,
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			o.names = args
			return a.refresh(ctx, s, o)
		}),
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "check all feeds, due or not, except feeds that are paused or gone, or whose server asked for a pause")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print one JSON object per feed")
	cmd.Flags().BoolVar(&o.verbose, "verbose", false, "print the result of every feed, or why it was not checked")
	return cmd
}

func (a *app) refresh(ctx context.Context, s *Session, o refreshOptions) error {
	request := feed.RefreshRequest{DueOnly: !o.all, SyncAll: true, Brief: true}
	if len(o.names) > 0 {
		accounts, feeds, err := splitNames(ctx, s, o.names)
		if err != nil {
			return err
		}
		request.DueOnly, request.Accounts, request.Feeds = false, accounts, feeds
	}
	t := &tally{asJSON: o.asJSON, out: a.printer(), progress: a.progress(), reports: map[string]feed.Report{}}
	err := s.Source.Refresh(ctx, request, t.add)
	t.progress.clear()
	if t.warning != "" {
		fmt.Fprintln(a.err, "dateline:", text.Clean(t.warning))
	}
	a.notify(ctx, s, t.newItems)
	if err == nil {
		_, backupErr := rescue.BackUpDaily(ctx, s.Store)
		err = cmp.Or(ctx.Err(), s.Store.Maintain(ctx), backupErr)
	}
	if !o.asJSON {
		// The feeds are read after the refresh, because the title of a new feed comes
		// with its first response.
		feeds, feedsErr := s.Store.Feeds(context.WithoutCancel(ctx))
		err = cmp.Or(err, feedsErr)
		if o.verbose {
			t.explain(feeds, a.Now())
		}
		if len(t.syncs) > 0 {
			t.accounts, feedsErr = s.Source.Accounts(context.WithoutCancel(ctx))
			err = cmp.Or(err, feedsErr)
		}
		t.print(feeds, err)
	}
	err = t.out.finish(cmp.Or(t.writeErr, t.verdict(err)))
	a.explainUnindexed(ctx, s)
	return err
}

// explainUnindexed prints on stderr how many items are not in the search index yet, if
// stderr is a terminal and they are so many that searches take longer.
func (a *app) explainUnindexed(ctx context.Context, s *Session) {
	if !isTerminal(a.err) {
		return
	}
	if n, err := s.Store.Unindexed(ctx); err == nil && n > feed.FewTexts {
		fmt.Fprintf(a.err, "Not in the search index yet: %s. Searches find them, but take longer until dateline is open or refreshes again.\n", text.Plural(n, "item"))
	}
}

// notify runs the notification program once for all new items of a refresh, with the
// title and body of [feed.Notification]. The screen passes another title and body to the
// same program: those of package ui/notify. If the program fails, notify prints a line on
// stderr. The exit code of the refresh does not change.
func (a *app) notify(ctx context.Context, s *Session, items []feed.NewItem) {
	if s.NotifyCommand == nil || len(items) == 0 {
		return
	}
	title, body := feed.NotificationText(items)
	if err := s.NotifyCommand(context.WithoutCancel(ctx), title, body); err != nil {
		fmt.Fprintln(a.err, "dateline:", text.Clean(err.Error()))
	}
}

// tally counts what the feeds report. As JSON it prints each report at once, those of the
// feeds of an account when the account is done. For people it prints what is important after
// the last report.
type tally struct {
	out      *printer
	progress *progress
	asJSON   bool
	// reports has the last report of each feed, by URL, and syncs that of each account.
	reports map[string]feed.Report
	syncs   []feed.Report
	// accounts is the state of the accounts after the refresh.
	accounts []feed.Account
	newItems []feed.NewItem
	// writeErr is the first error of writing the output, nil if there is none. The
	// refresh goes on after it, because saving new items matters more.
	writeErr error

	// otherProcess is true if another process is checking some of the feeds.
	otherProcess bool
	// offline is the message about a network problem, and warning that about the
	// subscriptions as a whole; empty if there is none.
	offline, warning string
	// folder is what the sync folder brought, nil if there is none.
	folder *feed.FolderSync

	// clockAhead is how far this computer's clock is ahead of the servers' clocks. It
	// is 0 if the clock is right.
	clockAhead time.Duration

	// checked counts the feeds and accounts that were checked, failed those of them that
	// failed. synced and unsynced are how many of those are accounts.
	checked, failed  int
	synced, unsynced int
	// added and edited count items.
	added, edited int
}

// add counts a report, and prints it if the output is JSON.
func (t *tally) add(r feed.Report) {
	t.count(r)
	t.newItems = append(t.newItems, r.Notify...)
	t.otherProcess = t.otherProcess || r.Reason == schedule.ReasonOtherProcess
	if r.Offline {
		t.offline = r.Error
	}
	t.clockAhead = cmp.Or(t.clockAhead, r.ClockAhead)
	t.warning = cmp.Or(r.Warning, t.warning)
	t.folder = cmp.Or(r.Folder, t.folder)
	if t.writeErr != nil {
		return
	}
	switch {
	case r.URL == "" && r.Account == "": // it has only the warning
	case r.Sync != nil:
		t.printHeld(r.Account)
		t.syncs = append(t.syncs, r)
		t.printJSON(r)
	case r.Account != "":
		before := t.reports[r.URL]
		r.New, r.Updated = r.New+before.New, r.Updated+before.Updated
		t.reports[r.URL] = r
	default:
		t.reports[r.URL] = r
		t.printJSON(r)
	}
	t.progress.show(progressText(r, t.added))
}

// printHeld prints the feeds of an account. What came to one of them arrives in several
// reports, so they are printed when the account is done.
func (t *tally) printHeld(account string) {
	for _, url := range slices.Sorted(maps.Keys(t.reports)) {
		if r := t.reports[url]; r.Account == account {
			t.printJSON(r)
		}
	}
}

// printJSON prints a report at once if the output is JSON.
func (t *tally) printJSON(r feed.Report) {
	if !t.asJSON || t.writeErr != nil {
		return
	}
	t.progress.clear()
	t.writeErr = cmp.Or(jsonLines(t.out).Encode(jsonOfReport(r)), t.out.Flush())
}

// count counts a report. What came to the feeds of an account is in the report of the
// account, too, and is counted there.
func (t *tally) count(r feed.Report) {
	if r.Account != "" && r.Sync == nil && r.Status != feed.Failed {
		return
	}
	one := func(condition bool) int {
		if condition {
			return 1
		}
		return 0
	}
	t.checked += one(r.Status != feed.Skipped)
	t.failed += one(r.Status == feed.Failed)
	t.synced += one(r.Status != feed.Skipped && r.Sync != nil)
	t.unsynced += one(r.Status == feed.Failed && r.Sync != nil)
	t.added += r.New
	t.edited += r.Updated
}

// progressText returns the line of progress after a report. added is the number of new
// items so far. After the last report only the search index is missing.
func progressText(r feed.Report, added int) string {
	line := fmt.Sprintf("%s of %s, %s new", text.Number(r.Done), text.Plural(r.Total, "feed"), text.Number(added))
	if r.Done == r.Total && added > 0 {
		line += "; all saved, indexing for search"
	}
	return line
}

// explain prints the result of each feed, or why it was not checked.
func (t *tally) explain(feeds []feed.Feed, now time.Time) {
	for _, f := range feeds {
		r, reported := t.reports[f.URL]
		if !reported {
			continue
		}
		f.Poll.NextCheck, f.Poll.Reason = r.Next, r.Reason
		s := schedule.NextText(f, now)
		switch {
		case r.Status == feed.Skipped && r.Reason == "":
			s = "not checked"
		case r.Status == feed.Skipped && r.Next.IsZero():
			s = r.Reason
		case r.Status != feed.Skipped:
			s = responseText(feed.PollLogEntry{Status: r.HTTPStatus, Bytes: r.Bytes, New: r.New, Updated: r.Updated, Reissued: r.Reissued}) + "; " + s
		}
		fmt.Fprintf(t.out, "%s %s  %s\n", fit(string(r.Status), 9), fit(t.out.paint(t.out.theme.Strong, text.Clean(f.DisplayTitle())), 32), text.Clean(s))
	}
}

// print prints the feeds that have new or edited items or failed, in the order of
// feeds, and a summary. err is why the refresh failed, nil if it did not.
func (t *tally) print(feeds []feed.Feed, err error) {
	if t.checked == 0 && t.otherProcess {
		fmt.Fprintln(t.out, "Another dateline process is refreshing these feeds; new items will show up here.")
		return
	}
	if t.checked == 0 && err != nil {
		return // the error says why no feed was checked
	}
	if t.checked == 0 && t.printSkippedSyncs() {
		return
	}
	if t.checked == 0 {
		t.printFolder()
		fmt.Fprintln(t.out, "No feed is due; use --all to refresh all.")
		return
	}
	t.printFeeds(feeds)
	for _, r := range t.syncs {
		t.printSync(r)
	}
	t.printFolder()
	if t.offline != "" {
		fmt.Fprintln(t.out, t.out.paint(t.out.theme.Failed, text.Clean(t.offlineMessage())))
	}
	if t.clockAhead != 0 {
		fmt.Fprintln(t.out, t.out.paint(t.out.theme.Failed, schedule.ClockMessage(t.clockAhead)))
	}
	failed := ""
	if t.failed > 0 {
		failed = "; " + feedsAndAccounts(t.failed, t.unsynced) + " failed"
	}
	fmt.Fprintf(t.out, "Refreshed %s: %s, %s edited%s.\n", feedsAndAccounts(t.checked, t.synced), text.Plural(t.added, "new item"), text.Number(t.edited), failed)
}

// offlineMessage returns the message about a network problem. If the server of an account can be
// reached, the network works for it.
func (t *tally) offlineMessage() string {
	if t.synced > t.unsynced {
		return "The servers of accounts can be reached, but none of other feeds: check the network connection, and the proxy of these feeds if they have one."
	}
	return t.offline
}

// feedsAndAccounts returns how many feeds and accounts there are among all.
func feedsAndAccounts(all, accounts int) string {
	switch {
	case accounts == 0:
		return text.Plural(all, "feed")
	case all == accounts:
		return text.Plural(accounts, "account")
	}
	return text.Plural(all-accounts, "feed") + " and " + text.Plural(accounts, "account")
}

// printSkippedSyncs prints why accounts were not synced, and reports whether there are any.
func (t *tally) printSkippedSyncs() bool {
	for _, r := range t.syncs {
		t.printSync(r)
	}
	return len(t.syncs) > 0
}

// printSync prints the result of an account.
func (t *tally) printSync(r feed.Report) {
	name := text.Clean(r.Account)
	switch r.Status {
	case feed.Skipped:
		if r.Reason != "" {
			fmt.Fprintln(t.out, text.Clean(r.Reason))
		}
		return
	case feed.Failed:
		message := text.Clean(r.Error)
		if !strings.Contains(message, name) {
			message = "account " + name + ": " + message
		}
		fmt.Fprintf(t.out, "%s  %s\n", t.out.paint(t.out.theme.Failed, "    failed"), message)
		return
	}
	parts := []string{text.Number(r.New) + " new"}
	if r.Sync.Sent > 0 {
		parts = append(parts, text.Plural(r.Sync.Sent, "mark")+" sent")
	}
	if r.Sync.Taken > 0 {
		parts = append(parts, text.Plural(r.Sync.Taken, "mark")+" received")
	}
	var state feed.Account
	for _, a := range t.accounts {
		if a.Name == r.Account {
			state = a
		}
	}
	if state.Backlog > 0 {
		parts = append(parts, text.Plural(state.Backlog, "older item")+" to fetch")
	}
	line := name + ": " + strings.Join(parts, ", ")
	fmt.Fprintln(t.out, line)
	if problem := accountProblem(state); problem != "" {
		fmt.Fprintln(t.out, t.out.paint(t.out.theme.Failed, problem))
	}
}

// printFolder prints what the sync folder brought. The warning says why it is away.
func (t *tally) printFolder() {
	f := t.folder
	if f == nil || f.Away {
		return
	}
	var parts []string
	for _, c := range []struct {
		n          int
		what, done string
	}{{f.Sent, "mark", "written"}, {f.Taken, "mark", "received"}, {f.Feeds, "feed", "changed"}} {
		if c.n > 0 {
			parts = append(parts, text.Plural(c.n, c.what)+" "+c.done)
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing new"}
	}
	fmt.Fprintln(t.out, "Sync folder: "+strings.Join(parts, ", "))
}

// printFeeds prints the feeds that have new or edited items or failed.
func (t *tally) printFeeds(feeds []feed.Feed) {
	for _, f := range feeds {
		title := text.Clean(f.DisplayTitle())
		switch r := t.reports[f.URL]; {
		case r.Offline: // printed once for all feeds, below
		case r.Status == feed.Failed:
			fmt.Fprintf(t.out, "%s  %s: %s\n", t.out.paint(t.out.theme.Failed, "    failed"), title, text.Clean(r.Error))
		case r.New > 0:
			fmt.Fprintf(t.out, "%6s new  %s\n", text.Number(r.New), t.out.paint(t.out.theme.Strong, title))
		case r.Updated > 0:
			fmt.Fprintf(t.out, "%3s edited  %s\n", text.Number(r.Updated), title)
		}
		if r := t.reports[f.URL]; r.Shortened && r.Status == feed.OK {
			fmt.Fprintf(t.out, " shortened  %s: %s\n", title, schedule.ShortenedMessage(true))
		}
	}
}

// verdict returns the error that decides the exit code. err is the error of the refresh
// itself, nil if there is none.
func (t *tally) verdict(err error) error {
	good := t.checked - t.failed
	switch {
	case errors.Is(err, context.Canceled) && good > 0:
		return &partialError{err}
	case err != nil:
		return err
	case t.failed == 0:
		return nil
	case good == 0 && t.offline != "" && t.synced > 0:
		return fmt.Errorf("all %s failed; check the network connection", feedsAndAccounts(t.failed, t.unsynced))
	case good == 0 && t.offline != "":
		return errors.New("no feed could be fetched; check the network connection")
	case good == 0 && t.failed == 1 && t.unsynced == 1:
		return errors.New("the account failed; " + t.where())
	case good == 0 && t.failed == 1:
		return errors.New("the feed failed; " + t.where())
	case good == 0:
		return fmt.Errorf("all %s failed; %s", feedsAndAccounts(t.failed, t.unsynced), t.where())
	case t.synced > 0:
		return &partialError{fmt.Errorf("%s failed; %s", feedsAndAccounts(t.failed, t.unsynced), t.where())}
	default:
		return &partialError{fmt.Errorf("%s of %s failed; %s", text.Number(t.failed), text.Plural(t.checked, "feed"), t.where())}
	}
}

// where returns where the user finds what failed.
func (t *tally) where() string {
	switch {
	case t.unsynced == 0:
		return "`dateline feeds` shows why"
	case t.unsynced == t.failed:
		return "`dateline accounts` shows why"
	}
	return "`dateline feeds` and `dateline accounts` show why"
}
