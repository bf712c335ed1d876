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

// addOptions are the flags of "dateline add".
type addOptions struct {
	name, account string
	tags          []string
	all, preview  bool
}

func (a *app) addCommand() *cobra.Command {
	var o addOptions
	cmd := &cobra.Command{
		Use:   "add URL",
		Short: "Subscribe to a feed, or to the feed of a web page",
		Long: "Subscribe to a feed by its URL, or by the URL of a web page with a feed. If the page has several\n" +
			"feeds, print them and subscribe to none. --preview shows what a feed contains. With --account the\n" +
			"server of the account subscribes at once, and --tag is the folder there.",
		Example: "dateline add https://example.org/\ndateline add https://example.org/feed.xml --tag world --name Example\ndateline add --preview https://example.org/feed.xml\ndateline add https://example.org/ --account home --tag News",
		Args:    requireArgs(1, "the URL of a feed or of a web page"),
		RunE: a.beginning(func(ctx context.Context, s *Session, args []string) error {
			address := text.PastedAddress(args[0])
			if o.preview {
				return a.preview(ctx, s, address)
			}
			return a.add(ctx, s, address, o)
		}),
	}
	cmd.Flags().StringArrayVar(&o.tags, "tag", nil, "give the feed this tag; can be repeated")
	cmd.Flags().StringVar(&o.name, "name", "", "show the feed under this name instead of its own title")
	cmd.Flags().StringVar(&o.account, "account", "", "subscribe at the server of this account")
	cmd.Flags().BoolVar(&o.all, "all", false, "subscribe to all feeds of the page")
	cmd.Flags().BoolVar(&o.preview, "preview", false, "show what the feed contains without subscribing")
	cmd.MarkFlagsMutuallyExclusive("name", "all", "preview")
	cmd.MarkFlagsMutuallyExclusive("tag", "preview")
	cmd.MarkFlagsMutuallyExclusive("account", "preview")
	_ = cmd.RegisterFlagCompletionFunc("account", a.completeAccount) // fails only for a flag that does not exist
	return cmd
}

// add subscribes to the feed at an address, or to the feeds that the page at the
// address has.
func (a *app) add(ctx context.Context, s *Session, address string, o addOptions) error {
	if o.account != "" {
		account, err := findAccount(ctx, s, o.account)
		if err != nil {
			return err
		}
		if len(o.tags) > 1 {
			return errors.New("a feed of an account is in one folder; give --tag once")
		}
		o.account = account.Name
	}
	line := a.progress()
	line.show("fetching " + text.Clean(withoutLogin(address)))
	found, err := s.Source.Discover(ctx, address)
	line.clear()
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(found, func(c feed.Candidate) bool { return text.SameAddress(c.Address(), address) }); i >= 0 && !o.all {
		found = found[i : i+1]
	}
	if len(found) > 1 && !o.all {
		return a.listCandidates(found)
	}
	var subs []feed.Subscription
	for _, c := range found {
		subs = append(subs, feed.Subscription{URL: c.URL, Account: o.account, Name: text.PlainTitle(o.name), Tags: o.tags})
	}
	return a.subscribe(ctx, s, subs, o.account)
}

// listCandidates prints the feeds of a page, and returns an error that says how to
// choose one.
func (a *app) listCandidates(found []feed.Candidate) error {
	out := a.printer()
	for _, c := range found {
		fmt.Fprintf(out, "%s  %s\n", text.Clean(c.Address()), candidateText(c))
	}
	return out.finish(fmt.Errorf("the page has %s; add one by its URL, or all of them with --all", text.Plural(len(found), "feed")))
}

// candidateText returns the title, note and format of a candidate, as far as they are
// known.
func candidateText(c feed.Candidate) string {
	parts := slices.DeleteFunc([]string{text.PlainTitle(c.Title), text.Clean(c.Note)}, func(s string) bool { return s == "" })
	s := strings.Join(parts, ": ")
	if c.Type != "" {
		s += " (" + c.Type + ")"
	}
	return strings.TrimSpace(s)
}

// subscribe subscribes to feeds and prints for each feed whether it is new. account is that
// of all of them, empty for local feeds.
func (a *app) subscribe(ctx context.Context, s *Session, subs []feed.Subscription, account string) error {
	feeds, err := s.Store.Feeds(ctx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, f := range feeds {
		known[text.AddressKey(f.URL)] = known[text.AddressKey(f.URL)] || f.Account == account
	}
	if err := s.Source.Subscribe(ctx, subs...); err != nil {
		return err
	}
	out := a.printer()
	added, at, name := 0, "", ""
	if account != "" {
		at, name = " at "+text.Clean(account), " "+text.Clean(account)
	}
	for _, sub := range subs {
		address := withoutLogin(sub.URL)
		if known[text.AddressKey(address)] {
			fmt.Fprintf(out, "Already subscribed to %s%s\n", text.Clean(address), at)
			continue
		}
		added++
		fmt.Fprintf(out, "Subscribed to %s%s\n", text.Clean(address), at)
	}
	if added > 0 {
		fmt.Fprintf(out, "Run `dateline refresh%s` to fetch the items.\n", name)
	}
	return out.finish(nil)
}

// preview prints what the feed at an address contains.
func (a *app) preview(ctx context.Context, s *Session, address string) error {
	line := a.progress()
	line.show("fetching " + text.Clean(withoutLogin(address)))
	p, err := s.Source.Preview(ctx, address)
	line.clear()
	if err != nil {
		return err
	}
	out := a.printer()
	fmt.Fprintln(out, out.paint(out.theme.Strong, cmp.Or(text.PlainTitle(p.Title), text.Clean(withoutLogin(p.URL)))))
	for _, about := range []string{text.PlainTitle(p.Description), text.Clean(p.Site)} {
		if about != "" {
			fmt.Fprintln(out, about)
		}
	}
	fmt.Fprintf(out, "%s, %s\n", text.Plural(p.Total, "item"), cmp.Or(schedule.RateText(p.PostInterval), "posting interval unknown"))
	now := a.Now()
	for _, item := range p.Items {
		age := "no date"
		if !item.Published.IsZero() {
			age = feed.ShortAge(item.Published, now)
		}
		fmt.Fprintf(out, "%s  %s\n", out.paint(out.theme.Dim, fit(age, len("11mo 4w"))), item.Title)
	}
	return out.finish(nil)
}
