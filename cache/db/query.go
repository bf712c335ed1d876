package db

import (
	"context"
	"database/sql"
)

// Querier runs queries: a pool of connections or a transaction.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Integers returns the rows of a query that has one column of integers.
func Integers(ctx context.Context, q Querier, t Text) ([]int64, error) {
	rows, err := q.QueryContext(ctx, t.SQL, t.Args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return list, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// Strings returns the rows of a query that has one column of texts.
func Strings(ctx context.Context, q Querier, query string, args ...any) ([]string, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var t string
		if err := rows.Scan(&t); err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, rows.Err()
}
