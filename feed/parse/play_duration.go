package parse

import (
	"strconv"
	"strings"
)

// maxDuration is the limit of a plausible duration in seconds.
const maxDuration = 30 * 24 * 60 * 60

// parseDuration reads "h:mm:ss", "mm:ss" or a number of seconds and returns
// seconds. The last part may have a fraction, which is dropped. It returns 0 for
// anything else.
func parseDuration(s string) int {
	total := 0.0
	parts := strings.Split(strings.TrimSpace(s), ":")
	if len(parts) > 3 {
		return 0
	}
	for _, part := range parts {
		n, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || !(n >= 0 && n <= maxDuration) {
			return 0
		}
		total = total*60 + n
	}
	if total > maxDuration {
		return 0
	}
	return int(total)
}
