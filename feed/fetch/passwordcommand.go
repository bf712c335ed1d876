package fetch

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"
)

// passwordTimeout is how long a password command may take.
const passwordTimeout = 10 * time.Second

// passwords are what password commands printed, for as long as the program runs
// and the passwords work. They are nowhere else.
type passwords struct {
	mu    sync.Mutex
	known map[string]*password
}

type password struct {
	// lock is held by whoever runs the command or reads what it printed, so that
	// feeds that share a command ask for a passphrase only once.
	lock  chan struct{}
	known bool
	value string
}

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

// get is the first line that command prints. It is fresh when command was run
// for it.
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

// forget has the command run again when the password is next needed, unless it
// is another than old by then.
func (s *passwords) forget(command []string, old string) {
	e := s.entry(command)
	e.lock <- struct{}{}
	if e.value == old {
		e.known, e.value = false, ""
	}
	<-e.lock
}
