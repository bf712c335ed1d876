package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
	"dateline/ui/pane"
	"dateline/ui/style"
)

// refresher runs refreshes, asked for by a key or by time, and waits for the next
// due feed. One refresh runs at a time.
type refresher struct {
	*env
	sources   *sourceList
	headlines *headlineList
	session   *session
	notifier  *notifier

	running bool
	byKey   bool
	// generation numbers the refreshes.
	generation  int
	done, total int
	// fresh and edited count items, failed counts feeds.
	fresh, edited, failed int
	// remark is what a feed of the refresh did that its readers would wonder about.
	remark    string
	lastError string
	// offline says what is wrong with the network, if that made the refresh fail.
	// offlineShown reports whether the user knows.
	offline      string
	offlineShown bool
	// clock says that this computer's clock is wrong, if the servers say so.
	// clockShown reports whether the user knows.
	clock      string
	clockShown bool
	// broken is the error that ended the last refresh; empty if none did. It is shown
	// once, although the refresh is tried again every minute.
	broken string
	// result is what the last refresh brought, shown until the next key.
	result string
	cancel context.CancelFunc
	// loaded is when rows and counts were last brought up to date.
	loaded time.Time
	ended  sync.WaitGroup
	next   dueWait
}

// reported brings what a refresh has reported since the last message.
type reported struct {
	generation int
	reports    []feed.Report
	ended      bool
	err        error
	next       tea.Cmd
}

// reloadEvery is how often a running refresh reloads the screen at most.
const reloadEvery = 250 * time.Millisecond

func (r *refresher) cancelable() bool { return r.running && r.byKey }

func (r *refresher) stop() {
	if r.cancel != nil {
		r.cancel()
	}
}

// wait returns when no refresh is running any more.
func (r *refresher) wait() { r.ended.Wait() }

// start begins a refresh unless one is running.
func (r *refresher) start(ask feed.RefreshRequest, byKey bool) tea.Cmd {
	if r.running {
		if byKey {
			r.byKey = true
			r.status.say("a refresh is running already")
		}
		return nil
	}
	ask.AfterSleep = r.next.late(r.now())
	r.next = dueWait{generation: r.next.generation}
	ctx, cancel := context.WithCancel(r.ctx)
	r.running, r.byKey, r.cancel, r.generation = true, byKey, cancel, r.generation+1
	r.done, r.total, r.fresh, r.edited, r.failed = 0, 0, 0, 0, 0
	r.lastError, r.result, r.remark, r.offline, r.clock = "", "", "", "", ""
	reports, finished := make(chan feed.Report, 64), make(chan error, 1)
	source, record := r.deps.Source, r.deps.Crashed
	r.ended.Add(1)
	go func() {
		defer r.ended.Done()
		var err error
		crash := feed.Recover("refreshing", record, func() {
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
	return waitReports(r.generation, reports, finished)
}

// startShown refreshes the feeds of the source that is shown.
func (r *refresher) startShown() tea.Cmd {
	s := r.headlines.Source
	if s.Kind != pane.KindFeed && s.Kind != pane.KindTag {
		return r.startAll()
	}
	return r.start(feed.RefreshRequest{Feeds: s.Feeds}, true)
}

func (r *refresher) startAll() tea.Cmd {
	if len(r.sources.Feeds) == 0 {
		r.status.say("there are no feeds yet; a subscribes to one")
		return nil
	}
	return r.start(feed.RefreshRequest{}, true)
}

// reportsEvery is how long reports are gathered: a thousand feeds are shown in some
// frames a second, and keys are not kept waiting by them.
const reportsEvery = 100 * time.Millisecond

// waitReports waits for one report and takes along those that follow soon. The last
// one of a refresh is passed on at once.
func waitReports(generation int, reports <-chan feed.Report, finished <-chan error) tea.Cmd {
	return func() tea.Msg {
		msg := reported{generation: generation}
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
			msg.next = waitReports(generation, reports, finished)
			return msg
		}
		msg.ended, msg.err = true, <-finished
		return msg
	}
}

// take adds what a refresh reports. It reports whether the refresh is over for the
// user: with the last feed done it only goes on to index what came.
func (r *refresher) take(msg reported) (over bool) {
	for _, x := range msg.reports {
		r.done, r.total = x.Done, x.Total
		r.fresh += x.New
		r.edited += x.Updated
		r.note(x)
		r.notifier.waiting = append(r.notifier.waiting, x.Notify...)
		if x.Offline {
			r.offline = x.Error
		}
		if x.ClockAhead != 0 {
			r.clock = schedule.ClockSentence(x.ClockAhead)
		}
		if x.Status == feed.Failed {
			r.failed++
			r.lastError = x.Error
		}
	}
	return r.running && (msg.ended || len(msg.reports) > 0 && r.done == r.total)
}

// showReports moves the progress bar and updates the screen now and then and at the
// end.
func (m *Model) showReports(msg reported) tea.Cmd {
	r := &m.refresh
	if msg.generation != r.generation {
		return nil
	}
	over := r.take(msg)
	cmds := []tea.Cmd{msg.next}
	if over {
		r.end(msg.err)
		cmds = append(cmds, r.loadNextDue(), m.notifier.send())
	}
	now := m.now()
	if r.done > 0 && (over || now.Sub(r.loaded) >= reloadEvery) || msg.err != nil {
		r.loaded = now
		cmds = append(cmds, m.sources.load())
		if r.fresh+r.edited > 0 {
			cmds = append(cmds, m.headlines.reload())
		}
	}
	if over && r.edited > 0 {
		m.article.pages.forget()
	}
	return tea.Batch(cmds...)
}

// note remembers what a feed did that its readers would wonder about.
func (r *refresher) note(x feed.Report) {
	f, ok := r.sources.FeedOf(x.URL)
	if !ok {
		return
	}
	name := text.Clean(f.DisplayTitle())
	switch {
	case x.Reissued > 0:
		r.remark = name + " gave " + text.Plural(x.Reissued, "known item") + " new IDs; they keep your marks"
	case x.MovedTo != "" && schedule.NewAddress(f.Poll) == "":
		r.remark = name + " has moved permanently; M takes its new address, ge lists such feeds"
	}
}

// end says what a refresh brought.
func (r *refresher) end(err error) {
	stopped := r.done < r.total
	r.running = false
	before := r.broken
	if r.broken = ""; err != nil && !errors.Is(err, context.Canceled) {
		r.broken = userMessage(err)
	}
	switch {
	case r.broken != "":
		if r.byKey || r.broken != before {
			r.status.fail(r.broken)
		}
	case stopped && r.byKey:
		r.status.clear()
		r.result = "stopped after " + text.Plural(r.done, "feed") + ", " + text.Number(r.fresh) + " new"
	case r.fresh > 0:
		r.result = "+" + text.Number(r.fresh) + " new"
	case r.byKey && r.failed == 0:
		r.result = "nothing new"
	}
	switch {
	case r.offline != "":
		if r.byKey || !r.offlineShown {
			r.status.fail(r.offline)
		}
	case r.clock != "" && !r.clockShown:
		r.status.fail(r.clock)
	case r.remark != "" && (r.failed == 0 || !r.byKey):
		r.status.say(r.remark)
	case r.failed == 0:
	case r.failed == 1 && r.byKey:
		r.status.fail(r.lastError)
	case r.byKey || r.session.first && !r.session.touched:
		r.status.fail(text.Plural(r.failed, "feed") + " failed; ge lists them with the reasons")
	}
	r.noteShown()
}

// noteShown remembers whether the user knows of network problems, which end with the
// first successful response, and of a wrong clock, as long as it is wrong.
func (r *refresher) noteShown() {
	if r.done > r.failed {
		r.clockShown = r.clock != ""
	}
	switch {
	case r.offline != "":
		r.offlineShown = true
	case r.done > r.failed:
		r.offlineShown = false
	}
}

// progress draws the bar of a running refresh on a screen of w cells, or what the
// last one brought.
func (r *refresher) progress(w int, t style.Theme) string {
	room := 8
	switch {
	case !r.running:
		return r.result
	case r.total == 0 && r.byKey:
		return "refreshing" + t.Glyphs.Ellipsis + " Esc stops"
	case r.total == 0:
		return ""
	}
	if w < 60 {
		room = 4
	}
	done := r.done * room / r.total
	bar := t.Glyphs.Left + strings.Repeat(t.Glyphs.Full, done) + strings.Repeat(t.Glyphs.Empty, room-done) + t.Glyphs.Right
	s := fmt.Sprintf("refreshing %d/%d %s", r.done, r.total, bar)
	if r.fresh > 0 {
		s += " +" + text.Number(r.fresh) + " new"
	}
	if r.byKey {
		s += " Esc stops"
	}
	return s
}

// dueWait is the wait for the next due feed.
type dueWait struct {
	// generation numbers the waits.
	generation int
	// due is when it ends by the time of day, since when it began. Its timer stops
	// while the computer sleeps.
	due, since time.Time
}

// lateness is how late a timer may be without the computer having slept, or its
// clock having been set.
const lateness = time.Minute

// late reports whether the wait should have ended for some time. Then the computer
// has slept, and its network may not be there yet.
func (w dueWait) late(now time.Time) bool {
	return !w.due.IsZero() && now.Round(0).Sub(w.due) > lateness
}

// setBack reports whether the wait began in the future.
func (w dueWait) setBack(now time.Time) bool { return w.since.Sub(now.Round(0)) > lateness }

// dueLoaded says when the next feed may be checked; the zero time means none.
type dueLoaded struct {
	generation int
	at         time.Time
}

// duePassed says that a feed is due.
type duePassed struct{ generation int }

const (
	// duePause is the least time between two refreshes by time, so that a clock that
	// jumps or a feed that is always due cannot make a loop.
	duePause = 2 * time.Second
	// dueRetry is when to refresh all the same if the source could not say when: one
	// busy moment must not end the polling.
	dueRetry = time.Minute
)

// catchUp looks whether the time of day has passed the timer of the next due feed. It
// is called when the program is awake anyway: with a tick, the focus or a key.
func (r *refresher) catchUp() tea.Cmd {
	switch {
	case r.running:
		return nil
	case r.next.late(r.now()):
		return r.start(feed.RefreshRequest{DueOnly: true}, false)
	case r.next.setBack(r.now()):
		return r.loadNextDue()
	}
	return nil
}

// loadNextDue asks the source when to refresh next.
func (r *refresher) loadNextDue() tea.Cmd {
	r.next.generation++
	generation, ctx, source, retry := r.next.generation, r.ctx, r.deps.Source, r.now().Add(dueRetry)
	return func() tea.Msg {
		at, err := source.NextDue(ctx)
		if err != nil {
			return dueLoaded{generation, retry}
		}
		return dueLoaded{generation, at}
	}
}

// waitDue waits for the next due feed.
func (r *refresher) waitDue(msg dueLoaded) tea.Cmd {
	if msg.generation != r.next.generation {
		return nil
	}
	r.next = dueWait{generation: msg.generation}
	if msg.at.IsZero() {
		return nil
	}
	r.next.due, r.next.since = msg.at.Round(0), r.now().Round(0)
	return r.after(r.ctx, max(msg.at.Sub(r.now()), duePause), func(time.Time) tea.Msg { return duePassed{msg.generation} })
}

// startDue refreshes what is due.
func (r *refresher) startDue(msg duePassed) tea.Cmd {
	if msg.generation != r.next.generation || r.running {
		return nil
	}
	return r.start(feed.RefreshRequest{DueOnly: true}, false)
}
