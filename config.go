package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"

	"dateline/feed"
	"dateline/ui"
)

// Config is the configuration file. Each field is one option: its tags give
// the option's name, its default as a TOML value, a sample where there is no
// default to show, and, for words, the words allowed; its comment is the
// option's documentation, from which config.example.toml is made.
type Config struct {
	// Browser is the program that opens links: a list of arguments, or one
	// string that is split at blanks (no shell sees it). %u becomes the address;
	// without %u it is added at the end. The default is the system's own way:
	// xdg-open, open on macOS.
	Browser Command `toml:"browser" sample:"[\"firefox\", \"--new-tab\", \"%u\"]"`
	// Layout places the panes: side by side ("columns"), list above article
	// ("stack"), one at a time ("single"), or whichever the terminal's size
	// suits ("auto").
	Layout string `toml:"layout" default:"auto" oneof:"auto columns stack single"`
	// Width is the longest line of an article, in columns.
	Width int `toml:"width" default:"76" min:"20" max:"400"`
	// Icons says which signs mark unread, starred and the like. "ascii" is for
	// fonts and terminals that lack the others.
	Icons string `toml:"icons" default:"unicode" oneof:"unicode ascii"`
	// Theme is "dark" or "light"; "auto" asks the terminal for its background.
	Theme string `toml:"theme" default:"auto" oneof:"auto dark light"`
	// Density is how much of an item the list shows: title, age and the start of
	// the text ("comfortable"), or one line ("compact").
	Density string `toml:"density" default:"comfortable" oneof:"comfortable compact"`
	// Mouse lets clicks and the wheel work; the terminal's own selection then
	// needs shift.
	Mouse bool `toml:"mouse" default:"true"`
	// Keymap is the set of keys that [keys] changes: dateline's own or
	// newsboat's.
	Keymap string `toml:"keymap" default:"dateline" oneof:"dateline newsboat"`
	// RefreshOnStart asks every feed as soon as the reader opens; without it only
	// those that are due.
	RefreshOnStart bool `toml:"refresh_on_start" default:"false"`
	// Workers is how many feeds are asked at the same time.
	Workers int `toml:"workers" default:"16" min:"1" max:"256"`
	// PerHost is how many feeds of one server are asked at the same time.
	PerHost int `toml:"per_host" default:"2" min:"1" max:"16"`

	// Keys binds keys to actions. The value is an action, a list of actions done
	// one after the other, or false, which takes the key away. The help page (?)
	// names every action.
	Keys map[string]any `toml:"keys" sample:"\"ctrl+r\" = \"refresh-all\"\n\"Q\" = false"`
	// Defaults hold for every feed. A feed can have each of these options for
	// itself.
	Defaults FeedOptions `toml:"defaults"`
	// Feeds are the subscriptions, in the order the reader shows them. Beside url,
	// name and tags, each can have every option of [defaults]. The keys a and
	// the commands add, remove and import change only their own lines here.
	Feeds []FeedConfig `toml:"feeds"`
	// Queries are saved searches, shown above the feeds. The query language is
	// explained in the built-in guide.
	Queries []QueryConfig `toml:"queries"`
}

// FeedConfig is one [[feeds]] table.
type FeedConfig struct {
	// URL is the address of the feed: http://…, https://… or builtin:guide.
	URL string `toml:"url"`
	// Name replaces the title that the feed gives itself.
	Name string `toml:"name"`
	// Tags group feeds; a feed can have several.
	Tags []string `toml:"tags"`
	FeedOptions
}

// FeedOptions are the options of [defaults], each of which a feed can have for
// itself. Nil means not given.
type FeedOptions struct {
	// Interval is the time from one check of a feed to the next: "45m", "6h",
	// "1d", "2w".
	Interval *Duration `toml:"interval" default:"30m"`
	// Timeout is how long one answer may take as a whole.
	Timeout *Duration `toml:"timeout" default:"30s"`
	// KeepDays drops items older than so many days; 0 keeps them for ever.
	// Starred and labelled items always stay.
	KeepDays *int `toml:"keep_days" default:"0" min:"0"`
	// KeepItems drops a feed's oldest items above this number; 0 keeps them all.
	// Starred and labelled items always stay.
	KeepItems *int `toml:"keep_items" default:"0" min:"0"`
	// KeepUnread lets unread items stay whatever the two options above say.
	KeepUnread *bool `toml:"keep_unread" default:"true"`
	// UserAgent replaces the name that dateline gives itself to servers.
	UserAgent *string `toml:"user_agent" sample:"\"Mozilla/5.0 (X11; Linux x86_64)\""`
	// Headers are sent with each request, to the feed's own server only. Those
	// of a feed join those of [defaults].
	Headers map[string]string `toml:"headers" sample:"{ Accept-Language = \"en\" }"`
}

// QueryConfig is one [[queries]] table.
type QueryConfig struct {
	// Name is what the reader shows.
	Name string `toml:"name"`
	// Query is in the query language.
	Query string `toml:"query"`
}

// Subscriptions are the feeds with their options merged over the defaults.
func (c Config) Subscriptions() []feed.Subscription {
	subs := make([]feed.Subscription, len(c.Feeds))
	for i, f := range c.Feeds {
		subs[i] = feed.Subscription{URL: f.URL, Name: f.Name, Tags: f.Tags, Settings: f.over(c.Defaults).settings()}
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
		NoColor:        os.Getenv("NO_COLOR") != "",
	}
	for _, q := range c.Queries {
		query, err := feed.ParseQuery(q.Query)
		if err != nil {
			return s, fmt.Errorf("the saved query %s: %w", q.Name, err)
		}
		s.Queries = append(s.Queries, ui.SavedQuery{Name: feed.Clean(q.Name), Query: query})
	}
	return s, nil
}

// over is o with what it does not say taken from d.
func (o FeedOptions) over(d FeedOptions) FeedOptions {
	headers := maps.Clone(d.Headers)
	if headers == nil {
		headers = o.Headers
	} else {
		maps.Copy(headers, o.Headers)
	}
	return FeedOptions{
		Interval:   cmp.Or(o.Interval, d.Interval),
		Timeout:    cmp.Or(o.Timeout, d.Timeout),
		KeepDays:   cmp.Or(o.KeepDays, d.KeepDays),
		KeepItems:  cmp.Or(o.KeepItems, d.KeepItems),
		KeepUnread: cmp.Or(o.KeepUnread, d.KeepUnread),
		UserAgent:  cmp.Or(o.UserAgent, d.UserAgent),
		Headers:    headers,
	}
}

func (o FeedOptions) settings() feed.Settings {
	return feed.Settings{
		Interval:   valueOf(o.Interval).Duration,
		Timeout:    valueOf(o.Timeout).Duration,
		KeepDays:   valueOf(o.KeepDays),
		KeepItems:  valueOf(o.KeepItems),
		KeepUnread: valueOf(o.KeepUnread),
		UserAgent:  valueOf(o.UserAgent),
		Headers:    o.Headers,
	}
}

func valueOf[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
