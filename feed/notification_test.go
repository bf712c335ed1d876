package feed

import "testing"

// TestNotification checks that title and text are two short lines of plain text.
func TestNotification(t *testing.T) {
	one := NewItem{Title: "A\x1b[2J storm\nof words", FeedTitle: "News\u202e"}
	for _, c := range []struct {
		items       []NewItem
		title, body string
	}{
		{nil, "", ""},
		{[]NewItem{one}, "News", "A[2J storm of words"},
		{[]NewItem{{Title: "A"}, {Title: "B"}}, "2 new items", "A · B"},
		{[]NewItem{{Title: "A"}, {Title: "B"}, {Title: "C"}, {Title: "D"}, {Title: "E"}}, "5 new items", "A · B · C · and 2 more"},
	} {
		if title, body := NotificationText(c.items); title != c.title || body != c.body {
			t.Errorf("%d items: %q, %q", len(c.items), title, body)
		}
	}
}
