package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"dateline/feed"
	"dateline/feed/find"
	"dateline/feed/text"
)

// Subscriptions returns the feeds with their options merged over [defaults]. A user
// and password in a feed's address are moved from the address to the options. If
// the options have them as well, the options win.
func (c Config) Subscriptions() []feed.Subscription {
	subs := make([]feed.Subscription, len(c.Feeds))
	for i, f := range c.Feeds {
		f.FeedOptions = f.over(c.Defaults)
		address, _, _ := text.SplitLogin(f.URL)
		subs[i] = feed.Subscription{URL: address, Name: f.Name, Tags: f.Tags, Settings: f.settings(os.LookupEnv)}
	}
	return subs
}

// over returns o, with the options that are not set in o taken from d.
func (o FeedOptions) over(d FeedOptions) FeedOptions {
	if reflect.ValueOf(o).IsZero() {
		return d
	}
	if d.Headers != nil {
		headers := maps.Clone(d.Headers)
		maps.Copy(headers, o.Headers)
		o.Headers = headers
	}
	mine, theirs := reflect.ValueOf(&o).Elem(), reflect.ValueOf(d)
	for i := range mine.NumField() {
		if mine.Field(i).IsZero() {
			mine.Field(i).Set(theirs.Field(i))
		}
	}
	return o
}

// settings returns the options of a feed that was merged with [defaults]. lookup
// returns environment variables.
func (f Feed) settings(lookup func(string) (string, bool)) feed.Settings {
	env := environment{lookup: lookup}
	headers := maps.Clone(f.Headers)
	for name, value := range headers {
		headers[name] = env.expand(value)
	}
	access := feed.Access{
		User:            env.expand(f.User),
		Password:        env.expand(f.Password),
		PasswordCommand: f.PasswordCommand,
		Cookies:         env.expand(f.Cookies),
		Proxy:           env.expand(valueOf(f.Proxy)),
		Insecure:        f.Insecure,
		AllowPrivate:    f.AllowPrivate,
		Filter:          f.Filter,
	}
	_, user, password := text.SplitLogin(f.URL)
	access.User = cmp.Or(access.User, user)
	if f.PasswordCommand == nil {
		access.Password = cmp.Or(access.Password, password)
	}
	access.Unset = env.unset
	return feed.Settings{
		Interval:      valueOf(f.Interval).Duration.Duration,
		Paused:        valueOf(f.Paused),
		Timeout:       valueOf(f.Timeout).Duration,
		KeepDays:      valueOf(f.KeepDays),
		KeepItems:     valueOf(f.KeepItems),
		KeepUnread:    valueOf(f.KeepUnread),
		RenewEdited:   valueOf(f.OnUpdate) == "unread",
		Fulltext:      valueOf(f.Fulltext),
		KeepSelectors: f.FulltextKeep,
		DropSelectors: f.FulltextDrop,
		Images:        valueOf(f.Images),
		Notify:        valueOf(f.Notify),
		Separate:      valueOf(f.Separate),
		UserAgent:     valueOf(f.UserAgent),
		Headers:       headers,
		Access:        access,
	}
}

// valueOf returns the value of an option, the zero value if it is not set.
func valueOf[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// checkFeeds adds the mistakes in [[feeds]] tables, and cleans names and tags.
func (p *problems) checkFeeds(feeds []Feed) {
	options := limitedOptions(reflect.TypeFor[Feed]())
	seen := make(map[string]bool, len(feeds))
	for i := range feeds {
		f := &feeds[i]
		f.URL = strings.TrimSpace(f.URL)
		f.Name = text.Clean(f.Name)
		p.checkOptions(options, reflect.ValueOf(*f), "feeds", i)
		p.checkFeedOptions(f.FeedOptions, "feeds", i)
		address, _, _ := text.SplitLogin(f.URL)
		if err := p.checks.feedURL(address); err != nil {
			p.add(p.locate("feeds", i, "url"), "%v", err)
		} else if seen[text.AddressKey(address)] {
			p.add(p.locate("feeds", i, "url"), "the feed %s is listed twice; remove one of the two", address)
		}
		seen[text.AddressKey(address)] = true
		for n, tag := range f.Tags {
			if f.Tags[n] = text.Clean(tag); f.Tags[n] == "" {
				p.add(p.locate("feeds", i, "tags", n), "a tag must not be empty; remove it")
			}
		}
		p.checkAccess(*f, i)
	}
}

// checkAccess adds the mistakes in how a feed is accessed. The values are secrets,
// so no message repeats one.
func (p *problems) checkAccess(f Feed, i int) {
	_, user, _ := text.SplitLogin(f.URL)
	user = cmp.Or(f.User, user)
	switch {
	case f.Password != "" && f.PasswordCommand != nil:
		p.add(p.locate("feeds", i, "password_command"), "a feed can have password or password_command, not both; remove one")
	case user == "" && f.Password != "":
		p.add(p.locate("feeds", i, "password"), "a password needs a user; add user = \"…\"")
	case user == "" && f.PasswordCommand != nil:
		p.add(p.locate("feeds", i, "password_command"), "a password needs a user; add user = \"…\"")
	}
	for name, c := range map[string]Command{"password_command": f.PasswordCommand, "filter": f.Filter} {
		if c != nil && (len(c) == 0 || c[0] == "") {
			p.add(p.locate("feeds", i, name), "%s is empty; write the program to run, or remove the option", name)
		}
	}
	if !isHeaderValue(f.Cookies) {
		p.add(p.locate("feeds", i, "cookies"), "cookies must be one line without control characters")
	}
}

// checkFeedOptions adds the mistakes in the options of [defaults] or of a feed. path
// leads to the table.
func (p *problems) checkFeedOptions(f FeedOptions, path ...any) {
	at := func(names ...any) span { return p.locate(slices.Concat(path, names)...) }
	if path[0] == "defaults" {
		p.checkOptions(limitedOptions(reflect.TypeFor[FeedOptions]()), reflect.ValueOf(f), path...)
	}
	if f.Interval != nil && f.Interval.err != nil {
		p.add(at("interval"), "interval: %v", f.Interval.err)
	}
	switch d := f.Timeout; {
	case d == nil:
	case d.err != nil:
		p.add(at("timeout"), "timeout: %v", d.err)
	case d.Duration < time.Second:
		p.add(at("timeout"), `timeout %v`, errTooShort)
	}
	if !isHeaderValue(valueOf(f.UserAgent)) {
		p.add(at("user_agent"), "user_agent must be one line without control characters")
	}
	for name, value := range f.Headers {
		if !isToken(name) || !isHeaderValue(value) {
			p.add(at("headers", name), "%q is not a valid header; use letters, digits and dashes in the name, and one line as value", name)
		}
	}
	for name, selectors := range map[string]List{"fulltext_keep": f.FulltextKeep, "fulltext_drop": f.FulltextDrop} {
		for n, selector := range selectors {
			if err := find.CheckSelector(selector); err != nil {
				p.add(at(name, n), "%s: %v", name, err)
			}
		}
	}
	if proxy := valueOf(f.Proxy); !strings.Contains(proxy, "${") {
		if err := p.checks.Proxy(proxy); err != nil {
			p.add(at("proxy"), "proxy %v", err)
		}
	}
}

// isToken reports whether s can name a header (RFC 9110 section 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

// isHeaderValue reports whether s is one line that can be the value of a header.
func isHeaderValue(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// feedURL checks the address of a feed in the configuration.
func (c Checks) feedURL(s string) error {
	if !c.IsLocal(s) {
		return c.Subscription(s)
	}
	if text.Clean(s) != s {
		return fmt.Errorf("%q contains invisible characters; type it again", s)
	}
	return c.Local(s)
}

// Subscription checks the address of a new subscription. The address comes from a key, a
// command, a web page or an OPML file. An address that runs a program or reads a file is
// refused. It can only be written into the configuration by the user.
func (c Checks) Subscription(s string) error {
	if s == "" {
		return errors.New("a feed needs an address; add url = \"https://…\"")
	}
	if c.IsLocal(s) {
		return fmt.Errorf("feeds from files and programs can only be added in the configuration; write %q there by hand", text.Clean(s))
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || strings.ContainsFunc(s, unicode.IsSpace) || text.Clean(s) != s:
		return fmt.Errorf("%q is not a valid address; copy it again from the feed's page", s)
	case s == c.Builtin:
		return nil
	case u.Scheme == "builtin":
		return fmt.Errorf("there is no built-in feed %q; the only one is %s", s, c.Builtin)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("%q is not the address of a feed; it must begin with https:// or http://, followed by a host", s)
	}
	return nil
}
