package db

import (
	"context"
	"database/sql"
)

// Querier is a pool of readers or the transaction of the writer.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Integers runs a query with one column.
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

// Strings runs a query with one column.
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
