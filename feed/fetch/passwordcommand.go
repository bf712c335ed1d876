package fetch

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"
)

// passwordTime is how long a password command may take.
const passwordTime = 10 * time.Second

// secrets are what password commands printed, for as long as the program runs
// and the passwords work. They are nowhere else.
type secrets struct {
	mu    sync.Mutex
	known map[string]*secret
}

type secret struct {
	// turn is held by whoever runs the command or reads what it printed, so that
	// feeds that share a command ask for a passphrase only once.
	turn  chan struct{}
	known bool
	value string
}

func (s *secrets) of(command []string) *secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strings.Join(command, "\x00")
	e := s.known[key]
	if e == nil {
		e = &secret{turn: make(chan struct{}, 1)}
		s.known[key] = e
	}
	return e
}

// get is the first line that command prints. It is fresh when command was run
// for it.
func (s *secrets) get(ctx context.Context, command []string) (value string, fresh bool, err error) {
	e := s.of(command)
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return "", false, ctx.Err()
	}
	if e.known {
		return e.value, false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, passwordTime)
	defer cancel()
	out := &capped{max: 64 << 10}
	if err := run(ctx, program{role: rolePassword, argv: command, out: out}); err != nil {
		return "", false, err
	}
	line, _, _ := bytes.Cut(out.body, []byte("\n"))
	value = strings.TrimSuffix(string(line), "\r")
	if value == "" {
		return "", false, &programError{role: rolePassword, why: "it printed nothing"}
	}
	e.known, e.value = true, value
	return value, true, nil
}

// forget has the command run again when the password is next needed, unless it
// is another than old by then.
func (s *secrets) forget(command []string, old string) {
	e := s.of(command)
	e.turn <- struct{}{}
	if e.value == old {
		e.known, e.value = false, ""
	}
	<-e.turn
}
