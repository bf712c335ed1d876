package fetch

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"
)

// passwordTimeout is the time limit of a password command.
const passwordTimeout = 10 * time.Second

// passwords holds what the password commands printed, until the program ends or
// a server refuses the password. It is in memory only.
type passwords struct {
	mu    sync.Mutex
	known map[string]*password
}

// password is the output of one command.
type password struct {
	// lock is held while the command runs or its output is read. So feeds that
	// share a command ask for a passphrase only once.
	lock  chan struct{}
	known bool
	value string
}

// entry returns the entry of a command.
func (s *passwords) entry(command []string) *password {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strings.Join(command, "\x00")
	e := s.known[key]
	if e == nil {
		e = &password{lock: make(chan struct{}, 1)}
		s.known[key] = e
	}
	return e
}

// get returns the first line that the command prints. fresh reports whether the
// command was run for this call.
func (s *passwords) get(ctx context.Context, command []string) (value string, fresh bool, err error) {
	e := s.entry(command)
	select {
	case e.lock <- struct{}{}:
		defer func() { <-e.lock }()
	case <-ctx.Done():
		return "", false, ctx.Err()
	}
	if e.known {
		return e.value, false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, passwordTimeout)
	defer cancel()
	out := &cappedOutput{max: 64 << 10}
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

// forget makes the next get run the command again, unless the password has
// already changed from old.
func (s *passwords) forget(command []string, old string) {
	e := s.entry(command)
	e.lock <- struct{}{}
	if e.value == old {
		e.known, e.value = false, ""
	}
	<-e.lock
}
