package ui

import (
	"reflect"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// frameTicker stops Bubble Tea's ticker while there is nothing to write and starts
// it again when there may be. So a screen at rest wakes the processor no more. A
// nil frameTicker leaves the ticker alone.
//
// Bubble Tea v2.1.1 asks its renderer 120 times a second whether there is
// something to write (Program.startRenderer), which costs two percent of a
// processor on a screen that stands still. No option turns that off: WithFPS only
// sets the rate, from 1 to 120, and a low rate delays every key. WithoutRenderer
// keeps the ticker and also drops what we need the renderer for (alternate
// screen, mouse, focus, title, suspending). The renderer is an interface with
// unexported methods, so nobody else can implement it. What is left is the private
// field Program.ticker, which this file alone reaches by reflection. TestFrameTicker
// fails if a release of the library names it otherwise or gives it another type;
// then newFrameTicker returns nil and the library ticks as it does by itself.
type frameTicker struct {
	ticker *time.Ticker
	rates  []tickRate

	mu sync.Mutex
	// at is the current pace, or len(paces) while the ticker is stopped.
	at int
	// woken is when wake was called last.
	woken time.Time
	turn  *time.Timer
}

// tickRate is how often the ticker ticks until that long after the last wake.
type tickRate struct {
	every, until time.Duration
}

// tickRates write at once, and more at the rate of the program. The slow end is
// for a machine so busy that nothing was drawn or written before the quick ones
// ended.
func tickRates() []tickRate {
	return []tickRate{
		{2 * time.Millisecond, 8 * time.Millisecond},
		{time.Second / framesPerSecond, 60 * time.Millisecond},
		{250 * time.Millisecond, 1200 * time.Millisecond},
	}
}

// framesPerSecond is the most that are written while much happens.
const framesPerSecond = 120

// newFrameTicker takes over the ticker of a running program. It returns nil if the
// program has no field with the name and type we know.
func newFrameTicker(p *tea.Program, paces []tickRate) *frameTicker {
	if p == nil {
		return nil
	}
	field := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*time.Ticker]() || field.IsNil() {
		return nil
	}
	s := &frameTicker{ticker: (*time.Ticker)(field.UnsafePointer()), rates: paces, at: len(paces)}
	s.turn = time.AfterFunc(time.Hour, s.slowDown)
	return s
}

// wake says that Bubble Tea has something to write, or will have in a moment.
func (s *frameTicker) wake() {
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
func (s *frameTicker) slowDown() {
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
