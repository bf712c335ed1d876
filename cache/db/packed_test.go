package db

import (
	"database/sql"
	"testing"
)

// TestPackedRowsAreWhole protects a damaged cache from being read by guess.
func TestPackedRowsAreWhole(t *testing.T) {
	p := Packed{Numbers: []string{"a", "b"}, Texts: []string{"c", "d"}}
	numbers, texts := make([]sql.NullInt64, 2), make([]string, 2)
	for row, good := range map[string]bool{
		"1  2 3 abcde": true, "1 2 0 0 ": true,
		"": false, "1 2 2 3 abcd": false, "1 2 2 3 abcdef": false, "1 2 -1 6 abcde": false, "1 x 2 3 abcde": false, "1 2 2": false,
	} {
		if err := p.Unpack(row, numbers, texts); (err == nil) != good {
			t.Errorf("%q: %v", row, err)
		}
	}
}
