package config

import (
	"maps"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"

	"dateline/feed/text"
)

// Exposed returns a message for the user if the file has secrets and its mode lets other
// users of the computer read it; empty if not. c is the content of the file.
//
// The file is not changed: people share their configuration, and keep it in places where
// its mode is not theirs to choose.
func (f *File) Exposed(c Config) string {
	info, err := os.Stat(f.Path)
	if err != nil || runtime.GOOS == "windows" || info.Mode().Perm()&0o044 == 0 {
		return ""
	}
	what := secretsOf(c)
	if len(what) == 0 {
		return ""
	}
	path := text.Clean(f.Path)
	return "other users of this computer can read " + path + ", which has " + strings.Join(what, " and ") + ": run `chmod 600 " + path + "`"
}

// secretsOf returns which kinds of secrets a configuration has, for people. A value from an
// environment variable is not in the file.
func secretsOf(c Config) []string {
	found := map[string]bool{}
	note := func(what, value string) {
		if value != "" && !usesEnvironment(value) {
			found[what] = true
		}
	}
	options := []FeedOptions{c.Defaults}
	for _, f := range c.Feeds {
		options = append(options, f.FeedOptions)
		note("passwords", f.Password)
		note("cookies", f.Cookies)
		noteAddress(note, f.URL)
	}
	for _, a := range c.AccountTables {
		options = append(options, FeedOptions{Headers: a.Headers, Proxy: a.Proxy})
		note("tokens", a.Token)
		note("passwords", a.Password)
		note("cookies", a.Cookies)
		noteAddress(note, a.URL)
	}
	for _, o := range options {
		noteAddress(note, valueOf(o.Proxy))
		for name, value := range o.Headers {
			if !isPublicHeader(name) {
				note("headers", value)
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// noteAddress notes a password or a token in an address.
func noteAddress(note func(what, value string), address string) {
	u, err := url.Parse(address)
	if err != nil {
		_, user, password := text.SplitLogin(address)
		note("passwords in addresses", user+password)
		return
	}
	if u.User != nil {
		note("passwords in addresses", u.User.String()) // some servers take a token as the user
	}
	for name, values := range u.Query() {
		if isTokenName(name) {
			note("tokens in addresses", strings.Join(values, ""))
		}
	}
}

// isTokenName reports whether a parameter of an address is what such parameters for
// secrets are usually called.
func isTokenName(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"token", "secret", "passw", "auth", "apikey", "api_key", "api-key", "session", "signature"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return slices.Contains([]string{"key", "pw", "pwd", "pass", "sig", "sid"}, name)
}

// isPublicHeader reports whether a header says nothing that must stay secret.
func isPublicHeader(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "accept") || strings.HasPrefix(name, "if-") || strings.HasPrefix(name, "sec-") ||
		slices.Contains([]string{"cache-control", "connection", "dnt", "from", "host", "origin", "pragma", "range", "referer", "upgrade-insecure-requests", "user-agent"}, name)
}

// usesEnvironment reports whether a value has a variable that is replaced.
func usesEnvironment(value string) bool {
	used := false
	env := environment{lookup: func(string) (string, bool) { used = true; return "", true }}
	env.expand(value)
	return used
}
