package text

import (
	"fmt"
)

// Plural is a count with its noun: "1 feed", "3 feeds".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
