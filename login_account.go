package main

import (
	"context"
	"errors"
	"strings"
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
// The error is a [*cli.WrongLogin] if another user or secret can mend it.
func (p *program) tryAccount(ctx context.Context, n cli.NewAccount) (feeds int, err error) {
	s := accountSettings(p.config.Defaults, n)
	for _, command := range [][]string{s.TokenCommand, s.Access.PasswordCommand} {
		if len(command) == 0 {
			continue
		}
		// Another trial may be about what the command printed.
		if _, err := p.client.SecretNow(ctx, command); err != nil {
			return 0, wrongLogin(ctx, n.Name, err)
		}
	}
	list, err := p.source.connect(p.client, s).Feeds(ctx)
	switch {
	case errors.Is(err, account.ErrRefused) && s.Kind == "greader":
		return 0, &cli.WrongLogin{Problem: text.Clean(s.URL) + " refuses the login; FreshRSS wants the API password of your profile"}
	case errors.Is(err, account.ErrRefused):
		return 0, &cli.WrongLogin{Problem: text.Clean(s.URL) + " refuses the login"}
	case err != nil:
		return 0, errors.New(account.Message(n.Name, time.Time{}, err))
	}
	return len(list), nil
}

// wrongLogin returns the error about a command that prints no secret.
func wrongLogin(ctx context.Context, name string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &cli.WrongLogin{Problem: strings.TrimSuffix(account.Message(name, time.Time{}, err), ".")}
}

// addAccount writes an account into the configuration. A new file has no feeds, so those of
// the example leave the database, too.
func (p *program) addAccount(ctx context.Context, n cli.NewAccount) error {
	return p.source.edit(ctx, func() (config.Config, error) {
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
