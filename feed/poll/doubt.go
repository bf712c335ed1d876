package poll

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/schedule"
)

// sift takes out the failures, which may be the network's: the whole round tells.
// Once it is hopeless the rest of the feeds is left alone.
func (r *round) sift(got []result, giveUp func()) []result {
	for _, g := range got {
		if !g.skipped && !g.postponed {
			r.here.note(g.errand, g.outcome)
			r.servers.note(g.errand, g.outcome, g.answer.Log.At)
		}
	}
	sure := got[:0:0]
	for _, g := range got {
		if g.doubtful() || g.skipped && r.lost {
			r.held = append(r.held, g)
		} else {
			sure = append(sure, g)
		}
	}
	if !r.lost && r.here.hopeless() {
		r.lost = true
		giveUp()
	}
	return sure
}

// doubtful says that the network may be to blame and not the feed.
func (r result) doubtful() bool {
	return !r.skipped && !r.postponed && r.outcome.failure != "" && overWeb(r.errand.address())
}

// judge decides whose the failures are. Those of the network are nobody's: what
// is known of the feeds stays as it is, and they stay due.
func (r *round) judge(ctx context.Context) {
	p := r.poller
	p.mu.Lock()
	defer p.mu.Unlock()
	all := r.here
	if len(all.good) == 0 {
		all = all.with(p.before)
	}
	c, bad := all.trouble()
	if !bad && r.unheard() && p.woken.end(p.now()).After(p.now()) {
		c, bad = clue{kind: unheard}, true
	}
	p.before = r.here.with(p.before)
	if !bad || !slices.ContainsFunc(r.held, result.doubtful) {
		if len(r.here.good) > 0 {
			p.outage = outage{}
		}
		return
	}
	p.outage.clue, p.outage.sentence = c, sentenceOf(c, firstSign(r.held, c))
	p.outage.tries++
	p.rest = rest{p.now(), p.now().Add(p.outage.retry())}
	r.lost = true
	for i := range r.held {
		g := &r.held[i]
		if g.skipped && ctx.Err() != nil {
			continue // stopped by the reader, not for want of a network
		}
		if g.rested != "" {
			delete(p.resting, g.rested)
		}
		g.skipped, g.away = false, true
		old := g.errand.feed.Poll
		g.report = feed.Report{URL: g.errand.feed.URL, Status: feed.Failed, Error: p.outage.sentence, Offline: true,
			Next: later(schedule.DueAt(old, g.errand.settings, p.now()), p.rest.until), Reason: "no server could be reached from here"}
	}
}

// unheard says that no server said a word. Just after a sleep that is the
// network's doing, be it only one feed that shows it, or one that failed before.
func (r *round) unheard() bool {
	return len(r.here.good) == 0 && !slices.ContainsFunc(r.held, func(g result) bool { return g.doubtful() && !g.outcome.unheard })
}

// firstSign is the outcome of a feed that shows the clue.
func firstSign(held []result, c clue) outcome {
	for _, g := range held {
		if slices.Contains(cluesOf(g.errand, g.outcome), c) {
			return g.outcome
		}
	}
	return outcome{}
}

// away is the sentence of the outage that lasts; empty when none does.
func (p *Poller) away() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.outage.sentence
}

// usurped says, in a sentence, that an answer to a request for address is the
// network's own page; empty when it is not known to be.
func (p *Poller) usurped(address string, res fetch.Response) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.outage.sentence == "" {
		return ""
	}
	at := hostname(res.FinalURL)
	switch {
	case p.outage.clue.kind == elsewhere && p.outage.clue.what == at,
		p.outage.clue.kind == samePage && p.outage.clue.what == pageHash(res.Body),
		p.outage.clue.kind < unheard && foreign(at, address):
		return p.outage.sentence
	}
	return ""
}

// pageHash tells pages apart.
func pageHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
