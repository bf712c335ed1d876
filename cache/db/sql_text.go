// Package db has what all packages with SQL need: pieces of SQL with their arguments,
// queries of one column, times, lists and packed rows as columns, the position of an
// item, and the header of a database file. It decides how values are written in columns
// and with which settings a file is opened.
//
// Start at [Text], a piece of SQL with its arguments, and at [Open], which opens a file.
//
// Never add knowledge of the schema here: of the schema, this package has only the name
// [KnownIndex]. Only package cache and the packages below it import this package.
package db

import "strconv"

// Text is a piece of SQL with the arguments for its question marks.
type Text struct {
	SQL  string
	Args []any
}

// Add appends SQL with its arguments.
func (t *Text) Add(text string, args ...any) {
	t.SQL += text
	t.Args = append(t.Args, args...)
}

// And appends a condition with AND. If c is empty, nothing changes.
func (t *Text) And(c Text) {
	if c.SQL == "" {
		return
	}
	if t.SQL != "" {
		t.SQL += " AND "
	}
	t.Add(c.SQL, c.Args...)
}

// SQL returns a Text.
func SQL(text string, args ...any) Text { return Text{SQL: text, Args: args} }

// In returns the condition that what, an expression, is in the list.
func In(what string, list []int64) Text {
	return SQL(what+" IN (SELECT value FROM json_each(?))", JSONIntegers(list))
}

// JSONIntegers returns the list as a JSON array for json_each.
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
