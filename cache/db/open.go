package db

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// Open returns a pool of up to conns connections to the file at path. It does not
// connect yet. query has the options of the connection, see [Pragmas].
func Open(path string, conns int, query string) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", DSN(path, query))
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	return pool, nil
}

// Pragmas returns the query of a [DSN] that runs these pragmas when a connection is
// opened. The driver sets busy_timeout first, so that the other pragmas wait for
// locks, and auto_vacuum before anything writes the first page.
func Pragmas(list ...string) string {
	q := url.Values{"_busy_timeout": {strconv.FormatInt(LockTimeout.Milliseconds(), 10)}}
	for _, p := range list {
		q.Add("_pragma", p)
	}
	return q.Encode()
}

// LockTimeout is how long a query waits for other processes.
const LockTimeout = 10 * time.Second

// DSN returns the name of the data source for the driver: a file: URI with the path
// and the query. See https://www.sqlite.org/uri.html.
func DSN(path, query string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query}
	return u.String()
}
