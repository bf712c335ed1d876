package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"dateline/cache/remotes"
	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/account/greader"
	"dateline/feed/account/miniflux"
	"dateline/feed/fetch"
	"dateline/feed/text"
)

// accountSource is the [feed.Source] of the program: the local feeds, and the accounts at
// servers.
type accountSource struct {
	*localSource
	client  *fetch.Client
	remotes remotes.Store
	now     func() time.Time
	// connect returns a client of an account's server.
	connect func(*fetch.Client, feed.AccountSettings) account.Server

	mu sync.Mutex
	// servers holds the clients by the names of their accounts, because some of them keep
	// a session.
	servers map[string]connected
	// busy is until when an account is not due that another process is syncing.
	busy map[string]time.Time
}

// connected is a client and the settings that it was made for.
type connected struct {
	settings feed.AccountSettings
	server   account.Server
}

// busyPause is how long an account is not due that another process is syncing.
const busyPause = time.Minute

// account returns an account for one round.
func (s *accountSource) account(settings feed.AccountSettings) *account.Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.servers[settings.Name]
	if !ok || !reflect.DeepEqual(c.settings, settings) {
		c = connected{settings, s.connect(s.client, settings)}
		s.servers[settings.Name] = c
	}
	return &account.Account{Settings: settings, Server: c.server, Store: s.remotes, Now: s.now,
		Trace: func(ctx context.Context, now bool, like string) (string, error) {
			return s.trace(ctx, settings, now, like)
		}}
}

// trace returns the [account.Trace] of what an account logs in with. If now is set, the
// command that prints the secret is run again.
func (s *accountSource) trace(ctx context.Context, a feed.AccountSettings, now bool, like string) (string, error) {
	secret, ask := cmp.Or(a.Token, a.Access.Password), s.client.Secret
	if now {
		ask = s.client.SecretNow
	}
	for _, command := range [][]string{a.TokenCommand, a.Access.PasswordCommand} {
		if len(command) > 0 {
			value, err := ask(ctx, command)
			if err != nil {
				return "", err
			}
			secret = value
		}
	}
	return account.Trace(fmt.Sprintf("%q", []any{a.Kind, a.URL, a.Access.User, a.Headers, secret}), like)
}

// subscriptionsOf returns the subscriptions of accounts.
func subscriptionsOf(store remotes.Store) otherFeeds {
	return func(ctx context.Context, accounts []feed.AccountSettings) ([]feed.Subscription, error) {
		var subs []feed.Subscription
		for _, a := range accounts {
			some, err := store.Subscriptions(ctx, a)
			if err != nil {
				return nil, err
			}
			subs = append(subs, some...)
		}
		return subs, nil
	}
}

// Accounts implements [feed.Source].
func (s *accountSource) Accounts(ctx context.Context) ([]feed.Account, error) {
	var list []feed.Account
	for _, settings := range s.settingsOfAccounts() {
		a, err := s.remotes.Status(ctx, settings)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

// NextDue implements [feed.Source].
func (s *accountSource) NextDue(ctx context.Context) (time.Time, error) {
	next, err := s.localSource.NextDue(ctx)
	if err != nil {
		return next, err
	}
	for _, settings := range s.settingsOfAccounts() {
		due, err := s.due(ctx, settings)
		if err != nil {
			return next, err
		}
		if next.IsZero() || due.Before(next) {
			next = due
		}
	}
	return next, nil
}

// due returns when an account is due, at the earliest now.
func (s *accountSource) due(ctx context.Context, settings feed.AccountSettings) (time.Time, error) {
	state, err := s.remotes.State(ctx, settings.Name)
	if err != nil {
		return time.Time{}, err
	}
	now := s.now().Round(0)
	due := state.NextSync
	if due.After(now.Add(max(settings.Interval, account.LongestPause))) || state.Kind != settings.Kind || state.URL != settings.URL || state.User != settings.Access.User {
		due = now // it was stored with a wrong clock, or for other settings
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range []time.Time{now, s.busy[settings.Name]} {
		if t.After(due) {
			due = t
		}
	}
	return due, nil
}

// refreshPlan divides a request among the local feeds and the accounts.
type refreshPlan struct {
	// local is the request for the local feeds; isLocal is false if there is none.
	local   feed.RefreshRequest
	isLocal bool
	// accounts are to be synced. asked has those that the user asked for by name or by one
	// of their feeds.
	accounts []feed.AccountSettings
	asked    map[string]bool
	// feeds are the feeds that their servers are to fetch, by account.
	feeds map[string][]account.Feed
	// unknown are names that are no accounts.
	unknown []string
}

// plan divides a request.
func (s *accountSource) plan(ctx context.Context, request feed.RefreshRequest) (refreshPlan, error) {
	p := refreshPlan{local: request, asked: map[string]bool{}, feeds: map[string][]account.Feed{}}
	all := s.settingsOfAccounts()
	p.local.Accounts = nil
	if request.Feeds == nil && request.Accounts == nil {
		p.isLocal = true
		for _, a := range all {
			due, err := s.due(ctx, a)
			if err != nil {
				return p, err
			}
			if !request.DueOnly || request.SyncAll || !due.After(s.now()) {
				p.accounts = append(p.accounts, a)
			}
		}
		return p, nil
	}
	for _, name := range request.Accounts {
		p.asked[name] = true
		if !slices.ContainsFunc(all, func(a feed.AccountSettings) bool { return a.Name == name }) {
			p.unknown = append(p.unknown, name)
		}
	}
	p.local.Feeds = []string{}
	for _, url := range request.Feeds {
		name, f, err := s.find(ctx, url)
		if err != nil {
			return p, err
		}
		if name == "" {
			p.local.Feeds = append(p.local.Feeds, url)
			continue
		}
		p.asked[name] = true
		p.feeds[name] = append(p.feeds[name], f)
	}
	p.isLocal = len(p.local.Feeds) > 0
	for _, a := range all {
		if p.asked[a.Name] {
			p.accounts = append(p.accounts, a)
		}
	}
	return p, nil
}

// find returns the account of a feed, and the feed at its server. The name is empty for a
// local feed and for one that is not subscribed.
func (s *accountSource) find(ctx context.Context, url string) (name string, f account.Feed, err error) {
	for _, sub := range s.subscriptions() {
		if text.SameAddress(sub.URL, url) {
			return "", f, nil
		}
	}
	for _, a := range s.settingsOfAccounts() {
		feeds, err := s.remotes.Feeds(ctx, a.Name)
		if err != nil {
			return "", f, err
		}
		for _, f := range feeds {
			if text.SameAddress(f.URL, url) {
				return a.Name, f, nil
			}
		}
	}
	return "", f, nil
}

// settings returns an account of the configuration by its name.
func (s *accountSource) settings(name string) (feed.AccountSettings, error) {
	for _, a := range s.settingsOfAccounts() {
		if a.Name == name {
			return a, nil
		}
	}
	return feed.AccountSettings{}, fmt.Errorf("there is no account %s; `dateline accounts` lists the accounts", text.Clean(name))
}

// Refresh implements [feed.Source]. First the folder is synced, then the local feeds are
// refreshed and the accounts are synced at the same time.
func (s *accountSource) Refresh(ctx context.Context, request feed.RefreshRequest, report func(feed.Report)) error {
	begun := s.now()
	if request.Feeds == nil && request.Accounts == nil {
		done, problem, err := s.syncFolder(ctx)
		if err != nil {
			return err
		}
		if problem != "" || done != nil {
			told, plain := false, report
			report = func(r feed.Report) {
				r.Warning, r.Folder, told = join(r.Warning, problem), done, true
				plain(r)
			}
			defer func() {
				if !told && (problem != "" || request.Brief) {
					plain(feed.Report{Status: feed.Skipped, Warning: problem, Folder: done})
				}
			}()
		}
	}
	p, err := s.plan(ctx, request)
	if err != nil {
		return err
	}
	if len(p.accounts)+len(p.unknown) == 0 {
		// Marks are noticed as long as there are accounts, even while none of them is due.
		watch := s.remotes.Watch
		if len(s.settingsOfAccounts()) == 0 {
			watch = s.remotes.Leave
		}
		return errors.Join(watch(ctx), s.localSource.Refresh(ctx, p.local, report))
	}
	if err := s.refreshAll(ctx, p, report); err != nil {
		return err
	}
	_, err = s.poller.IndexTexts(ctx, request.Brief, s.now().Sub(begun)/indexPart)
	return err
}

// refreshAll refreshes the local feeds and syncs the accounts of a plan.
func (s *accountSource) refreshAll(ctx context.Context, p refreshPlan, report func(feed.Report)) error {
	r := &sharedReport{report: report, accounts: len(p.accounts) + len(p.unknown), waits: p.isLocal}
	for _, name := range p.unknown {
		r.account(feed.Report{Account: name, Status: feed.Failed, Sync: &feed.Sync{}, Error: "there is no account " + text.Clean(name) + "; `dateline accounts` lists the accounts"})
	}
	errs := make([]error, len(p.accounts)+1)
	var syncing sync.WaitGroup
	for i, a := range p.accounts {
		syncing.Go(func() { errs[i] = s.syncAccount(ctx, a, p, r) })
	}
	if p.isLocal {
		errs[len(p.accounts)] = s.localSource.Refresh(ctx, p.local, r.local)
		r.begin()
	}
	syncing.Wait()
	return errors.Join(append(errs, s.passOn(ctx, r.taken))...)
}

// indexPart is the part of the time of a brief refresh that indexing may take.
const indexPart = 4

// sharedReport passes on the reports of several refreshes as those of one.
type sharedReport struct {
	report   func(feed.Report)
	accounts int

	mu sync.Mutex
	// done and total count the local feeds, synced the accounts that are done. taken counts
	// the items that got marks of servers.
	done, total, synced, taken int
	// waits is set as long as the number of local feeds is unknown. Until then the reports
	// of accounts wait: the last report of a refresh is the one with Done equal to Total.
	waits   bool
	waiting []feed.Report
}

func (r *sharedReport) local(rep feed.Report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done, r.total = rep.Done, rep.Total
	defer r.passWaiting()
	rep.Done, rep.Total = rep.Done+r.synced, rep.Total+r.accounts
	r.report(rep)
}

// feed passes on the report of a feed of an account.
func (r *sharedReport) feed(rep feed.Report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rep.Done, rep.Total = r.done+r.synced, r.total+r.accounts
	r.report(rep)
}

// account passes on the report of an account.
func (r *sharedReport) account(rep feed.Report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken += rep.Sync.Taken
	r.waiting = append(r.waiting, rep)
	if !r.waits {
		r.passWaiting()
	}
}

// begin passes on the reports of accounts, although no local feed has reported.
func (r *sharedReport) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.passWaiting()
}

// passWaiting passes on the reports that waited. The caller holds the lock.
func (r *sharedReport) passWaiting() {
	r.waits = false
	for _, rep := range r.waiting {
		r.synced++
		rep.Done, rep.Total = r.done+r.synced, r.total+r.accounts
		r.report(rep)
	}
	r.waiting = nil
}

// syncAccount makes a round of one account and reports it.
func (s *accountSource) syncAccount(ctx context.Context, settings feed.AccountSettings, p refreshPlan, r *sharedReport) error {
	return s.round(ctx, s.account(settings), account.Options{Asked: p.asked[settings.Name], Fetch: p.feeds[settings.Name]}, s.now(), r)
}

// round makes a round and reports it.
func (s *accountSource) round(ctx context.Context, a *account.Account, o account.Options, begun time.Time, r *sharedReport) error {
	name := a.Settings.Name
	o.FeedsStored = s.storeFeeds
	o.Saved = func(saved []feed.Saved) {
		for _, f := range saved {
			if f.New+f.Updated > 0 {
				r.feed(feed.Report{URL: f.URL, Account: name, Status: feed.OK, New: f.New, Updated: f.Updated, Notify: f.Notify, Duration: s.now().Sub(begun)})
			}
		}
	}
	result, err := a.Sync(ctx, o)
	report := feed.Report{URL: a.Settings.URL, Account: name, Status: feed.Unchanged, New: result.New, Sync: &feed.Sync{Sent: result.Sent, Taken: result.Taken},
		Error: result.Message, Duration: s.now().Sub(begun), Next: result.Next}
	switch {
	case err != nil:
		report.Status, report.Error = feed.Failed, "account "+name+": "+err.Error()
	case result.Skipped:
		s.mu.Lock()
		s.busy[name] = s.now().Add(busyPause)
		s.mu.Unlock()
		report.Status, report.Error, report.Reason = feed.Skipped, "", result.Message
	case result.Failed:
		report.Status = feed.Failed
	case result.New+result.Sent+result.Taken > 0:
		report.Status = feed.OK
	}
	r.account(report)
	return err
}

// Send implements [feed.Source]. The accounts do not wait for each other: a server that does
// not answer must not hold up the marks of the others.
func (s *accountSource) Send(ctx context.Context) (sent int, err error) {
	accounts := s.settingsOfAccounts()
	counts, errs := make([]int, len(accounts)), make([]error, len(accounts))
	var sending sync.WaitGroup
	for i, settings := range accounts {
		sending.Go(func() { counts[i], errs[i] = s.sendTo(ctx, settings) })
	}
	sending.Wait()
	for _, n := range counts {
		sent += n
	}
	return sent, errors.Join(errs...)
}

// sendTo sends the pending marks of one account.
func (s *accountSource) sendTo(ctx context.Context, settings feed.AccountSettings) (sent int, err error) {
	status, err := s.remotes.Status(ctx, settings)
	if err == nil && status.Pending > 0 {
		sent, err = s.account(settings).Send(ctx)
	}
	if err != nil {
		err = errors.New(account.Message(settings.Name, time.Time{}, err))
	}
	return sent, err
}

// Resolve implements [feed.Source].
func (s *accountSource) Resolve(ctx context.Context, name string, accept bool) error {
	settings, err := s.settings(name)
	if err != nil {
		return err
	}
	o := account.Options{Asked: true, Resolve: account.Push}
	if accept {
		o.Resolve = account.Accept
	}
	var failure string
	err = s.round(ctx, s.account(settings), o, s.now(), &sharedReport{report: func(r feed.Report) {
		if r.Sync != nil && r.Status != feed.OK && r.Status != feed.Unchanged {
			failure = cmp.Or(r.Error, r.Reason)
		}
	}})
	if err == nil && failure != "" {
		err = errors.New(failure)
	}
	return err
}

// Subscribe implements [feed.Source].
func (s *accountSource) Subscribe(ctx context.Context, subs ...feed.Subscription) error {
	var local []feed.Subscription
	for _, sub := range subs {
		if sub.Account == "" {
			local = append(local, sub)
			continue
		}
		address, _, _ := text.SplitLogin(sub.URL)
		if err := s.file.Checks.Subscription(address); err != nil {
			return err
		}
		folder := ""
		if len(sub.Tags) > 0 {
			folder = text.Clean(sub.Tags[0])
		}
		err := s.change(ctx, sub.Account, func(server account.Server) error {
			err := server.Subscribe(ctx, sub.URL, text.Clean(sub.Name), folder)
			if errors.Is(err, account.ErrSubscribed) {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(local) == 0 {
		return nil
	}
	return s.localSource.Subscribe(ctx, local...)
}

// change changes something at an account's server at once, and takes over the subscriptions
// from there.
func (s *accountSource) change(ctx context.Context, name string, do func(account.Server) error) error {
	settings, err := s.settings(name)
	if err != nil {
		return err
	}
	a := s.account(settings)
	if err := do(a.Server); err != nil {
		return errors.New(account.Message(name, time.Time{}, err))
	}
	feeds, err := a.Server.Feeds(ctx)
	if err == nil {
		err = s.remotes.SetFeeds(ctx, name, feeds)
	}
	if err != nil {
		return fmt.Errorf("it is done at the server, and the next refresh shows it here: %w", err)
	}
	return s.storeFeeds(ctx)
}

// Unsubscribe implements [feed.Source].
func (s *accountSource) Unsubscribe(ctx context.Context, url string) error {
	address, _, _ := text.SplitLogin(url)
	name, f, err := s.find(ctx, address)
	if err != nil {
		return err
	}
	if name == "" {
		return s.localSource.Unsubscribe(ctx, url)
	}
	return s.change(ctx, name, func(server account.Server) error { return server.Unsubscribe(ctx, f) })
}

// Move implements [feed.Source].
func (s *accountSource) Move(ctx context.Context, from, to string) error {
	name, f, err := s.find(ctx, from)
	if err != nil {
		return err
	}
	if name == "" {
		return s.localSource.Move(ctx, from, to)
	}
	if err := s.file.Checks.Subscription(to); err != nil {
		return err
	}
	return s.change(ctx, name, func(server account.Server) error {
		if err := server.SetAddress(ctx, f, to); err != nil {
			return err
		}
		return s.store.MoveFeed(ctx, f.URL, to)
	})
}

// Rename implements [feed.Source].
func (s *accountSource) Rename(ctx context.Context, url, title string) error {
	name, f, err := s.find(ctx, url)
	if err != nil {
		return err
	}
	if name == "" {
		return s.relabel(ctx, url, func(sub *feed.Subscription) { sub.Name = title })
	}
	return s.change(ctx, name, func(server account.Server) error { return server.Rename(ctx, f, text.Clean(title)) })
}

// SetTags implements [feed.Source]. A feed of an account has one folder.
func (s *accountSource) SetTags(ctx context.Context, url string, tags []string) error {
	name, f, err := s.find(ctx, url)
	switch {
	case err != nil:
		return err
	case name == "":
		return s.relabel(ctx, url, func(sub *feed.Subscription) { sub.Tags = tags })
	case len(tags) > 1:
		return fmt.Errorf("a feed of account %s can be in one folder; name one tag", name)
	}
	folder := ""
	if len(tags) == 1 {
		folder = text.Clean(tags[0])
	}
	return s.change(ctx, name, func(server account.Server) error { return server.SetFolder(ctx, f, folder) })
}

// connectServer returns a client of an account's server.
func connectServer(client *fetch.Client, a feed.AccountSettings) account.Server {
	if a.Kind == "miniflux" {
		return miniflux.New(client, a, time.Now)
	}
	return greader.New(client, a)
}
