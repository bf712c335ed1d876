// Package db has what all packages that use SQL need: pieces of SQL with their
// arguments, queries of one column, times, lists and packed rows, the position of
// an item, and the header of a database file. It knows no table but by its name.
package db

import "strconv"

// Text is a piece of SQL and what its question marks stand for.
type Text struct {
	SQL  string
	Args []any
}

func (t *Text) Add(text string, args ...any) {
	t.SQL += text
	t.Args = append(t.Args, args...)
}

// And adds a condition.
func (t *Text) And(c Text) {
	if c.SQL == "" {
		return
	}
	if t.SQL != "" {
		t.SQL += " AND "
	}
	t.Add(c.SQL, c.Args...)
}

func SQL(text string, args ...any) Text { return Text{SQL: text, Args: args} }

// In writes a test for being one of a list.
func In(what string, list []int64) Text {
	return SQL(what+" IN (SELECT value FROM json_each(?))", JSONIntegers(list))
}

// JSONIntegers writes a list for json_each.
func JSONIntegers(list []int64) string {
	b := make([]byte, 0, 16+12*len(list))
	b = append(b, '[')
	for i, n := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(append(b, ']'))
}
