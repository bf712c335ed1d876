package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dateline/feed"
	"dateline/feed/text"
)

// findFeed returns the subscription with a URL, or with a title or URL that contains
// name. A title that is equal to name is preferred. If there is no such subscription
// or more than one, findFeed returns an error. Case and accents do not matter.
func findFeed(feeds []feed.Feed, name string) (feed.Feed, error) {
	name = withoutLogin(name)
	var found, exact []feed.Feed
	part := text.Fold(name)
	if part == "" {
		return feed.Feed{}, errors.New("name a feed by its URL or a part of its title; `dateline feeds` lists your feeds")
	}
	for _, f := range feeds {
		if text.SameAddress(f.URL, name) {
			return f, nil
		}
		if text.Fold(f.Title) == part {
			exact = append(exact, f)
		}
		if strings.Contains(text.Fold(f.Title), part) || strings.Contains(text.Fold(f.URL), part) {
			found = append(found, f)
		}
	}
	if len(exact) == 1 {
		found = exact
	}
	switch len(found) {
	case 0:
		return feed.Feed{}, fmt.Errorf("no feed has %q in its URL or title; `dateline feeds` lists your feeds", name)
	case 1:
		return found[0], nil
	}
	var b strings.Builder
	for _, f := range found {
		b.WriteString("\n    " + text.Clean(f.DisplayTitle()) + "  " + text.Clean(f.URL))
	}
	return feed.Feed{}, fmt.Errorf("%q matches %s; use a longer part of the title, or the URL:%s", name, text.Plural(len(found), "feed"), b.String())
}

// findFeeds returns the subscriptions with the given names, each once, in the order of
// the names. If there are no names, it returns all subscriptions.
func findFeeds(ctx context.Context, s *Session, names []string) ([]feed.Feed, error) {
	all, err := s.Store.Feeds(ctx)
	if err != nil || len(names) == 0 {
		return all, err
	}
	var found []feed.Feed
	seen := map[string]bool{}
	for _, name := range names {
		f, err := findFeed(all, name)
		if err != nil {
			return nil, err
		}
		if !seen[f.URL] {
			found = append(found, f)
		}
		seen[f.URL] = true
	}
	return found, nil
}

// completeFeed returns the subscriptions for the completion of the shell.
func (a *app) completeFeed(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var completions []cobra.Completion
	err := a.withSession(func(ctx context.Context, s *Session, _ []string) error {
		feeds, err := s.Store.Feeds(ctx)
		for _, f := range feeds {
			completions = append(completions, cobra.CompletionWithDesc(f.URL, text.Clean(f.Title)))
		}
		return err
	})(cmd, nil)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return completions, cobra.ShellCompDirectiveNoFileComp
}

// withoutLogin returns an address without its user and password, so that the address
// may be shown.
func withoutLogin(address string) string {
	address, _, _ = text.SplitLogin(address)
	return address
}
