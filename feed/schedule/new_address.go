package schedule

import "dateline/feed"

const (
	// A feed has moved after movedResponses responses with the same permanent redirect,
	// if the last one came at least movedFor after the first.
	movedResponses = 3
	movedFor       = feed.Day
)

// NewAddress returns the address that a feed has moved to: the target of its permanent
// redirects (301 and 308, RFC 9110 section 15.4). It is empty if there are none, or not
// enough of them to be sure.
func NewAddress(p feed.PollState) string {
	if p.MovedTimes < movedResponses || p.LastOK.Sub(p.MovedSince) < movedFor {
		return ""
	}
	return p.MovedTo
}
