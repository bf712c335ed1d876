package db

import "time"

// IDBits is how many low bits of an item's id its place carries. 34 bits and a
// sign remain for the seconds: the years 1426 to 2514.
const IDBits = 29

const (
	firstSecond = -1 << 34
	lastSecond  = 1<<34 - 1
	// Top and bottom lie beyond every place.
	Top    = 1<<63 - 1
	Bottom = -1 << 63
)

// Position joins an item's date and id into the one number that orders items.
func Position(date time.Time, id int64) int64 {
	return FirstPosition(date) | id&(1<<IDBits-1)
}

// FirstPosition is the lowest place of the second that t lies in.
func FirstPosition(t time.Time) int64 {
	return min(max(t.Unix(), firstSecond), lastSecond) << IDBits
}

// DateOf is the date, to the second, that a place was made of.
func DateOf(pos int64) time.Time { return time.Unix(pos>>IDBits, 0).UTC() }
