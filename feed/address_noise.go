package feed

import (
	"slices"
	"strings"

	"dateline/feed/text"
)

// noiseSigns are characters of which an address with a parameter has at least one.
const noiseSigns = "?;=("

// withoutNoise returns an address or a GUID without the parts that servers change at each
// request: session numbers and, of web addresses, tracking parameters. The rest is
// unchanged to the letter, because it is compared with keys that were stored before.
func withoutNoise(s string) string {
	if !strings.ContainsAny(s, noiseSigns) {
		return s
	}
	return cutParams(s, func(name, value, page string) bool {
		return isSessionParam(name, value) || isIrrelevantParam(name, value, page) && text.IsHTTPURL(s)
	})
}

// WithoutSession returns an address or a GUID without session numbers.
func WithoutSession(s string) string {
	if !strings.ContainsAny(s, noiseSigns) {
		return s
	}
	return cutParams(s, func(name, value, _ string) bool { return isSessionParam(name, value) })
}

// cutParams removes the parameters for which drop returns true from the path, the query
// and the fragment of s. drop gets the name and the value in lower case, and the path.
func cutParams(s string, drop func(name, value, page string) bool) string {
	address, fragment, hasFragment := strings.Cut(s, "#")
	page, query, hasQuery := strings.Cut(address, "?")
	out := withoutPathSession(page)
	if kept := keepParams(query, func(name, value string) bool {
		return drop(name, value, page) || name == "cfid" && hasColdFusionToken(query)
	}); kept != "" || hasQuery && query == "" {
		out += "?" + kept
	}
	if kept := keepParams(fragment, func(name, value string) bool { return value != "" && drop(name, value, page) }); kept != "" || hasFragment && fragment == "" {
		out += "#" + kept
	}
	if out == "" {
		return s
	}
	return out
}

// keepParams returns the parameters of a query for which drop returns false. drop gets
// the name and the value in lower case.
func keepParams(query string, drop func(name, value string) bool) string {
	var out strings.Builder
	dropped := false
	for at, separator := 0, ""; at < len(query) || separator != ""; {
		part, next := nextParam(query[at:])
		name, value, _ := strings.Cut(strings.ToLower(part), "=")
		switch {
		case name != "" && drop(name, value):
			if !dropped {
				out.WriteString(query[:at-len(separator)])
			}
			dropped = true
		case dropped:
			if out.Len() > 0 {
				out.WriteString(separator)
			}
			out.WriteString(part)
		}
		at, separator = at+len(part)+len(next), next
	}
	if !dropped {
		return query
	}
	return out.String()
}

// nextParam returns the first parameter of a query and the separator behind it.
func nextParam(query string) (part, separator string) {
	at := strings.IndexAny(query, "&;")
	if at < 0 {
		return query, ""
	}
	if strings.HasPrefix(query[at:], "&amp;") {
		// Some GUIDs are addresses that were escaped twice.
		return query[:at], "&amp;"
	}
	return query[:at], query[at : at+1]
}

// withoutPathSession returns a path without session numbers, such as the one of
// "/view;jsessionid=0A1B", and the one of "/(S(lit3py55t21z5v55vlm25s55))/view" that
// ASP.NET writes.
func withoutPathSession(page string) string {
	if !strings.ContainsAny(page, ";(") {
		return page
	}
	parts := strings.Split(page, "/")
	kept := parts[:0]
	for _, part := range parts {
		if isSessionSegment(part) {
			continue
		}
		if name, params, found := strings.Cut(part, ";"); found {
			for param := range strings.SplitSeq(params, ";") {
				if key, value, _ := strings.Cut(strings.ToLower(param), "="); !isSessionParam(key, value) {
					name += ";" + param
				}
			}
			part = name
		}
		kept = append(kept, part)
	}
	return strings.Join(kept, "/")
}

// hasColdFusionToken reports whether a query has the session of ColdFusion, which is two
// numbers: CFID and CFTOKEN. CFID alone may be anything.
func hasColdFusionToken(query string) bool {
	return strings.Contains(strings.ToLower(query), "cftoken=")
}

// isSessionSegment reports whether a part of a path is a session of ASP.NET: letters with
// a value each, such as "(S(lit3py55t21z5v55vlm25s55))" or "(X(1)S(…))".
func isSessionSegment(part string) bool {
	inner, found := strings.CutPrefix(part, "(")
	if !found || !strings.HasSuffix(inner, "))") {
		return false
	}
	inner = strings.TrimSuffix(inner, ")")
	longest := 0
	for inner != "" {
		letter, rest, opened := strings.Cut(inner, "(")
		value, after, closed := strings.Cut(rest, ")")
		if len(letter) != 1 || !opened || !closed {
			return false
		}
		longest, inner = max(longest, len(value)), after
	}
	return longest >= minSessionNumber
}

// isSessionParam reports whether a parameter holds the number of a session. name and
// value must be in lower case. A name that may mean something else, such as sid, needs a
// value that no person would choose.
func isSessionParam(name, value string) bool {
	if slices.Contains(sessionParams, name) || strings.HasPrefix(name, "aspsessionid") {
		return true
	}
	isName := slices.Contains(ambiguousParams, name) ||
		slices.ContainsFunc(sessionSuffixes, func(suffix string) bool { return strings.HasSuffix(name, suffix) })
	return isName && isSessionNumber(value)
}

// ambiguousParams and sessionSuffixes are names of parameters, and their ends, that mostly hold
// the number of a session. "newsid" is not one of them.
var (
	ambiguousParams = []string{"s", "sid", "ssid", "sess", "session", "sesskey", "sessionkey"}
	sessionSuffixes = []string{"_sid", "-sid", "sessid", "sessionid", "session_id", "session-id", "_session"}
)

// isOnlySession reports whether the whole query of an address looks like a session number
// under a name that may mean something else. It may as well be the number of a story.
func isOnlySession(address string) bool {
	_, query, _ := strings.Cut(address, "?")
	query, _, _ = strings.Cut(query, "#")
	name, value, _ := strings.Cut(strings.ToLower(query), "=")
	return !slices.Contains(sessionParams, name) && !strings.Contains(value, "&") && isSessionParam(name, value)
}

// sessionParams are names of parameters that are always the number of a session.
var sessionParams = []string{"phpsessid", "phpsessionid", "jsessionid", "asp.net_sessionid", "cftoken", "oscsid", "zenid", "xtcsid", "osscsid"}

// minSessionNumber is the minimum number of digits of a session number.
const minSessionNumber = 16

// isSessionNumber reports whether a value in lower case looks like a random number: a long
// hexadecimal number, a UUID, or many letters and digits in no order. A date, an ID in
// decimal digits and the words of a title do not.
func isSessionNumber(value string) bool {
	if len(value) == 36 && strings.Count(value, "-") == 4 {
		value = strings.ReplaceAll(value, "-", "")
	}
	if len(value) < minSessionNumber {
		return false
	}
	digits, hex, signs, changes, wasDigit := 0, 0, 0, 0, false
	for i, c := range value {
		isDigit := c >= '0' && c <= '9'
		switch {
		case isDigit:
			digits++
			hex++
		case c >= 'a' && c <= 'f':
			hex++
		case c == ',' || c == '-' || c == '_':
			signs++
		case c < 'g' || c > 'z':
			return false
		}
		if i > 0 && isDigit != wasDigit {
			changes++
		}
		wasDigit = isDigit
	}
	const longHex, longText, minChanges, maxSigns = 24, 20, 5, 2
	if hex == len(value) {
		return len(value) >= longHex || digits > 0 && digits < len(value)
	}
	return len(value) >= longText && changes >= minChanges && signs <= maxSigns
}
