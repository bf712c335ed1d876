package opml

import (
	"testing"
	"time"
)

// parseTime parses "2006-01-02 15:04:05" as UTC. An empty text gives the zero time.
func parseTime(t *testing.T, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	v, err := time.Parse(time.DateTime, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
