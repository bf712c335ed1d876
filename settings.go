package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/text"
	"dateline/ui"
)

// Subscriptions are the feeds with their options merged over the defaults. A
// user and password in a feed's address are options, too: those spelled out
// come first, and the address goes without them.
func (c Config) Subscriptions() []feed.Subscription {
	subs := make([]feed.Subscription, len(c.Feeds))
	for i, f := range c.Feeds {
		f.FeedOptions = f.over(c.Defaults)
		address, _, _ := text.SplitLogin(f.URL)
		subs[i] = feed.Subscription{URL: address, Name: f.Name, Tags: f.Tags, Settings: f.settings(os.LookupEnv)}
	}
	return subs
}

// screen are the options that concern the reader's screen.
func (c Config) screen() (ui.Settings, error) {
	s := ui.Settings{
		Layout:         c.Layout,
		Icons:          c.Icons,
		Theme:          c.Theme,
		Density:        c.Density,
		Keymap:         c.Keymap,
		Keys:           c.bindings(),
		Width:          c.Width,
		Mouse:          c.Mouse,
		RefreshOnStart: c.RefreshOnStart,
		NotifyWith:     c.NotifyWith,
		NoColor:        os.Getenv("NO_COLOR") != "",
	}
	for _, q := range c.Queries {
		query, err := query.Parse(q.Query)
		if err != nil {
			return s, fmt.Errorf("the saved query %s: %w", q.Name, err)
		}
		s.Queries = append(s.Queries, ui.SavedQuery{Name: text.Clean(q.Name), Query: query})
	}
	return s, nil
}

// rules are the [[rules]] tables of a configuration that was checked.
func (c Config) rules() []query.Rule {
	var rules []query.Rule
	for _, r := range c.Rules {
		if rule, err := r.rule(); err == nil {
			rules = append(rules, rule)
		}
	}
	return rules
}

func (r RuleConfig) rule() (query.Rule, error) {
	q, err := query.Parse(r.Query)
	if err != nil {
		return query.Rule{}, err
	}
	until, err := endOf(r.Until)
	return query.Rule{
		Name: r.Name, Query: q,
		Hide: r.Hide, Read: r.Read, Star: r.Star, Labels: r.Labels, Notify: r.Notify,
		Until: until,
	}, err
}

var errNoDate = errors.New("until must be a date such as 2026-12-31")

// endOf is the end of a day that the configuration names, as a TOML date or as
// a string, or an instant in full; zero for nil.
func endOf(value any) (time.Time, error) {
	switch v := value.(type) {
	case nil:
		return time.Time{}, nil
	case time.Time:
		return v, nil
	case toml.LocalDateTime:
		return v.AsTime(time.Local), nil
	case toml.LocalDate:
		return v.AsTime(time.Local).AddDate(0, 0, 1), nil
	case string:
		day, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(v), time.Local)
		if err != nil {
			return time.Time{}, errNoDate
		}
		return day.AddDate(0, 0, 1), nil
	}
	return time.Time{}, errNoDate
}

// over is o with what it does not say taken from d.
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

// settings are a feed's options, those of [defaults] merged in. lookup is the
// environment.
func (f FeedConfig) settings(lookup func(string) (string, bool)) feed.Settings {
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
		Notify:        valueOf(f.Notify),
		Separate:      valueOf(f.Separate),
		UserAgent:     valueOf(f.UserAgent),
		Headers:       headers,
		Access:        access,
	}
}

func valueOf[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
