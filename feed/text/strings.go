package text

import (
	"fmt"
	"slices"
	"strings"
)

// FirstNonBlank returns the first value that is more than white space, unchanged.
// It is empty if there is none.
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

// ContainsFolded reports whether one of the names equals name once both are folded
// with [Fold].
func ContainsFolded(names []string, name string) bool {
	name = Fold(name)
	return slices.ContainsFunc(names, func(s string) bool { return Fold(s) == name })
}

// Plural is a count with its noun: "1 feed", "3 feeds".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
