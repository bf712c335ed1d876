package feed

import (
	"fmt"
	"strings"

	"dateline/feed/text"
)

// NotificationText returns the title and the text of one notification for new items. For a
// single item they are its feed and its title, otherwise the number of items and the
// first few titles. Both are one line of plain text, and empty if there are no items.
// Package cache decides which items get a notification.
//
// Only `dateline refresh` sends this text (ui/cli/command_refresh.go). The screen sends
// another one: the title "dateline", and a body with the first item (package ui/notify).
func NotificationText(items []NewItem) (title, body string) {
	const maxTitles = 3
	switch len(items) {
	case 0:
		return "", ""
	case 1:
		return text.Clean(items[0].FeedTitle), text.Clean(items[0].Title)
	}
	var titles []string
	for _, item := range items[:min(len(items), maxTitles)] {
		titles = append(titles, text.Clean(item.Title))
	}
	body = strings.Join(titles, " · ")
	if more := len(items) - maxTitles; more > 0 {
		body += fmt.Sprintf(" · and %d more", more)
	}
	return fmt.Sprintf("%d new items", len(items)), body
}
