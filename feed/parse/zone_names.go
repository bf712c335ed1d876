package parse

import (
	"strings"
	"time"
	_ "time/tzdata" // Not every system has the zone database.
	"unicode/utf8"
)

// cutZoneName returns a date without the names of time zones from the zone
// database in it, such as Europe/Berlin, and the first of these zones, or nil. The
// suffixes in brackets that RFC 9557 defines go, too, except for offsets.
func cutZoneName(s string) (string, *time.Location) {
	var zone *time.Location
	var b strings.Builder
	for s != "" {
		if suffix, rest := cutSuffix(s); suffix != "" {
			if strings.HasPrefix(suffix, "+") || strings.HasPrefix(suffix, "-") {
				b.WriteString(suffix)
			} else if z := loadZone(suffix); zone == nil {
				zone = z
			}
			b.WriteByte(' ')
			s = rest
			continue
		}
		n := 1
		if isZoneLetter(s[0]) {
			for n < len(s) && (isZoneLetter(s[n]) || s[n] >= '0' && s[n] <= '9' || strings.IndexByte("/+-", s[n]) >= 0) {
				n++
			}
		}
		word := s[:n]
		s = s[n:]
		z := loadZone(word)
		if z == nil {
			b.WriteString(word)
			continue
		}
		b.WriteByte(' ')
		if zone == nil {
			zone = z
		}
	}
	return b.String(), zone
}

// cutSuffix returns the content of the suffix in brackets that s begins with, and
// the rest of s. If there is none, suffix is empty.
func cutSuffix(s string) (suffix, rest string) {
	if s[0] != '[' {
		return "", s
	}
	suffix, rest, closed := strings.Cut(s[1:], "]")
	suffix = strings.TrimPrefix(suffix, "!")
	other := func(r rune) bool {
		return r >= utf8.RuneSelf || !isZoneLetter(byte(r)) && (r < '0' || r > '9') && !strings.ContainsRune("/+-=:", r)
	}
	if !closed || suffix == "" || suffix[0] >= '0' && suffix[0] <= '9' || strings.ContainsFunc(suffix, other) {
		return "", s
	}
	return suffix, rest
}

// isZoneLetter reports whether c may begin the name of a zone.
func isZoneLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }

// loadZone returns the zone with a name, in any case of letters, or nil.
func loadZone(name string) *time.Location {
	const longest = 40 // bytes
	area, place, found := strings.Cut(name, "/")
	switch {
	case len(name) > longest:
		return nil
	case !found:
		return loadAny(zoneAliases[strings.ToLower(name)])
	case place == "" || !isZoneArea(area):
		return nil
	}
	return loadAny(name, titleCase(name), titleCase(area)+"/"+strings.ToUpper(place))
}

// loadAny returns the first zone that one of the names has, or nil.
func loadAny(names ...string) *time.Location {
	for _, name := range names {
		if name == "" {
			continue
		}
		if z, err := time.LoadLocation(name); err == nil {
			return z
		}
	}
	return nil
}

// zoneAliases are names of zones without a slash, by the same in small letters.
// Abbreviations are in [zones].
var zoneAliases = map[string]string{
	"est5edt": "EST5EDT", "cst6cdt": "CST6CDT", "mst7mdt": "MST7MDT", "pst8pdt": "PST8PDT", "cuba": "Cuba", "egypt": "Egypt",
	"eire": "Eire", "gb": "GB", "greenwich": "Greenwich", "hongkong": "Hongkong", "iceland": "Iceland", "iran": "Iran",
	"israel": "Israel", "jamaica": "Jamaica", "japan": "Japan", "libya": "Libya", "navajo": "Navajo", "nz": "NZ",
	"poland": "Poland", "portugal": "Portugal", "prc": "PRC", "rok": "ROK", "singapore": "Singapore", "turkey": "Turkey",
	"uct": "UCT", "universal": "Universal", "zulu": "Zulu",
}

// isZoneArea reports whether names of the zone database begin with area, so that
// no other word makes the program look for a file.
func isZoneArea(area string) bool {
	switch strings.ToLower(area) {
	case "africa", "america", "antarctica", "arctic", "asia", "atlantic", "australia", "brazil", "canada", "chile", "etc",
		"europe", "indian", "mexico", "pacific", "us":
		return true
	}
	return false
}

// titleCase writes the name of a zone as the database does: each word begins with
// a capital letter, except for a few small ones.
func titleCase(name string) string {
	var b strings.Builder
	start := 0
	for i := range len(name) + 1 {
		if i < len(name) && name[i] != '/' && name[i] != '_' && name[i] != '-' {
			continue
		}
		word := strings.ToLower(name[start:i])
		switch word {
		case "us":
			word = "US"
		case "of", "es", "au":
		default:
			if word != "" {
				word = strings.ToUpper(word[:1]) + word[1:]
			}
		}
		b.WriteString(word)
		if i < len(name) {
			b.WriteByte(name[i])
		}
		start = i + 1
	}
	return b.String()
}
