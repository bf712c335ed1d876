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
	errand errand
	// release says that the answer is saved, or never will be.
	release func()
	// skipped says that the round ended before an answer: nothing is saved.
	skipped bool
	// postponed says that the feed was not asked, for its host wants a pause.
	postponed bool
	// away says that the failure is the network's: nothing is saved.
	away bool
	// rested is the host that this answer has put to rest; may be empty.
	rested  string
	outcome outcome
	answer  feed.Fetched
	report  feed.Report
}

// unsaved says that there is nothing to keep of the feed.
func (r result) unsaved() bool { return r.skipped || r.away }

// outcome is what asking one feed came to.
type outcome struct {
	response fetch.Response
	// doc is nil when the body is the last one, or there was a failure.
	doc  *feed.Document
	hash string
	// failure is a sentence; empty when all went well.
	failure string
	status  int
	// clock is the time by the server's clock; zero when unsaid.
	clock time.Time
	// retryAfter is what any answer, good or bad, said.
	retryAfter time.Duration
	gone       bool
	// local says that no server was reached, through no fault of the feed's.
	local bool
	// astray says that there is no feed at the address, or no server.
	astray bool
	// from is the address that answered, if one did, and at the one that failed.
	from, at string
	// kind is that of the failed request. unheard says that no word of a server
	// came, unproven that it came from one whose certificate does not hold.
	kind              fetch.Kind
	unheard, unproven bool
	// page is a hash of what came in place of the feed, html says that it is a
	// web page.
	page string
	html bool
	// direct says that the new address of a moved feed was asked, fellBack that
	// it was in vain and this is the old one's answer.
	direct, fellBack bool
}

// ask does one errand.
func (p *Poller) ask(ctx context.Context, e errand, round time.Time) result {
	out := result{errand: e, release: e.release, report: feed.Report{URL: e.feed.URL}}
	if ctx.Err() != nil {
		out.skipped = true
		return out
	}
	begun := p.clock()
	if until := p.restingUntil(hostOf(e.address())); !e.named && until.After(p.now()) {
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
	if o.unanswered() && ended.Sub(begun.Round(0)) > e.longest() {
		p.wake()
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
	state := settle(e.feed.Poll, o, ended)
	planned := schedule.Offline(e.feed.Poll, e.settings, ended)
	if !o.local {
		planned = schedule.NextCheck(state, e.settings, ended, p.jitter())
	}
	state.NextCheck, state.Reason = planned.Next, planned.Reason
	if o.pausesHost() {
		out.rested = hostOf(o.at)
		p.restHost(out.rested, state.Hints.Until)
	}
	r := &out.report
	r.Status, r.Error = o.verdict(), o.failure
	r.Duration, r.FinalURL, r.HTTP, r.Bytes = max(took, 0), o.from, o.status, o.response.Bytes
	r.Next, r.Reason, r.MovedTo = planned.Next, planned.Reason, schedule.NewAddress(state)
	out.answer = feed.Fetched{URL: e.feed.URL, Document: o.doc, State: state, Round: round, Log: feed.Poll{
		At: ended, Outcome: r.Status, Status: r.HTTP, Bytes: r.Bytes, Duration: r.Duration, Error: r.Error}}
	return out
}

// unanswered says that a request over the web came to nothing.
func (o outcome) unanswered() bool { return o.failure != "" && o.kind != "" && o.status == 0 }

// longest is more than what a request may take, by its own timeout. The time of
// day says that it took longer when the computer slept meanwhile, with the
// connection that broke of it.
func (e errand) longest() time.Duration { return max(e.settings.Timeout, waking) + waking }

// postpone leaves a feed for later whose host has just asked for a pause.
func (p *Poller) postpone(out result, until, round time.Time) result {
	out.postponed = true
	state := out.errand.feed.Poll
	state.NextCheck, state.Reason = later(state.NextCheck, until), schedule.ReasonRetryAfter
	state.Hints.Until = later(state.Hints.Until, until)
	out.answer = feed.Fetched{URL: out.errand.feed.URL, State: state, Round: round}
	out.report.Status, out.report.Next, out.report.Reason = feed.Skipped, state.NextCheck, state.Reason
	return out
}

func (o outcome) verdict() feed.Status {
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
func (p *Poller) fetch(ctx context.Context, e errand) (o outcome, ok bool) {
	moved := schedule.NewAddress(e.feed.Poll)
	o, ok = p.get(ctx, e, moved)
	if moved == "" || !ok || !o.astray {
		o.direct = moved != ""
		return o, ok
	}
	o.response.Release()
	o, ok = p.get(ctx, e, "")
	o.fellBack = true
	return o, ok
}

// get makes one request, to the address where the feed has moved if it has.
func (p *Poller) get(ctx context.Context, e errand, moved string) (o outcome, ok bool) {
	old := e.feed.Poll
	res, err := p.client.Get(ctx, fetch.Request{
		URL: e.feed.URL, Moved: moved, ETag: old.ETag, LastModified: old.LastModified, Validated: old.FinalURL,
		UserAgent: e.settings.UserAgent, Headers: e.settings.Headers, Timeout: e.settings.Timeout,
		Access: e.settings.Access, Configured: true,
	})
	var failed *fetch.Error
	if errors.As(err, &failed) {
		o = outcome{failure: failed.Sentence(), status: failed.Status, retryAfter: failed.RetryAfter,
			gone: failed.Gone(), local: failed.Local(), astray: astray(failed), at: failed.URL,
			kind: failed.Kind, unheard: failed.Unheard(), unproven: failed.Kind == fetch.KindTLS, page: failed.Page}
		if failed.Status != 0 {
			o.from = failed.URL
		}
		return o, failed.Kind != fetch.KindCanceled
	}
	o = outcome{response: res, status: res.Status, clock: res.Clock, retryAfter: res.RetryAfter, from: res.FinalURL, at: res.FinalURL}
	if res.NotModified {
		return o, true
	}
	if !res.Partial {
		o.hash = pageHash(res.Body)
		if o.hash == old.BodyHash {
			return o, true
		}
	}
	doc, err := p.read(res)
	if err != nil {
		o.failure, o.astray = parseSentence(res, err), !res.Partial
		var not *parse.NotFeedError
		o.html = errors.As(err, &not) && not.Kind == "html"
		if o.html && !res.Partial {
			o.page = o.hash
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

// read parses a body, a few at a time: parsing is what a round's processor time
// and memory go to.
func (p *Poller) read(res fetch.Response) (doc *feed.Document, err error) {
	p.parsing <- struct{}{}
	defer func() { <-p.parsing }()
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

// errand is one feed to be asked.
type errand struct {
	feed     feed.Feed
	settings feed.Settings
	// named says that the reader asked for this very feed, which is reason
	// enough to ask it even while its host wants to be left alone.
	named bool
	// release ends the claim on the feed.
	release func()
}

// address is where the feed is asked.
func (e errand) address() string { return cmp.Or(schedule.NewAddress(e.feed.Poll), e.feed.URL) }
