// Package frameticker lets an idle screen rest: it stops the ticker by which Bubble Tea
// draws while there is nothing to draw.
//
// Start with [New], once the program runs, and call [Ticker.Wake] whenever there may be
// something to draw. Never call it on a timer, or the processor never rests.
package frameticker

import (
	"reflect"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Ticker stops Bubble Tea's ticker while there is nothing to write, and starts it
// again if there may be something. So an idle screen does not wake the processor. A nil
// Ticker does nothing.
//
// Bubble Tea v2.1.1 asks its renderer 120 times a second whether there is
// something to write (Program.startRenderer). This costs two percent of a processor on
// an idle screen. No option turns it off. WithFPS only sets the rate, from 1 to 120, and
// a low rate delays every key. WithoutRenderer keeps the ticker, but drops the alternate
// screen, mouse, focus, title and suspending. The renderer is an interface with
// unexported methods, so it cannot be replaced.
//
// So this file sets the private field Program.ticker by reflection. If a release of the
// library renames the field or changes its type, TestFrameTicker fails, New
// returns nil, and the library ticks as usual.
type Ticker struct {
	ticker *time.Ticker
	rates  []Rate

	mu sync.Mutex
	// at is the index of the current rate, or len(rates) while the ticker is stopped.
	at int
	// woken is when wake was called last.
	woken time.Time
	turn  *time.Timer
}

// Rate is how often the ticker ticks until that long after the last wake.
type Rate struct {
	every, until time.Duration
}

// Rates returns the rates of the ticker after a wake. The first rate writes a frame
// at once, the second is the rate of the program. The slow third rate is for a busy
// machine that has not drawn anything during the first two.
func Rates() []Rate {
	return []Rate{
		{2 * time.Millisecond, 8 * time.Millisecond},
		{time.Second / FramesPerSecond, 60 * time.Millisecond},
		{250 * time.Millisecond, 1200 * time.Millisecond},
	}
}

// FramesPerSecond is the highest number of frames a second.
const FramesPerSecond = 120

// New returns a Ticker for the ticker of a running program. It returns nil
// if the program has no field ticker of the expected type.
func New(p *tea.Program, paces []Rate) *Ticker {
	if p == nil {
		return nil
	}
	field := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*time.Ticker]() || field.IsNil() {
		return nil
	}
	s := &Ticker{ticker: (*time.Ticker)(field.UnsafePointer()), rates: paces, at: len(paces)}
	s.turn = time.AfterFunc(time.Hour, s.slowDown)
	return s
}

// Wake starts the ticker, because Bubble Tea has something to write or will have soon.
func (s *Ticker) Wake() {
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
	s.ticker.Reset(s.rates[0].every)
	s.turn.Reset(s.rates[0].until)
}

// slowDown changes to the next pace if wake has not been called for long enough.
func (s *Ticker) slowDown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == len(s.rates) {
		return
	}
	quiet := time.Since(s.woken)
	if left := s.rates[s.at].until - quiet; left > 0 && s.at > 0 {
		s.turn.Reset(left)
		return
	}
	if s.at++; s.at == len(s.rates) {
		s.ticker.Stop()
		return
	}
	s.ticker.Reset(s.rates[s.at].every)
	s.turn.Reset(max(s.rates[s.at].until-quiet, 0))
}
