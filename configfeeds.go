package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"dateline/feed/fetch"
	"dateline/feed/find"
	"dateline/feed/text"
)

// checkFeeds notes the subscriptions that could not be asked.
func (p *problems) checkFeeds(feeds []FeedConfig) {
	options := limitedOf(reflect.TypeFor[FeedConfig]())
	seen := make(map[string]bool, len(feeds))
	for i := range feeds {
		f := &feeds[i]
		f.URL = strings.TrimSpace(f.URL)
		f.Name = text.Clean(f.Name)
		p.checkOptions(options, reflect.ValueOf(*f), "feeds", i)
		p.checkFeedOptions(f.FeedOptions, "feeds", i)
		address, _, _ := text.SplitLogin(f.URL)
		if err := checkFeedURL(address); err != nil {
			p.add(p.place("feeds", i, "url"), "%v", err)
		} else if seen[address] {
			p.add(p.place("feeds", i, "url"), "the feed %s is here already; take one of the two away", address)
		}
		seen[address] = true
		for n, tag := range f.Tags {
			if f.Tags[n] = text.Clean(tag); f.Tags[n] == "" {
				p.add(p.place("feeds", i, "tags", n), "a tag must not be empty")
			}
		}
		p.checkAccess(*f, i)
	}
}

// checkAccess notes what keeps a feed from being reached the way it says. The
// values are secrets: no message repeats one.
func (p *problems) checkAccess(f FeedConfig, i int) {
	_, user, _ := text.SplitLogin(f.URL)
	user = cmp.Or(f.User, user)
	switch {
	case f.Password != "" && f.PasswordCommand != nil:
		p.add(p.place("feeds", i, "password_command"), "a feed has password or password_command, not both; take one away")
	case user == "" && f.Password != "":
		p.add(p.place("feeds", i, "password"), "a password needs the user that it belongs to: user = \"…\"")
	case user == "" && f.PasswordCommand != nil:
		p.add(p.place("feeds", i, "password_command"), "a password needs the user that it belongs to: user = \"…\"")
	}
	for name, c := range map[string]Command{"password_command": f.PasswordCommand, "filter": f.Filter} {
		if c != nil && (len(c) == 0 || c[0] == "") {
			p.add(p.place("feeds", i, name), "%s names no program", name)
		}
	}
	if !isHeaderValue(f.Cookies) {
		p.add(p.place("feeds", i, "cookies"), "cookies can't be sent: they have to be one line without control characters")
	}
}

func (p *problems) checkFeedOptions(f FeedOptions, path ...any) {
	place := func(names ...any) span { return p.place(slices.Concat(path, names)...) }
	if path[0] == "defaults" {
		p.checkOptions(limitedOf(reflect.TypeFor[FeedOptions]()), reflect.ValueOf(f), path...)
	}
	if f.Interval != nil && f.Interval.err != nil {
		p.add(place("interval"), "interval: %v", f.Interval.err)
	}
	switch d := f.Timeout; {
	case d == nil:
	case d.err != nil:
		p.add(place("timeout"), "timeout: %v", d.err)
	case d.Duration < time.Second:
		p.add(place("timeout"), `timeout %v`, errTooShort)
	}
	if !isHeaderValue(valueOf(f.UserAgent)) {
		p.add(place("user_agent"), "user_agent can't be sent: it has to be one line without control characters")
	}
	for name, value := range f.Headers {
		if !isToken(name) || !isHeaderValue(value) {
			p.add(place("headers", name), "%q is not a header that can be sent: a name has letters, digits and dashes, a value is one line", name)
		}
	}
	for name, selectors := range map[string]List{"fulltext_keep": f.FulltextKeep, "fulltext_drop": f.FulltextDrop} {
		for n, selector := range selectors {
			if err := find.CheckSelector(selector); err != nil {
				p.add(place(name, n), "%s: %v", name, err)
			}
		}
	}
	if proxy := valueOf(f.Proxy); !strings.Contains(proxy, "${") {
		if err := fetch.CheckProxy(proxy); err != nil {
			p.add(place("proxy"), "proxy %v", err)
		}
	}
}

// isToken says whether s can name a header (RFC 9110 section 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

// isHeaderValue says whether s is one line that a header can have as its value.
func isHeaderValue(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// checkFeedURL says what keeps s from being a feed's address in the
// configuration.
func checkFeedURL(s string) error {
	if !fetch.IsLocal(s) {
		return checkSubscription(s)
	}
	if text.Clean(s) != s {
		return fmt.Errorf("%q has characters in it that can't be seen; write it anew", s)
	}
	return fetch.CheckLocal(s)
}

// checkSubscription says what keeps s from being an address that a key, a
// command, a page or an OPML file can subscribe to. What runs a program or reads
// a file is for the configuration alone, which only its owner writes.
func checkSubscription(s string) error {
	if s == "" {
		return errors.New("a feed needs its address: url = \"https://…\"")
	}
	if fetch.IsLocal(s) {
		return fmt.Errorf("%q was not subscribed to, since a feed from a file or a program can only stand in the configuration; write it there by hand", text.Clean(s))
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || strings.ContainsFunc(s, unicode.IsSpace) || text.Clean(s) != s:
		return fmt.Errorf("%q is not an address that can be read; copy it again from the feed's page", s)
	case s == guideURL:
		return nil
	case u.Scheme == "builtin":
		return fmt.Errorf("there is no built-in feed %q; the only one is %s", s, guideURL)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("%q is not a feed's address; it must begin with https:// or http://, followed by a host", s)
	}
	return nil
}
