package db

import "time"

// IDBits is the number of low bits of an item's ID that its position contains. 34 bits
// and a sign are left for the seconds: the years 1426 to 2514.
const IDBits = 29

const (
	firstSecond = -1 << 34
	lastSecond  = 1<<34 - 1
	// Top is above and Bottom is below every position.
	Top    = 1<<63 - 1
	Bottom = -1 << 63
)

// Position returns the number by which items are ordered: the seconds of the date,
// then the low bits of the ID.
func Position(date time.Time, id int64) int64 {
	return FirstPosition(date) | id&(1<<IDBits-1)
}

// FirstPosition returns the lowest position of the second in which t lies.
func FirstPosition(t time.Time) int64 {
	return min(max(t.Unix(), firstSecond), lastSecond) << IDBits
}

// DateOf returns the date of a position, in seconds and in UTC.
func DateOf(pos int64) time.Time { return time.Unix(pos>>IDBits, 0).UTC() }
