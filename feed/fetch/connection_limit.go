package fetch

import (
	"context"
	"net"
	"sync"
	"time"
)

const (
	// dialFiles is how many files a connection takes while it is being opened: the
	// second address of a host is tried, too, if the first is slow.
	dialFiles = 2
	// idleCheck is how often a request that waits for a connection closes those that
	// no request uses.
	idleCheck = 50 * time.Millisecond
)

// connectionLimit limits the files of all connections of a client. Whoever finds none
// closes idle connections and waits, so that a limit of the system is never reached.
type connectionLimit struct {
	// closeIdle closes the connections that no request uses.
	closeIdle func()

	mu   sync.Mutex
	free int
	// freed is closed when files become free.
	freed chan struct{}
}

// newConnectionLimit returns a limit of some files.
func newConnectionLimit(files int) *connectionLimit {
	return &connectionLimit{free: max(files, dialFiles), freed: make(chan struct{}), closeIdle: func() {}}
}

// dialer returns a dial function that opens no more files than the limit.
func (l *connectionLimit) dialer(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if err := l.take(ctx); err != nil {
			return nil, err
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			l.give(dialFiles)
			return nil, err
		}
		l.give(dialFiles - 1)
		return &limitedConn{Conn: conn, closed: sync.OnceFunc(func() { l.give(1) })}, nil
	}
}

// take waits until there are files for a new connection.
func (l *connectionLimit) take(ctx context.Context) error {
	for {
		l.mu.Lock()
		if l.free >= dialFiles {
			l.free -= dialFiles
			l.mu.Unlock()
			return nil
		}
		freed := l.freed
		l.mu.Unlock()
		l.closeIdle()
		select {
		case <-freed:
		case <-time.After(idleCheck):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// give returns files.
func (l *connectionLimit) give(files int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free += files
	close(l.freed)
	l.freed = make(chan struct{})
}

// limitedConn is a connection that returns its file when it is closed.
type limitedConn struct {
	net.Conn
	closed func()
}

// Close closes the connection.
func (c *limitedConn) Close() error {
	defer c.closed()
	return c.Conn.Close()
}
