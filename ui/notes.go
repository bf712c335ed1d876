package ui

import (
	"strings"

	"dateline/feed"
	"dateline/feed/text"
)

// rowNotes tell quietly what is special about an item, in at most w cells for
// the feeds that have it too.
func rowNotes(i feed.Item, w int, t theme) string {
	edited := ""
	if i.Edited {
		edited = "edited"
	}
	hidden := ""
	if i.Hidden && i.HiddenBy != "" {
		hidden = "hidden by " + text.Clean(i.HiddenBy)
	}
	return joinDots(t, hidden, edited, strings.Join(labelWords(i), " "), fit(alsoWords(i), w, t.glyphs.ellipsis))
}

// labelWords are an item's labels as rows show them.
func labelWords(i feed.Item) []string {
	words := make([]string, len(i.Labels))
	for n, l := range i.Labels {
		words[n] = "#" + text.Clean(l)
	}
	return words
}

// alsoWords name the other feeds that carry an item's story.
func alsoWords(i feed.Item) string {
	if len(i.AlsoIn) == 0 {
		return ""
	}
	return "also in " + text.Clean(strings.Join(i.AlsoIn, ", "))
}
