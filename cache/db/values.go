package db

import (
	"database/sql"
	"encoding/json"
	"strings"
	"time"
)

// ToMicros is how an instant is kept: microseconds, NULL for the zero time.
func ToMicros(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMicro(), Valid: !t.IsZero()}
}

// FromMicros undoes stamp, to the microsecond, in UTC.
func FromMicros(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMicro(n.Int64).UTC()
}

// ToJSON writes a list as a JSON array, an empty one as "".
func ToJSON[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	b, err := json.Marshal(list)
	return string(b), err
}

// FromJSON reads what jsonList wrote, or any JSON; "" and an empty object leave
// into as it is.
func FromJSON(text string, into any) error {
	if text == "" || text == "{}" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

// LowerASCII is what SQL's lower() gives.
func LowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
