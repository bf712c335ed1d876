package parse

import (
	"strconv"
	"strings"
)

// maxDuration bounds what a file's duration is believed to be, in seconds.
const maxDuration = 30 * 24 * 60 * 60

// parseDuration reads a duration in seconds, "h:mm:ss", "mm:ss" or plain seconds, the
// last of them with or without a fraction; zero when it is none of these.
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
