package poll

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
)

// result is an errand done.
type result struct {
	errand errand
	// release says that the answer is saved, or never will be.
	release func()
	// skipped says that the round ended before an answer: nothing is saved.
	skipped bool
	answer  feed.Fetched
	report  feed.Report
}

// outcome is what asking one feed came to.
type outcome struct {
	response fetch.Response
	// doc is nil when the body is the last one, or there was a failure.
	doc  *feed.Document
	hash string
	// failure is a sentence; empty when all went well.
	failure string
	// status and retryAfter are what a failure's answer said.
	status     int
	retryAfter time.Duration
	gone       bool
	// local says that no server was reached, through no fault of the feed's.
	local bool
	// from is the address that answered, if one did.
	from string
}

// ask does one errand.
func (p *Poller) ask(ctx context.Context, e errand, round time.Time) result {
	out := result{errand: e, release: e.release, report: feed.Report{URL: e.feed.URL}}
	if ctx.Err() != nil {
		out.skipped = true
		return out
	}
	begun := p.now()
	o, ok := p.fetch(ctx, e)
	if !ok {
		out.skipped = true
		return out
	}
	out.release = func() {
		o.response.Release()
		e.release()
	}
	ended := p.now()
	state := settle(e.feed.Poll, o, ended)
	state.NextCheck = p.nextCheck(state, e.settings, o, ended)
	out.answer = feed.Fetched{URL: e.feed.URL, Document: o.doc, State: state, Round: round}
	out.report.Duration = ended.Sub(begun)
	out.report.FinalURL = o.from
	switch {
	case o.failure != "":
		out.report.Status, out.report.Error = feed.Failed, o.failure
	case o.doc == nil:
		out.report.Status = feed.Unchanged
	default:
		out.report.Status = feed.OK
	}
	return out
}

// nextCheck backs off after failures to spare the server; where none was
// reached there is nothing to spare, and the feeds are wanted as soon as the
// network is back.
func (p *Poller) nextCheck(s feed.PollState, set feed.Settings, o outcome, now time.Time) time.Time {
	if o.local {
		s.Failures = 0
	}
	wait := feed.Answer{RetryAfter: max(o.response.RetryAfter, o.retryAfter), MaxAge: o.response.Fresh}
	return feed.NextCheck(s, set, wait, now, p.jitter())
}

// fetch asks for a feed and reads the answer. It is not ok when ctx ended it.
func (p *Poller) fetch(ctx context.Context, e errand) (o outcome, ok bool) {
	old := e.feed.Poll
	res, err := p.client.Get(ctx, fetch.Request{
		URL: e.feed.URL, ETag: old.ETag, LastModified: old.LastModified,
		UserAgent: e.settings.UserAgent, Headers: e.settings.Headers, Timeout: e.settings.Timeout,
		Access: e.settings.Access, Configured: true,
	})
	var failed *fetch.Error
	if errors.As(err, &failed) {
		o = outcome{failure: failed.Sentence(), status: failed.Status, retryAfter: failed.RetryAfter,
			gone: failed.Gone(), local: failed.Local()}
		if failed.Status != 0 {
			o.from = failed.URL
		}
		return o, failed.Kind != fetch.KindCanceled
	}
	o = outcome{response: res, status: res.Status, from: res.FinalURL}
	if res.NotModified {
		return o, true
	}
	if !res.Partial {
		sum := sha256.Sum256(res.Body)
		o.hash = hex.EncodeToString(sum[:])
		if o.hash == old.BodyHash {
			return o, true
		}
	}
	o.doc, o.failure = p.read(res)
	o.response.Body = nil
	return o, true
}

// read parses a body, a few at a time: parsing is what a round's processor time
// and memory go to. The failure is a sentence.
func (p *Poller) read(res fetch.Response) (doc *feed.Document, failure string) {
	p.parsing <- struct{}{}
	defer func() { <-p.parsing }()
	// One document that trips the parser must not take the others with it.
	defer func() {
		if r := recover(); r != nil {
			doc, failure = nil, parseSentence(res, fmt.Errorf("the reader itself failed: %v", r))
		}
	}()
	doc, err := p.parse(res.Body, feed.Origin{URL: res.FinalURL, ContentType: res.ContentType})
	if err != nil {
		return nil, parseSentence(res, err)
	}
	if res.Partial {
		if len(doc.Items) == 0 {
			return nil, parseSentence(res, errors.New("it broke off"))
		}
		doc.Truncated = true
	}
	return doc, ""
}
