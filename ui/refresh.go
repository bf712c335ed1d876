package ui

import (
	"context"
	"errors"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// refresh is the state of a round of polling, asked for by a key or by time.
type refresh struct {
	running     bool
	byKey       bool
	gen         int
	done, total int
	fresh       int
	edited      int
	// told is what a feed of the round has to tell beside its news.
	told      string
	failed    int
	lastError string
	// away tells what is wrong with the network, if that made the round fail;
	// awayTold says that the reader knows.
	away     string
	awayTold bool
	// clock tells that this computer's clock is wrong, if the servers say so;
	// clockTold says that the reader knows.
	clock     string
	clockTold bool
	// broken is the error that ended the last round, empty when none did: by time
	// it is tried again every minute, and told once.
	broken string
	// result is what the last round brought, shown until the next key.
	result string
	cancel context.CancelFunc
	// loaded is when rows and counts were last brought up to date.
	loaded time.Time
	ended  sync.WaitGroup
	next   waiting
}

// reported brings what a round has reported since the last message.
type reported struct {
	gen     int
	reports []feed.Report
	ended   bool
	err     error
	next    tea.Cmd
}

// reloadEvery bounds how often a running refresh reloads the screen.
const reloadEvery = 250 * time.Millisecond

func (r *refresh) cancelable() bool { return r.running && r.byKey }

func (r *refresh) stop() {
	if r.cancel != nil {
		r.cancel()
	}
}

// wait returns when no round is running any more.
func (r *refresh) wait() { r.ended.Wait() }

// start begins a round unless one is running.
func (m *Model) start(ask feed.RefreshRequest, byKey bool) tea.Cmd {
	r := &m.refresh
	if r.running {
		if byKey {
			r.byKey = true
			m.status.say("a refresh is running already")
		}
		return nil
	}
	ask.AfterSleep = r.next.late(m.now())
	r.next = waiting{gen: r.next.gen}
	ctx, cancel := context.WithCancel(m.ctx)
	r.running, r.byKey, r.cancel, r.gen = true, byKey, cancel, r.gen+1
	r.done, r.total, r.fresh, r.edited, r.failed, r.lastError, r.result, r.told, r.away, r.clock = 0, 0, 0, 0, 0, "", "", "", "", ""
	reports, finished := make(chan feed.Report, 64), make(chan error, 1)
	source, tell := m.deps.Source, m.deps.Crashed
	r.ended.Add(1)
	go func() {
		defer r.ended.Done()
		var err error
		crash := feed.Recover("refreshing", tell, func() {
			err = source.Refresh(ctx, ask, func(x feed.Report) {
				select {
				case reports <- x:
				case <-ctx.Done():
				}
			})
		})
		if crash != nil {
			err = crash
		}
		cancel()
		close(reports)
		finished <- err
	}()
	return waitReports(r.gen, reports, finished)
}

// reportsEvery is how long reports are gathered: a thousand feeds are shown in
// some frames a second, and keys are not kept waiting by them.
const reportsEvery = 100 * time.Millisecond

// waitReports waits for one report and takes along those that follow soon. The
// last one of a round is told at once.
func waitReports(gen int, reports <-chan feed.Report, finished <-chan error) tea.Cmd {
	return func() tea.Msg {
		msg := reported{gen: gen}
		x, open := <-reports
		enough := time.After(reportsEvery)
		for open {
			msg.reports = append(msg.reports, x)
			if x.Done < x.Total {
				select {
				case x, open = <-reports:
					continue
				case <-enough:
				}
			}
			msg.next = waitReports(gen, reports, finished)
			return msg
		}
		msg.ended, msg.err = true, <-finished
		return msg
	}
}

// showReports moves the bar, and brings the screen up to date now and then and
// at the end.
func (m *Model) showReports(msg reported) tea.Cmd {
	r := &m.refresh
	if msg.gen != r.gen {
		return nil
	}
	for _, x := range msg.reports {
		r.done, r.total = x.Done, x.Total
		r.fresh += x.New
		r.edited += x.Updated
		m.noteReport(x)
		m.notifier.waiting = append(m.notifier.waiting, x.Notify...)
		if x.Offline {
			r.away = x.Error
		}
		if x.ClockAhead != 0 {
			r.clock = schedule.ClockSentence(x.ClockAhead)
		}
		if x.Status == feed.Failed {
			r.failed++
			r.lastError = x.Error
		}
	}
	cmds := []tea.Cmd{msg.next}
	now := m.now()
	// With the last feed done the round is over for the reader; it goes on for a
	// while to index what came.
	over := r.running && (msg.ended || len(msg.reports) > 0 && r.done == r.total)
	if over {
		m.endRefresh(msg.err)
		r.noteTold()
		cmds = append(cmds, m.loadNextDue(), m.notify())
	}
	if r.done > 0 && (over || now.Sub(r.loaded) >= reloadEvery) || msg.err != nil {
		r.loaded = now
		cmds = append(cmds, m.loadSources())
		if r.fresh+r.edited > 0 {
			cmds = append(cmds, m.reloadRows())
		}
	}
	if over && r.edited > 0 {
		m.pages.forget()
	}
	return tea.Batch(cmds...)
}

// noteReport keeps what a feed did that its reader would wonder about.
func (m *Model) noteReport(x feed.Report) {
	f, ok := m.sources.feedOf(x.URL)
	if !ok {
		return
	}
	name := text.Clean(f.DisplayTitle())
	switch {
	case x.Reissued > 0:
		m.refresh.told = name + " re-issued " + plural(x.Reissued, "item") + "; what you had read stays read"
	case x.MovedTo != "" && schedule.NewAddress(f.Poll) == "":
		m.refresh.told = name + " has moved for good; M writes its new address, ge lists such feeds"
	}
}

// endRefresh says what a round brought.
func (m *Model) endRefresh(err error) {
	r := &m.refresh
	stopped := r.done < r.total
	r.running = false
	before := r.broken
	if r.broken = ""; err != nil && !errors.Is(err, context.Canceled) {
		r.broken = sentence(err)
	}
	switch {
	case r.broken != "":
		if r.byKey || r.broken != before {
			m.status.fail(r.broken)
		}
	case stopped && r.byKey:
		m.status.clear()
		r.result = "stopped after " + plural(r.done, "feed") + ", " + number(r.fresh) + " new"
	case r.fresh > 0:
		r.result = "+" + number(r.fresh) + " new"
	case r.byKey && r.failed == 0:
		r.result = "nothing new"
	}
	switch {
	case r.away != "":
		if r.byKey || !r.awayTold {
			m.status.fail(r.away)
		}
	case r.clock != "" && !r.clockTold:
		m.status.fail(r.clock)
	case r.told != "" && (r.failed == 0 || !r.byKey):
		m.status.say(r.told)
	case r.failed == 0:
	case r.failed == 1 && r.byKey:
		m.status.fail(r.lastError)
	case r.byKey || m.session.first && !m.session.touched:
		m.status.fail(plural(r.failed, "feed") + " failed: ge lists them and says why")
	}
}

// noteTold remembers whether the reader knows of the network's trouble, which is
// over with the first good answer, and of a wrong clock, for as long as it is.
func (r *refresh) noteTold() {
	if r.done > r.failed {
		r.clockTold = r.clock != ""
	}
	switch {
	case r.away != "":
		r.awayTold = true
	case r.done > r.failed:
		r.awayTold = false
	}
}

// refreshShown asks the feeds of the source that is shown.
func (m *Model) refreshShown() tea.Cmd {
	s := m.headlines.source
	if s.kind != sourceFeed && s.kind != sourceTag {
		return m.refreshAll()
	}
	return m.start(feed.RefreshRequest{Feeds: s.feeds}, true)
}

func (m *Model) refreshAll() tea.Cmd {
	if len(m.sources.feeds) == 0 {
		m.status.say("there are no feeds yet; a subscribes to one")
		return nil
	}
	return m.start(feed.RefreshRequest{}, true)
}
