package feed

import (
	"fmt"
	"strings"

	"dateline/feed/text"
)

// Notification is the title and the text that tell of new items at once: the
// item itself where there is one, else how many there are and the first few.
// Both are plain text of one line; empty for no items.
func Notification(news []NewItem) (title, body string) {
	const most = 3
	switch len(news) {
	case 0:
		return "", ""
	case 1:
		return text.Clean(news[0].FeedTitle), text.Clean(news[0].Title)
	}
	var titles []string
	for _, n := range news[:min(len(news), most)] {
		titles = append(titles, text.Clean(n.Title))
	}
	body = strings.Join(titles, " · ")
	if more := len(news) - most; more > 0 {
		body += fmt.Sprintf(" · and %d more", more)
	}
	return fmt.Sprintf("%d new items", len(news)), body
}
