// Package pane holds the three panes of the screen: [Sources], [Headlines] and [Article].
// Each pane is a struct with the data that it shows and its cursor.
//
// Start with the Render methods. Given a [Rect], they return exactly as many lines as the
// rectangle has. Each line is as wide as the rectangle.
//
// A pane never starts commands and never reads the database. Package ui loads the data
// and calls the methods that keys stand for.
package pane

import (
	"net/url"
	"strings"

	"dateline/feed/query"
	"dateline/ui/style"
)

// Rect is a part of the screen in cells.
type Rect struct{ X, Y, W, H int }

// Contains reports whether a cell is inside the rectangle.
func (r Rect) Contains(x, y int) bool {
	return x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H
}

// fill returns exactly r.H lines and adds empty ones if there are fewer.
func fill(lines []string, r Rect) []string {
	for len(lines) < r.H {
		lines = append(lines, style.Spaces(r.W))
	}
	return lines[:r.H]
}

// MustQuery parses a query that is written in the program. It panics if the query is
// malformed.
func MustQuery(s string) query.Query {
	q, err := query.Parse(s)
	if err != nil {
		panic(err)
	}
	return q
}

// Host returns the host of an address without "www."; empty if it has none.
func Host(site string) string {
	u, err := url.Parse(site)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Host, "www.")
}
