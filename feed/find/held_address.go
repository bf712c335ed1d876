package find

import (
	"net/url"
	"strings"

	"dateline/feed/text"
)

// maxHeld is how many addresses may be inside each other.
const maxHeld = 3

// feedBehind returns the feed that the button of a feed reader or of a service is for:
// the last address that is whole inside address, escaped or not, in the path, the query
// or the fragment. held reports whether there is one on another host. inner is empty if
// it does not seem to be a feed.
func feedBehind(address string) (inner string, held bool) {
	outer := address
	for range maxHeld {
		next, ok := heldAddress(address)
		if !ok || sameSite(address, next) {
			break
		}
		address, held = next, true
	}
	if !held {
		return "", false
	}
	if _, isFeed := feedAddress(address); isFeed || hasFeedHost(address) || isSubscribeButton(outer) && hasPath(address) {
		return address, true
	}
	return "", true
}

// isSubscribeButton reports whether an address that holds another one is made to
// subscribe to it.
func isSubscribeButton(address string) bool {
	_, rest, _ := strings.Cut(text.ASCIILower(address), "://")
	if i := strings.Index(rest, "http"); i >= 0 {
		rest = rest[:i]
	}
	for _, word := range []string{"feed", "rss", "atom", "subscri"} {
		if strings.Contains(rest, word) {
			return true
		}
	}
	return false
}

// hasFeedHost reports whether an address is on a host that has only feeds, such as
// feeds.example.org.
func hasFeedHost(address string) bool {
	u, err := url.Parse(address)
	if err != nil || !hasPath(address) {
		return false
	}
	label, _, _ := strings.Cut(strings.ToLower(u.Hostname()), ".")
	return label == "feeds" || label == "feed" || label == "rss"
}

// hasPath reports whether an address is not just that of a site.
func hasPath(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (strings.Trim(u.Path, "/") != "" || u.RawQuery != "")
}

// sameSite reports whether two addresses are on the same host, with or without www.
func sameSite(a, b string) bool {
	u, errA := url.Parse(a)
	v, errB := url.Parse(b)
	site := func(u *url.URL) string { return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.") }
	return errA == nil && errB == nil && site(u) == site(v)
}

// heldAddress returns the first http or https address inside address.
func heldAddress(address string) (string, bool) {
	_, after, found := strings.Cut(address, "://")
	if !found {
		return "", false
	}
	low := text.ASCIILower(after)
	for from := 0; ; {
		i := strings.Index(low[from:], "http")
		if i < 0 {
			return "", false
		}
		from += i
		if inner, ok := readHeld(after[from:], low[from:], strings.ContainsAny(after[:from], "?#")); ok {
			return inner, true
		}
		from += len("http")
	}
}

// readHeld reads the address at the start of s. low is s in lower case. inQuery reports
// whether it is in the query or the fragment of another one.
func readHeld(s, low string, inQuery bool) (string, bool) {
	scheme := "http"
	if strings.HasPrefix(low, "https") {
		scheme = "https"
	}
	at, levels := len(scheme), 0
	next := func(forms ...string) bool {
		for level, form := range forms {
			if strings.HasPrefix(low[at:], form) {
				at, levels = at+len(form), max(levels, level)
				return true
			}
		}
		return false
	}
	if !next(":", "%3a", "%253a") || !next("/", "%2f", "%252f") {
		return "", false
	}
	next("/", "%2f", "%252f") // some servers make one slash of two
	rest, ends := s[at:], ""
	switch {
	case inQuery:
		ends = "&#"
	case levels > 0:
		ends = "?#"
		if strings.HasSuffix(low[:at], "2f") {
			ends = "/?#"
		}
	}
	if end := strings.IndexAny(rest, ends); end >= 0 {
		rest = rest[:end]
	}
	for range levels {
		if plain, err := url.PathUnescape(rest); err == nil {
			rest = plain
		}
	}
	return scheme + "://" + rest, rest != ""
}
