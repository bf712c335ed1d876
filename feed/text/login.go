package text

import (
	"net/url"
	"strings"
)

// SplitLogin parts an http or https address that has a user or a password in it
// (https://ann:pw@host/) from them: the address alone is what a feed is known,
// shown and exported by. Other addresses come back as they are, byte for byte.
func SplitLogin(s string) (address, user, password string) {
	from, to := loginIn(s)
	if from == to {
		return s, "", ""
	}
	user, password, _ = strings.Cut(s[from:to-1], ":")
	return s[:from] + s[to:], unescapeLogin(user), unescapeLogin(password)
}

// KeepLogin is address with the user and password that another address of the
// same server has in it, unless it has its own. A step down from https to http
// takes nothing along.
func KeepLogin(address, other string) string {
	from, to := loginIn(other)
	at, end := loginIn(address)
	if from == to || at != end {
		return address
	}
	a, err := url.Parse(address)
	if err != nil {
		return address
	}
	b, err := url.Parse(other[:from] + other[to:])
	if err != nil || !strings.EqualFold(a.Host, b.Host) || a.Scheme != b.Scheme && a.Scheme != "https" {
		return address
	}
	return address[:at] + other[from:to] + address[at:]
}

// loginIn is where user and password stand in an address, the @ behind them
// included; two equal places, at the host, where there are none.
func loginIn(s string) (from, to int) {
	scheme, rest, found := strings.Cut(s, "://")
	if !found || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return 0, 0
	}
	from = len(scheme) + len("://")
	host := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host = i
	}
	return from, from + strings.LastIndexByte(rest[:host], '@') + 1
}

// unescapeLogin takes back percent-encoding; a password with a stray % in it is
// meant as it stands.
func unescapeLogin(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
