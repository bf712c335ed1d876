package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"dateline/cache"
	"dateline/config"
	"dateline/feed"
	"dateline/feed/poll"
	"dateline/feed/text"
)

// localSource is the part of the [feed.Source] for the [[feeds]] tables of the configuration
// file. It checks the feeds itself.
type localSource struct {
	// longRunning is true if the program goes on after a refresh. Then a refresh gives
	// memory back to the system.
	longRunning bool
	// refreshing is the number of running refreshes.
	refreshing atomic.Int32
	poller     *poll.Poller
	file       *config.File
	store      *cache.Store

	// others returns the subscriptions of accounts. It may be nil.
	others otherFeeds

	mu   sync.Mutex
	subs []feed.Subscription
	// accounts are the accounts of the file. folder is that of [sync]; empty if there is
	// none, and folderErr says why it cannot be used.
	accounts  []feed.AccountSettings
	folder    string
	folderErr error
	// version is the version of the file that subs were read from.
	version fileVersion
	// unusable is why the file cannot be used now, nil if it can.
	unusable error
}

// otherFeeds returns the subscriptions of accounts.
type otherFeeds func(ctx context.Context, accounts []feed.AccountSettings) ([]feed.Subscription, error)

// fileVersion is different after a file was changed. It is zero if there is no file.
type fileVersion struct {
	modified time.Time
	size     int64
}

func versionOf(path string) fileVersion {
	info, err := os.Stat(path)
	if err != nil {
		return fileVersion{}
	}
	return fileVersion{info.ModTime(), info.Size()}
}

// newLocalSource returns a source for a file with the configuration c. It replaces
// the subscriptions in the database by the subscriptions of c. It sets o.Store and
// o.Subscriptions.
func newLocalSource(ctx context.Context, file *config.File, c config.Config, store *cache.Store, o poll.Options, others otherFeeds) (*localSource, error) {
	s := &localSource{file: file, store: store, others: others}
	s.use(c)
	o.Store, o.Subscriptions = store, s.subscriptions
	s.poller = poll.New(o)
	err := s.setFeeds(ctx)
	if store.ReadOnly() != nil {
		err = nil // Refresh sets the feeds when the database is writable again
	}
	return s, err
}

// subscriptions returns the subscriptions. It reads the file again if it was changed, or
// could not be used before. If the file is gone or has mistakes, it returns the
// subscriptions as they were before.
func (s *localSource) subscriptions() []feed.Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := versionOf(s.file.Path)
	if now == s.version && s.unusable == nil {
		return s.subs
	}
	c, err := s.file.Load()
	if s.version, s.unusable = now, err; err == nil {
		s.use(c)
	}
	return s.subs
}

// use takes over what a configuration says. The caller holds the lock.
func (s *localSource) use(c config.Config) {
	s.subs, s.accounts, s.version, s.unusable = c.Subscriptions(), c.Accounts(), versionOf(s.file.Path), nil
	s.folder, s.folderErr = c.SyncFolder()
	s.store.SetRules(c.ParsedRules())
}

// settingsOfAccounts returns the accounts of the file. See subscriptions.
func (s *localSource) settingsOfAccounts() []feed.AccountSettings {
	s.subscriptions()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accounts
}

// allSubscriptions returns the subscriptions of the file, and behind them those of the
// accounts.
func (s *localSource) allSubscriptions(ctx context.Context) ([]feed.Subscription, error) {
	subs := s.subscriptions()
	accounts := s.settingsOfAccounts()
	if s.others == nil || len(accounts) == 0 {
		return subs, nil
	}
	others, err := s.others(ctx, accounts)
	return slices.Concat(subs, others), err
}

// storeFeeds replaces the subscriptions in the database.
func (s *localSource) storeFeeds(ctx context.Context) error {
	subs, err := s.allSubscriptions(ctx)
	if err != nil {
		return err
	}
	return s.store.SetFeeds(ctx, subs)
}

// unusableFile returns the user message about a file that could not be used when it was
// read last, empty if it could be used.
func (s *localSource) unusableFile() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unusable == nil {
		return ""
	}
	what := s.unusable.Error()
	if wrong := (*config.Error)(nil); errors.As(s.unusable, &wrong) {
		what = wrong.First()
	}
	return "your feeds stay as they were: " + what
}

// Refresh implements [feed.Source]. If the configuration cannot be used, the feeds stay as
// they were, and every report says so.
func (s *localSource) Refresh(ctx context.Context, request feed.RefreshRequest, report func(feed.Report)) error {
	if err := s.setFeeds(ctx); err != nil {
		return err
	}
	if warning := s.unusableFile(); warning != "" {
		plain := report
		report = func(r feed.Report) {
			r.Warning = warning
			plain(r)
		}
	}
	if s.refreshing.Add(1) == 1 {
		refreshLimits.use()
	}
	defer func() {
		if s.refreshing.Add(-1) > 0 {
			return
		}
		screenLimits.use()
		if !s.longRunning {
			return
		}
		s.store.ReleaseMemory(ctx)
		freeSpareMemory()
	}()
	return s.poller.Refresh(ctx, request, report)
}

// Discover implements [feed.Source].
func (s *localSource) Discover(ctx context.Context, url string) ([]feed.Candidate, error) {
	return s.poller.Discover(ctx, url)
}

// Preview implements [feed.Source].
func (s *localSource) Preview(ctx context.Context, url string) (feed.Preview, error) {
	return s.poller.Preview(ctx, url)
}

// PageText implements [feed.Source].
func (s *localSource) PageText(ctx context.Context, item int64) (feed.PageText, error) {
	a, err := s.store.Article(ctx, item)
	if err != nil {
		return feed.PageText{}, err
	}
	var sub feed.Subscription
	subs, err := s.allSubscriptions(ctx)
	if err != nil {
		return feed.PageText{}, err
	}
	for _, known := range subs {
		if known.URL == a.Feed {
			sub = known
		}
	}
	text, err := s.poller.PageText(ctx, sub, a.Link)
	if err != nil || text.Fetched.IsZero() {
		return text, err
	}
	return text, s.store.SetPageText(ctx, item, text)
}

// NextDue implements [feed.Source].
func (s *localSource) NextDue(ctx context.Context) (time.Time, error) {
	return s.poller.NextDue(ctx)
}

// Changed implements [feed.Source]. If the system cannot watch the database, it
// reports nothing.
func (s *localSource) Changed(ctx context.Context) <-chan struct{} {
	changes, err := s.store.Changes(ctx)
	if err != nil {
		return nil
	}
	return changes
}

// Subscribe implements [feed.Source].
func (s *localSource) Subscribe(ctx context.Context, subs ...feed.Subscription) error {
	clean := make([]feed.Subscription, len(subs))
	for i, sub := range subs {
		address, _, _ := text.SplitLogin(sub.URL)
		if err := s.file.Checks.Subscription(address); err != nil {
			return err
		}
		clean[i] = feed.Subscription{URL: sub.URL, Name: text.Clean(sub.Name)}
		for _, tag := range sub.Tags {
			if tag = text.Clean(tag); tag != "" {
				clean[i].Tags = append(clean[i].Tags, tag)
			}
		}
	}
	return s.edit(ctx, func() (config.Config, error) { return s.file.Add(clean) })
}

// Unsubscribe implements [feed.Source].
func (s *localSource) Unsubscribe(ctx context.Context, url string) error {
	url, _, _ = text.SplitLogin(url)
	known := false
	for _, sub := range s.subscriptions() {
		known = known || text.SameAddress(sub.URL, url)
	}
	if !known {
		return notSubscribed(url)
	}
	return s.edit(ctx, func() (config.Config, error) { return s.file.Remove(url) })
}

// saveQuery writes a saved query into the file.
func (s *localSource) saveQuery(_ context.Context, name, query string) error {
	return s.editFile(func() (config.Config, error) {
		return s.file.AddQuery(config.Query{Name: name, Query: query})
	})
}

// edit changes the file, and replaces the subscriptions in the database by the
// subscriptions of the file.
func (s *localSource) edit(ctx context.Context, change func() (config.Config, error)) error {
	if err := s.editFile(change); err != nil {
		return err
	}
	if err := s.storeFeeds(ctx); err != nil {
		return fmt.Errorf("the configuration is changed, and the next start brings the database up to date: %w", err)
	}
	return nil
}

// editFile changes the file and leaves the subscriptions in the database unchanged.
func (s *localSource) editFile(change func() (config.Config, error)) error {
	c, err := change()
	if err != nil {
		return err
	}
	if !s.longRunning {
		if message := s.file.Exposed(c); message != "" {
			warn(message)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.use(c)
	return nil
}

// Move implements [feed.Source]. It changes the file first, then the database. If the
// database cannot be changed, the file is changed back. If the process ends between the
// two changes, the next one completes the move (move_feed.go).
func (s *localSource) Move(ctx context.Context, from, to string) error {
	from, _, _ = text.SplitLogin(from)
	address, _, _ := text.SplitLogin(to)
	subs := s.subscriptions()
	i := slices.IndexFunc(subs, func(sub feed.Subscription) bool { return text.SameAddress(sub.URL, from) })
	if i < 0 {
		return notSubscribed(from)
	}
	from = subs[i].URL
	if err := s.file.Checks.Subscription(address); err != nil {
		return err
	}
	if err := checkMove(subs[i], address); err != nil {
		return err
	}
	if from == address {
		return fmt.Errorf("the feed's address is %s already; name the address to move it to", text.Clean(address))
	}
	other := slices.IndexFunc(subs, func(sub feed.Subscription) bool { return text.SameAddress(sub.URL, address) })
	if other >= 0 && other != i {
		return fmt.Errorf("you are already subscribed to %s; run `dateline remove` for one of the two feeds first", text.Clean(address))
	}
	return s.moveInBoth(ctx, from, to, address)
}

// checkMove returns an error if a feed must not move to another address. A feed with a
// password, cookies or headers must not move to another server, because they would be
// sent there.
func checkMove(sub feed.Subscription, to string) error {
	old, err := url.Parse(sub.URL)
	if err != nil {
		return fmt.Errorf("the feed's address %s is invalid; correct it in the configuration", text.Clean(sub.URL))
	}
	u, err := url.Parse(to)
	if err != nil {
		return fmt.Errorf("the address %s is invalid; check its spelling", text.Clean(to))
	}
	a := sub.Settings.Access
	private := a.User != "" || a.Password != "" || len(a.PasswordCommand) > 0 || a.Cookies != "" || len(sub.Settings.Headers) > 0
	same := strings.EqualFold(old.Host, u.Host) && (u.Scheme == old.Scheme || u.Scheme == "https")
	if private && !same {
		return fmt.Errorf("the feed has a password, cookies or headers, and %s is another server; to send them there, change the address in the configuration yourself", text.Clean(u.Host))
	}
	return nil
}

// Relabel gives a feed of the file another name and other tags.
func (s *localSource) Relabel(ctx context.Context, url, name string, tags []string) error {
	return s.edit(ctx, func() (config.Config, error) { return s.file.Relabel(url, name, tags) })
}

// relabel changes the name or the tags of a feed of the file.
func (s *localSource) relabel(ctx context.Context, url string, change func(*feed.Subscription)) error {
	for _, sub := range s.subscriptions() {
		if text.SameAddress(sub.URL, url) {
			change(&sub)
			return s.Relabel(ctx, sub.URL, sub.Name, sub.Tags)
		}
	}
	return notSubscribed(url)
}

// notSubscribed returns the error about an address that is not subscribed.
func notSubscribed(url string) error {
	return fmt.Errorf("you are not subscribed to %s; `dateline feeds` lists your feeds", text.Clean(url))
}
