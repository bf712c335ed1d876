package text

import "strings"

// FirstNonBlank returns the first value that is not blank, unchanged, or "" if
// there is none.
func FirstNonBlank(values ...string) string {
	for _, v := range values {
		if !IsBlank(v) {
			return v
		}
	}
	return ""
}

// IsBlank reports whether s is empty or only white space.
func IsBlank(s string) bool { return strings.TrimSpace(s) == "" }
