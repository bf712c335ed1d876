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

// Statuses that ask for patience (RFC 6585 section 4, RFC 9110 section 15.6.4).
const statusTooManyRequests, statusUnavailable = 429, 503

// statusNetworkLogin is the status of a network that wants a login first (RFC 6585 section 6).
const statusNetworkLogin = 511

// nextState is the state of a feed after an outcome, but for its next check.
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
		// The validators stay: they still name the last good answer. And a page
		// that is not the feed, like a hotel's, says nothing of where it is.
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
	if !o.response.NotModified && complete(o) {
		s.ETag, s.LastModified, s.BodyHash = o.response.ETag, o.response.LastModified, o.hash
	}
	if o.doc != nil {
		s.PostInterval = cmp.Or(schedule.PostInterval(o.doc.Items, now), s.PostInterval)
		s.Newest = later(s.Newest, schedule.NewestDate(o.doc.Items, now))
	}
	return countRedirects(s, o, now)
}

// nextHints are what the feed asks for after an outcome. An answer without a
// document leaves what the last one asked for.
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

// countRedirects counts where permanent redirects lead in good answers.
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

// wrongAddress says that a failure tells of a wrong address, not of a bad hour.
func wrongAddress(e *fetch.Error) bool {
	switch e.Kind {
	case fetch.KindTimeout, fetch.KindReset, fetch.KindTruncated, fetch.KindCanceled:
		return false
	case fetch.KindStatus:
		return e.Status < 500 && e.Status != statusTooManyRequests && e.RetryAfter == 0
	}
	return !e.LocalFailure()
}

// pausesHost says that a server has asked not for this feed only to be left alone.
func (o outcome) pausesHost() bool {
	return o.retryAfter > 0 && (o.status == statusTooManyRequests || o.status == statusUnavailable)
}

// complete says whether an answer may be named to the server as the copy at hand.
// With the validators of half a document the other half would never come.
func complete(o outcome) bool {
	return !o.response.Partial && (o.doc == nil || !o.doc.Truncated)
}

// parseMessage tells a reader why an answer gave no items and what to do.
func parseMessage(res fetch.Response, err error) string {
	host := res.FinalURL
	if u, parseErr := url.Parse(res.FinalURL); parseErr == nil && u.Host != "" {
		host = text.Clean(u.Host)
	}
	if res.Partial {
		return fmt.Sprintf("The answer of %s broke off before its first item: the feed will be asked again later.", host)
	}
	var not *parse.NotFeedError
	kind := ""
	if errors.As(err, &not) {
		kind = not.Kind
	}
	switch kind {
	case "html":
		return fmt.Sprintf("%s answered with a web page instead of a feed: add the site's address once more to see which feeds it offers.", host)
	case "empty":
		return fmt.Sprintf("%s answered with nothing at all: the feed will be asked again later; if this lasts, look for its new address on the site.", host)
	case "json":
		return fmt.Sprintf("%s answered with JSON that is not a feed: look for the feed's right address on the site.", host)
	}
	return fmt.Sprintf("The answer of %s cannot be read as a feed (%s): open the address in a browser, or look for another feed on the site.", host, text.Clean(err.Error()))
}
