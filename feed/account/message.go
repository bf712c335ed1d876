package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/text"
)

// LongestPause is the longest pause that a server can ask for.
const LongestPause = 24 * time.Hour

// usualPause is the pause if a server asks for one and does not say how long.
const usualPause = 5 * time.Minute

// errPaused means that the server asked for a pause that has not ended.
var errPaused = errors.New("the server asked for a pause")

// errStillRefused means that nothing was sent, because the server refused the same login
// before. The message of that time holds.
var errStillRefused = fmt.Errorf("%w as before", ErrRefused)

// errTooLong means that a round was ended so that others can have the account.
var errTooLong = errors.New("its server answers so slowly that the sync was ended; the next refresh goes on")

// maxMessage is the longest message in bytes.
const maxMessage = 300

// conclude sets what is kept of a round that ended with err, and what is said of it.
func (r *round) conclude(err error) {
	s := &r.state
	s.NextSync = r.started.Add(r.Settings.Interval)
	if s.Backlog > 0 {
		s.NextSync = r.started.Add(min(backlogPause, r.Settings.Interval))
	}
	switch {
	case err == nil:
		s.LastSynced, s.Refused, s.Pause, s.Error = r.started, "", time.Time{}, ""
		if s.HeldBack > 0 {
			s.Error = heldBack(r.name, r.held)
		}
		r.result.Message = s.Error
	case errors.Is(err, errStillRefused):
		r.result.Failed, r.result.Message = true, s.Error
	default:
		r.noteRefusal(err)
		s.Error = Message(r.name, s.Pause, err)
		r.result.Failed, r.result.Message = true, s.Error
	}
	if r.isPaused() && s.Pause.After(s.NextSync) {
		s.NextSync = s.Pause
	}
	r.result.Next = s.NextSync
}

// noteRefusal records that the server refused the login, or for how long it asked for a
// pause, and what is said of that.
func (r *round) noteRefusal(err error) {
	s := &r.state
	after, asked := asksForPause(err)
	switch {
	case errors.Is(err, ErrRefused):
		// If the command fails, the next round asks the server again.
		s.Refused, _ = r.Trace(context.Background(), false, "")
	case asked:
		s.Pause = r.started.Add(min(cmp.Or(after, usualPause), LongestPause))
		s.NextSync = s.Pause
	default:
		return
	}
	s.Error = Message(r.name, s.Pause, err)
}

// isPaused reports whether the server asked for a pause that has not ended. A longer one than
// there can be was stored by a wrong clock.
func (r *round) isPaused() bool {
	left := r.state.Pause.Sub(r.started)
	return left > 0 && left <= LongestPause
}

// requestError is a failed request, as package fetch returns it.
type requestError interface {
	error
	// UserMessage returns what happened and what to do.
	UserMessage() string
	// AsksForPause reports whether the server asked not to be asked again for a while, and
	// for how long; 0 if it did not say.
	AsksForPause() (after time.Duration, asked bool)
}

// asksForPause reports whether a request failed because the server asked for a pause, and for
// how long; 0 if it did not say.
func asksForPause(err error) (after time.Duration, asked bool) {
	var failed requestError
	if !errors.As(err, &failed) {
		return 0, false
	}
	return failed.AsksForPause()
}

// Message returns a user message about a failure of an account: one line of at most 300
// bytes. pause is until when the server asked for a pause, zero if it did not.
func Message(name string, pause time.Time, err error) string {
	of := "account " + name + ": "
	_, asked := asksForPause(err)
	var failed requestError
	switch {
	case errors.Is(err, errPaused), asked && !pause.IsZero():
		return shorten(of + "its server asked not to be asked again before " + pause.Local().Format("Monday 15:04") + "; your marks wait until then")
	case errors.Is(err, ErrUnstable):
		return shorten(of + "its list of articles changed while it was read; nothing was changed here, and the next refresh tries again")
	case errors.As(err, &failed):
		return shorten(of + failed.UserMessage())
	case errors.Is(err, ErrRefused):
		return shorten(of + since(err, ErrRefused) + "; or run `dateline login` again")
	case errors.Is(err, ErrUnsuitable):
		return shorten(of + since(err, ErrUnsuitable))
	case errors.Is(err, ErrSubscribed):
		return shorten(of + "it has a feed with this address already; remove one of the two")
	case errors.Is(err, ErrCannot):
		what := since(err, ErrCannot)
		if what == ErrCannot.Error() {
			what += "; do it in its web interface"
		}
		return shorten(of + what)
	}
	return shorten(of + text.Clean(err.Error()))
}

// since returns the text of an error from that of one of its causes on. In front of it is what
// was tried, which does not matter if the server accepts no request at all, and behind it what
// to do.
func since(err, cause error) string {
	all := text.Clean(err.Error())
	return all[max(strings.Index(all, cause.Error()), 0):]
}

func shorten(s string) string {
	if len(s) <= maxMessage {
		return s
	}
	return strings.ToValidUTF8(s[:maxMessage-len("…")], "") + "…"
}

func heldBack(name string, held []Difference) string {
	stars := 0
	for _, d := range held {
		if d.Flag == feed.Starred {
			stars++
		}
	}
	var what []string
	mark := "marks them read"
	if n := len(held) - stars; n > 0 {
		what = append(what, fmt.Sprintf("calls %d read articles unread", n))
	} else {
		mark = "stars them"
	}
	if stars > 0 {
		what = append(what, fmt.Sprintf("has taken %d stars away", stars))
	}
	if len(what) > 1 {
		mark = "marks them"
	}
	return fmt.Sprintf("account %s: its server %s, so many that this was not taken; "+
		"`dateline accounts accept %s` takes it, `dateline accounts push %s` %s there", name, strings.Join(what, " and "), name, name, mark)
}

func interrupted(name string) string {
	return "account " + name + ": the sync was interrupted; the next refresh goes on"
}

func busy(name string) string {
	return "account " + name + ": another dateline is syncing it; wait until it is done, or quit it and try again"
}
