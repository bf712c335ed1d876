package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a time span such as "90s", "45m", "1h30m", "2d" or "1w3d". A day is
// 24 hours.
type Duration struct {
	time.Duration
	// err is the reason why the text is not a duration, nil if it is one.
	// checkFeedOptions reports it with its line and column.
	err error
}

// UnmarshalText reads a duration for the TOML decoder. It returns no error and
// sets d.err instead.
func (d *Duration) UnmarshalText(text []byte) error {
	d.Duration, d.err = parseDuration(string(text))
	return nil
}

// Interval is a [Duration], or "auto", which is 0.
type Interval struct{ Duration }

// UnmarshalText reads an interval for the TOML decoder. It returns no error and
// sets i.err instead.
func (i *Interval) UnmarshalText(text []byte) error {
	if string(text) == "auto" {
		*i = Interval{}
		return nil
	}
	_ = i.Duration.UnmarshalText(text)
	switch {
	case i.err != nil:
		i.err = fmt.Errorf(`%w, or "auto"`, i.err)
	case i.Duration.Duration < time.Second:
		i.err = errTooShort
	}
	return nil
}

var errTooShort = errors.New(`must be at least "1s"`)

func parseDuration(s string) (time.Duration, error) {
	units := map[string]time.Duration{
		"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
	}
	bad := fmt.Errorf(`%q is not a time span; write a number and a unit (s, m, h, d or w), such as "30m" or "1d"`, s)
	var sum time.Duration
	rest := strings.TrimSpace(s)
	if rest == "" {
		return 0, bad
	}
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		letters := len(rest[digits:]) - len(strings.TrimLeft(rest[digits:], "abcdefghijklmnopqrstuvwxyz"))
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		unit, known := units[rest[digits:digits+letters]]
		if err != nil || !known {
			return 0, bad
		}
		if n > int64(math.MaxInt64-sum)/int64(unit) {
			return 0, fmt.Errorf(`%q is too long; write at most "%dd", which is 292 years`, s, int64(math.MaxInt64/(24*time.Hour)))
		}
		sum += time.Duration(n) * unit
		rest = rest[digits+letters:]
	}
	return sum, nil
}
