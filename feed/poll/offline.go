package poll

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/schedule"
)

// clue is a sign of trouble with the network on this side. One feed that shows
// it proves nothing; several hosts that show the same at once do.
type clue struct {
	kind clueKind
	// what tells clues of one kind apart: the host or the hash of the page that
	// came in place of the feed.
	what string
}

type clueKind int

// The kinds of clues, the most telling first.
const (
	// wantsLogin is the status that only a network's own gate gives (RFC 6585
	// section 6).
	wantsLogin clueKind = iota
	// elsewhere is a foreign host where a redirect ended without a feed.
	elsewhere
	// samePage is a page in place of the feed.
	samePage
	// anyPage is a page, whatever it says, where there was a feed.
	anyPage
	// unproven is a server that cannot prove who it is.
	unproven
	// unheard is a server that did not say a word.
	unheard
)

// need is how many hosts have to show a clue before it is believed.
func (c clue) need() int {
	if c.kind == anyPage {
		return 3
	}
	return 2
}

// cluesOf are the signs in a feed's failure. A feed that fails anyway gives none:
// dead ones must not add up to a dead network.
func cluesOf(e errand, o outcome) []clue {
	old := e.feed.Poll
	if o.failure == "" || !overWeb(e.address()) || old.Failures > 0 {
		return nil
	}
	if o.status == http511 {
		return []clue{{kind: wantsLogin}}
	}
	var found []clue
	if at := hostname(o.at); foreign(at, e.feed.URL) && foreign(at, old.FinalURL) && foreign(at, e.address()) {
		found = append(found, clue{elsewhere, at})
	}
	proven := !old.LastOK.IsZero()
	if o.page != "" && (proven || o.status < 300) {
		found = append(found, clue{samePage, o.page})
	}
	if o.html && proven {
		found = append(found, clue{kind: anyPage})
	}
	switch {
	case o.unproven:
		found = append(found, clue{kind: unproven}, clue{kind: unheard})
	case o.unheard && !(o.kind == fetch.KindProxy && e.settings.Access.Proxy != ""):
		found = append(found, clue{kind: unheard})
	}
	return found
}

// outlook is what answers tell of the network on this side.
type outlook struct {
	// good are the hosts that answered well, bad those that showed a clue.
	good map[string]bool
	bad  map[clue]map[string]bool
	// proven counts the hosts that failed although they used to answer well.
	proven map[string]bool
}

// mostClues bounds what is remembered from round to round: a portal may make
// up a new page each time.
const mostClues = 256

func newOutlook() outlook {
	return outlook{good: map[string]bool{}, bad: map[clue]map[string]bool{}, proven: map[string]bool{}}
}

// note adds what a feed's answer came to.
func (l outlook) note(e errand, o outcome) {
	host := hostname(e.address())
	if !overWeb(e.address()) {
		return
	}
	if o.failure == "" {
		l.good[host] = true
		return
	}
	for _, c := range cluesOf(e, o) {
		if l.bad[c] == nil {
			l.bad[c] = map[string]bool{}
		}
		l.bad[c][host] = true
		if !e.feed.Poll.LastOK.IsZero() {
			l.proven[host] = true
		}
	}
}

// trouble is the clue that explains the failures by the network: enough hosts
// show it, and more than answered well.
func (l outlook) trouble() (clue, bool) {
	var found []clue
	for c, hosts := range l.bad {
		if len(hosts) >= c.need() && len(hosts) > len(l.good) {
			found = append(found, c)
		}
	}
	if len(found) == 0 {
		return clue{}, false
	}
	return slices.MinFunc(found, func(a, b clue) int {
		if a.kind != b.kind {
			return int(a.kind - b.kind)
		}
		return strings.Compare(a.what, b.what)
	}), true
}

// hopelessAfter is how many hosts that used to answer well have to fail
// alike, and none to answer, before the rest of a round is given up.
const hopelessAfter = 16

// hopeless says that asking the rest of the feeds is in vain.
func (l outlook) hopeless() bool {
	if len(l.good) > 0 || len(l.proven) < hopelessAfter {
		return false
	}
	for _, hosts := range l.bad {
		if len(hosts) >= hopelessAfter {
			return true
		}
	}
	return false
}

// with is what both outlooks tell together, for the rounds after this one. A
// good answer ends what was before it.
func (l outlook) with(before outlook) outlook {
	if len(l.good) > 0 || len(before.good) > 0 || len(l.bad)+len(before.bad) > mostClues {
		return l
	}
	out := newOutlook()
	for _, o := range []outlook{before, l} {
		for c, hosts := range o.bad {
			if out.bad[c] == nil {
				out.bad[c] = map[string]bool{}
			}
			maps.Copy(out.bad[c], hosts)
		}
	}
	return out
}

// outage is trouble with the network on this side, which concerns every feed.
type outage struct {
	// sentence tells of it; empty while there is none.
	sentence string
	clue     clue
	// tries counts the rounds in vain.
	tries int
}

// Pauses between two rounds while there is no network: it is asked for often, as
// no server hears of it.
const (
	firstRetry = time.Minute
	lastRetry  = 5 * time.Minute
)

// retry is how long nothing is due after so many rounds in vain.
func (o outage) retry() time.Duration {
	return min(firstRetry<<min(o.tries-1, 3), lastRetry)
}

// sentenceOf tells a reader what is wrong and what to do; own is what one of the
// feeds itself would tell.
func sentenceOf(c clue, own outcome) string {
	switch {
	case c.kind < unproven:
		return "This network answers in place of the feeds, as one does that wants a login first: open any web page in a browser to log in; dateline goes on by itself."
	case c.kind == unproven:
		return "No server can prove who it is: the network may want a login first, so open any web page in a browser, or this computer's clock may be wrong; dateline goes on by itself."
	case own.kind == fetch.KindProxy:
		return own.failure
	}
	return "No server can be reached: check the network connection; dateline goes on by itself once it is back."
}

// overWeb says that a feed's answer has to come through the network.
func overWeb(address string) bool {
	scheme, _, _ := strings.Cut(address, ":")
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
}

func hostname(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// foreign says that a host has nothing to do with that of an address: not even
// the last two labels of their names are the same.
func foreign(host, address string) bool {
	other := hostname(address)
	if host == "" || host == other {
		return false
	}
	return other == "" || net.ParseIP(host) != nil || net.ParseIP(other) != nil || domain(host) != domain(other)
}

// domain is the end of a host's name.
func domain(host string) string {
	labels := strings.Split(host, ".")
	return strings.Join(labels[max(0, len(labels)-2):], ".")
}

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
