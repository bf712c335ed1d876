package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dateline/config"
	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/account/probe"
	"dateline/feed/fetch"
	"dateline/feed/text"
	"dateline/ui/cli"
)

// findServer finds out which kind of server is at an address. The proxy is that of
// [defaults].
func (p *program) findServer(ctx context.Context, address string, insecure bool) (kind, base string, err error) {
	s := accountSettings(p.config.Defaults, cli.NewAccount{Insecure: insecure})
	kind, base, err = probe.Find(ctx, p.client, address, s.Access)
	return kind, base, userError(err)
}

// tryAccount logs in to the server of an account, and returns how many subscriptions it has.
func (p *program) tryAccount(ctx context.Context, n cli.NewAccount) (feeds int, err error) {
	s := accountSettings(p.config.Defaults, n)
	list, err := p.source.connect(p.client, s).Feeds(ctx)
	switch {
	case errors.Is(err, account.ErrRefused) && s.Kind == "greader":
		return 0, fmt.Errorf("%s refuses the login; FreshRSS wants the API password of your profile; nothing was written, run `dateline login` again", text.Clean(s.URL))
	case errors.Is(err, account.ErrRefused):
		return 0, fmt.Errorf("%s refuses the login; nothing was written, run `dateline login` again", text.Clean(s.URL))
	case err != nil:
		return 0, errors.New(account.Message(n.Name, time.Time{}, err))
	}
	return len(list), nil
}

// addAccount writes an account into the configuration.
func (p *program) addAccount(_ context.Context, n cli.NewAccount) error {
	return p.source.editFile(func() (config.Config, error) {
		return p.source.file.AddAccount(accountTable(n), n.Private)
	})
}

// accountTable returns an account as the configuration has it.
func accountTable(n cli.NewAccount) config.Account {
	return config.Account{
		Name: n.Name, Kind: n.Kind, URL: n.URL, Token: n.Token, TokenCommand: n.TokenCommand,
		User: n.User, Password: n.Password, PasswordCommand: n.PasswordCommand, Insecure: n.Insecure,
	}
}

// accountSettings returns an account that is not in the configuration yet, with the options
// of [defaults].
func accountSettings(defaults config.FeedOptions, n cli.NewAccount) feed.AccountSettings {
	c := config.Config{Defaults: defaults, AccountTables: []config.Account{accountTable(n)}}
	return c.Accounts()[0]
}

// userError returns the user message of a failed request as an error, and every other error
// as it is.
func userError(err error) error {
	var failed *fetch.Error
	if errors.As(err, &failed) {
		return errors.New(failed.UserMessage())
	}
	return err
}
