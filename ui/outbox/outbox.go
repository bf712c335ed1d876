// Package outbox decides when marks are sent to the servers of accounts, and when the number
// of marks that wait is counted again. It calls nothing and reads no clock: callers pass the
// time, and do what [Outbox.Passed] returns.
//
// Start with [Outbox.Marked], [Outbox.Wait] and [Outbox.Passed]. While nothing is marked, there
// is nothing to wait for, so that an idle screen does not wake up.
package outbox

import "time"

const (
	// CountAfter is how long after the last mark the waiting ones are counted, and
	// SendAfter how long after it they are sent. So a row of marks is sent at once.
	CountAfter = 300 * time.Millisecond
	SendAfter  = 3 * time.Second
)

// again are the times between sending marks and sending them once more because some still wait.
// The last one counts for all further tries.
func again() []time.Duration { return []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute} }

// Step is what to do now.
type Step int

// The steps. Count means to ask for the state of the accounts, Send to send the marks and
// then to ask.
const (
	Nothing Step = iota
	Count
	Send
)

// Outbox is the state of the marks that are to be sent. The zero Outbox has no accounts and
// does nothing.
type Outbox struct {
	// accounts reports whether there are accounts.
	accounts bool
	// last is when the last mark was written.
	last time.Time
	// count and send report what is to be done, in this order.
	count, send bool
	// waiting reports whether the caller waits, running whether it carries out a step. So
	// there is one timer and one call at a time.
	waiting, running bool
	// tries counts the times that marks were sent and some still waited, since none did.
	tries int
}

// SetAccounts sets whether there are accounts. What was marked before that is known counts.
func (o *Outbox) SetAccounts(exist bool) { o.accounts = exist }

// Marked records that marks were written.
func (o *Outbox) Marked(now time.Time) { o.last, o.count, o.send = now, true, true }

// Retry records that marks still wait after a refresh, such as those that were made while it
// ran, or at the start of the program. They are sent once.
func (o *Outbox) Retry(now time.Time) { o.last, o.send = now, true }

// Again records that marks still wait after they were sent, and returns how long to wait before
// [Outbox.TryAgain], and what to call it with. If none wait, there is nothing to do.
func (o *Outbox) Again(pending int) (after time.Duration, try int, waits bool) {
	if pending <= 0 {
		o.tries = 0
		return 0, 0, false
	}
	list := again()
	after = list[min(o.tries, len(list)-1)]
	o.tries++
	return after, o.tries, true
}

// TryAgain is Retry, unless marks were sent since the wait began.
func (o *Outbox) TryAgain(now time.Time, try int) {
	if try == o.tries && !o.send && !o.running {
		o.Retry(now)
	}
}

// Unsent reports whether marks may have been written that were not sent.
func (o *Outbox) Unsent() bool { return o.accounts && o.send }

// Wait returns how long to wait before calling [Outbox.Passed]; false if there is nothing to
// wait for, or if the caller waits already.
func (o *Outbox) Wait(now time.Time) (time.Duration, bool) {
	if !o.accounts || o.waiting || o.running || !o.count && !o.send {
		return 0, false
	}
	if now.Before(o.last) {
		o.last = now // the clock was set back
	}
	o.waiting = true
	return o.left(now), true
}

// left returns how long it is until the next step.
func (o *Outbox) left(now time.Time) time.Duration {
	after := SendAfter
	if o.count {
		after = CountAfter
	}
	return max(after-now.Sub(o.last), 0)
}

// Passed returns what to do after a wait. If it is a step, [Outbox.Done] must follow. If not,
// [Outbox.Wait] may return a further wait, because marks were written meanwhile.
func (o *Outbox) Passed(now time.Time) Step {
	o.waiting = false
	switch {
	case o.running || !o.count && !o.send || o.left(now) > 0:
		return Nothing
	case o.count:
		o.count, o.running = false, true
		return Count
	}
	return o.Begin()
}

// Begin begins to send without a wait. It returns Nothing if a step is carried out already.
func (o *Outbox) Begin() Step {
	if o.running {
		return Nothing
	}
	o.count, o.send, o.running = false, false, true
	return Send
}

// Done records the end of a step. pending is how many marks wait for a server; -1 if that
// is not known. If there are none, nothing is sent. A mark that was written meanwhile counts.
func (o *Outbox) Done(pending int) {
	o.running = false
	if pending == 0 && !o.count {
		o.send = false
	}
}
