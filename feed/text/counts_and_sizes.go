package text

import (
	"fmt"
	"strconv"
	"strings"
)

// Number writes n with its thousands grouped from ten thousand on: "9999",
// "10,000".
func Number(n int) string {
	digits := strconv.Itoa(n)
	if n < 10000 {
		return digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Plural writes a count with its noun: "1 feed", "3 feeds".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Number(n) + " " + noun + "s"
}

// Size writes a number of bytes in the unit that suits it, with one decimal
// below ten units: "312 bytes", "5.5 KB", "48 KB", "1.2 GB".
func Size(bytes int64) string {
	if bytes < 1<<10 {
		return Plural(int(bytes), "byte")
	}
	unit, name := int64(1<<10), "KB"
	for _, larger := range []string{"MB", "GB"} {
		if bytes < unit<<10 {
			break
		}
		unit, name = unit<<10, larger
	}
	tenths := bytes / (unit / 10)
	if bytes >= 10*unit || tenths%10 == 0 {
		return fmt.Sprintf("%d %s", bytes/unit, name)
	}
	return fmt.Sprintf("%d.%d %s", tenths/10, tenths%10, name)
}
