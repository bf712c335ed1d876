package pane

import (
	"strings"

	"dateline/feed"
	"dateline/feed/text"
	"dateline/ui/style"
)

// rowNotes returns the notes of an item: hidden, edited, its labels, and the other feeds
// that have it in at most w cells.
func rowNotes(i feed.Item, w int, t style.Theme) string {
	edited := ""
	if i.Edited {
		edited = "edited"
	}
	hidden := ""
	if i.Hidden && i.HiddenBy != "" {
		hidden = "hidden by " + text.Clean(i.HiddenBy)
	}
	return t.JoinDots(hidden, edited, strings.Join(labelTexts(i), " "), style.Fit(AlsoIn(i), w, t.Glyphs.Ellipsis))
}

// labelTexts returns an item's labels as rows show them.
func labelTexts(i feed.Item) []string {
	texts := make([]string, len(i.Labels))
	for n, l := range i.Labels {
		texts[n] = "#" + text.Clean(l)
	}
	return texts
}

// AlsoIn returns the names of the other feeds that have an item's story; empty if there
// are none.
func AlsoIn(i feed.Item) string {
	if len(i.AlsoIn) == 0 {
		return ""
	}
	return "also in " + text.Clean(strings.Join(i.AlsoIn, ", "))
}
