package schedule

import (
	"dateline/feed"
	"dateline/feed/text"
	"fmt"
	"time"
)

// Problem says what ails a feed; empty when it is well.
type Problem string

// The kinds of ailments, as the command line prints them.
const (
	Failing Problem = "failing"
	Moved   Problem = "moved"
	Gone    Problem = "gone"
	Silent  Problem = "silent"
	Paused  Problem = "paused"
)

const (
	// failingFailures failures in a row, or failingFor without a good answer, tell a
	// failing feed from one that had a bad hour.
	failingFailures = 3
	failingFor      = feed.Day
	// A feed is silent when nothing came for silentRhythms of its rhythm and for
	// silentDays, or, whatever its rhythm, for silentYears.
	silentIntervals = 10
	silentFor       = 90 * feed.Day
	silentAtLast    = 365 * feed.Day
	// A new address is trusted after so many good answers over so long.
	movedResponses = 3
	movedFor       = feed.Day
)

// NewAddress is where a feed has moved for good: the target of its permanent
// redirects (301, 308) once they have led there often enough, over long enough.
// Empty otherwise.
func NewAddress(p feed.PollState) string {
	if p.MovedTimes < movedResponses || p.LastOK.Sub(p.MovedSince) < movedFor {
		return ""
	}
	return p.MovedTo
}

// ProblemOf says what ails a feed, if anything does, in a sentence that ends in a
// way out. Of several ailments it is the one to see to first; a paused feed is
// not ill, only paused.
func ProblemOf(f feed.Feed, now time.Time) (Problem, string) {
	p := f.Poll
	failing := p.Failures >= failingFailures || p.Failures > 0 && !p.LastOK.IsZero() && now.Sub(p.LastOK) > failingFor
	switch {
	case p.Gone:
		return Gone, "The server says that this feed is gone for good (410), so it is not asked any more: " +
			"unsubscribe, look for its new address on the site, or ask for it by name once more."
	case f.Paused:
		return Paused, "Paused in the configuration and asked only by name: take paused out there to have it asked again."
	case failing && p.LastOK.IsZero():
		return Failing, fmt.Sprintf("Failed %s and has never answered well. %s", text.Plural(p.Failures, "time"), p.Error)
	case failing:
		return Failing, fmt.Sprintf("Failed %s since it last answered well %s. %s", text.Plural(p.Failures, "time"), feed.Ago(p.LastOK, now), p.Error)
	case NewAddress(p) != "":
		return Moved, fmt.Sprintf("Moved for good to %s, as the server has been saying for %s: write the new address into the configuration with dateline move or the reader's M.",
			text.Clean(NewAddress(p)), durationText(now.Sub(p.MovedSince)))
	case isSilent(p, now):
		return Silent, silentMessage(p, now)
	}
	return "", ""
}

func isSilent(p feed.PollState, now time.Time) bool {
	quiet := now.Sub(p.Newest)
	if p.Newest.IsZero() || p.LastOK.IsZero() || quiet <= silentFor {
		return false
	}
	return quiet > silentAtLast || p.PostInterval > 0 && quiet > silentIntervals*p.PostInterval
}

func silentMessage(p feed.PollState, now time.Time) string {
	used := ""
	if p.PostInterval > 0 {
		used = ", though it used to post " + RateText(p.PostInterval)
	}
	return fmt.Sprintf("Nothing new for %s%s: see whether the site has another feed by now, or unsubscribe.", durationText(now.Sub(p.Newest)), used)
}
