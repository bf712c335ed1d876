package db

import (
	"database/sql"
	"encoding/json"
	"strings"
	"time"
)

// ToMicros returns a time as it is stored: in microseconds, NULL for the zero time.
func ToMicros(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMicro(), Valid: !t.IsZero()}
}

// FromMicros returns the time that [ToMicros] stored, in UTC; the zero time for NULL.
func FromMicros(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMicro(n.Int64).UTC()
}

// ToJSON returns a list as a JSON array; empty if the list is empty.
func ToJSON[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	b, err := json.Marshal(list)
	return string(b), err
}

// FromJSON reads JSON, such as the text of [ToJSON], into a pointer. If the text is
// empty or an empty object, nothing changes.
func FromJSON(text string, into any) error {
	if text == "" || text == "{}" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

// LowerASCII returns s with the letters A to Z in lower case, like SQLite's lower().
func LowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
