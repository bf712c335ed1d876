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

// evidence is a sign that the network on this side has a problem. One feed that
// shows it proves nothing. Several hosts that show the same evidence at the
// same time do.
type evidence struct {
	kind evidenceKind
	// value distinguishes evidence of one kind: the host or the hash of the page
	// that responded instead of the feed.
	value string
}

// evidenceKind is a kind of evidence.
type evidenceKind int

// Kinds of evidence, the strongest first.
const (
	// loginStatus is the status that only a network sends to demand a login (RFC
	// 6585 section 6).
	loginStatus evidenceKind = iota
	// foreignHost is a redirect to a host of another site that has no feed.
	foreignHost
	// samePage is a certain page instead of the feed.
	samePage
	// anyPage is any page where there used to be a feed.
	anyPage
	// untrustedServer is a server whose certificate is not trusted.
	untrustedServer
	// noResponse is a server from which nothing was received.
	noResponse
)

// minHosts returns how many hosts must show the evidence. Different pages need
// more hosts than the other kinds.
func (ev evidence) minHosts() int {
	if ev.kind == anyPage {
		return 3
	}
	return 2
}

// evidenceOf returns the signs of a network problem in a failure. A feed that
// was failing before gives none: many dead feeds do not mean a dead network.
func evidenceOf(j job, o outcome) []evidence {
	old := j.feed.Poll
	if o.failure == "" || !overWeb(j.address()) || old.Failures > 0 {
		return nil
	}
	if o.status == statusNetworkLogin {
		return []evidence{{kind: loginStatus}}
	}
	var found []evidence
	if at := hostname(o.lastURL); otherSite(at, j.feed.URL) && otherSite(at, old.FinalURL) && otherSite(at, j.address()) {
		found = append(found, evidence{foreignHost, at})
	}
	workedBefore := !old.LastOK.IsZero()
	if o.pageHash != "" && (workedBefore || o.status < 300) {
		found = append(found, evidence{samePage, o.pageHash})
	}
	if o.isHTML && workedBefore {
		found = append(found, evidence{kind: anyPage})
	}
	switch {
	case o.untrusted:
		found = append(found, evidence{kind: untrustedServer}, evidence{kind: noResponse})
	case o.noResponse && !(o.kind == fetch.KindProxy && j.settings.Access.Proxy != ""):
		found = append(found, evidence{kind: noResponse})
	}
	return found
}

// networkState is what responses show about the network on this side.
type networkState struct {
	// working holds the hosts that responded successfully, failing those that
	// showed evidence.
	working map[string]bool
	failing map[evidence]map[string]bool
	// workedBefore holds the hosts that failed although they had worked before.
	workedBefore map[string]bool
}

// maxEvidence limits what is remembered from refresh to refresh. A captive
// portal may make a new page for each request.
const maxEvidence = 256

// newNetworkState returns an empty state.
func newNetworkState() networkState {
	return networkState{working: map[string]bool{}, failing: map[evidence]map[string]bool{}, workedBefore: map[string]bool{}}
}

// add adds the outcome of fetching a feed.
func (n networkState) add(j job, o outcome) {
	host := hostname(j.address())
	if !overWeb(j.address()) {
		return
	}
	if o.failure == "" {
		n.working[host] = true
		return
	}
	for _, ev := range evidenceOf(j, o) {
		if n.failing[ev] == nil {
			n.failing[ev] = map[string]bool{}
		}
		n.failing[ev][host] = true
		if !j.feed.Poll.LastOK.IsZero() {
			n.workedBefore[host] = true
		}
	}
}

// networkProblem returns the evidence that proves a network problem: enough
// hosts show it, and more hosts than worked. If there are several, it returns
// the strongest.
func (n networkState) networkProblem() (evidence, bool) {
	var found []evidence
	for ev, hosts := range n.failing {
		if len(hosts) >= ev.minHosts() && len(hosts) > len(n.working) {
			found = append(found, ev)
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

// giveUpAfter is how many hosts that had worked before must show the same
// evidence, while no host works, before the rest of a refresh is given up.
const giveUpAfter = 16

// giveUp reports whether fetching the remaining feeds is useless.
func (n networkState) giveUp() bool {
	if len(n.working) > 0 || len(n.workedBefore) < giveUpAfter {
		return false
	}
	for _, hosts := range n.failing {
		if len(hosts) >= giveUpAfter {
			return true
		}
	}
	return false
}

// merge returns the state together with the state of earlier refreshes. The
// earlier state is dropped after a success, and if there is too much evidence.
func (n networkState) merge(before networkState) networkState {
	if len(n.working) > 0 || len(before.working) > 0 || len(n.failing)+len(before.failing) > maxEvidence {
		return n
	}
	out := newNetworkState()
	for _, o := range []networkState{before, n} {
		for ev, hosts := range o.failing {
			if out.failing[ev] == nil {
				out.failing[ev] = map[string]bool{}
			}
			maps.Copy(out.failing[ev], hosts)
		}
	}
	return out
}

// outage is a network problem on this side, which affects every feed.
type outage struct {
	// message is the message for the user. Empty if there is no outage.
	message  string
	evidence evidence
	// failedRounds counts the refreshes that failed because of it.
	failedRounds int
}

// These limit the pause between two refreshes during an outage. They are short,
// because no server receives the requests.
const (
	firstRetry = time.Minute
	lastRetry  = 5 * time.Minute
)

// pause returns how long nothing is due after the failed refreshes.
func (o outage) pause() time.Duration {
	return min(firstRetry<<min(o.failedRounds-1, 3), lastRetry)
}

// outageMessage says what is wrong with the network and what the user can do.
// example is the outcome of one of the feeds.
func outageMessage(ev evidence, example outcome) string {
	switch {
	case ev.kind < untrustedServer:
		return "This network wants a login and intercepts requests: open any web page in a browser to log in; dateline continues by itself."
	case ev.kind == untrustedServer:
		return "No server's certificate can be verified: the network may want a login, so open any web page in a browser, or this computer's clock may be wrong; dateline continues by itself."
	case example.kind == fetch.KindProxy:
		return example.failure
	}
	return "No server can be reached: check the network connection; dateline continues by itself once it is back."
}

// overWeb reports whether an address is fetched over the network.
func overWeb(address string) bool {
	scheme, _, _ := strings.Cut(address, ":")
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
}

// hostname returns the host of an address without its port. Empty if the
// address is invalid.
func hostname(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// otherSite reports whether host and the host of address belong to different
// sites: the last two labels of their names differ.
func otherSite(host, address string) bool {
	other := hostname(address)
	if host == "" || host == other {
		return false
	}
	return other == "" || net.ParseIP(host) != nil || net.ParseIP(other) != nil || domain(host) != domain(other)
}

// domain returns the last two labels of a host name.
func domain(host string) string {
	labels := strings.Split(host, ".")
	return strings.Join(labels[max(0, len(labels)-2):], ".")
}

// holdFailures returns the results without the failures that the network may
// have caused. Those are held until all results are known. If the network is
// certainly down, it calls giveUp.
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

// suspect reports whether the network may have caused the failure.
func (r result) suspect() bool {
	return !r.skipped && !r.postponed && r.outcome.failure != "" && overWeb(r.job.address())
}

// blameNetwork decides whether the network caused the held failures. If it did,
// the state of their feeds does not change, and they stay due.
func (r *round) blameNetwork(ctx context.Context) {
	p := r.poller
	p.mu.Lock()
	defer p.mu.Unlock()
	all := r.network
	if len(all.working) == 0 {
		all = all.merge(p.earlier)
	}
	ev, bad := all.networkProblem()
	if !bad && r.noServerResponded() && p.afterWake.end(p.now()).After(p.now()) {
		ev, bad = evidence{kind: noResponse}, true
	}
	p.earlier = r.network.merge(p.earlier)
	if !bad || !slices.ContainsFunc(r.held, result.suspect) {
		if len(r.network.working) > 0 {
			p.outage = outage{}
		}
		return
	}
	p.outage.evidence, p.outage.message = ev, outageMessage(ev, firstWith(r.held, ev))
	p.outage.failedRounds++
	p.pause = pauseWindow{p.now(), p.now().Add(p.outage.pause())}
	r.offline = true
	for i := range r.held {
		g := &r.held[i]
		if g.skipped && ctx.Err() != nil {
			continue // the user stopped the refresh; the network did not
		}
		if g.pausedHost != "" {
			delete(p.hostPauses, g.pausedHost)
		}
		g.skipped, g.offline = false, true
		old := g.job.feed.Poll
		g.report = feed.Report{URL: g.job.feed.URL, Status: feed.Failed, Error: p.outage.message, Offline: true,
			Next: later(schedule.DueAt(old, g.job.settings, p.now()), p.pause.until), Reason: "no server can be reached"}
	}
}

// noServerResponded reports whether nothing was received from any server. If
// the computer has just woken up, this counts as a network problem even if only
// one feed was fetched or the feed failed before.
func (r *round) noServerResponded() bool {
	return len(r.network.working) == 0 && !slices.ContainsFunc(r.held, func(g result) bool { return g.suspect() && !g.outcome.noResponse })
}

// firstWith returns the outcome of the first feed that shows the evidence.
func firstWith(held []result, ev evidence) outcome {
	for _, g := range held {
		if slices.Contains(evidenceOf(g.job, g.outcome), ev) {
			return g.outcome
		}
	}
	return outcome{}
}

// offlineMessage returns the message of the current outage. Empty if there is
// none.
func (p *Poller) offlineMessage() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.outage.message
}

// portalMessage returns the message of the current outage if the response to a
// request for address is the captive portal's own page. Otherwise it is empty.
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

// pageHash returns the hash by which pages are compared.
func pageHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
