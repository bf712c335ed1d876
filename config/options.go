// Package config reads, checks and edits the configuration file.
//
// Start in options.go: a field of [Config] with its comment and its default is
// all there is to an option. [File.Load] reads the file (load.go, decode.go).
// Every mistake is reported with its line and column (check.go, errors.go). The
// sections are feeds.go, queries.go, rules.go and keys.go. [File.Add],
// [File.Remove] and [File.Move] edit the file in place (edit.go, write.go).
//
// The package only knows feed. Values that another package defines, such as the
// names of actions, are checked by the functions in [Checks]. An edit never
// changes a byte that a person wrote, except the lines of the edited feed.
package config

//go:generate go test -run TestExampleIsFresh -update .

// Config holds the options of the configuration file. Each field is one option.
// Its comment is the option's documentation. Its tags are:
//
//	toml      the option's name
//	default   the default, a TOML value
//	sample    what the example shows if there is no default
//	oneof     the words allowed
//	min, max  the bounds of a number
//
// A test writes config.example.toml from the comments and the tags.
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
	Workers int `toml:"workers" default:"96" min:"1" max:"256"`
	// PerHost is how many feeds of one server are asked at the same time.
	PerHost int `toml:"per_host" default:"2" min:"1" max:"16"`
	// NotifyWith is how new items of feeds and rules with notify are told, once a
	// refresh: by the terminal's own notifications in one of three dialects, in
	// the dialect that the terminal is known to speak ("auto"), or not at all.
	NotifyWith string `toml:"notify_with" default:"auto" oneof:"auto osc9 osc777 osc99 off"`
	// NotifyCommand is a program that is run for a notification instead: a list of
	// arguments, or one string that is split at blanks (no shell sees it). %t
	// becomes the title, %b the text; without them both are added at the end.
	NotifyCommand Command `toml:"notify_command" sample:"[\"notify-send\", \"--app-name=dateline\", \"%t\", \"%b\"]"`

	// Keys binds keys to actions. The value is an action, a list of actions done
	// one after the other, or false, which takes the key away. The help page (?)
	// names every action.
	Keys map[string]any `toml:"keys" sample:"\"ctrl+r\" = \"refresh-all\"\n\"Q\" = false"`
	// Defaults hold for every feed. A feed can have each of these options for
	// itself.
	Defaults FeedOptions `toml:"defaults"`
	// Feeds are the subscriptions, in the order the reader shows them. Each can
	// have every option of [defaults], and those below. The keys a and X and
	// the commands add, remove and import change only their own lines here.
	Feeds []Feed `toml:"feeds"`
	// Queries are saved searches, shown above the feeds. The query language is
	// explained in the built-in guide.
	Queries []Query `toml:"queries"`
	// Rules do something with the new items that a query matches, when they
	// arrive. "dateline rules test" shows what a rule would have done to the last
	// 30 days.
	Rules []Rule `toml:"rules"`
}

// Feed holds the options of one [[feeds]] table.
//
// Options with secrets, and options that loosen a protection, are not in
// [FeedOptions]: in [defaults] they would apply to every server.
type Feed struct {
	// URL is the address of the feed: http://… or https://…, a file
	// (file:///home/ann/feed.xml, file:~/feed.xml), a program that prints a feed
	// (exec:~/bin/feed --of "the town"; no shell sees it), or builtin:guide.
	URL string `toml:"url" sample:"\"https://example.org/members/feed.xml\""`
	// Name replaces the title that the feed gives itself.
	Name string `toml:"name" sample:"\"Members\""`
	// Tags group feeds; a feed can have several.
	Tags []string `toml:"tags" sample:"[\"world\", \"morning\"]"`
	// User is who a server that asks for user and password (basic or digest
	// authentication) is told you are. Here and in password, cookies, headers and
	// proxy, ${NAME} stands for the environment variable NAME, $${ for a plain ${.
	User string `toml:"user" sample:"\"ann\""`
	// Password goes with user.
	Password string `toml:"password" sample:"\"${MEMBERS_PASSWORD}\""`
	// PasswordCommand is a program that prints the password on its first line, in
	// place of password. It is run when a server first asks.
	PasswordCommand Command `toml:"password_command" sample:"[\"pass\", \"show\", \"members\"]"`
	// Cookies are sent with each request, to the feed's own server only, the way
	// a browser shows them: "name=value; other=value".
	Cookies string `toml:"cookies" sample:"\"session=${MEMBERS_SESSION}\""`
	// Insecure accepts whatever certificate the feed's own server has, such as
	// one that it signed itself.
	Insecure bool `toml:"insecure" default:"false"`
	// Filter is a program that gets what the server sent on its standard input
	// and prints the feed to be read instead.
	Filter Command `toml:"filter" sample:"[\"xsltproc\", \"/home/ann/mend.xsl\", \"-\"]"`
	FeedOptions
}

// FeedOptions holds the options of [defaults]. A feed can set each of them for
// itself. Nil means not set.
type FeedOptions struct {
	// Interval is the time from one check of a feed to the next: "45m", "6h",
	// "1d", "2w". With "auto" it follows how often the feed has something new and
	// what the feed asks for.
	Interval *Interval `toml:"interval" default:"auto"`
	// Paused feeds are asked only when they are named.
	Paused *bool `toml:"paused" default:"false"`
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
	// OnUpdate says what becomes of a read item that its publisher edits: it
	// stays read ("keep") or is unread again ("unread").
	OnUpdate *string `toml:"on_update" default:"keep" oneof:"keep unread"`
	// Fulltext fetches the page of each new item and shows its article in place
	// of the feed's own text.
	Fulltext *bool `toml:"fulltext" default:"false"`
	// FulltextKeep are CSS selectors of what is the article of such a page, for
	// sites where dateline does not find it by itself; a list or one string.
	FulltextKeep List `toml:"fulltext_keep" sample:"[\"article\", \"#comments\"]"`
	// FulltextDrop are CSS selectors of what to leave out of it.
	FulltextDrop List `toml:"fulltext_drop" sample:"[\".newsletter\", \"aside\"]"`
	// Notify tells you of every new item.
	Notify *bool `toml:"notify" default:"false"`
	// Separate keeps a feed's items apart when other feeds bring the same story.
	Separate *bool `toml:"separate" default:"false"`
	// UserAgent replaces the name that dateline gives itself to servers.
	UserAgent *string `toml:"user_agent" sample:"\"Mozilla/5.0 (X11; Linux x86_64)\""`
	// Headers are sent with each request, to the feed's own server only. Those
	// of a feed join those of [defaults].
	Headers map[string]string `toml:"headers" sample:"{ Accept-Language = \"en\" }"`
	// Proxy is what requests go through: "http://…", "https://…" or "socks5://…",
	// or "none" for no proxy at all. Without it the environment says (HTTP_PROXY,
	// HTTPS_PROXY, NO_PROXY).
	Proxy *string `toml:"proxy" sample:"\"socks5://localhost:9050\""`
}

// Query holds the options of one [[queries]] table.
type Query struct {
	// Name is what the reader shows.
	Name string `toml:"name"`
	// Query is in the query language.
	Query string `toml:"query"`
}

// Rule holds the options of one [[rules]] table.
type Rule struct {
	// Name is what a hidden item says it was hidden by; no two rules share one.
	Name string `toml:"name" sample:"\"No football\""`
	// Query says which new items, in the query language.
	Query string `toml:"query" sample:"\"tag:world title:football\""`
	// Hide takes them out of every list; is:hidden finds them.
	Hide bool `toml:"hide" sample:"true"`
	// Read marks them as read.
	Read bool `toml:"read" sample:"true"`
	// Star stars them.
	Star bool `toml:"star" sample:"true"`
	// Labels are put on them; a list or one string.
	Labels List `toml:"labels" sample:"[\"later\"]"`
	// Notify tells you of them.
	Notify bool `toml:"notify" sample:"true"`
	// Until is the last day on which the rule holds; without it there is none.
	Until any `toml:"until" sample:"2026-12-31"`
}
