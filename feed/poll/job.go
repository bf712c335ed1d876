package poll

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/parse"
	"dateline/feed/schedule"
)

// job is one feed to fetch.
type job struct {
	feed     feed.Feed
	settings feed.Settings
	// onRequest reports whether the user requested this very feed. Then it is
	// fetched even if it is not due or its host asked for a pause.
	onRequest bool
	// release ends the claim on the feed.
	release func()
	// begun is when the first request for the feed began. Zero before it.
	begun time.Time
	// last is set if the feed's response came slowly and the feed was deferred.
	last bool
	// onWait is [fetch.Request.OnWait].
	onWait func(waiting bool)
	// onResponse is called with the time that a request took. It may be nil.
	onResponse func(took time.Duration)
	// received is [fetch.Request.Received]. It may be nil.
	received *atomic.Int64
}

// address returns the address to request: the new one if the feed has moved.
func (j job) address() string { return cmp.Or(schedule.NewAddress(j.feed.Poll), j.feed.URL) }

// result is the result of a job.
type result struct {
	job job
	// release frees the response body and ends the claim. Call it when the result
	// has been saved or dropped.
	release func()
	// skipped reports whether the refresh ended before a response. Nothing is
	// saved.
	skipped bool
	// deferred reports whether the feed is fetched once more, after the others: see
	// defers.
	deferred bool
	// postponed reports whether the feed was not fetched because its host asked for
	// a pause or is slow.
	postponed bool
	// offline reports whether the network is to blame for the failure. Nothing is
	// saved.
	offline bool
	// pausedHost is the host that asked for a pause in this response. Empty if it
	// did not.
	pausedHost string
	outcome    outcome
	fetched    feed.Fetched
	report     feed.Report
}

// unsaved reports whether the result has nothing to save.
func (r result) unsaved() bool { return r.skipped || r.offline }

// outcome is the outcome of fetching one feed.
type outcome struct {
	response fetch.Response
	// doc is the parsed document. nil if the body is unchanged, or after a failure.
	doc  *feed.Document
	hash string
	// failure is a message for the user. Empty after a success.
	failure string
	status  int
	// serverTime is the time by the server's clock. Zero if unknown.
	serverTime time.Time
	// retryAfter is the Retry-After of any response, successful or not.
	retryAfter time.Duration
	gone       bool
	// localFailure reports whether no server was reached for a reason on this side.
	localFailure bool
	// wrongAddress reports whether there is no feed, or no server, at the address.
	wrongAddress bool
	// respondedURL is the address that responded. Empty if none did. lastURL is the
	// same, or the address that failed.
	respondedURL, lastURL string
	// kind is the kind of the failed request. noResponse reports whether nothing
	// was received from a server, and untrusted whether the server's certificate
	// was not trusted.
	kind                  fetch.Kind
	noResponse, untrusted bool
	// pageHash is a hash of the page that was received instead of the feed. isHTML
	// reports whether it is a web page. notFeed reports whether something else than
	// a feed was received, such as a page or nothing.
	pageHash        string
	isHTML, notFeed bool
	// conditional reports whether the validators of the last response were sent.
	// withoutThem reports whether that failed and the outcome is that of a request
	// without them.
	conditional, withoutThem bool
	// atNewAddress reports whether the new address of a moved feed was requested.
	// fellBack reports whether that failed and the outcome is that of the old
	// address.
	atNewAddress, fellBack bool
}

// runJob fetches one feed and returns its new state.
func (p *Poller) runJob(ctx context.Context, j job, round time.Time) result {
	begun := p.clock()
	j.begun = cmp.Or(j.begun, begun)
	out := result{job: j, release: j.release, report: feed.Report{URL: j.feed.URL}}
	if ctx.Err() != nil {
		out.skipped = true
		return out
	}
	if until := p.hostPausedUntil(hostKey(j.address())); !j.onRequest && until.After(p.now()) {
		return p.postpone(out, until, round, schedule.ReasonRetryAfter)
	}
	var o outcome
	ok := true
	// A panic counts as a failure of the feed, so that the feed is not fetched
	// again at once.
	if crash := feed.Recover("fetching a feed", p.crashed, func() { o, ok = p.fetch(ctx, j) }); crash != nil {
		o, ok = outcome{failure: crash.UserMessage()}, true
	}
	if !ok {
		out.skipped = true
		return out
	}
	if p.defers(j, o) {
		out.deferred, out.outcome = true, o
		return out
	}
	took, ended := p.clock().Sub(begun), p.now()
	if o.failedWithoutResponse() && ended.Sub(begun.Round(0)) > j.longestRequest() {
		p.noteWake()
		out.skipped = true
		return out
	}
	if o.failure != "" {
		// The failure may be held until the end of the refresh, and the body is not
		// needed any more.
		o.response.Release()
	}
	out.release = func() {
		o.response.Release()
		j.release()
	}
	out.outcome = o
	state := nextState(j.feed.Poll, o, ended)
	planned := schedule.Offline(j.feed.Poll, j.settings, ended)
	if !o.localFailure {
		planned = schedule.NextCheck(state, j.settings, ended, p.jitter())
	}
	state.NextCheck, state.Reason = planned.Next, planned.Reason
	if o.pausesHost() {
		out.pausedHost = hostKey(o.lastURL)
		p.pauseHost(out.pausedHost, state.Hints.Until)
	}
	out.report = o.report(j.feed.URL, took)
	r := &out.report
	r.Shortened = o.failure == "" && state.Shortened
	r.Next, r.Reason, r.MovedTo = planned.Next, planned.Reason, schedule.NewAddress(state)
	out.fetched = feed.Fetched{URL: j.feed.URL, Document: o.doc, State: state, RefreshStart: round, Log: feed.PollLogEntry{
		At: ended, Outcome: r.Status, Status: r.HTTPStatus, Bytes: r.Bytes, Duration: r.Duration, Error: r.Error}}
	return out
}

// failedWithoutResponse reports whether a request to a server failed before a
// response.
func (o outcome) failedWithoutResponse() bool {
	return o.failure != "" && o.kind != "" && o.status == 0
}

// longestRequest returns more time than a request can take with its timeout. If
// it took longer by the wall clock, the computer slept meanwhile, and the
// connection broke because of that.
func (j job) longestRequest() time.Duration { return max(j.settings.Timeout, wakeGrace) + wakeGrace }

// postpone returns the result for a feed that is not fetched before the given time, for
// a reason of its host.
func (p *Poller) postpone(out result, until, round time.Time, reason string) result {
	out.postponed = true
	state := out.job.feed.Poll
	state.NextCheck, state.Reason = later(state.NextCheck, until), reason
	if reason == schedule.ReasonRetryAfter {
		state.Hints.Until = later(state.Hints.Until, until)
	}
	out.fetched = feed.Fetched{URL: out.job.feed.URL, State: state, RefreshStart: round}
	out.report.Status, out.report.Next, out.report.Reason = feed.Skipped, state.NextCheck, state.Reason
	return out
}

// report returns the report of a feed without what its state says.
func (o outcome) report(url string, took time.Duration) feed.Report {
	return feed.Report{URL: url, Status: o.reportStatus(), Error: o.failure, Duration: max(took, 0), FinalURL: o.respondedURL,
		HTTPStatus: o.status, Bytes: o.response.Bytes}
}

// reportStatus returns the status of the report.
func (o outcome) reportStatus() feed.Status {
	switch {
	case o.failure != "":
		return feed.Failed
	case o.doc == nil:
		return feed.Unchanged
	}
	return feed.OK
}

// fetch requests a feed and parses the response. It returns false if ctx ended
// the request. A feed that has moved is requested at its new address. If there
// is no feed any more, the old address is requested again, and its outcome
// counts. The same holds for validators that the server cannot cope with. At most
// one request follows the first.
func (p *Poller) fetch(ctx context.Context, j job) (o outcome, ok bool) {
	moved := schedule.NewAddress(j.feed.Poll)
	conditional := !schedule.FullDue(j.feed.Poll, p.now())
	o, ok = p.request(ctx, j, moved, conditional)
	switch {
	case !ok:
	case o.blamesValidators():
		o.response.Release()
		o, ok = p.request(ctx, j, moved, false)
		o.atNewAddress, o.withoutThem = moved != "", true
	case moved != "" && o.wrongAddress:
		o.response.Release()
		o, ok = p.request(ctx, j, "", conditional)
		o.fellBack = true
	default:
		o.atNewAddress = moved != ""
	}
	return o, ok
}

// request sends one request. If moved is not empty, it requests that address. It
// sends validators only if conditional is set.
func (p *Poller) request(ctx context.Context, j job, moved string, conditional bool) (o outcome, ok bool) {
	old := j.feed.Poll
	if !conditional {
		old.ETag, old.LastModified = "", ""
	}
	o, ok = p.requestAs(ctx, j, moved, old)
	o.conditional = old.ETag != "" || old.LastModified != ""
	return o, ok
}

// requestAs sends one request with the validators of old.
func (p *Poller) requestAs(ctx context.Context, j job, moved string, old feed.PollState) (o outcome, ok bool) {
	begun := p.clock()
	res, err := p.client.Get(ctx, fetch.Request{
		URL: j.feed.URL, Moved: moved, ETag: old.ETag, LastModified: old.LastModified, Validated: old.FinalURL,
		UserAgent: j.settings.UserAgent, Headers: j.settings.Headers, Timeout: p.timeLeft(j),
		Access: j.settings.Access, Configured: true, Last: j.last, OnWait: j.onWait, Received: j.received,
	})
	if j.onResponse != nil {
		j.onResponse(p.clock().Sub(begun))
	}
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
	o.response.Body = nil // the outcome stays until it is saved, and needs none
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
		o.notFeed = errors.As(err, &not)
		o.isHTML = o.notFeed && not.Kind == "html"
		if o.isHTML && !res.Partial {
			o.pageHash = o.hash
		}
	}
	o.doc = doc
	return o, true
}

// defers reports whether the feed is fetched once more: its response came slowly, or
// this computer had too little of something for it and there is still time.
func (p *Poller) defers(j job, o outcome) bool {
	switch o.kind {
	case fetch.KindSlow:
		return !j.last
	case fetch.KindShortage:
		return p.clock().Sub(j.begun) < j.timeout()-leastTimeLeft && p.clock().Sub(j.begun) >= 0
	}
	return false
}

// timeLeft returns the timeout of the next request for a feed. A second request has what
// is left since the first one began, so that it does not make the refresh longer.
func (p *Poller) timeLeft(j job) time.Duration {
	if j.begun.IsZero() {
		return j.timeout()
	}
	left := j.timeout() - max(p.clock().Sub(j.begun), 0)
	return max(left, min(leastTimeLeft, j.timeout()))
}

// leastTimeLeft is the shortest timeout of a second request.
const leastTimeLeft = 3 * time.Second

// timeout returns the timeout of a request for the feed.
func (j job) timeout() time.Duration { return cmp.Or(j.settings.Timeout, fetch.DefaultTimeout) }

// blamesValidators reports whether a conditional request failed in a way in which
// a plain one may not: the server refuses the validators, or returns nothing or a
// page instead of the feed.
func (o outcome) blamesValidators() bool {
	return o.conditional && (o.notFeed || o.status == 400 || o.status == 412 || o.status == 416)
}

// origin tells the parser where a response came from.
func origin(res fetch.Response) parse.Origin {
	return parse.Origin{URL: res.FinalURL, Base: res.ContentLocation, ContentType: res.ContentType}
}

// parseBody parses a body. Only a few bodies are parsed at the same time,
// because parsing takes most of a refresh's processor time and memory.
func (p *Poller) parseBody(res fetch.Response) (doc *feed.Document, err error) {
	p.parseSlots <- struct{}{}
	defer func() { <-p.parseSlots }()
	if crash := feed.Recover("parsing a feed", p.crashed, func() { doc, err = p.parse(res.Body, origin(res)) }); crash != nil {
		return nil, errors.New(crash.UserMessage())
	}
	if err != nil {
		return nil, err
	}
	if res.Partial || res.Shortened {
		if len(doc.Items) == 0 {
			return nil, errors.New("it ended early")
		}
		doc.Truncated = true
	}
	return doc, nil
}
