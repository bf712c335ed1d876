package feed

import "time"

// Flag is a property of an item that the user can set.
type Flag string

// The flags of a [Mark].
const (
	Read    Flag = "read"
	Starred Flag = "starred"
	Hidden  Flag = "hidden"
	// Label adds or removes the label [Mark.Label].
	Label Flag = "label"
	// Snooze hides the item until [Mark.Until].
	Snooze Flag = "snooze"
)

// Mark is a change that the user made to some items. It names the new state and is
// never a toggle. So it can be applied twice, late, or by two processes at once: for
// each item and flag the newest mark wins. This package only defines marks.
// Package cache applies them and keeps the journal for undo.
type Mark struct {
	Items []int64
	Flag  Flag
	// Label is the name of the label if Flag is [Label].
	Label string
	// Until is the time at which the item comes back if Flag is [Snooze].
	Until time.Time
	// On sets the flag. If it is false, the mark clears the flag.
	On bool
	// At is the time at which the user made the change.
	At time.Time
}
