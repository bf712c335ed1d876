package poll

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

// A preview shows the newest items in any order of the document, shows the
// posting interval, and saves nothing.
func TestPreview(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>Daily</title><link>https://daily.example/</link><description>Once a day</description>`)
		for i := range 8 {
			at := noon.AddDate(0, 0, i-9)
			fmt.Fprintf(w, `<item><title>Day %d</title><guid>%d</guid><pubDate>%s</pubDate></item>`, i, i, at.Format(time.RFC1123Z))
		}
		io.WriteString(w, `</channel></rss>`)
	})
	r := newRig(t)
	got, err := r.Preview(context.Background(), strings.TrimPrefix(s.URL, "http://")+"/feed")
	if err != nil {
		t.Fatal(err)
	}
	if got.URL != s.URL+"/feed" || got.Title != "Daily" || got.Type != "RSS" || got.Description != "Once a day" || got.Site != "https://daily.example/" ||
		got.Total != 8 || got.PostInterval != 24*time.Hour || len(got.Items) != 5 || got.Items[0].Title != "Day 7" || got.Items[4].Title != "Day 3" {
		t.Errorf("%+v", got)
	}
	if len(r.store.saved) != 0 {
		t.Error("a preview was saved")
	}
}

// The preview of something else than a feed fails with a message.
func TestPreviewOfNoFeed(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/page" {
			io.WriteString(w, page)
			return
		}
		http.NotFound(w, r)
	})
	for path, words := range map[string]string{"/page": "web page instead of a feed", "/none": "404 Not Found"} {
		_, err := newRig(t).Preview(context.Background(), s.URL+path)
		if err == nil || !strings.Contains(err.Error(), words) || !strings.HasSuffix(err.Error(), ".") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Content-Location is the base of relative links in refreshes and previews. The
// feed's final address stays the one that responded.
func TestContentLocation(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Location", "http://example.com/dir/")
		io.WriteString(w, `<rss><channel><title>T</title><link>.</link><item><guid>1</guid><link>page</link></item></channel></rss>`)
	})
	r := newRig(t, s.URL)
	report := r.refresh(t, feed.RefreshRequest{})[s.URL]
	saved := r.store.saved[0].Document
	if report.FinalURL != s.URL || saved.Site != "http://example.com/dir/" || saved.Items[0].Link != "http://example.com/dir/page" {
		t.Errorf("%+v, %+v", report, saved)
	}
	preview, err := r.Preview(context.Background(), s.URL)
	if err != nil || preview.URL != s.URL || preview.Items[0].Link != "http://example.com/dir/page" {
		t.Errorf("%+v, %v", preview, err)
	}
}
