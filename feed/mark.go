package feed

import "time"

// Flag is something a reader can set on an item.
type Flag string

// The flags of a [Mark].
const (
	Read    Flag = "read"
	Starred Flag = "starred"
	Hidden  Flag = "hidden"
	// Label needs [Mark.Label].
	Label Flag = "label"
	// Snooze needs [Mark.Until].
	Snooze Flag = "snooze"
)

// Mark is something the reader did. It states what shall be, never "the other
// one", so it can be applied twice, late, or by two processes at once: for
// each item and flag the later At wins.
type Mark struct {
	Items []int64
	Flag  Flag
	// Label is the label's name when Flag is [Label].
	Label string
	// Until is when the item comes back when Flag is [Snooze].
	Until time.Time
	On    bool
	At    time.Time
}
