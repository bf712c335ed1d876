package poll

import (
	"cmp"
	"context"
	"errors"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/parse"
	"dateline/feed/schedule"
)

// result is an errand done.
type result struct {
	job job
	// release says that the answer is saved, or never will be.
	release func()
	// skipped says that the round ended before an answer: nothing is saved.
	skipped bool
	// postponed says that the feed was not asked, for its host wants a pause.
	postponed bool
	// offline says that the failure is the network's: nothing is saved.
	offline bool
	// pausedHost is the host that this answer has put to rest; may be empty.
	pausedHost string
	outcome    outcome
	fetched    feed.Fetched
	report     feed.Report
}

// unsaved says that there is nothing to keep of the feed.
func (r result) unsaved() bool { return r.skipped || r.offline }

// outcome is what asking one feed came to.
type outcome struct {
	response fetch.Response
	// doc is nil when the body is the last one, or there was a failure.
	doc  *feed.Document
	hash string
	// failure is a sentence; empty when all went well.
	failure string
	status  int
	// serverTime is the time by the server's clock; zero when unsaid.
	serverTime time.Time
	// retryAfter is what any answer, good or bad, said.
	retryAfter time.Duration
	gone       bool
	// localFailure says that no server was reached, through no fault of the feed's.
	localFailure bool
	// wrongAddress says that there is no feed at the address, or no server.
	wrongAddress bool
	// respondedURL is the address that answered, if one did, and at the one that failed.
	respondedURL, lastURL string
	// kind is that of the failed request. unheard says that no word of a server
	// came, unproven that it came from one whose certificate does not hold.
	kind                  fetch.Kind
	noResponse, untrusted bool
	// pageHash is a hash of what came in place of the feed, html says that it is a
	// web page.
	pageHash string
	isHTML   bool
	// atNewAddress says that the new address of a moved feed was asked, fellBack that
	// it was in vain and this is the old one's answer.
	atNewAddress, fellBack bool
}

// runJob does one errand.
func (p *Poller) runJob(ctx context.Context, e job, round time.Time) result {
	out := result{job: e, release: e.release, report: feed.Report{URL: e.feed.URL}}
	if ctx.Err() != nil {
		out.skipped = true
		return out
	}
	begun := p.clock()
	if until := p.hostPausedUntil(hostKey(e.address())); !e.onRequest && until.After(p.now()) {
		return p.postpone(out, until, round)
	}
	var o outcome
	ok := true
	// What trips here counts as a failure of the feed, so that it is not asked
	// again at once.
	if crash := feed.Recover("asking a feed", p.crashed, func() { o, ok = p.fetch(ctx, e) }); crash != nil {
		o, ok = outcome{failure: crash.UserMessage()}, true
	}
	if !ok {
		out.skipped = true
		return out
	}
	took, ended := p.clock().Sub(begun), p.now()
	if o.failedWithoutResponse() && ended.Sub(begun.Round(0)) > e.longestRequest() {
		p.noteWake()
		out.skipped = true
		return out
	}
	if o.failure != "" {
		// It may be held until the round's end, with nothing left to be read.
		o.response.Release()
	}
	out.release = func() {
		o.response.Release()
		e.release()
	}
	out.outcome = o
	state := nextState(e.feed.Poll, o, ended)
	planned := schedule.Offline(e.feed.Poll, e.settings, ended)
	if !o.localFailure {
		planned = schedule.NextCheck(state, e.settings, ended, p.jitter())
	}
	state.NextCheck, state.Reason = planned.Next, planned.Reason
	if o.pausesHost() {
		out.pausedHost = hostKey(o.lastURL)
		p.pauseHost(out.pausedHost, state.Hints.Until)
	}
	r := &out.report
	r.Status, r.Error = o.reportStatus(), o.failure
	r.Duration, r.FinalURL, r.HTTP, r.Bytes = max(took, 0), o.respondedURL, o.status, o.response.Bytes
	r.Next, r.Reason, r.MovedTo = planned.Next, planned.Reason, schedule.NewAddress(state)
	out.fetched = feed.Fetched{URL: e.feed.URL, Document: o.doc, State: state, Round: round, Log: feed.Poll{
		At: ended, Outcome: r.Status, Status: r.HTTP, Bytes: r.Bytes, Duration: r.Duration, Error: r.Error}}
	return out
}

// failedWithoutResponse says that a request over the web came to nothing.
func (o outcome) failedWithoutResponse() bool {
	return o.failure != "" && o.kind != "" && o.status == 0
}

// longestRequest is more than what a request may take, by its own timeout. The time of
// day says that it took longer when the computer slept meanwhile, with the
// connection that broke of it.
func (e job) longestRequest() time.Duration { return max(e.settings.Timeout, wakeGrace) + wakeGrace }

// postpone leaves a feed for later whose host has just asked for a pause.
func (p *Poller) postpone(out result, until, round time.Time) result {
	out.postponed = true
	state := out.job.feed.Poll
	state.NextCheck, state.Reason = later(state.NextCheck, until), schedule.ReasonRetryAfter
	state.Hints.Until = later(state.Hints.Until, until)
	out.fetched = feed.Fetched{URL: out.job.feed.URL, State: state, Round: round}
	out.report.Status, out.report.Next, out.report.Reason = feed.Skipped, state.NextCheck, state.Reason
	return out
}

func (o outcome) reportStatus() feed.Status {
	switch {
	case o.failure != "":
		return feed.Failed
	case o.doc == nil:
		return feed.Unchanged
	}
	return feed.OK
}

// fetch asks for a feed and reads the answer. It is not ok when ctx ended it. A
// feed that has moved is asked at its new address; where there is none any more,
// the old one has the last word.
func (p *Poller) fetch(ctx context.Context, e job) (o outcome, ok bool) {
	moved := schedule.NewAddress(e.feed.Poll)
	o, ok = p.request(ctx, e, moved)
	if moved == "" || !ok || !o.wrongAddress {
		o.atNewAddress = moved != ""
		return o, ok
	}
	o.response.Release()
	o, ok = p.request(ctx, e, "")
	o.fellBack = true
	return o, ok
}

// request makes one request, to the address where the feed has moved if it has.
func (p *Poller) request(ctx context.Context, e job, moved string) (o outcome, ok bool) {
	old := e.feed.Poll
	res, err := p.client.Get(ctx, fetch.Request{
		URL: e.feed.URL, Moved: moved, ETag: old.ETag, LastModified: old.LastModified, Validated: old.FinalURL,
		UserAgent: e.settings.UserAgent, Headers: e.settings.Headers, Timeout: e.settings.Timeout,
		Access: e.settings.Access, Configured: true,
	})
	var failed *fetch.Error
	if errors.As(err, &failed) {
		o = outcome{failure: failed.UserMessage(), status: failed.Status, retryAfter: failed.RetryAfter,
			gone: failed.Gone(), localFailure: failed.LocalFailure(), wrongAddress: wrongAddress(failed), lastURL: failed.URL,
			kind: failed.Kind, noResponse: failed.NoResponse(), untrusted: failed.Kind == fetch.KindTLS, pageHash: failed.Page}
		if failed.Status != 0 {
			o.respondedURL = failed.URL
		}
		return o, failed.Kind != fetch.KindCanceled
	}
	o = outcome{response: res, status: res.Status, serverTime: res.Clock, retryAfter: res.RetryAfter, respondedURL: res.FinalURL, lastURL: res.FinalURL}
	if res.NotModified {
		return o, true
	}
	if !res.Partial {
		o.hash = pageHash(res.Body)
		if o.hash == old.BodyHash {
			return o, true
		}
	}
	doc, err := p.parseBody(res)
	if err != nil {
		o.failure, o.wrongAddress = parseMessage(res, err), !res.Partial
		var not *parse.NotFeedError
		o.isHTML = errors.As(err, &not) && not.Kind == "html"
		if o.isHTML && !res.Partial {
			o.pageHash = o.hash
		}
	}
	o.doc = doc
	o.response.Body = nil
	return o, true
}

// origin tells the parser where an answer came from.
func origin(res fetch.Response) parse.Origin {
	return parse.Origin{URL: res.FinalURL, Base: res.ContentLocation, ContentType: res.ContentType}
}

// parseBody parses a body, a few at a time: parsing is what a round's processor time
// and memory go to.
func (p *Poller) parseBody(res fetch.Response) (doc *feed.Document, err error) {
	p.parseSlots <- struct{}{}
	defer func() { <-p.parseSlots }()
	if crash := feed.Recover("reading a feed", p.crashed, func() { doc, err = p.parse(res.Body, origin(res)) }); crash != nil {
		return nil, errors.New(crash.UserMessage())
	}
	if err != nil {
		return nil, err
	}
	if res.Partial {
		if len(doc.Items) == 0 {
			return nil, errors.New("it broke off")
		}
		doc.Truncated = true
	}
	return doc, nil
}

// job is one feed to be asked.
type job struct {
	feed     feed.Feed
	settings feed.Settings
	// onRequest says that the reader asked for this very feed, which is reason
	// enough to ask it even while its host wants to be left alone.
	onRequest bool
	// release ends the claim on the feed.
	release func()
}

// address is where the feed is asked.
func (e job) address() string { return cmp.Or(schedule.NewAddress(e.feed.Poll), e.feed.URL) }
