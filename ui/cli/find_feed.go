package cli

import (
	"errors"
	"fmt"
	"strings"

	"dateline/feed"
	"dateline/feed/text"
)

// findFeed is the subscription that a person means by a URL or by a part of a
// title, as long as that part is in one title only.
func findFeed(feeds []feed.Feed, name string) (feed.Feed, error) {
	name = withoutLogin(name)
	var found, exact []feed.Feed
	part := text.Fold(name)
	if part == "" {
		return feed.Feed{}, errors.New("a feed is named by its URL or by a part of its title; dateline feeds lists them")
	}
	for _, f := range feeds {
		if f.URL == name {
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
		return feed.Feed{}, fmt.Errorf("no feed has %q as its URL or in its title; dateline feeds lists them", name)
	case 1:
		return found[0], nil
	}
	var b strings.Builder
	for _, f := range found {
		b.WriteString("\n    " + text.Clean(f.DisplayTitle()) + "  " + text.Clean(f.URL))
	}
	return feed.Feed{}, fmt.Errorf("%q may mean any of %d feeds; name one by more of its title or by its URL:%s", name, len(found), b.String())
}

// withoutLogin is an address as it may be shown, without user and password.
func withoutLogin(address string) string {
	address, _, _ = text.SplitLogin(address)
	return address
}
