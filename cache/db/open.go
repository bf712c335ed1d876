package db

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	_ "modernc.org/sqlite"
) // the driver

// Open prepares a pool of conns connections that are kept once opened.
func Open(path string, conns int, query string) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", DSN(path, query))
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	return pool, nil
}

// Pragmas writes the pragmas of a connection for its DSN. The driver sets
// busy_timeout first, so that the others already wait for their turn, and
// auto_vacuum before anything writes the file's first page.
func Pragmas(list ...string) string {
	q := url.Values{"_busy_timeout": {strconv.FormatInt(LockPatience.Milliseconds(), 10)}}
	for _, p := range list {
		q.Add("_pragma", p)
	}
	return q.Encode()
}

// LockPatience is how long a query waits for another process.
const LockPatience = 10 * time.Second

// DSN names a file for the driver.
func DSN(path, query string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query}
	return u.String()
}
