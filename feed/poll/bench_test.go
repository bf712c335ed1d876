package poll

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"dateline/feed"
)

// BenchmarkRefresh fetches 200 feeds on 200 loopback hosts with 20 new items
// each.
func BenchmarkRefresh(b *testing.B) {
	body := rss("News", 20)
	port := serveHosts(b, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) })
	var urls []string
	for i := range 200 {
		urls = append(urls, fmt.Sprintf("http://127.0.0.%d:%s/", i+1, port))
	}
	r := newRig(b, urls...)
	b.ReportAllocs()
	for b.Loop() {
		for i := range r.store.feeds {
			r.store.feeds[i].Poll = feed.PollState{}
		}
		if err := r.Refresh(context.Background(), feed.RefreshRequest{}, func(feed.Report) {}); err != nil {
			b.Fatal(err)
		}
		r.store.saved = r.store.saved[:0]
	}
}
