package text

import (
	"fmt"
)

// Plural returns a count with its noun: "1 feed", "3 feeds". It only adds an
// "s".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
