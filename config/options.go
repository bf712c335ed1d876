// Package config reads, checks and edits the configuration file.
//
// Start in options.go: a field of [Config] with its comment and its default is all there
// is to an option. [File.Load] reads the file (load_file.go, decode_toml.go). Every
// mistake is reported with its line and column (check_options.go, file_errors.go). The
// tables of the file have files of their own (section_*.go). [File.Add], [File.Remove],
// [File.Move] and [File.AddAccount] edit the file in place (edit_file.go, edit_text.go).
//
// Values that another package defines, such as the names of actions, are checked by the
// functions in [Checks], because this package must not import fetch or ui. An edit must
// never change a byte that a person wrote, except the lines of the edited feed.
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
	// string that is split at spaces (no shell runs it). %u is replaced by the
	// address, which no shell may get as code. Without %u the address is added at
	// the end. The default is what the variable BROWSER names, and then the
	// system's browser (xdg-open, on macOS open). w3m, lynx, links, elinks and
	// the like get the terminal until you quit them.
	Browser Command `toml:"browser" sample:"[\"firefox\", \"--new-tab\", \"%u\"]"`
	// Layout arranges the panes: side by side ("columns"), list above article
	// ("stack"), or one at a time ("single"). "auto" chooses by the size of the
	// terminal.
	Layout string `toml:"layout" default:"auto" oneof:"auto columns stack single"`
	// Width is the longest line of an article, in columns.
	Width int `toml:"width" default:"76" min:"20" max:"400"`
	// Icons is the set of symbols for unread, starred and so on. "ascii" is for
	// fonts and terminals that lack the others.
	Icons string `toml:"icons" default:"unicode" oneof:"unicode ascii"`
	// Theme is the set of colours: "dark", "light" or another of those that
	// `dateline config themes` shows. "auto" asks the terminal for its background,
	// uses the variable COLORFGBG if the terminal does not answer, and takes it for
	// dark if both are silent. No theme paints the background: choose one that
	// suits your terminal's.
	Theme string `toml:"theme" default:"auto"`
	// ImageProtocol is how pictures are shown in articles. "auto" takes what the
	// terminal really shows: the protocol of kitty or iTerm2, sixels, or half
	// blocks. The other words force one of them, and "off" leaves descriptions.
	// Whether pictures are fetched is the option images in [defaults].
	ImageProtocol string `toml:"image_protocol" default:"auto" oneof:"auto kitty iterm2 sixel blocks off"`
	// Density is how many lines an item has in the list: two, with age and the
	// start of the text ("comfortable"), or one ("compact").
	Density string `toml:"density" default:"comfortable" oneof:"comfortable compact"`
	// Mouse makes clicks and the wheel work. To select text with the mouse, hold
	// shift.
	Mouse bool `toml:"mouse" default:"true"`
	// Keymap is the set of keys before the changes in [keys]: dateline's or
	// newsboat's.
	Keymap string `toml:"keymap" default:"dateline" oneof:"dateline newsboat"`
	// RefreshOnStart refreshes all feeds at the start. If false, only the feeds
	// that are due are checked.
	RefreshOnStart bool `toml:"refresh_on_start" default:"false"`
	// Workers is how many feeds are fetched at the same time. 0 means as many as
	// memory and the limit of open files allow.
	Workers int `toml:"workers" default:"0" min:"0" max:"512"`
	// PerHost is how many feeds of one server are fetched at the same time.
	PerHost int `toml:"per_host" default:"2" min:"1" max:"16"`
	// NotifyWith is how the terminal shows notifications: by the escape sequence
	// of that name, by the sequence that the terminal is known to support
	// ("auto"), or not at all ("off"). There is one notification for each refresh
	// with new items of feeds and rules with notify.
	NotifyWith string `toml:"notify_with" default:"auto" oneof:"auto osc9 osc777 osc99 off"`
	// NotifyCommand is a program that shows notifications instead of the terminal:
	// a list of arguments, or one string that is split at spaces (no shell runs
	// it). %t is replaced by the title, %b by the text. Without them both are
	// added at the end. On the screen the title is "dateline" and the text the
	// first item. In `dateline refresh` the title is the feed's title or the number
	// of items, and the text their titles.
	NotifyCommand Command `toml:"notify_command" sample:"[\"notify-send\", \"--app-name=dateline\", \"%t\", \"%b\"]"`

	// Colors replaces colours of the theme. A colour is a name ("red", "bright
	// blue"), a number from 0 to 255, or a hex value ("#5f87af").
	Colors Colors `toml:"colors"`
	// Keys binds keys to actions. The value is an action, a list of actions that
	// are done in order, or false, which removes the key. The help page (?) lists
	// all actions.
	Keys map[string]any `toml:"keys" sample:"\"ctrl+r\" = \"refresh-all\"\n\"Q\" = false"`
	// Defaults apply to every feed. Each of these options can also be set for a
	// single feed.
	Defaults FeedOptions `toml:"defaults"`
	// Feeds are the subscriptions, in the order of the screen. A feed can have
	// every option of [defaults], and the options below. The keys a and X and the
	// commands add, remove, move and import change only the lines of their feeds.
	Feeds []Feed `toml:"feeds"`
	// Queries are saved searches, shown above the feeds. The query language is
	// explained in the built-in guide.
	Queries []Query `toml:"queries"`
	// Rules do something with new items that match a query. "dateline rules test"
	// shows what a rule would have done to the items of the last 30 days.
	Rules []Rule `toml:"rules"`
	// AccountTables are accounts at servers that carry subscriptions and marks, such as
	// Miniflux and FreshRSS. Their feeds are listed beside those of [[feeds]], and
	// what you read or star is the same on every computer and telephone.
	// `dateline login URL` asks for what is needed and writes this table.
	AccountTables []Account `toml:"accounts"`
	// Sync keeps the computers of one person equal without a server.
	Sync Sync `toml:"sync"`
}

// Colors holds the options of [colors].
type Colors struct {
	ColorSet
	// Dark holds colours for dark backgrounds only. They come before those of
	// [colors].
	Dark ColorSet `toml:"dark"`
	// Light holds colours for light backgrounds only.
	Light ColorSet `toml:"light"`
}

// ColorSet holds the colours that [colors], [colors.dark] and [colors.light] can have. An
// empty colour is that of the theme.
type ColorSet struct {
	// Accent marks the selection and the pane with the focus.
	Accent Color `toml:"accent" sample:"\"bright blue\""`
	// Dim is for text that matters less: dates, names of feeds, marks of links.
	Dim Color `toml:"dim" sample:"\"#8a8a8a\""`
	// Code is for code in articles.
	Code Color `toml:"code" sample:"108"`
	// Heading is for headings in articles, which have no colour of their own in
	// any theme.
	Heading Color `toml:"heading" sample:"\"cyan\""`
	// Failure is for what failed.
	Failure Color `toml:"failure" sample:"\"red\""`
	// Selection is the background of the selected row.
	Selection Color `toml:"selection" sample:"236"`
}

// Feed holds the options of one [[feeds]] table.
//
// Options with secrets, and options that loosen a protection, are not in
// [FeedOptions]: in [defaults] they would apply to every server.
type Feed struct {
	// URL is the address of the feed: http://… or https://…, a file
	// (file:///home/ann/feed.xml, file:~/feed.xml), a program that prints a feed
	// (exec:~/bin/feed --of "the town"; no shell runs it), or builtin:guide.
	URL string `toml:"url" sample:"\"https://example.org/members/feed.xml\""`
	// Name is shown instead of the title of the feed.
	Name string `toml:"name" sample:"\"Members\""`
	// Tags group feeds. A feed can have several tags. "News/World" is the folder World in
	// the folder News.
	Tags []string `toml:"tags" sample:"[\"world\", \"morning\"]"`
	// User is your user name for basic or digest authentication. Here and in
	// password, cookies, headers and proxy, ${NAME} is replaced by the environment
	// variable NAME, and $${ by a plain ${.
	User string `toml:"user" sample:"\"ann\""`
	// Password is the password of user.
	Password string `toml:"password" sample:"\"${MEMBERS_PASSWORD}\""`
	// PasswordCommand is a program that prints the password in its first line. Use
	// it instead of password. It is run when the server asks for the password.
	PasswordCommand Command `toml:"password_command" sample:"[\"pass\", \"show\", \"members\"]"`
	// Cookies are sent with each request, to the feed's own server only. Write
	// them as a browser shows them: "name=value; other=value".
	Cookies string `toml:"cookies" sample:"\"session=${MEMBERS_SESSION}\""`
	// Insecure accepts any certificate of the feed's own server, such as a
	// self-signed certificate.
	Insecure bool `toml:"insecure" default:"false"`
	// AllowPrivate lets the feed's redirects and web pages lead to addresses of your
	// own network or computer. Without it only a feed that is there itself may do
	// that.
	AllowPrivate bool `toml:"allow_private" default:"false"`
	// Filter is a program that gets the server's response on its standard input
	// and prints the feed.
	Filter Command `toml:"filter" sample:"[\"xsltproc\", \"/home/ann/repair.xsl\", \"-\"]"`
	FeedOptions
}

// FeedOptions holds the options of [defaults]. A feed can set each of them for
// itself. Nil means not set.
type FeedOptions struct {
	// Interval is the time between two checks of a feed: "45m", "6h", "1d", "2w".
	// "auto" depends on how often the feed has new items and on what its server
	// asks for.
	Interval *Interval `toml:"interval" default:"auto"`
	// Paused feeds are checked only with r or `dateline refresh FEED`.
	Paused *bool `toml:"paused" default:"false"`
	// Timeout is how long the whole response may take.
	Timeout *Duration `toml:"timeout" default:"30s"`
	// KeepDays deletes items that are older than this many days. 0 means no limit.
	// Starred and labelled items always stay.
	KeepDays *int `toml:"keep_days" default:"0" min:"0"`
	// KeepItems deletes a feed's oldest items above this number. 0 means no limit.
	// Starred and labelled items always stay.
	KeepItems *int `toml:"keep_items" default:"0" min:"0"`
	// KeepUnread keeps unread items in spite of the two options above.
	KeepUnread *bool `toml:"keep_unread" default:"true"`
	// OnUpdate is what happens to a read item that its publisher edits: it stays
	// read ("keep"), or is unread again ("unread").
	OnUpdate *string `toml:"on_update" default:"keep" oneof:"keep unread"`
	// Fulltext fetches the web page of each new item and shows the article of the
	// page instead of the feed's own text.
	Fulltext *bool `toml:"fulltext" default:"false"`
	// FulltextKeep are CSS selectors of the article in such a page, for sites on
	// which dateline does not find it: a list, or one string.
	FulltextKeep List `toml:"fulltext_keep" sample:"[\"article\", \"#comments\"]"`
	// FulltextDrop are CSS selectors of what is left out of the article.
	FulltextDrop List `toml:"fulltext_drop" sample:"[\".newsletter\", \"aside\"]"`
	// Images is when the pictures of an article are fetched from the servers that
	// the article names: when zi asks for them ("ask"), when the article is opened
	// ("always"), or never ("off").
	Images *string `toml:"images" default:"ask" oneof:"ask always off"`
	// Notify shows a notification of every new item.
	Notify *bool `toml:"notify" default:"false"`
	// Separate shows a feed's items on their own if other feeds have the same
	// story.
	Separate *bool `toml:"separate" default:"false"`
	// UserAgent is sent to servers instead of dateline's own name.
	UserAgent *string `toml:"user_agent" sample:"\"Mozilla/5.0 (X11; Linux x86_64)\""`
	// Headers are sent with each request, to the feed's own server only. A feed's
	// headers are added to the headers of [defaults].
	Headers map[string]string `toml:"headers" sample:"{ Accept-Language = \"en\" }"`
	// Proxy is the proxy for requests: "http://…", "https://…" or "socks5://…", or
	// "none" for no proxy. The default is the proxy of the environment variables
	// HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
	Proxy *string `toml:"proxy" sample:"\"socks5://localhost:9050\""`
}

// Query holds the options of one [[queries]] table.
type Query struct {
	// Name is shown in the list of sources.
	Name string `toml:"name"`
	// Query is the query, in the query language.
	Query string `toml:"query"`
}

// Rule holds the options of one [[rules]] table.
type Rule struct {
	// Name is shown for the items that the rule hides. It must be unique.
	Name string `toml:"name" sample:"\"No football\""`
	// Query matches the new items that the rule is for.
	Query string `toml:"query" sample:"\"tag:world title:football\""`
	// Hide removes the matching items from every list. is:hidden finds them.
	Hide bool `toml:"hide" sample:"true"`
	// Read marks the matching items as read.
	Read bool `toml:"read" sample:"true"`
	// Star stars the matching items.
	Star bool `toml:"star" sample:"true"`
	// Labels are added to the matching items: a list, or one string.
	Labels List `toml:"labels" sample:"[\"later\"]"`
	// Notify shows a notification of the matching items.
	Notify bool `toml:"notify" sample:"true"`
	// Until is the last day of the rule. Without it the rule never ends.
	Until any `toml:"until" sample:"2026-12-31"`
}

// Account holds the options of one [[accounts]] table.
type Account struct {
	// Name is one word of at most 32 letters: the group among the sources,
	// account:home in queries, and what `dateline refresh home` names. It must be
	// unique.
	Name string `toml:"name" sample:"\"home\""`
	// Kind is what the server speaks: "miniflux", or "greader" for FreshRSS and
	// every other server of the Google Reader API.
	Kind string `toml:"kind" sample:"\"miniflux\"" oneof:"miniflux greader"`
	// URL is the address of the server: https://… or http://…. For FreshRSS it is
	// that of the site, or of its API (https://example.org/api/greader.php).
	URL string `toml:"url" sample:"\"https://flux.example.org\""`
	// Token is the API key of a Miniflux account. Here and in user, password,
	// cookies, headers and proxy, ${NAME} is replaced by the environment variable
	// NAME, and $${ by a plain ${.
	Token string `toml:"token" sample:"\"${MINIFLUX_TOKEN}\""`
	// TokenCommand is a program that prints the API key in its first line. Use it
	// instead of token.
	TokenCommand Command `toml:"token_command" sample:"[\"pass\", \"show\", \"miniflux\"]"`
	// User is your user name, for greader always, for miniflux instead of an API
	// key. With FreshRSS the password is the API password of your profile there.
	User string `toml:"user" sample:"\"ann\""`
	// Password is the password of user.
	Password string `toml:"password" sample:"\"${FRESHRSS_PASSWORD}\""`
	// PasswordCommand is a program that prints the password in its first line. Use
	// it instead of password.
	PasswordCommand Command `toml:"password_command" sample:"[\"pass\", \"show\", \"freshrss\"]"`
	// Interval is the time between two syncs while dateline is open.
	Interval *Duration `toml:"interval" default:"15m"`
	// Insecure accepts any certificate of the server, such as a self-signed one.
	Insecure bool `toml:"insecure" default:"false"`
	// Headers are sent with each request, to this server only. They are added to
	// those of [defaults].
	Headers map[string]string `toml:"headers" sample:"{ X-Gate = \"${GATE_KEY}\" }"`
	// Cookies are sent with each request, to this server only.
	Cookies string `toml:"cookies" sample:"\"gate=${GATE_COOKIE}\""`
	// Proxy is the proxy for requests to this server, or "none". The default is
	// that of [defaults].
	Proxy *string `toml:"proxy" sample:"\"socks5://localhost:9050\""`
}

// Sync holds the options of [sync].
type Sync struct {
	// Folder is a folder that a program such as Syncthing or Dropbox copies between
	// your computers. dateline keeps a file for each computer there, with its marks
	// and subscriptions. ~/ is your home directory, and ${NAME} is replaced by the
	// environment variable NAME.
	Folder string `toml:"folder" sample:"\"~/Sync/dateline\""`
}
