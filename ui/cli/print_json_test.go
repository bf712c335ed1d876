package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/query"
)

// TestEmptyValues checks that an object has all keys if its values are empty, and that
// no value is null.
func TestEmptyValues(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"item":    {jsonOfItem(feed.Article{}, false, now), `{"id":0,"guid":"","feed":"","feed_title":"","title":"","link":"","author":"","published":"","updated":"","first_seen":"","summary":"","read":false,"starred":false,"labels":[],"categories":[],"enclosures":[],"comments":"","age":"never","hidden":false,"hidden_by":"","edited":false,"future":false,"fulltext":false,"chapters":"","transcript":"","also_in":[],"comment_count":0,"account":"","snoozed_until":""}`},
		"text":    {jsonOfItem(feed.Article{}, true, now), `{"id":0,"guid":"","feed":"","feed_title":"","title":"","link":"","author":"","published":"","updated":"","first_seen":"","summary":"","read":false,"starred":false,"labels":[],"categories":[],"enclosures":[],"comments":"","age":"never","hidden":false,"hidden_by":"","edited":false,"future":false,"fulltext":false,"chapters":"","transcript":"","also_in":[],"comment_count":0,"account":"","snoozed_until":"","content":""}`},
		"feed":    {jsonOfFeed(feed.Feed{}, now), `{"url":"","title":"","description":"","link":"","updated":"","tags":[],"last_checked":"","next_check":"","checked_age":"never","error":"","failures":0,"total":0,"unread":0,"next_reason":"","posts_per_day":0,"newest":"","moved_to":"","gone":false,"paused":false,"health":"","health_reason":"","account":""}`},
		"rule":    {jsonOfRule(query.Rule{}, now), `{"name":"","query":"","active":true,"until":"","hide":false,"read":false,"star":false,"labels":[],"notify":false}`},
		"report":  {jsonOfReport(feed.Report{Status: feed.Skipped, Duration: 1999 * time.Microsecond}), `{"url":"","status":"skipped","new":0,"updated":0,"error":"","duration_ms":1,"final_url":"","http":0,"bytes":0,"reissued":0,"moved_to":"","next_check":"","reason":""}`},
		"sync":    {jsonOfReport(feed.Report{Account: "home", Status: feed.OK, Sync: &feed.Sync{}}), `{"url":"","status":"ok","new":0,"updated":0,"error":"","duration_ms":0,"final_url":"","http":0,"bytes":0,"reissued":0,"moved_to":"","next_check":"","reason":"","account":"home","sent":0}`},
		"account": {jsonOfAccount(feed.Account{}), `{"name":"","kind":"","url":"","last_synced":"","next_sync":"","pending":0,"feeds":0,"unread":0,"error":"","backlog":0,"held_back":0}`},
	} {
		var b bytes.Buffer
		if err := jsonLines(&b).Encode(c.value); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != c.want+"\n" {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

// TestDatesAreUTC checks that dates do not depend on the time zone.
func TestDatesAreUTC(t *testing.T) {
	there := time.FixedZone("there", 9*3600+1800)
	if got := jsonTime(time.Date(2026, 3, 4, 5, 6, 7, 8, there)); got != "2026-03-03T19:36:07Z" {
		t.Errorf("got %s", got)
	}
}

// TestControlCharacters checks that characters that could control a terminal are escaped,
// that a program reads back the same text, and that markup and other scripts are not
// escaped.
func TestControlCharacters(t *testing.T) {
	const hostile = "\x1b[2J\x7f\u009b31m\u202e\u2066\u2028\ufeff\U000E0041\U0010EEEE <b>&amp;</b> 東京 é \\u009b"
	var b bytes.Buffer
	if err := jsonLines(&b).Encode(hostile); err != nil {
		t.Fatal(err)
	}
	line := b.String()
	if strings.ContainsAny(line, "\x1b\x7f\u009b\u202e\u2066\u2028\ufeff\U000E0041\U0010EEEE") {
		t.Errorf("got %q", line)
	}
	if !strings.Contains(line, "<b>&amp;</b> 東京 é") {
		t.Errorf("too much was escaped: %s", line)
	}
	var back string
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back != hostile {
		t.Errorf("read back %q, %v", back, err)
	}
}
