package poll

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
)

// settle is the state of a feed after an outcome, but for its next check.
func settle(s feed.PollState, o outcome, now time.Time) feed.PollState {
	s.LastChecked = now
	s.Status = o.status
	s.Gone = o.gone
	if o.failure != "" {
		// The validators stay: they still name the last good answer.
		s.Failures++
		s.Error = o.failure
		return s
	}
	s.LastOK = now
	s.Failures = 0
	s.Error = ""
	s.FinalURL = ""
	if o.response.Redirects > 0 {
		s.FinalURL = o.response.FinalURL
	}
	if !o.response.NotModified && whole(o) {
		s.ETag, s.LastModified, s.BodyHash = o.response.ETag, o.response.LastModified, o.hash
	}
	return s
}

// whole says whether an answer may be named to the server as the copy at hand.
// With the validators of half a document the other half would never come.
func whole(o outcome) bool {
	return !o.response.Partial && (o.doc == nil || !o.doc.Truncated)
}

// parseSentence tells a reader why an answer gave no items and what to do.
func parseSentence(res fetch.Response, err error) string {
	host := res.FinalURL
	if u, parseErr := url.Parse(res.FinalURL); parseErr == nil && u.Host != "" {
		host = feed.Clean(u.Host)
	}
	if res.Partial {
		return fmt.Sprintf("The answer of %s broke off before its first item: the feed will be asked again later.", host)
	}
	var not *feed.NotFeedError
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
	return fmt.Sprintf("The answer of %s cannot be read as a feed (%s): open the address in a browser, or look for another feed on the site.", host, feed.Clean(err.Error()))
}
