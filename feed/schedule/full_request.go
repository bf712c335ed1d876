package schedule

import (
	"time"

	"dateline/feed"
)

// fullRequestAfter is how long a feed may answer that nothing has changed before it is
// requested in full. Some servers say so forever.
const fullRequestAfter = 8 * feed.Day

// FullDue reports whether a feed is requested without validators: its last document came
// more than a week ago, or its last check failed in a way in which a request without them
// may succeed. A server that asks for a pause says nothing about validators.
func FullDue(p feed.PollState, now time.Time) bool {
	last := earlier(p.LastFull, p.LastChecked)
	asksForPause := p.Status == 429 || p.Status == 503 && !p.Hints.Until.IsZero()
	return p.Failures > 0 && !asksForPause || !last.IsZero() && now.Sub(last) >= fullRequestAfter
}

// ShortenedMessage returns a user message about a feed that is longer than dateline reads.
// It is empty if the feed is not.
func ShortenedMessage(shortened bool) string {
	if !shortened {
		return ""
	}
	return "This feed is shortened, because it is too large: you see only the items at its start. Look for a smaller feed on the site."
}
