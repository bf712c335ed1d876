package ui

import (
	"reflect"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// pulse stops the ticker by which Bubble Tea writes while there is nothing to
// write, and starts it when there may be: a screen at rest wakes the processor
// no more. The nil pulse leaves the ticker alone.
type pulse struct {
	ticker *time.Ticker
	paces  []pace

	mu sync.Mutex
	// at is the pace in hand, beyond the last one while the ticker stands.
	at int
	// woken is when the last beat came.
	woken time.Time
	turn  *time.Timer
}

// pace is how often the ticker ticks until so long after the last beat.
type pace struct {
	every, until time.Duration
}

// pulsePaces write at once, and more at the rate of the program. The slow end is
// for a machine so busy that nothing was drawn or written before the quick ones
// ended.
func pulsePaces() []pace {
	return []pace{
		{2 * time.Millisecond, 8 * time.Millisecond},
		{time.Second / framesPerSecond, 60 * time.Millisecond},
		{250 * time.Millisecond, 1200 * time.Millisecond},
	}
}

// framesPerSecond is the most that are written while much happens.
const framesPerSecond = 120

// newPulse takes the ticker of a running program in hand; nil when it has none
// by the name we know.
func newPulse(p *tea.Program, paces []pace) *pulse {
	if p == nil {
		return nil
	}
	field := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*time.Ticker]() || field.IsNil() {
		return nil
	}
	s := &pulse{ticker: (*time.Ticker)(field.UnsafePointer()), paces: paces, at: len(paces)}
	s.turn = time.AfterFunc(time.Hour, s.slow)
	return s
}

// beat tells that Bubble Tea has something to write, or will have in a moment.
func (s *pulse) beat() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.woken = time.Now()
	if s.at < 2 {
		return
	}
	s.at = 0
	s.ticker.Reset(s.paces[0].every)
	s.turn.Reset(s.paces[0].until)
}

// slow goes on to the next pace when no beat has come for long enough.
func (s *pulse) slow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == len(s.paces) {
		return
	}
	quiet := time.Since(s.woken)
	if left := s.paces[s.at].until - quiet; left > 0 && s.at > 0 {
		s.turn.Reset(left)
		return
	}
	if s.at++; s.at == len(s.paces) {
		s.ticker.Stop()
		return
	}
	s.ticker.Reset(s.paces[s.at].every)
	s.turn.Reset(max(s.paces[s.at].until-quiet, 0))
}
