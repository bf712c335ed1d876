package greader

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// longPrefix begins the long form of an ID.
const longPrefix = "tag:google.com,2005:reader/item/"

// itemID returns the one form of an ID that is kept. Lists have decimal numbers, entries
// the long form with the same number in hexadecimal. Other IDs, such as those of more than
// 64 bits, are kept as text, without the prefix. Empty means that there is no ID.
func itemID(s string) string {
	hex, long := strings.CutPrefix(s, longPrefix)
	if !long {
		if n, err := strconv.ParseUint(s, 10, 64); err == nil {
			return strconv.FormatInt(int64(n), 10)
		}
		return s
	}
	if n, err := strconv.ParseUint(hex, 16, 64); err == nil && len(hex) <= 16 {
		return strconv.FormatInt(int64(n), 10)
	}
	return hex
}

// longID returns the long form of an ID, the only one that every server takes: Miniflux
// reads 16 decimal digits as hexadecimal ones, FreshRSS does the opposite.
func longID(id string) string {
	if n, err := strconv.ParseInt(id, 10, 64); err == nil {
		return fmt.Sprintf("%s%016x", longPrefix, uint64(n))
	}
	return longPrefix + id
}

// maxID is how long an ID may be in bytes. Those of servers have at most 24.
const maxID = 256

// isID reports whether s can be an ID.
func isID(s string) bool {
	return s != "" && len(s) <= maxID && !strings.ContainsFunc(s, unicode.IsControl)
}
