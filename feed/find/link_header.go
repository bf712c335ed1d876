package find

import (
	"net/url"
	"strings"

	"dateline/feed/text"
)

// headerLink is one link of a Link header.
type headerLink struct {
	target string
	// params are the parameters by their names in lower case. Of two with the same name
	// the first counts.
	params map[string]string
}

// addHeaderLinks adds the feeds that Link headers announce (RFC 8288). They are resolved
// against the address of the page.
func (f *linkFinder) addHeaderLinks(headers []string) {
	for _, header := range headers {
		for _, link := range parseLinkHeader(header) {
			if anchor := link.params["anchor"]; anchor != "" && text.Resolve(f.base, anchor) != f.base {
				continue // the link of another document
			}
			f.announce(link.target, link.params["rel"], link.params["type"], link.params["title"])
		}
	}
}

// parseLinkHeader returns the links of one header. Values without quotation marks may
// have any characters up to the next semicolon or comma.
func parseLinkHeader(s string) []headerLink {
	var links []headerLink
	for {
		_, rest, ok := strings.Cut(s, "<")
		if !ok {
			return links
		}
		target, rest, ok := strings.Cut(rest, ">")
		if !ok {
			return links
		}
		link := headerLink{target: strings.TrimSpace(target), params: map[string]string{}}
		for {
			rest = strings.TrimLeft(rest, " \t")
			if !strings.HasPrefix(rest, ";") {
				break
			}
			var name, value string
			name, value, rest = parseParameter(rest[1:])
			if _, known := link.params[name]; !known {
				link.params[name] = value
			}
		}
		links = append(links, link)
		s = rest
	}
}

// parseParameter parses "name=value" at the start of s and returns what follows it. A
// name with an asterisk is decoded (RFC 8187) and returned without it.
func parseParameter(s string) (name, value, rest string) {
	end := strings.IndexAny(s, "=;,")
	if end < 0 {
		end = len(s)
	}
	name, rest = strings.ToLower(strings.TrimSpace(s[:end])), s[end:]
	if !strings.HasPrefix(rest, "=") {
		return name, "", rest
	}
	rest = strings.TrimLeft(rest[1:], " \t")
	if strings.HasPrefix(rest, `"`) {
		value, rest = parseQuoted(rest[1:])
	} else {
		end = strings.IndexAny(rest, ";,")
		if end < 0 {
			end = len(rest)
		}
		value, rest = strings.Trim(rest[:end], " \t'"), rest[end:]
	}
	if plain, extended := strings.CutSuffix(name, "*"); extended {
		parts := strings.SplitN(value, "'", 3)
		if decoded, err := url.PathUnescape(parts[len(parts)-1]); err == nil {
			return plain, decoded, rest
		}
	}
	return name, value, rest
}

// parseQuoted returns the string that ends at the next quotation mark in s, and what
// follows it. A backslash escapes a character (RFC 9110 section 5.6.4).
func parseQuoted(s string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}
