package poll

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/parse"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// statusTooManyRequests and statusUnavailable can come with a Retry-After
// header for the whole host (RFC 6585 section 4, RFC 9110 section 15.6.4).
const statusTooManyRequests, statusUnavailable = 429, 503

// statusNetworkLogin is the status of a network that wants a login (RFC 6585
// section 6).
const statusNetworkLogin = 511

// nextState returns the state of a feed after an outcome, except its next
// check.
func nextState(s feed.PollState, o outcome, now time.Time) feed.PollState {
	s.LastChecked = now
	s.Status = o.status
	if o.localFailure {
		s.Error = o.failure
		return s
	}
	s.Gone = o.gone
	s.Hints = nextHints(s.Hints, o, now)
	if o.failure != "" {
		// The validators stay, because they belong to the last successful response.
		// Redirects are not counted, because a captive portal's page does not show
		// where the feed is.
		s.Failures++
		s.Error = o.failure
		return s
	}
	s.LastOK = now
	s.Failures = 0
	s.Error = ""
	s.FinalURL = ""
	if o.response.Redirects > 0 || o.atNewAddress {
		s.FinalURL = o.response.FinalURL
	}
	s = keepValidators(s, o, now)
	if o.doc != nil {
		s.PostInterval = cmp.Or(schedule.PostInterval(o.doc.Items, now), s.PostInterval)
		s.Newest = later(s.Newest, schedule.NewestDate(o.doc.Items, now))
	}
	return countRedirects(s, o, now)
}

// keepValidators returns the state with the validators after a successful
// outcome. Those of a response to a request that failed with validators are not
// stored, so that the next request does not fail again.
func keepValidators(s feed.PollState, o outcome, now time.Time) feed.PollState {
	if o.response.NotModified {
		s.ETag, s.LastModified = cmp.Or(o.response.ETag, s.ETag), cmp.Or(o.response.LastModified, s.LastModified)
		if s.LastFull.IsZero() {
			s.LastFull = now
		}
		return s
	}
	s.LastFull, s.Shortened = now, o.response.Shortened
	if !complete(o) {
		return s
	}
	s.ETag, s.LastModified, s.BodyHash = o.response.ETag, o.response.LastModified, o.hash
	if o.withoutThem {
		s.ETag, s.LastModified = "", ""
	}
	return s
}

// nextHints returns the polling hints after an outcome. If there is no new
// document, the hints of the last one stay.
func nextHints(w feed.PollHints, o outcome, now time.Time) feed.PollHints {
	until := w.Until
	if o.doc != nil {
		w = o.doc.Hints
	}
	w.Fresh, w.Until = o.response.Fresh, until
	switch {
	case o.retryAfter > 0:
		w.Until = now.Add(min(o.retryAfter, schedule.MaxPause))
	case o.failure == "":
		w.Until = time.Time{}
	}
	return w
}

// countRedirects counts the successful responses after which the same permanent
// redirect was seen.
func countRedirects(s feed.PollState, o outcome, now time.Time) feed.PollState {
	to := o.response.Permanent
	switch {
	case to == "" && o.atNewAddress:
		return s
	case to == "":
		s.MovedTo, s.MovedSince, s.MovedTimes = "", time.Time{}, 0
	case to == s.MovedTo && !o.fellBack:
		s.MovedTimes++
	default:
		s.MovedTo, s.MovedSince, s.MovedTimes = to, now, 1
	}
	return s
}

// wrongAddress reports whether a failure means that the address is wrong, and
// not that the server has a temporary problem.
func wrongAddress(e *fetch.Error) bool {
	switch e.Kind {
	case fetch.KindTimeout, fetch.KindSlow, fetch.KindReset, fetch.KindTruncated, fetch.KindCanceled:
		return false
	case fetch.KindStatus:
		return e.Status < 500 && e.Status != statusTooManyRequests && e.RetryAfter == 0
	}
	return !e.LocalFailure()
}

// pausesHost reports whether the server asked for a pause that applies to its
// whole host.
func (o outcome) pausesHost() bool {
	return o.retryAfter > 0 && (o.status == statusTooManyRequests || o.status == statusUnavailable)
}

// complete reports whether the response's validators may be sent next time.
// With those of a truncated document the server would answer 304 and the rest
// would never arrive. The rest of a shortened one never arrives anyway.
func complete(o outcome) bool {
	return o.response.Shortened || !o.response.Partial && (o.doc == nil || !o.doc.Truncated)
}

// parseMessage says why a response has no items and what the user can do.
func parseMessage(res fetch.Response, err error) string {
	host := res.FinalURL
	if u, parseErr := url.Parse(res.FinalURL); parseErr == nil && u.Host != "" {
		host = text.Clean(u.Host)
	}
	if res.Partial {
		return fmt.Sprintf("The response of %s ended before its first item: dateline checks the feed again later.", host)
	}
	if res.Shortened {
		return fmt.Sprintf("The response of %s is too large (more than %s) and has no whole item at its start: look for a smaller feed on the site.", host, text.Size(res.Bytes))
	}
	var not *parse.NotFeedError
	kind := ""
	if errors.As(err, &not) {
		kind = not.Kind
	}
	switch kind {
	case "html":
		return fmt.Sprintf("%s returned a web page instead of a feed: add the site's address again to see which feeds it offers.", host)
	case "empty":
		return fmt.Sprintf("%s returned an empty response: dateline checks the feed again later; if this lasts, look for its new address on the site.", host)
	case "json":
		return fmt.Sprintf("%s returned JSON that is not a feed: look for the feed's correct address on the site.", host)
	}
	return fmt.Sprintf("The response of %s cannot be read as a feed (%s): open the address in a browser, or look for another feed on the site.", host, text.Clean(err.Error()))
}
