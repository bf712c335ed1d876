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

// evidence is a sign of trouble with the network on this side. One feed that shows
// it proves nothing; several hosts that show the same at once do.
type evidence struct {
	kind evidenceKind
	// value tells clues of one kind apart: the host or the hash of the page that
	// came in place of the feed.
	value string
}

type evidenceKind int

// The kinds of clues, the most telling first.
const (
	// loginStatus is the status that only a network's own gate gives (RFC 6585
	// section 6).
	loginStatus evidenceKind = iota
	// foreignHost is a foreign host where a redirect ended without a feed.
	foreignHost
	// samePage is a page in place of the feed.
	samePage
	// anyPage is a page, whatever it says, where there was a feed.
	anyPage
	// untrustedServer is a server that cannot prove who it is.
	untrustedServer
	// noServerResponded is a server that did not say a word.
	noResponse
)

// minHosts is how many hosts have to show a clue before it is believed.
func (c evidence) minHosts() int {
	if c.kind == anyPage {
		return 3
	}
	return 2
}

// evidenceOf are the signs in a feed's failure. A feed that fails anyway gives none:
// dead ones must not add up to a dead network.
func evidenceOf(e job, o outcome) []evidence {
	old := e.feed.Poll
	if o.failure == "" || !overWeb(e.address()) || old.Failures > 0 {
		return nil
	}
	if o.status == statusNetworkLogin {
		return []evidence{{kind: loginStatus}}
	}
	var found []evidence
	if at := hostname(o.lastURL); otherSite(at, e.feed.URL) && otherSite(at, old.FinalURL) && otherSite(at, e.address()) {
		found = append(found, evidence{foreignHost, at})
	}
	proven := !old.LastOK.IsZero()
	if o.pageHash != "" && (proven || o.status < 300) {
		found = append(found, evidence{samePage, o.pageHash})
	}
	if o.isHTML && proven {
		found = append(found, evidence{kind: anyPage})
	}
	switch {
	case o.untrusted:
		found = append(found, evidence{kind: untrustedServer}, evidence{kind: noResponse})
	case o.noResponse && !(o.kind == fetch.KindProxy && e.settings.Access.Proxy != ""):
		found = append(found, evidence{kind: noResponse})
	}
	return found
}

// networkState is what answers tell of the network on this side.
type networkState struct {
	// working are the hosts that answered well, bad those that showed a clue.
	working map[string]bool
	failing map[evidence]map[string]bool
	// workedBefore counts the hosts that failed although they used to answer well.
	workedBefore map[string]bool
}

// maxEvidence bounds what is remembered from round to round: a portal may make
// up a new page each time.
const maxEvidence = 256

func newNetworkState() networkState {
	return networkState{working: map[string]bool{}, failing: map[evidence]map[string]bool{}, workedBefore: map[string]bool{}}
}

// add adds what a feed's answer came to.
func (l networkState) add(e job, o outcome) {
	host := hostname(e.address())
	if !overWeb(e.address()) {
		return
	}
	if o.failure == "" {
		l.working[host] = true
		return
	}
	for _, c := range evidenceOf(e, o) {
		if l.failing[c] == nil {
			l.failing[c] = map[string]bool{}
		}
		l.failing[c][host] = true
		if !e.feed.Poll.LastOK.IsZero() {
			l.workedBefore[host] = true
		}
	}
}

// networkProblem is the clue that explains the failures by the network: enough hosts
// show it, and more than answered well.
func (l networkState) networkProblem() (evidence, bool) {
	var found []evidence
	for c, hosts := range l.failing {
		if len(hosts) >= c.minHosts() && len(hosts) > len(l.working) {
			found = append(found, c)
		}
	}
	if len(found) == 0 {
		return evidence{}, false
	}
	return slices.MinFunc(found, func(a, b evidence) int {
		if a.kind != b.kind {
			return int(a.kind - b.kind)
		}
		return strings.Compare(a.value, b.value)
	}), true
}

// giveUpAfter is how many hosts that used to answer well have to fail
// alike, and none to answer, before the rest of a round is given up.
const giveUpAfter = 16

// giveUp says that asking the rest of the feeds is in vain.
func (l networkState) giveUp() bool {
	if len(l.working) > 0 || len(l.workedBefore) < giveUpAfter {
		return false
	}
	for _, hosts := range l.failing {
		if len(hosts) >= giveUpAfter {
			return true
		}
	}
	return false
}

// merge is what both outlooks tell together, for the rounds after this one. A
// good answer ends what was before it.
func (l networkState) merge(before networkState) networkState {
	if len(l.working) > 0 || len(before.working) > 0 || len(l.failing)+len(before.failing) > maxEvidence {
		return l
	}
	out := newNetworkState()
	for _, o := range []networkState{before, l} {
		for c, hosts := range o.failing {
			if out.failing[c] == nil {
				out.failing[c] = map[string]bool{}
			}
			maps.Copy(out.failing[c], hosts)
		}
	}
	return out
}

// outage is trouble with the network on this side, which concerns every feed.
type outage struct {
	// message tells of it; empty while there is none.
	message  string
	evidence evidence
	// failedRounds counts the rounds in vain.
	failedRounds int
}

// Pauses between two rounds while there is no network: it is asked for often, as
// no server hears of it.
const (
	firstRetry = time.Minute
	lastRetry  = 5 * time.Minute
)

// pause is how long nothing is due after so many rounds in vain.
func (o outage) pause() time.Duration {
	return min(firstRetry<<min(o.failedRounds-1, 3), lastRetry)
}

// outageMessage tells a reader what is wrong and what to do; own is what one of the
// feeds itself would tell.
func outageMessage(c evidence, own outcome) string {
	switch {
	case c.kind < untrustedServer:
		return "This network answers in place of the feeds, as one does that wants a login first: open any web page in a browser to log in; dateline goes on by itself."
	case c.kind == untrustedServer:
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

// otherSite says that a host has nothing to do with that of an address: not even
// the last two labels of their names are the same.
func otherSite(host, address string) bool {
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

// holdFailures takes out the failures, which may be the network's: the whole round tells.
// Once it is hopeless the rest of the feeds is left alone.
func (r *round) holdFailures(got []result, giveUp func()) []result {
	for _, g := range got {
		if !g.skipped && !g.postponed {
			r.network.add(g.job, g.outcome)
			r.servers.add(g.job, g.outcome, g.fetched.Log.At)
		}
	}
	sure := got[:0:0]
	for _, g := range got {
		if g.suspect() || g.skipped && r.offline {
			r.held = append(r.held, g)
		} else {
			sure = append(sure, g)
		}
	}
	if !r.offline && r.network.giveUp() {
		r.offline = true
		giveUp()
	}
	return sure
}

// suspect says that the network may be to blame and not the feed.
func (r result) suspect() bool {
	return !r.skipped && !r.postponed && r.outcome.failure != "" && overWeb(r.job.address())
}

// blameNetwork decides whose the failures are. Those of the network are nobody's: what
// is known of the feeds stays as it is, and they stay due.
func (r *round) blameNetwork(ctx context.Context) {
	p := r.poller
	p.mu.Lock()
	defer p.mu.Unlock()
	all := r.network
	if len(all.working) == 0 {
		all = all.merge(p.earlier)
	}
	c, bad := all.networkProblem()
	if !bad && r.noServerResponded() && p.afterWake.end(p.now()).After(p.now()) {
		c, bad = evidence{kind: noResponse}, true
	}
	p.earlier = r.network.merge(p.earlier)
	if !bad || !slices.ContainsFunc(r.held, result.suspect) {
		if len(r.network.working) > 0 {
			p.outage = outage{}
		}
		return
	}
	p.outage.evidence, p.outage.message = c, outageMessage(c, firstWith(r.held, c))
	p.outage.failedRounds++
	p.pause = pauseWindow{p.now(), p.now().Add(p.outage.pause())}
	r.offline = true
	for i := range r.held {
		g := &r.held[i]
		if g.skipped && ctx.Err() != nil {
			continue // stopped by the reader, not for want of a network
		}
		if g.pausedHost != "" {
			delete(p.hostPauses, g.pausedHost)
		}
		g.skipped, g.offline = false, true
		old := g.job.feed.Poll
		g.report = feed.Report{URL: g.job.feed.URL, Status: feed.Failed, Error: p.outage.message, Offline: true,
			Next: later(schedule.DueAt(old, g.job.settings, p.now()), p.pause.until), Reason: "no server could be reached from here"}
	}
}

// noServerResponded says that no server said a word. Just after a sleep that is the
// network's doing, be it only one feed that shows it, or one that failed before.
func (r *round) noServerResponded() bool {
	return len(r.network.working) == 0 && !slices.ContainsFunc(r.held, func(g result) bool { return g.suspect() && !g.outcome.noResponse })
}

// firstWith is the outcome of a feed that shows the clue.
func firstWith(held []result, c evidence) outcome {
	for _, g := range held {
		if slices.Contains(evidenceOf(g.job, g.outcome), c) {
			return g.outcome
		}
	}
	return outcome{}
}

// offlineMessage is the sentence of the outage that lasts; empty when none does.
func (p *Poller) offlineMessage() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.outage.message
}

// portalMessage says, in a sentence, that an answer to a request for address is the
// network's own page; empty when it is not known to be.
func (p *Poller) portalMessage(address string, res fetch.Response) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.outage.message == "" {
		return ""
	}
	at := hostname(res.FinalURL)
	switch {
	case p.outage.evidence.kind == foreignHost && p.outage.evidence.value == at,
		p.outage.evidence.kind == samePage && p.outage.evidence.value == pageHash(res.Body),
		p.outage.evidence.kind < noResponse && otherSite(at, address):
		return p.outage.message
	}
	return ""
}

// pageHash tells pages apart.
func pageHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
