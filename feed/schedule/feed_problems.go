package schedule

import (
	"fmt"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/text"
)

// Problem is a kind of problem that a feed has. It is empty if the feed has none.
type Problem string

// The problems, as the command line prints them.
const (
	Failing Problem = "failing"
	Moved   Problem = "moved"
	Gone    Problem = "gone"
	Silent  Problem = "silent"
	Paused  Problem = "paused"
)

const (
	// A feed is failing after failingFailures failures in a row. It is also failing if
	// its last check failed and it last worked more than failingFor ago.
	failingFailures = 3
	failingFor      = feed.Day
	// A feed is silent if nothing new came for silentIntervals times its posting
	// interval and for silentFor, or for silentAtLast in any case.
	silentIntervals = 10
	silentFor       = 90 * feed.Day
	silentAtLast    = 365 * feed.Day
)

// ProblemOf returns a feed's most urgent problem and a user message that says what to do.
// Both are empty if the feed has no problem. A paused feed only has the problems Paused
// and Gone.
func ProblemOf(f feed.Feed, now time.Time) (Problem, string) {
	p := f.Poll
	failing := p.Failures >= failingFailures || p.Failures > 0 && !p.LastOK.IsZero() && now.Sub(p.LastOK) > failingFor
	switch {
	case p.Gone:
		return Gone, "The server says that this feed is gone for good (410), so dateline no longer checks it: " +
			"unsubscribe, look for its new address on the site, or refresh this feed once more."
	case f.Paused:
		return Paused, "Paused in the configuration: press r or run `dateline refresh FEED` to check it, or remove paused there to check it automatically again."
	case failing && p.LastOK.IsZero():
		return Failing, fmt.Sprintf("This feed has failed %s and never worked. %s", text.Plural(p.Failures, "time"), p.Error)
	case failing:
		return Failing, fmt.Sprintf("Failed %s since it last worked %s. %s", text.Plural(p.Failures, "time"), feed.Ago(p.LastOK, now), p.Error)
	case NewAddress(p) != "":
		return Moved, fmt.Sprintf("Moved permanently to %s; the server has redirected there for %s. Write the new address into the configuration with the key M or with `dateline move`.",
			text.Clean(NewAddress(p)), durationText(now.Sub(p.MovedSince)))
	case isSilent(p, now):
		return Silent, silentMessage(p, now)
	}
	return "", ""
}

// isSilent reports whether a feed has had nothing new for long. A feed without dated items,
// or one that has never worked, is not silent.
func isSilent(p feed.PollState, now time.Time) bool {
	silence := now.Sub(p.Newest)
	if p.Newest.IsZero() || p.LastOK.IsZero() || silence <= silentFor {
		return false
	}
	return silence > silentAtLast || p.PostInterval > 0 && silence > silentIntervals*p.PostInterval
}

// silentMessage returns the user message for a silent feed.
func silentMessage(p feed.PollState, now time.Time) string {
	used := ""
	if p.PostInterval > 0 {
		used = ", though it used to post " + RateText(p.PostInterval)
	}
	return fmt.Sprintf("Nothing new for %s%s: look for another feed on the site, or unsubscribe.", durationText(now.Sub(p.Newest)), used)
}

// AccountProblem returns a user message about what keeps an account from agreeing with its
// server, and what to do. Empty if nothing does. It is shown beside the name of the account, so
// it does not begin with it.
func AccountProblem(a feed.Account) string {
	problem := strings.TrimPrefix(a.Error, "account "+a.Name+": ")
	if a.HeldBack == 0 || strings.Contains(problem, "accounts accept") {
		return problem
	}
	held := fmt.Sprintf("The server of %s calls %s unread, or without a star, that you have read or starred: `dateline accounts accept %s` takes that, `dateline accounts push %s` sends yours instead.",
		a.Name, text.Plural(a.HeldBack, "article"), a.Name, a.Name)
	return strings.TrimSpace(problem + " " + held)
}
