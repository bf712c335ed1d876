package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dateline/feed"
	"dateline/feed/text"
)

func (a *app) accountsCommand() *cobra.Command {
	var asJSON bool
	accounts := &cobra.Command{
		Use:   "accounts",
		Short: "List the accounts at servers, what waits to be sent, and their problems",
		Long: "List the accounts at servers, and the sync folder. Each line has the unread items, the feeds, the last\n" +
			"and the next sync, the marks that the server does not have yet, and the problem of the account if it\n" +
			"has one. --json prints the accounts alone.\n" +
			"`dateline login URL` adds an account.",
		Example: "dateline accounts\ndateline accounts accept home\ndateline accounts push home",
		Args:    rejectUnknownCommand,

		SuggestionsMinimumDistance: 2,
		RunE: a.withSession(func(ctx context.Context, s *Session, _ []string) error {
			return a.accounts(ctx, s, asJSON)
		}),
	}
	accounts.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per account")
	accounts.AddCommand(
		&cobra.Command{
			Use:   "accept NAME",
			Short: "Take the changes of a server that were held back",
			Long: "Take what a server says about articles that you have read or starred, if so many are unread there, or\n" +
				"have no star, that it was not believed: after a restored database, or with a wrong account.",
			Args:              requireArgs(1, "the name of an account"),
			ValidArgsFunction: a.completeAccount,
			RunE:              a.withSession(func(ctx context.Context, s *Session, args []string) error { return a.resolve(ctx, s, args[0], true) }),
		},
		&cobra.Command{
			Use:               "push NAME",
			Short:             "Send your marks to a server whose changes were held back",
			Long:              "Send your marks to a server that calls so many articles unread, or without a star, that it was not believed.",
			Args:              requireArgs(1, "the name of an account"),
			ValidArgsFunction: a.completeAccount,
			RunE:              a.withSession(func(ctx context.Context, s *Session, args []string) error { return a.resolve(ctx, s, args[0], false) }),
		},
	)
	return accounts
}

func (a *app) accounts(ctx context.Context, s *Session, asJSON bool) error {
	accounts, err := s.Source.Accounts(ctx)
	if err != nil {
		return err
	}
	out := a.printer()
	now := a.Now()
	for _, account := range accounts {
		if !asJSON {
			printAccount(out, account, now)
		} else if err := jsonLines(out).Encode(jsonOfAccount(account)); err != nil {
			return out.finish(err)
		}
	}
	if asJSON { // a line for each account
		return out.finish(nil)
	}
	folder, err := s.SyncFolder(ctx, false)
	switch {
	case err != nil:
	case folder.Dir != "":
		printFolder(out, folder, now)
	case len(accounts) == 0:
		fmt.Fprintln(out, "There are no accounts; `dateline login URL` adds one.")
	}
	return out.finish(err)
}

func printFolder(out *printer, f feed.SyncFolder, now time.Time) {
	fmt.Fprintf(out, "%s%s %s\n", accountIndent, fit(out.paint(out.theme.Strong, "sync folder"), 20), folderTimes(f, now))
	fmt.Fprintf(out, "%s%s\n", accountIndent, out.paint(out.theme.Dim, text.Clean(f.Dir)))
	for _, problem := range f.Problems {
		fmt.Fprintf(out, "%s%s\n", accountIndent, out.paint(out.theme.Failed, text.Clean(problem)))
	}
}

// folderTimes returns with how many computers the folder is shared, and when it was synced.
func folderTimes(f feed.SyncFolder, now time.Time) string {
	when := "never synced"
	if !f.LastSynced.IsZero() {
		when = "synced " + feed.ShortAgo(f.LastSynced, now)
	}
	return text.Plural(f.Others, "other computer") + ", " + when
}

// accountIndent is the margin of all lines of an account except the first.
const accountIndent = "              "

func printAccount(out *printer, a feed.Account, now time.Time) {
	fmt.Fprintf(out, "%5d unread  %s %s, %s\n", a.Unread, fit(out.paint(out.theme.Strong, text.Clean(a.Name)), 20), text.Plural(a.Feeds, "feed"), syncTimes(a, now))
	fmt.Fprintf(out, "%s%s  %s\n", accountIndent, out.paint(out.theme.Dim, text.Clean(a.URL)), text.Clean(a.Kind))
	var waiting []string
	if a.Pending > 0 {
		waiting = append(waiting, text.Plural(a.Pending, "mark")+" to send")
	}
	if a.Backlog > 0 {
		waiting = append(waiting, text.Plural(a.Backlog, "older item")+" to fetch")
	}
	if len(waiting) > 0 {
		fmt.Fprintf(out, "%s%s\n", accountIndent, strings.Join(waiting, ", "))
	}
	if problem := accountProblem(a); problem != "" {
		fmt.Fprintf(out, "%s%s\n", accountIndent, out.paint(out.theme.Failed, problem))
	}
}

// syncTimes returns when an account was synced last and when that happens next.
func syncTimes(a feed.Account, now time.Time) string {
	if a.LastSynced.IsZero() {
		return "never synced"
	}
	return "synced " + feed.ShortAgo(a.LastSynced, now) + ", next " + nextSync(a, now)
}

func nextSync(a feed.Account, now time.Time) string {
	if next := feed.Until(a.NextSync, now); next != "now" && !a.NextSync.IsZero() {
		return "in " + next
	}
	return "now"
}

// accountProblem returns the user message about an account, empty if it has no problem.
// Changes that are held back are a problem, and the message has the commands that end it.
func accountProblem(a feed.Account) string {
	message := text.Clean(a.Error)
	if a.HeldBack == 0 || strings.Contains(message, "accept") {
		return message
	}
	held := fmt.Sprintf("account %s: its server calls %s unread, or without a star, that you have read or starred, so many that this was not taken; "+
		"`dateline accounts accept %[1]s` takes it, `dateline accounts push %[1]s` sends your marks", text.Clean(a.Name), text.Plural(a.HeldBack, "item"))
	if message != "" {
		held += "; " + message
	}
	return held
}

// resolve ends that the changes of an account are held back.
func (a *app) resolve(ctx context.Context, s *Session, name string, accept bool) error {
	account, err := findAccount(ctx, s, name)
	if err != nil {
		return err
	}
	if account.HeldBack == 0 {
		return a.print(fmt.Sprintf("Nothing of account %s is held back.\n", text.Clean(account.Name)))
	}
	line := a.progress()
	line.show("syncing " + text.Clean(account.Name))
	err = s.Source.Resolve(ctx, account.Name, accept)
	line.clear()
	if err != nil {
		return err
	}
	did := "sent your marks of"
	if accept {
		did = "took what its server says of"
	}
	return a.print(fmt.Sprintf("Account %s: %s %s.\n", text.Clean(account.Name), did, text.Plural(account.HeldBack, "item")))
}

// findAccount returns the account of a name. Case does not matter. If there is none, the
// error lists the accounts.
func findAccount(ctx context.Context, s *Session, name string) (feed.Account, error) {
	accounts, err := s.Source.Accounts(ctx)
	if err != nil {
		return feed.Account{}, err
	}
	if len(accounts) == 0 {
		return feed.Account{}, errors.New("there are no accounts; `dateline login URL` adds one")
	}
	for _, account := range accounts {
		if text.Fold(account.Name) == text.Fold(name) {
			return account, nil
		}
	}
	return feed.Account{}, fmt.Errorf("there is no account %q; your accounts: %s", text.Clean(name), namesOf(accounts))
}

// namesOf returns the names of accounts for a message.
func namesOf(accounts []feed.Account) string {
	names := make([]string, len(accounts))
	for i, account := range accounts {
		names[i] = account.Name
	}
	return text.Clean(strings.Join(names, ", "))
}

// splitNames returns the accounts and the feeds of names. A name of an account means the
// account, whatever feeds have it in their titles. If there are no names, both are nil.
func splitNames(ctx context.Context, s *Session, names []string) (accounts, feeds []string, err error) {
	if len(names) == 0 {
		return nil, nil, nil
	}
	all, err := s.Source.Accounts(ctx)
	if err != nil {
		return nil, nil, err
	}
	var others []string
	for _, name := range names {
		i := slices.IndexFunc(all, func(a feed.Account) bool { return text.Fold(a.Name) == text.Fold(name) })
		switch {
		case i < 0:
			others = append(others, name)
		case !slices.Contains(accounts, all[i].Name):
			accounts = append(accounts, all[i].Name)
		}
	}
	if len(others) == 0 {
		return accounts, nil, nil
	}
	found, err := findFeeds(ctx, s, others)
	if err != nil && len(all) > 0 {
		err = fmt.Errorf("%w\nyour accounts: %s", err, namesOf(all))
	}
	for _, f := range found {
		feeds = append(feeds, f.URL)
	}
	return accounts, feeds, err
}

// completeAccount returns the accounts for the completion of the shell.
func (a *app) completeAccount(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var completions []cobra.Completion
	err := a.withSession(func(ctx context.Context, s *Session, _ []string) error {
		accounts, err := s.Source.Accounts(ctx)
		for _, account := range accounts {
			completions = append(completions, cobra.CompletionWithDesc(account.Name, text.Clean(account.URL)))
		}
		return err
	})(cmd, nil)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return completions, cobra.ShellCompDirectiveNoFileComp
}

// completeFeedOrAccount returns the accounts and the subscriptions.
func (a *app) completeFeedOrAccount(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	accounts, failed := a.completeAccount(cmd, args, typed)
	feeds, directive := a.completeFeed(cmd, args, typed)
	return append(accounts, feeds...), cmp.Or(failed&cobra.ShellCompDirectiveError, directive)
}
