package config

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/pelletier/go-toml/v2"

	"dateline/feed"
	"dateline/feed/text"
)

// Accounts returns the accounts of the [[accounts]] tables. The proxy and the headers of [defaults]
// apply to accounts as they do to feeds.
func (c Config) Accounts() []feed.AccountSettings {
	var accounts []feed.AccountSettings
	for _, a := range c.AccountTables {
		accounts = append(accounts, a.settings(c.Defaults, os.LookupEnv))
	}
	return accounts
}

// defaultInterval is the time between two syncs of an account that has no interval. It is
// the default in the tag of [Account.Interval].
const defaultInterval = 15 * time.Minute

// settings returns an account for package account. lookup returns environment variables.
func (a Account) settings(defaults FeedOptions, lookup func(string) (string, bool)) feed.AccountSettings {
	own := Feed{
		User: a.User, Password: a.Password, PasswordCommand: a.PasswordCommand, Cookies: a.Cookies, Insecure: a.Insecure,
		FeedOptions: FeedOptions{Headers: a.Headers, Proxy: a.Proxy}.over(defaults),
	}.settings(lookup)
	env := environment{lookup: lookup}
	s := feed.AccountSettings{
		Name: a.Name, Kind: a.Kind, URL: a.URL,
		Token: env.expand(a.Token), TokenCommand: a.TokenCommand,
		Interval: cmp.Or(valueOf(a.Interval).Duration, defaultInterval),
		Feeds:    Feed{FeedOptions: defaults}.settings(lookup),
		Headers:  own.Headers,
		Access:   own.Access,
	}
	s.Access.Unset = cmp.Or(s.Access.Unset, env.unset)
	return s
}

// SyncFolder returns the folder of [sync], empty if there is none. It returns an error if
// the path has a variable that is not set, or if there is no home directory.
func (c Config) SyncFolder() (string, error) {
	if c.Sync.Folder == "" {
		return "", nil
	}
	env := environment{lookup: os.LookupEnv}
	path := env.expand(c.Sync.Folder)
	if env.unset != "" {
		return "", fmt.Errorf("the folder of [sync] has the variable %s, which is not set; set it before you start dateline", env.unset)
	}
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/') {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", errors.New("the folder of [sync] begins with ~, but there is no home directory; write the whole path")
		}
		path = home + rest
	}
	if !filepath.IsAbs(path) {
		return "", fmt.Errorf("the folder of [sync], %s, is not a whole path; begin it with / or ~/", text.Clean(path))
	}
	return filepath.Clean(path), nil
}

// checkSync adds the mistakes in [sync].
func (p *problems) checkSync(s Sync) {
	switch {
	case s.Folder == "", strings.HasPrefix(s.Folder, "${"), s.Folder == "~", strings.HasPrefix(s.Folder, "~/"), filepath.IsAbs(s.Folder):
	default:
		p.add(p.locate("sync", "folder"), "folder must be a whole path; begin it with / or ~/")
	}
	if strings.ContainsRune(s.Folder, 0) {
		p.add(p.locate("sync", "folder"), "folder must not contain a NUL character; type it again")
	}
}

// checkAccounts adds the mistakes in [[accounts]] tables.
func (p *problems) checkAccounts(accounts []Account) {
	options := limitedOptions(reflect.TypeFor[Account]())
	first := map[string]int{}
	for i := range accounts {
		a := &accounts[i]
		a.Name, a.URL = strings.TrimSpace(a.Name), strings.TrimSpace(a.URL)
		if err := CheckAccountName(a.Name); err != nil {
			p.add(p.locate("accounts", i, "name"), "%v", err)
		} else if before, known := first[text.Fold(a.Name)]; known {
			line, column := p.place(p.locate("accounts", before, "name"))
			p.add(p.locate("accounts", i, "name"), "there is already an account %q, in line %d, column %d; use another name", a.Name, line, column)
		} else {
			first[text.Fold(a.Name)] = i
		}
		p.checkOptions(options, reflect.ValueOf(*a), "accounts", i)
		if _, user, password := text.SplitLogin(a.URL); user+password != "" {
			p.add(p.locate("accounts", i), "the address of an account must not contain a user or a password; write them as user and password")
		} else if err := checkAccountURL(a.URL); err != nil {
			p.add(p.locate("accounts", i, "url"), "%v", err)
		}
		switch d := a.Interval; {
		case d == nil:
		case d.err != nil:
			p.add(p.locate("accounts", i, "interval"), "interval: %v", d.err)
		case d.Duration < time.Second:
			p.add(p.locate("accounts", i, "interval"), `interval %v`, errTooShort)
		}
		p.checkFeedOptions(FeedOptions{Headers: a.Headers, Proxy: a.Proxy}, "accounts", i)
		p.checkLogin(*a, i)
	}
}

// maxAccountName is how long the name of an account may be in bytes. Messages of one line
// repeat it three times.
const maxAccountName = 32

// CheckAccountName returns an error if an account cannot have this name: it must be one word
// of a query, and no address.
func CheckAccountName(name string) error {
	if name == "" {
		return errors.New("an account needs a name; add name = \"home\"")
	}
	if len(name) > maxAccountName {
		return fmt.Errorf("the name of an account can have at most %d letters; use a shorter one, such as \"home\"", maxAccountName)
	}
	for i, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || i > 0 && (r == '-' || r == '_' || unicode.IsMark(r)) {
			continue
		}
		return fmt.Errorf("%q cannot be the name of an account; use one word of letters, digits, - and _, such as \"home\"", text.Clean(name))
	}
	return nil
}

// checkAccountURL checks the address of a server, which has no user and no password.
func checkAccountURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case s == "":
		return errors.New("an account needs the address of its server; add url = \"https://…\"")
	case err != nil || strings.ContainsFunc(s, unicode.IsSpace) || text.Clean(s) != s:
		return fmt.Errorf("%q is not a valid address; type it again", text.Clean(s))
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("%q is not the address of a server; it must begin with https:// or http://, followed by a host", text.Clean(s))
	}
	return nil
}

// checkLogin adds the mistakes in how an account logs in. The values are secrets, so no
// message repeats one, and none shows the line of a password.
func (p *problems) checkLogin(a Account, i int) {
	at := func(name string) span { return p.locate("accounts", i, name) }
	table := at("")
	token, password := a.Token != "" || a.TokenCommand != nil, a.Password != "" || a.PasswordCommand != nil
	switch {
	case a.Token != "" && a.TokenCommand != nil:
		p.add(at("token_command"), "an account can have token or token_command, not both; remove one")
	case a.Password != "" && a.PasswordCommand != nil:
		p.add(at("password_command"), "an account can have password or password_command, not both; remove one")
	case token && a.Kind == "greader":
		p.add(table, "a greader account has no token; write user, and password or password_command, instead")
	case token && (password || a.User != ""):
		p.add(table, "an account has either a token, or a user and a password; remove one of the two")
	case token:
	case password && a.User == "":
		p.add(table, "a password needs a user; add user = \"…\"")
	case a.User != "" && !password:
		p.add(at("user"), "a user needs a password; add password = \"${…}\", or password_command")
	case a.User == "" && a.Kind == "miniflux":
		p.add(table, "a miniflux account needs an API key; add token = \"${…}\", or token_command")
	case a.User == "" && a.Kind == "greader":
		p.add(table, "a greader account needs a user and a password; add user, and password or password_command")
	}
	for name, c := range map[string]Command{"token_command": a.TokenCommand, "password_command": a.PasswordCommand} {
		if c != nil && (len(c) == 0 || c[0] == "") {
			p.add(at(name), "%s is empty; write the program to run, or remove the option", name)
		}
	}
	for name, value := range map[string]string{"token": a.Token, "user": a.User, "cookies": a.Cookies} {
		if !isHeaderValue(value) {
			p.add(table, "%s must be one line without control characters", name)
		}
	}
}

// withoutSecrets returns an account whose table may be shown: an ellipsis is in the place of
// a token and of a password that is not from an environment variable.
func (a Account) withoutSecrets() Account {
	for _, secret := range []*string{&a.Token, &a.Password} {
		if *secret != "" && !usesEnvironment(*secret) {
			*secret = "…"
		}
	}
	return a
}

// accountTable returns an account as an [[accounts]] table with line ends nl. It has the
// options that `dateline login` asks for.
func accountTable(a Account, nl string) string {
	lines := []string{"[[accounts]]", "name = " + Quote(a.Name), "kind = " + Quote(a.Kind), "url = " + Quote(a.URL)}
	add := func(name, value string, command Command) {
		if value != "" {
			lines = append(lines, name+" = "+Quote(value))
		}
		if command != nil {
			lines = append(lines, name+"_command = "+quoteList(command))
		}
	}
	add("token", a.Token, a.TokenCommand)
	add("user", a.User, nil)
	add("password", a.Password, a.PasswordCommand)
	if a.Insecure {
		lines = append(lines, "insecure = true")
	}
	return strings.Join(lines, nl) + nl
}

// accountIndex returns which [[accounts]] table of doc has a name.
func accountIndex(doc []byte, name string) (n int, known bool) {
	var c struct {
		Accounts []struct {
			Name string `toml:"name"`
		} `toml:"accounts"`
	}
	if err := toml.Unmarshal(doc, &c); err != nil {
		return 0, false
	}
	for n, a := range c.Accounts {
		if text.Fold(strings.TrimSpace(a.Name)) == text.Fold(name) {
			return n, true
		}
	}
	return 0, false
}

// replaceLogin replaces the lines of an account that `dateline login` writes, and adds those
// that are missing below its name.
func replaceLogin(doc []byte, o outline, n int, a Account) edited {
	nl := lineEnd(doc)
	names := []string{"kind", "url", "token", "token_command", "user", "password", "password_command"}
	lines := map[string]string{}
	for line := range strings.SplitSeq(accountTable(a, nl), nl) {
		if name, _, ok := strings.Cut(line, " = "); ok && slices.Contains(names, name) {
			lines[name] = line
		}
	}
	var pieces []piece
	below := wholeLines(doc, o.values[fmt.Sprintf("accounts.%d.name", n)]).to
	for _, name := range names {
		at, has := o.values[fmt.Sprintf("accounts.%d.%s", n, name)]
		_, value, isSet := strings.Cut(lines[name], " = ")
		switch {
		case has && isSet:
			pieces = append(pieces, piece{at, value})
		case has:
			pieces = append(pieces, piece{wholeLines(doc, at), ""})
		case isSet && below == len(doc) && doc[below-1] != '\n':
			pieces = append(pieces, piece{span{below, below}, nl + lines[name]})
		case isSet:
			pieces = append(pieces, piece{span{below, below}, lines[name] + nl})
		}
	}
	return edited{
		doc:   replacePieces(doc, pieces),
		lines: accountTable(a.withoutSecrets(), nl),
		todo:  "let its table have these lines",
		want: func(c *Config) {
			old := &c.AccountTables[n]
			old.Kind, old.URL, old.Token, old.TokenCommand = a.Kind, a.URL, a.Token, a.TokenCommand
			old.User, old.Password, old.PasswordCommand = a.User, a.Password, a.PasswordCommand
		},
	}
}
