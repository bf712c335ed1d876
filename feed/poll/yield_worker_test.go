package poll

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
)

// runSlowTasks queues tasks that end only when they make room, and a good one behind
// them. It returns when the good one began, and how many made room before that. each is
// called by every slow task.
func runSlowTasks(t *testing.T, slow int, each func(i int, y *yielding)) (begun time.Duration, stopped int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		q := newHostQueues(4, 2, nil)
		start := time.Now()
		ctx, over := context.WithCancel(t.Context())
		var made atomic.Int64
		for i := range slow {
			q.add(fmt.Sprint("slow", i), func() {
				fetching, y, end := q.beginYielding(ctx)
				defer end()
				each(i, y)
				<-fetching.Done()
				if y.stopped.Load() {
					made.Add(1)
				}
			})
		}
		q.add("good", func() { begun = time.Since(start) })
		time.Sleep(time.Minute)
		stopped = int(made.Load())
		over()
		synctest.Wait()
	})
	return begun, stopped
}

// Tasks whose servers are slow make room for all that wait, and no more of them than needed.
func TestSlowTasksMakeRoom(t *testing.T) {
	for _, received := range []int64{0, leastRate} {
		begun, stopped := runSlowTasks(t, 10, func(_ int, y *yielding) { y.received.Add(received) })
		if waves := 2; begun == 0 || begun > time.Duration(waves)*(yieldAfter+2*yieldCheck) || stopped != 7 {
			t.Errorf("the good one began after %v, %d made room", begun, stopped)
		}
	}
}

// Tasks that receive enough or wait for memory keep their places, and so do all if others end all the time, as
// on a slow link.
func TestSlowTasksKeepTheirPlaces(t *testing.T) {
	if begun, stopped := runSlowTasks(t, 10, func(_ int, y *yielding) { y.received.Add(1 << 30) }); begun < time.Minute || stopped != 0 {
		t.Errorf("%d fast tasks made room", stopped)
	}
	synctest.Test(t, func(t *testing.T) {
		q := newHostQueues(2, 2, nil)
		stopped := 0
		for i := range 3 {
			q.add(fmt.Sprint("host", i), func() {
				fetching, y, end := q.beginYielding(t.Context())
				defer end()
				q.waitYielding(y, true)
				time.Sleep(20 * time.Second)
				q.waitYielding(y, false)
				select {
				case <-fetching.Done():
				case <-time.After(yieldAfter / 2):
				}
				if y.stopped.Load() {
					stopped++
				}
			})
		}
		time.Sleep(5 * time.Minute)
		if stopped > 0 {
			t.Errorf("%d tasks made room because they waited for memory", stopped)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		q := newHostQueues(4, 2, nil)
		var stopped atomic.Bool
		for i := range 100 {
			q.add(fmt.Sprint("host", i), func() {
				fetching, y, end := q.beginYielding(t.Context())
				defer end()
				select {
				case <-fetching.Done():
				case <-time.After(time.Duration(i%4+1) * time.Second):
				}
				if y.stopped.Load() {
					stopped.Store(true)
				}
			})
		}
		time.Sleep(5 * time.Minute)
		if stopped.Load() {
			t.Error("a task made room although others ended all the time")
		}
	})
}

// silentTransport does not respond to hosts whose names begin with silent.
type silentTransport struct{ silent, good atomic.Int64 }

func (s *silentTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Host, "silent") {
		s.silent.Add(1)
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	s.good.Add(1)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(rss("Good", 3))), Request: r}, nil
}

// Servers that do not respond make room for others, and are asked once more after them.
func TestSilentServersMakeRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var urls []string
		for i := range 12 {
			urls = append(urls, fmt.Sprintf("http://silent%d.example/", i))
		}
		urls = append(urls, "http://good.example/")
		r := newRig(t, urls...)
		transport := &silentTransport{}
		r.client, r.clock = fetch.New(fetch.Options{Transport: transport}), time.Now
		r.queues = newHostQueues(4, 2, nil)
		begun := time.Now()
		err := r.Refresh(context.Background(), feed.RefreshRequest{}, func(rep feed.Report) {
			if took := time.Since(begun); rep.URL == "http://good.example/" && took > 9*time.Second {
				t.Errorf("the good feed came after %v", took)
			}
			if (rep.Status == feed.OK) != (rep.URL == "http://good.example/") {
				t.Errorf("%+v", rep)
			}
		})
		if took := time.Since(begun); err != nil || took > 20*time.Second || transport.silent.Load() < 16 || transport.good.Load() != 1 {
			t.Errorf("%v after %v: %d and %d requests", err, took, transport.silent.Load(), transport.good.Load())
		}
	})
}

// Feeds that failed the last time are asked after the others.
func TestFailingFeedsComeLast(t *testing.T) {
	r := newRig(t, "http://a.example/", "http://b.example/", "http://c.example/")
	r.store.feeds[0].Poll.Failures = 3
	todo, err := r.planRefresh(context.Background(), feed.RefreshRequest{})
	if err != nil || len(todo.jobs) != 3 || todo.jobs[0].feed.URL != "http://b.example/" || todo.jobs[2].feed.URL != "http://a.example/" {
		t.Errorf("%v: %+v", err, todo.jobs)
	}
}
